/* base/npy.c: round trips, files of other programs, and invalid files. */
#include "base/npy.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void arrays_survive_a_round_trip(void **state)
{
    (void)state;
    const double values[6] = {1, -2.5, 1e300, 0.1, -0.0, 4e-320};
    struct ib_npy npy;
    assert_int_equal(ib_npy_write("a.npy", IB_F64, 2, 3, values), IB_OK);
    assert_int_equal(ib_npy_open("a.npy", &npy), IB_OK);
    assert_int_equal(npy.type, IB_F64);
    assert_int_equal(npy.rows, 2);
    assert_int_equal(npy.cols, 3);
    assert_memory_equal(npy.data, values, sizeof values);
    assert_int_equal((uintptr_t)npy.data % 64, 0);
    assert_true(ib_npy_at(&npy, 3) == 0.1);
    ib_npy_close(&npy);
    assert_null(npy.map);
}

static void f32_is_rounded_once(void **state)
{
    (void)state;
    enum { N = 2500 }; /* more than is rounded at once */
    static double values[N];
    struct ib_npy npy;
    for (int i = 0; i < N; i++)
        values[i] = i / 3.0;
    assert_int_equal(ib_npy_write_f64("f.npy", IB_F32, N, 1, values), IB_OK);
    assert_int_equal(ib_npy_open("f.npy", &npy), IB_OK);
    assert_int_equal(npy.type, IB_F32);
    for (uint64_t i = 0; i < N; i++)
        assert_true(ib_npy_at(&npy, i) == (double)(float)values[i]);
    ib_npy_close(&npy);
    assert_int_equal(ib_npy_write_f64("d.npy", IB_F64, N, 1, values), IB_OK);
    assert_int_equal(ib_npy_open("d.npy", &npy), IB_OK);
    assert_memory_equal(npy.data, values, sizeof values);
    ib_npy_close(&npy);
}

static void empty_arrays_are_read(void **state)
{
    (void)state;
    struct ib_npy npy;
    assert_int_equal(ib_npy_write("0.npy", IB_F32, 0, 4, NULL), IB_OK);
    assert_int_equal(ib_npy_open("0.npy", &npy), IB_OK);
    assert_int_equal(npy.rows, 0);
    assert_int_equal(npy.cols, 4);
    ib_npy_close(&npy);
}

/* Stretches of any length make the file that one write makes. */
static void stretches_are_written(void **state)
{
    (void)state;
    enum { N = 2500 };
    static double values[N];
    const uint64_t lengths[] = {1, 7, 1024, 1025, N};
    for (int i = 0; i < N; i++)
        values[i] = i / 3.0;
    for (int type = IB_F32; type <= IB_F64; type++) {
        struct ib_npy whole;
        assert_int_equal(ib_npy_write_f64("whole.npy", (enum ib_dtype)type, N / 2, 2, values), IB_OK);
        assert_int_equal(ib_npy_open("whole.npy", &whole), IB_OK);
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
            struct ib_npy_writer writer;
            struct ib_npy pieces;
            assert_int_equal(ib_npy_create("pieces.npy", (enum ib_dtype)type, N / 2, 2, &writer), IB_OK);
            for (uint64_t i = 0; i < N; i += lengths[k])
                assert_int_equal(ib_npy_append(&writer, values + i, N - i < lengths[k] ? N - i : lengths[k]),
                                 IB_OK);
            assert_int_equal(ib_npy_finish(&writer, IB_OK), IB_OK);
            assert_int_equal(ib_npy_open("pieces.npy", &pieces), IB_OK);
            assert_int_equal(pieces.map_bytes, whole.map_bytes);
            assert_memory_equal(pieces.map, whole.map, whole.map_bytes);
            ib_npy_close(&pieces);
        }
        ib_npy_close(&whole);
    }
}

static void stretches_must_fit(void **state)
{
    (void)state;
    const double values[4] = {1, 2, 3, 4};
    struct ib_npy_writer writer;
    assert_int_equal(ib_npy_create("w.npy", IB_F64, 3, 1, &writer), IB_OK);
    expect_failure(ib_npy_append(&writer, values, 4), IB_EINTERNAL, "w.npy", WORDS("more elements"));
    assert_int_equal(ib_npy_append(&writer, values, 2), IB_OK);
    expect_failure(ib_npy_finish(&writer, IB_OK), IB_EINTERNAL, "w.npy", WORDS("1 elements fewer"));
    assert_null(writer.file);
    /* The first error is reported. */
    assert_int_equal(ib_npy_create("w.npy", IB_F64, 3, 1, &writer), IB_OK);
    expect_failure(ib_npy_finish(&writer, ib_fail(IB_EIO, "first", "the reason")), IB_EIO, "first",
                   WORDS("the reason"));
    assert_null(writer.file);
}

