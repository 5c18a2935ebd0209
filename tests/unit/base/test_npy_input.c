/* base/npy_input.c: arrays of every type and order as NumPy writes them, and files that change or lie. */
#include "base/npy_input.h"

#include "base/npy.h"
#include "fixtures/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* A file with this type, order and shape, and its data. */
static void put(const char *descr, const char *order, const char *shape, const void *data, size_t bytes)
{
    unsigned char file[1024];
    memset(file, ' ', 128);
    memcpy(file, "\x93NUMPY\1\0v\0", 10); /* NOLINT: the header is padded, not terminated */
    const int length = snprintf((char *)file + 10, 118, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
                                descr, order, shape);
    file[10 + length] = ' ';
    file[127] = '\n';
    memcpy(file + 128, data, bytes);
    scratch_bytes("a.npy", file, 128 + bytes);
}

static enum ib_status read_array(double *out)
{
    struct ib_npy_input in;
    IB_TRY(ib_npy_input_open("a.npy", &in));
    enum ib_status status = ib_npy_input_rows(&in, 0, in.header.rows, out);
    ib_npy_input_close(&in);
    return status;
}

static void expect_values(const double *want, size_t n)
{
    double out[16];
    assert_int_equal(read_array(out), IB_OK);
    for (size_t i = 0; i < n; i++)
        if (out[i] != want[i])
            fail_msg("element %zu is %g, expected %g", i, out[i], want[i]);
}

/* The bytes are those of numpy.array([…], dtype).tobytes(). */
static void every_type_is_read(void **state)
{
    (void)state;
    const struct {
        const char *descr, *bytes;
        size_t n;
        double values[3];
    } cases[] = {
        {"|i1", "\x01\x80\xff", 3, {1, -128, -1}},
        {"|u1", "\x01\x80\xff", 3, {1, 128, 255}},
        {"|b1", "\x01\x00\x01", 3, {1, 0, 1}},
        {"<i2", "\x01\x00\x00\x80", 2, {1, -32768}},
        {">i2", "\x00\x01\x80\x00", 2, {1, -32768}},
        {"<u2", "\xff\xff\x02\x00", 2, {65535, 2}},
        {">u2", "\xff\xff\x00\x02", 2, {65535, 2}},
        {"<i4", "\xfe\xff\xff\xff\x00\x00\x01\x00", 2, {-2, 65536}},
        {">i4", "\xff\xff\xff\xfe\x00\x01\x00\x00", 2, {-2, 65536}},
        {"<u4", "\xff\xff\xff\xff", 1, {4294967295}},
        {"<i8", "\x00\x00\x00\x00\x00\x00\x20\x00\xff\xff\xff\xff\xff\xff\xff\xff", 2, {0x1p53, -1}},
        {">u8", "\x80\x00\x00\x00\x00\x00\x00\x00", 1, {0x1p63}},
        {"<i8", "\x00\x00\x00\x00\x00\x00\x00\x80", 1, {-0x1p63}},
        {"<f2", "\x00\x3c\x01\x00\x00\xc2", 3, {1, 0x1p-24, -3}},
        {">f2", "\x7b\xff\x04\x00\x80\x00", 3, {65504, 0x1p-14, -0.0}},
        {"<f4", "\x00\x00\xc0\x3f", 1, {1.5}},
        {">f4", "\x3f\xc0\x00\x00", 1, {1.5}},
        {"=f8", "\x00\x00\x00\x00\x00\x00\xf8\x3f", 1, {1.5}},
        {">f8", "\x3f\xf8\x00\x00\x00\x00\x00\x00", 1, {1.5}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char shape[16];
        snprintf(shape, sizeof shape, "(%zu,)", cases[i].n);
        put(cases[i].descr, "False", shape, cases[i].bytes, cases[i].n * (size_t)(cases[i].descr[2] - '0'));
        expect_values(cases[i].values, cases[i].n);
    }
}

static void half_precision_may_be_infinite(void **state)
{
    (void)state;
    double out[3];
    put("<f2", "False", "(3,)", "\x00\x7c\x00\xfc\x01\x7e", 6);
    assert_int_equal(read_array(out), IB_OK);
    assert_true(out[0] == INFINITY && out[1] == -INFINITY && isnan(out[2]));
}

static void columns_may_come_first(void **state)
{
    (void)state;
    const double by_columns[6] = {1, 4, 2, 5, 3, 6}, by_rows[6] = {1, 2, 3, 4, 5, 6};
    put("<f8", "True", "(2, 3)", by_columns, sizeof by_columns);
    expect_values(by_rows, 6);
    put("<f8", "False", "(2L, 3L)", by_rows, sizeof by_rows);
    expect_values(by_rows, 6);
}

/* In stretches that do not end with a chunk, in either order and two widths. */
static void stretches_are_read(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLS = 3, STRETCH = 8999 };
    static int32_t file[ROWS * COLS + 32];
    static double out[ROWS * COLS];
    struct ib_npy_input in;
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        put("<i4", by_columns ? "True" : "False", "(20000, 3)", "", 0);
        FILE *npy = fopen("a.npy", "r+");
        assert_non_null(npy);
        assert_int_equal(fseek(npy, 128, SEEK_SET), 0);
        for (int i = 0; i < ROWS * COLS; i++)
            file[i] = by_columns ? i % ROWS * COLS + i / ROWS : i;
        assert_int_equal(fwrite(file, sizeof *file, ROWS * COLS, npy), ROWS * COLS);
        fclose(npy);
        assert_int_equal(ib_npy_input_open("a.npy", &in), IB_OK);
        for (uint64_t first = 0, n; first < ROWS; first += n) {
            n = ROWS - first < STRETCH ? ROWS - first : STRETCH;
            assert_int_equal(ib_npy_input_rows(&in, first, n, out + first * COLS), IB_OK);
        }
        ib_npy_input_close(&in);
        for (int i = 0; i < ROWS * COLS; i++)
            assert_true(out[i] == i);
    }
}

