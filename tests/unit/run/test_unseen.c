/* run/unseen.c and run/mirrored_problem.c: the files of problems that no implementation has seen. */
#include "base/npy.h"
#include "fixtures/scratch.h"
#include "run/mirrored_problem.h"
#include "run/unseen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 60, COLS = 5 };

static struct ib_dataset set;
static struct ib_workspace w;
static struct ib_case c;

static int open_all(void **state)
{
    static struct ib_impl_info info = {.name = "any"};
    static struct ib_configured_impl impl = {.info = &info};
    const struct ib_dataset_spec spec = {
        .name = "s", .synth = {IB_SYNTH_REGRESSION, ROWS + 20, COLS, 0.5}, .test_fraction = 0.25, .seed = 3};
    assert_int_equal(scratch_enter(state), 0);
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    c = (struct ib_case){.model = ib_model_find("mlp"),
                         .dataset = &set,
                         .impl = &impl,
                         .spec = {.net = {.n_layers = 1, .loss = IB_MSE}, .dtype = IB_F32, .lr = 0.1},
                         .init = IB_NORMAL,
                         .epochs = 1,
                         .seed = 42};
    ib_case_use_dataset(&c);
    return 0;
}

static int close_all(void **state)
{
    ib_workspace_close(&w);
    ib_dataset_free(&set);
    return scratch_leave(state);
}

static struct ib_job job_of(enum ib_dtype type, uint64_t variant)
{
    struct ib_job job;
    assert_int_equal(ib_unseen_job(&w, &c, type, variant, &job), IB_OK);
    return job;
}

static struct ib_npy map(const char *path)
{
    struct ib_npy array;
    assert_int_equal(ib_npy_open(path, &array), IB_OK);
    return array;
}

/* The row of `of` that is row i of `in`. */
static uint64_t row_in(const struct ib_npy *in, uint64_t i, const struct ib_npy *of)
{
    for (uint64_t r = 0; r < of->rows; r++) {
        bool same = true;
        for (uint64_t k = 0; k < of->cols; k++)
            same = same && ib_npy_at(in, i * of->cols + k) == ib_npy_at(of, r * of->cols + k);
        if (same)
            return r;
    }
    fail_msg("row %d is no row of the original", (int)i);
    return 0;
}

/* How many rows of a file have moved; each must be there once. */
static int moved(const char *path, const char *from)
{
    struct ib_npy is = map(path), was = map(from);
    bool met[ROWS + 20] = {false};
    int n = 0;
    assert_true(is.rows == was.rows && is.cols == was.cols && is.type == was.type);
    for (uint64_t i = 0; i < is.rows; i++) {
        const uint64_t r = row_in(&is, i, &was);
        assert_false(met[r]);
        met[r] = true;
        n += r != i;
    }
    ib_npy_close(&is);
    ib_npy_close(&was);
    return n;
}

static void rows_and_targets_are_dealt_out_anew(void **state)
{
    (void)state;
    const struct ib_job own = job_of(IB_F64, IB_UNSEEN_NONE), other = job_of(IB_F64, IB_UNSEEN_VERIFIED);
    assert_true(moved(other.x, own.x) > ROWS / 2);
    assert_true(moved(other.y, own.y) > ROWS / 2);
    assert_true(moved(other.x_test, own.x_test) > 0);
    struct ib_npy x = map(other.x), own_x = map(own.x), y = map(other.y), own_y = map(own.y);
    int together = 0;
    for (uint64_t i = 0; i < x.rows; i++)
        together += row_in(&x, i, &own_x) == row_in(&y, i, &own_y);
    assert_true(together < ROWS / 4);
    struct ib_npy start = map(other.start[0]), own_start = map(own.start[0]);
    assert_true(ib_npy_at(&start, 0) != ib_npy_at(&own_start, 0));
    ib_npy_close(&x), ib_npy_close(&own_x), ib_npy_close(&y), ib_npy_close(&own_y);
    ib_npy_close(&start), ib_npy_close(&own_start);
}