/* A full disk is reported when the file is closed, at the latest. */
static void full_disk_is_reported(void **state)
{
    (void)state;
    static const double values[100000];
    struct ib_npy_writer writer;
    expect_failure(ib_npy_write("/dev/full", IB_F64, 10, 1, values), IB_EIO, "/dev/full", WORDS("No space"));
    assert_int_equal(ib_npy_create("/dev/full", IB_F32, 100000, 1, &writer), IB_OK);
    expect_failure(ib_npy_finish(&writer, ib_npy_append(&writer, values, 100000)), IB_EIO, "/dev/full",
                   WORDS("No space"));
}

/* A file of the given version with this dictionary, padded to a multiple of 64, and `bytes` bytes of data. */
static void put(const char *name, int version, const char *dictionary, size_t bytes)
{
    unsigned char file[1024] = "\x93NUMPY";
    size_t start = version == 1 ? 10 : 12, length = 128 - start;
    file[6] = (unsigned char)version;
    file[8] = (unsigned char)length;
    memset(file + start, ' ', length);
    memcpy(file + start, dictionary, strlen(dictionary)); /* NOLINT: the header is padded, not terminated */
    file[127] = '\n';
    for (size_t i = 0; i < bytes; i++)
        file[128 + i] = (unsigned char)(i % 8 == 6 ? 0xf0 : i % 8 == 7 ? 0x3f : 0); /* 1.0, as f64 */
    scratch_bytes(name, file, 128 + bytes);
}

static void foreign_headers_are_read(void **state)
{
    (void)state;
    const struct {
        int version;
        const char *dictionary;
        uint64_t rows, cols;
    } good[] = {
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 3, 1},
        {2, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }", 1, 3},
        {3, "{'shape': (3, 1), 'fortran_order': False, 'descr': '<f8'}", 3, 1},
        {1, "{'descr':'<f8','fortran_order':False,'shape':()}", 1, 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct ib_npy npy;
        put("g.npy", good[i].version, good[i].dictionary, 24);
        assert_int_equal(ib_npy_open("g.npy", &npy), IB_OK);
        assert_int_equal(npy.rows, good[i].rows);
        assert_int_equal(npy.cols, good[i].cols);
        assert_true(ib_npy_at(&npy, 0) == 1.0);
        ib_npy_close(&npy);
    }
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    const struct {
        int version;
        const char *dictionary, *word;
    } bad[] = {
        {4, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", "version"},
        {1, "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", "f4 or f8"},
        {1, "{'descr': '>f8', 'fortran_order': False, 'shape': (3,), }", "little-endian"},
        {1, "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 1), }", "C order"},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3, 1), }", "two dimensions"},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "two dimensions"},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "two dimensions"},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", "too short"},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967297), }", "too short"},
        {1, "{'fortran_order': False, 'shape': (3,), }", "lacks"},
    };
    struct ib_npy npy;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        put("bad.npy", bad[i].version, bad[i].dictionary, 24);
        expect_failure(ib_npy_open("bad.npy", &npy), IB_EINVAL, "bad.npy", WORDS(bad[i].word));
        assert_null(npy.map);
    }
    scratch_file("empty.npy", "");
    expect_failure(ib_npy_open("empty.npy", &npy), IB_EINVAL, "empty.npy", WORDS("empty"));
    scratch_file("text.npy", "1,2,3\n4,5,6\n7,8,9\n");
    expect_failure(ib_npy_open("text.npy", &npy), IB_EINVAL, "text.npy", WORDS("header"));
    assert_int_equal(mkfifo("pipe.npy", 0600), 0); /* it never has a writer */
    expect_failure(ib_npy_open("pipe.npy", &npy), IB_EINVAL, "pipe.npy", WORDS("not a regular file"));
    unlink("pipe.npy");
    expect_failure(ib_npy_open("none.npy", &npy), IB_EIO, "none.npy", WORDS("No such file"));
    expect_failure(ib_npy_write("no/such/folder.npy", IB_F64, 0, 0, NULL), IB_EIO, "no/such/folder.npy",
                   WORDS("No such file"));
}

/* A file that is cut anywhere is refused, never read beyond. */
static void truncated_files_are_refused(void **state)
{
    (void)state;
    char file[256];
    const double values[3] = {1, 2, 3};
    assert_int_equal(ib_npy_write("t.npy", IB_F64, 3, 1, values), IB_OK);
    FILE *whole = fopen("t.npy", "r");
    assert_non_null(whole);
    size_t bytes = fread(file, 1, sizeof file, whole);
    fclose(whole);
    assert_int_equal(bytes, 128 + sizeof values);
    for (size_t n = 0; n < bytes; n++) {
        struct ib_npy npy;
        scratch_bytes("cut.npy", file, n);
        assert_int_equal(ib_npy_open("cut.npy", &npy), IB_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_survive_a_round_trip), cmocka_unit_test(f32_is_rounded_once),
        cmocka_unit_test(empty_arrays_are_read),       cmocka_unit_test(foreign_headers_are_read),
        cmocka_unit_test(bad_files_are_refused),       cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(stretches_are_written),       cmocka_unit_test(stretches_must_fit),
        cmocka_unit_test(full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
