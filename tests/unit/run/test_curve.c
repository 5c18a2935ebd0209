/* loss.npy, from untrusted programs. */
#include "base/npy.h"
#include "fixtures/scratch.h"
#include "run/oracle_cache.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { EPOCHS = 8 };

static enum ib_status read_file(struct ib_arena *arena, struct ib_curve *curve, const double **seconds)
{
    struct ib_npy_input in;
    assert_int_equal(ib_npy_input_open("loss.npy", &in), IB_OK);
    enum ib_status status = ib_curve_read(&in, EPOCHS, arena, curve, seconds);
    ib_npy_input_close(&in);
    return status;
}

static enum ib_status read_table(struct ib_arena *arena, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                 const double *values, struct ib_curve *curve, const double **seconds)
{
    assert_int_equal(ib_npy_write_f64("loss.npy", type, rows, cols, values), IB_OK);
    return read_file(arena, curve, seconds);
}

static void losses_and_seconds(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_curve curve;
    const double *seconds;
    assert_int_equal(read_table(&arena, IB_F64, 2, 2, (double[]){1, 0.5, 7, NAN}, &curve, &seconds), IB_OK);
    assert_int_equal(curve.n, 2);
    assert_int_equal(curve.epoch[1], 7);
    assert_true(curve.loss[0] == 0.5 && isnan(curve.loss[1]));
    assert_null(seconds);
    assert_int_equal(read_table(&arena, IB_F64, 2, 3, (double[]){0, 2, 0.25, 1, 1, 0.75}, &curve, &seconds),
                     IB_OK);
    assert_int_equal(curve.epoch[0], 0);
    assert_true(curve.loss[1] == 1 && seconds[0] == 0.25 && seconds[1] == 0.75);
    assert_int_equal(read_table(&arena, IB_F64, 0, 2, NULL, &curve, &seconds), IB_OK);
    assert_int_equal(curve.n, 0);
    ib_arena_free(&arena);
}

static void refusals(void **state)
{
    (void)state;
    static const double values[] = {1, 1, 2, 2, 3, 3, 4, 4};
    static const double first[][2] = {{2, 2}, {2, 1}, {-1, 1}, {NAN, 1}, {1, 1.5}, {1, INFINITY}, {1, 1e300}};
    struct ib_arena arena = {0};
    struct ib_curve curve;
    const double *seconds;
    expect_failure(read_table(&arena, IB_F32, 4, 2, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("2 columns of f4", "2 of f8"));
    expect_failure(read_table(&arena, IB_F64, 8, 1, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("1 columns of f8"));
    expect_failure(read_table(&arena, IB_F64, 2, 4, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("4 columns"));
    expect_failure(read_table(&arena, IB_F64, 9, 0, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("0 columns"));
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        expect_failure(
            read_table(&arena, IB_F64, 2, 2, (double[]){first[i][0], 1, first[i][1], 1}, &curve, &seconds),
            IB_EINVAL, "loss.npy", WORDS("ascending epoch numbers"));
    ib_arena_free(&arena);
}

/* A file of many rows takes no room on the disk, but would in memory. */
static void too_many_rows_are_refused_unread(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_curve curve;
    const double *seconds;
    static const char head[] =
        "\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 2), }";
    char file[128];
    memset(file, ' ', sizeof file);
    memcpy(file, head, sizeof head - 1);
    scratch_bytes("loss.npy", file, sizeof file);
    assert_int_equal(truncate("loss.npy", 128 + 16000000000), 0);
    expect_failure(read_file(&arena, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("1000000000 rows", "8 epochs"));
    assert_null(arena.blocks);
    static const double values[2 * (EPOCHS + 2)] = {0, 1, 1, 1, 2, 1, 3, 1, 4, 1,
                                                    5, 1, 6, 1, 7, 1, 8, 1, 9, 1};
    assert_int_equal(read_table(&arena, IB_F64, EPOCHS + 1, 2, values, &curve, &seconds), IB_OK);
    expect_failure(read_table(&arena, IB_F64, EPOCHS + 2, 2, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("10 rows"));
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_seconds),
        cmocka_unit_test(refusals),
        cmocka_unit_test(too_many_rows_are_refused_unread),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
