/* loss.npy, from untrusted programs. */
#include "fixtures/scratch.h"
#include "run/oracle_cache.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static enum ib_status read_table(struct ib_arena *arena, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                 const double *values, struct ib_curve *curve, const double **seconds)
{
    struct ib_npy npy;
    assert_int_equal(ib_npy_write_f64("loss.npy", type, rows, cols, values), IB_OK);
    assert_int_equal(ib_npy_open("loss.npy", &npy), IB_OK);
    enum ib_status status = ib_curve_read(&npy, arena, curve, seconds);
    ib_npy_close(&npy);
    return status;
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
                   WORDS("2 columns of f32", "2 of f64"));
    expect_failure(read_table(&arena, IB_F64, 8, 1, values, &curve, &seconds), IB_EINVAL, "loss.npy",
                   WORDS("1 columns of f64"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_seconds),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