static void both_types_are_the_same_problem(void **state)
{
    (void)state;
    const struct ib_job exact = job_of(IB_F64, IB_UNSEEN_VERIFIED),
                        rounded = job_of(IB_F32, IB_UNSEEN_VERIFIED);
    const char *const files[][2] = {{exact.x, rounded.x},
                                    {exact.y, rounded.y},
                                    {exact.x_test, rounded.x_test},
                                    {exact.start[0], rounded.start[0]}};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct ib_npy a = map(files[f][0]), b = map(files[f][1]);
        for (uint64_t i = 0; i < a.rows * a.cols; i++)
            assert_true((float)ib_npy_at(&a, i) == (float)ib_npy_at(&b, i));
        ib_npy_close(&a);
        ib_npy_close(&b);
    }
}

static void variants_differ_and_are_kept(void **state)
{
    (void)state;
    const struct ib_job a = job_of(IB_F64, IB_UNSEEN_VERIFIED), again = job_of(IB_F64, IB_UNSEEN_VERIFIED),
                        b = job_of(IB_F64, IB_UNSEEN_MORE);
    assert_string_equal(a.x, again.x);
    assert_string_equal(a.start[0], again.start[0]);
    assert_string_not_equal(a.x, b.x);
    assert_true(moved(b.y, a.y) > ROWS / 2);
}

static double sign_between(const char *path, const char *from, uint64_t i)
{
    struct ib_npy is = map(path), was = map(from);
    const double ratio = ib_npy_at(&is, i) / ib_npy_at(&was, i);
    ib_npy_close(&is);
    ib_npy_close(&was);
    assert_true(fabs(ratio) == 1);
    return ratio;
}

static void mirrors_are_written_and_removed(void **state)
{
    (void)state;
    const struct ib_job own = job_of(IB_F32, IB_UNSEEN_NONE);
    struct ib_mirrored_problem m;
    char before[4096];
    assert_int_equal(ib_mirrored_open(&w, &own, true, &m), IB_OK);
    snprintf(before, sizeof before, "%s", m.job.x);
    assert_int_equal(ib_mirrored_next(&m), IB_OK);
    assert_int_not_equal(access(before, F_OK), 0);
    for (uint64_t j = 0; j < COLS; j++) {
        assert_true(sign_between(m.job.x, own.x, j) == m.mirror.feature[j]);
        assert_true(sign_between(m.job.x_test, own.x_test, COLS + j) == m.mirror.feature[j]);
        assert_true(sign_between(m.job.start[0], own.start[0], j) ==
                    m.mirror.feature[j] * m.mirror.output[0]);
    }
    assert_true(sign_between(m.job.y, own.y, 2) == m.mirror.output[0]);
    snprintf(before, sizeof before, "%s", m.job.x);
    ib_mirrored_close(&m);
    assert_int_not_equal(access(before, F_OK), 0);
}

static void answers_come_back(void **state)
{
    (void)state;
    const struct ib_job own = job_of(IB_F64, IB_UNSEEN_NONE);
    struct ib_mirrored_problem m;
    double params[COLS + 1] = {1, 2, 3, 4, 5, 6}, predictions[20] = {7};
    assert_int_equal(ib_mirrored_open(&w, &own, false, &m), IB_OK);
    ib_mirrored_restore(&m, &(struct ib_final){COLS + 1, 20, params, predictions});
    for (uint64_t j = 0; j < COLS; j++)
        assert_true(params[j] == (double)(j + 1) * m.mirror.feature[j] * m.mirror.output[0]);
    assert_true(params[COLS] == 6 * m.mirror.output[0] && predictions[0] == 7 * m.mirror.output[0]);
    ib_mirrored_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_targets_are_dealt_out_anew),
        cmocka_unit_test(both_types_are_the_same_problem),
        cmocka_unit_test(variants_differ_and_are_kept),
        cmocka_unit_test(mirrors_are_written_and_removed),
        cmocka_unit_test(answers_come_back),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