static void inexact_integers_are_refused(void **state)
{
    (void)state;
    double out[4];
    const int64_t odd[4] = {1, 2, (INT64_C(1) << 53) + 1, 3}, low[2] = {0, INT64_MIN + 1};
    const uint64_t high[2] = {UINT64_MAX, 0};
    put("<i8", "False", "(2, 2)", odd, sizeof odd);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("[1, 0] is 9007199254740993", "f64"));
    put("<i8", "True", "(2, 2)", odd, sizeof odd);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("[0, 1] is 9007199254740993"));
    put("<i8", "False", "(2,)", low, sizeof low);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("[1, 0] is -9223372036854775807"));
    put("<u8", "False", "(2,)", high, sizeof high);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("[0, 0] is 18446744073709551615"));
}

static void other_types_are_refused(void **state)
{
    (void)state;
    double out[1];
    const char *const types[] = {"<c16", "<f16", "|O", "<U5", "|S3", "<M8[ns]", "<f3", "<i16", "f8", ""};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        put(types[i], "False", "(1,)", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS(types[i], "allowed: f2, f4, f8, i1 to i8"));
    }
    put("<f8", "False", "(1, 1, 1)", "12345678", 8);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("two dimensions"));
    put("<f8", "Maybe", "(1,)", "12345678", 8);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("fortran_order"));
}

/* Another program cuts the file once it is open: an error, where a mapped file would end the process. */
static void files_may_be_cut_meanwhile(void **state)
{
    (void)state;
    double out[4];
    struct ib_npy_input in;
    const double values[4] = {1, 2, 3, 4};
    put("<f8", "False", "(4,)", values, sizeof values);
    assert_int_equal(ib_npy_input_open("a.npy", &in), IB_OK);
    assert_int_equal(truncate("a.npy", 128 + 8), 0);
    expect_failure(ib_npy_input_rows(&in, 0, 4, out), IB_EIO, "a.npy", WORDS("became shorter"));
    ib_npy_input_close(&in);
    expect_failure(read_array(out), IB_EINVAL, "a.npy", WORDS("too short"));
}

static void arrays_are_loaded(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    const double values[3] = {1, -2.5, 0.1};
    double *loaded;
    assert_int_equal(ib_npy_write_f64("l.npy", IB_F32, 3, 1, values), IB_OK);
    assert_int_equal(ib_npy_load(&arena, "l.npy", 3, &loaded), IB_OK);
    for (int i = 0; i < 3; i++)
        assert_true(loaded[i] == (double)(float)values[i]);
    expect_failure(ib_npy_load(&arena, "l.npy", 4, &loaded), IB_EINVAL, "l.npy",
                   WORDS("3 x 1", "expected 4"));
    expect_failure(ib_npy_load(&arena, "none.npy", 3, &loaded), IB_EIO, "none.npy", WORDS("No such file"));
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),           cmocka_unit_test(half_precision_may_be_infinite),
        cmocka_unit_test(columns_may_come_first),       cmocka_unit_test(stretches_are_read),
        cmocka_unit_test(inexact_integers_are_refused), cmocka_unit_test(other_types_are_refused),
        cmocka_unit_test(files_may_be_cut_meanwhile),   cmocka_unit_test(arrays_are_loaded),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
