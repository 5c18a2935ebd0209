/* run/workspace.c: data sets standardised into files, against the definition computed here; starts; folders.
 */
#include "base/file.h"
#include "base/npy.h"
#include "core/batches.h"
#include "fixtures/scratch.h"
#include "oracle/oracle.h"
#include "run/workspace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_dataset load(const struct ib_dataset_spec *spec)
{
    struct ib_dataset set;
    assert_int_equal(ib_dataset_load(spec, &set), IB_OK);
    return set;
}

/* Large means, tiny deviations, a constant whose mean of six is not quite itself, and a column that varies in
 * the test rows only. */
static struct ib_dataset load_awkward(void)
{
    static const char train[] = "a,b,c,d,y\n"
                                "1e9,1e-9,0.1,5,10\n"
                                "1000000001,3e-9,0.1,5,12\n"
                                "1000000002,-2e-9,0.1,5,17\n"
                                "1000000004,7e-9,0.1,5,11\n"
                                "1000000008,0,0.1,5,20\n"
                                "1000000003,1e-9,0.1,5,13\n";
    static const char test[] = "a,b,c,d,y\n"
                               "999999990,9e-9,0.1,6,40\n"
                               "1000000100,-5e-9,0.3,-5,-3\n";
    scratch_file("test.csv", test);
    struct ib_dataset_spec spec = {
        .name = "awkward", .path = scratch_file("train.csv", train), .test = "test.csv"};
    return load(&spec);
}

/* More rows than are taken at once. */
static struct ib_dataset load_long(void)
{
    struct ib_dataset_spec spec = {
        .name = "long", .synth = {IB_SYNTH_REGRESSION, 3001, 67, 0.5}, .test_fraction = 0.4, .seed = 3};
    return load(&spec);
}

static struct ib_case case_of(const struct ib_dataset *set, enum ib_loss loss)
{
    struct ib_case c = {.model = ib_model_find(loss == IB_MSE ? "mlp" : "linreg"),
                        .dataset = set,
                        .spec = {.net = {.n_layers = 1, .loss = loss}, .dtype = IB_F32, .lr = 0.1},
                        .init = IB_NORMAL,
                        .epochs = 1,
                        .seed = 42};
    ib_case_use_dataset(&c);
    return c;
}

static const struct ib_prepared *prepare(struct ib_workspace *w, const struct ib_case *c, enum ib_dtype type)
{
    const struct ib_prepared *prepared;
    assert_int_equal(ib_workspace_prepare(w, c, type, &prepared), IB_OK);
    assert_ptr_equal(prepared->dataset, c->dataset);
    assert_int_equal(prepared->type, type);
    return prepared;
}

static struct ib_npy map(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols)
{
    struct ib_npy npy;
    assert_int_equal(ib_npy_open(path, &npy), IB_OK);
    assert_int_equal(npy.type, type);
    assert_int_equal(npy.rows, rows);
    assert_int_equal(npy.cols, cols);
    return npy;
}

static void assert_close(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want))))
        fail_msg("%.17g, expected %.17g", got, want);
}

/* ---- standardising ---- */

struct moments {
    long double mean, deviation;
};

/* Of a column by the definition, a constant one having no deviation. */
static struct moments moments_of(const double *values, uint64_t rows, uint64_t cols, uint64_t c)
{
    long double sum = 0, squares = 0;
    bool constant = true;
    for (uint64_t r = 0; r < rows; r++) {
        sum += values[r * cols + c];
        constant = constant && values[r * cols + c] == values[c];
    }
    const long double mean = sum / (long double)rows;
    for (uint64_t r = 0; r < rows; r++)
        squares += (values[r * cols + c] - mean) * (values[r * cols + c] - mean);
    return (struct moments){mean, constant ? 0 : sqrtl(squares / (long double)rows)};
}

static double standardised(double value, struct moments m)
{
    return m.deviation > 0 ? (double)((value - m.mean) / m.deviation) : 0;
}

/* The rows of a file, with the moments of those for training. */
static void expect_standardised(const char *path, const double *values, uint64_t rows, const double *train,
                                uint64_t train_rows, uint64_t cols)
{
    struct ib_npy npy = map(path, IB_F64, rows, cols);
    for (uint64_t c = 0; c < cols; c++) {
        const struct moments m = moments_of(train, train_rows, cols, c);
        for (uint64_t r = 0; r < rows; r++)
            assert_close(ib_npy_at(&npy, r * cols + c), standardised(values[r * cols + c], m));
    }
    ib_npy_close(&npy);
}

static double *values_of(const struct ib_dataset *set, enum ib_rows_of of, uint64_t rows, double **y)
{
    double *x = malloc(rows * set->cols * sizeof *x);
    *y = malloc(rows * sizeof **y);
    assert_non_null(x);
    assert_non_null(*y);
    ib_dataset_rows(set, of, 0, rows, x, *y);
    return x;
}

static void expect_prepared(const struct ib_dataset *set)
{
    struct ib_workspace w;
    double *y, *y_test, *x = values_of(set, IB_TRAINING_ROWS, set->rows, &y),
                        *x_test = values_of(set, IB_TEST_ROWS, set->test_rows, &y_test);
    const struct moments m = moments_of(y, set->rows, 1, 0);
    struct ib_case plain = case_of(set, IB_HALF_MSE), scaled = case_of(set, IB_MSE);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);

    const struct ib_prepared *p = prepare(&w, &scaled, IB_F64);
    expect_standardised(p->x, x, set->rows, x, set->rows, set->cols);
    expect_standardised(p->x_test, x_test, set->test_rows, x, set->rows, set->cols);
    expect_standardised(p->y, y, set->rows, y, set->rows, 1);
    assert_close(p->y_mean[0], (double)m.mean);
    assert_close(p->y_scale[0], (double)m.deviation);
    assert_close(p->train_mean[0], (double)m.mean);
    assert_memory_equal(p->y_test, y_test, set->test_rows * sizeof *y_test);

    p = prepare(&w, &plain, IB_F64);
    struct ib_npy as_is = map(p->y, IB_F64, set->rows, 1);
    assert_memory_equal(as_is.data, y, set->rows * sizeof *y);
    ib_npy_close(&as_is);
    assert_true(p->y_mean[0] == 0);
    assert_true(p->y_scale[0] == 1);
    assert_close(p->train_mean[0], (double)m.mean);

    ib_workspace_close(&w);
    free(x), free(y), free(x_test), free(y_test);
}

/* Targets of classes, and for models that want it a column for each, in the same order of rows. */
static void classes_become_columns(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset_spec spec = {
        .name = "t", .path = scratch_file("t.csv", "a,y\n1,oak\n2,elm\n3,oak\n4,ash\n"), .test_fraction = 1};
    struct ib_dataset set = load(&spec);
    struct ib_case c = case_of(&set, IB_CE);
    static const double expected[] = {0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0}, shares[] = {0.25, 0.25, 0.5};
    assert_int_equal(c.spec.net.width[1], 3);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    assert_false(ib_workspace_is_prepared(&w, &c, IB_F64));
    const struct ib_prepared *p = prepare(&w, &c, IB_F64);
    struct ib_npy y = map(p->y, IB_F64, 4, 3);
    assert_memory_equal(y.data, expected, sizeof expected);
    assert_memory_equal(p->train_mean, shares, sizeof shares);
    assert_memory_equal(p->y_test, set.y_test, 4 * sizeof *set.y_test);
    assert_true(p->y_mean[2] == 0 && p->y_scale[2] == 1);
    ib_npy_close(&y);
    struct ib_case labels = case_of(&set, IB_BCE);
    assert_string_equal(prepare(&w, &labels, IB_F64)->x, p->x); /* the features are written once */
    ib_workspace_close(&w);
    ib_dataset_free(&set);
}

static void data_is_standardised(void **state)
{
    (void)state;
    struct ib_dataset set = load_awkward();
    expect_prepared(&set);
    ib_dataset_free(&set);
}

static void stretches_do_not_change_the_result(void **state)
{
    (void)state;
    struct ib_dataset set = load_long();
    expect_prepared(&set);
    ib_dataset_free(&set);
}

/* A column that is constant over the training rows is 0 in the test rows, too, whatever they hold. */
static void constant_columns_become_zero(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset set = load_awkward();
    struct ib_case c = case_of(&set, IB_HALF_MSE);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    const struct ib_prepared *p = prepare(&w, &c, IB_F32);
    struct ib_npy x = map(p->x, IB_F32, 6, 4), x_test = map(p->x_test, IB_F32, 2, 4);
    for (uint64_t r = 0; r < 6; r++)
        assert_true(ib_npy_at(&x, 4 * r + 2) == 0 && ib_npy_at(&x, 4 * r + 3) == 0);
    for (uint64_t r = 0; r < 2; r++)
        assert_true(ib_npy_at(&x_test, 4 * r + 2) == 0 && ib_npy_at(&x_test, 4 * r + 3) == 0);
    ib_npy_close(&x);
    ib_npy_close(&x_test);
    ib_workspace_close(&w);
    ib_dataset_free(&set);
}

/* ---- files ---- */

static void expect_rounded(const char *exact_path, const char *rounded_path, uint64_t rows, uint64_t cols)
{
    struct ib_npy exact = map(exact_path, IB_F64, rows, cols),
                  rounded = map(rounded_path, IB_F32, rows, cols);
    for (uint64_t i = 0; i < rows * cols; i++)
        assert_true(ib_npy_at(&rounded, i) == (double)(float)ib_npy_at(&exact, i));
    ib_npy_close(&exact);
    ib_npy_close(&rounded);
}

/* The f32 files are the f64 files, rounded. */
static void types_agree(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset sets[] = {load_awkward(), load_long()};
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    for (size_t i = 0; i < 2; i++) {
        struct ib_case c = case_of(&sets[i], IB_MSE);
        const struct ib_prepared *rounded = prepare(&w, &c, IB_F32), *exact = prepare(&w, &c, IB_F64);
        expect_rounded(exact->x, rounded->x, sets[i].rows, sets[i].cols);
        expect_rounded(exact->y, rounded->y, sets[i].rows, 1);
        expect_rounded(exact->x_test, rounded->x_test, sets[i].test_rows, sets[i].cols);
    }
    ib_workspace_close(&w);
    for (size_t i = 0; i < 2; i++)
        ib_dataset_free(&sets[i]);
}

/* Features are written once a type, whatever becomes of the targets. */
static void files_are_shared(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset set = load_awkward(), other = load_long();
    struct ib_case plain = case_of(&set, IB_HALF_MSE), scaled = case_of(&set, IB_MSE),
                   elsewhere = case_of(&other, IB_MSE);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    const struct ib_prepared *p = prepare(&w, &plain, IB_F32), *q = prepare(&w, &scaled, IB_F32);
    const uint64_t folders = w.n_folders;
    assert_ptr_not_equal(p, q);
    assert_string_equal(p->x, q->x);
    assert_string_not_equal(p->y, q->y);
    assert_ptr_equal(prepare(&w, &plain, IB_F32), p);
    assert_ptr_equal(prepare(&w, &scaled, IB_F32), q);
    assert_int_equal(w.n_folders, folders);
    assert_string_not_equal(prepare(&w, &plain, IB_F64)->x, p->x);
    assert_string_not_equal(prepare(&w, &elsewhere, IB_F32)->x, p->x);
    ib_workspace_close(&w);
    ib_dataset_free(&set);
    ib_dataset_free(&other);
}

static void close_removes_everything(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset set = load_awkward();
    struct ib_case c = case_of(&set, IB_MSE);
    struct ib_job job;
    struct ib_impl_info info = {.name = "any"};
    struct ib_configured_impl choice = {.info = &info};
    char folder[4096];
    c.impl = &choice;
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    snprintf(folder, sizeof folder, "%s", w.folder);
    assert_int_equal(ib_workspace_job(&w, &c, IB_F32, &job), IB_OK);
    assert_int_equal(access(job.x, R_OK), 0);
    assert_int_equal(access(job.start[0], R_OK), 0);
    ib_workspace_close(&w);
    assert_int_not_equal(access(folder, F_OK), 0);
    ib_dataset_free(&set);
}

static void unwritable_files_are_reported(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset set = load_awkward();
    struct ib_case c = case_of(&set, IB_MSE);
    const struct ib_prepared *p;
    assert_int_equal(ib_workspace_open("no/such/folder", &w), IB_EIO);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    ib_folder_remove(w.folder);
    assert_int_equal(ib_workspace_prepare(&w, &c, IB_F32, &p), IB_EIO);
    ib_workspace_close(&w);
    ib_dataset_free(&set);
}

/* ---- what the oracle reads ---- */

static void oracle_gets_the_exact_type(void **state)
{
    (void)state;
    struct ib_training_spec spec = {
        .net = {.width = {128}}, .dtype = IB_F32, .rows = IB_EXACT_ELEMENTS_MAX / 128};
    assert_int_equal(ib_workspace_exact_type(&spec), IB_F64);
    spec.rows++;
    assert_int_equal(ib_workspace_exact_type(&spec), IB_F32);
    spec.dtype = IB_F64;
    assert_int_equal(ib_workspace_exact_type(&spec), IB_F64);
    spec = (struct ib_training_spec){.net = {.width = {UINT64_C(1) << 40}}, .dtype = IB_F32, .rows = 2};
    assert_int_equal(ib_workspace_exact_type(&spec), IB_F32);
}

static double *widened(const struct ib_npy *npy)
{
    double *out = malloc(npy->rows * npy->cols * sizeof *out);
    assert_non_null(out);
    for (uint64_t i = 0; i < npy->rows * npy->cols; i++)
        out[i] = ib_npy_at(npy, i);
    return out;
}

/* Rows that are mapped in f32 give the trajectory of the same numbers in f64. */
static void oracle_reads_either_type(void **state)
{
    (void)state;
    struct ib_workspace w;
    struct ib_dataset set = load_long();
    struct ib_case c = case_of(&set, IB_MSE);
    assert_int_equal(ib_workspace_open(".", &w), IB_OK);
    const struct ib_prepared *p = prepare(&w, &c, IB_F32);
    struct ib_npy x = map(p->x, IB_F32, set.rows, set.cols), y = map(p->y, IB_F32, set.rows, 1);
    double *start = calloc(set.cols + 1, sizeof *start), *x_f64 = widened(&x), *y_f64 = widened(&y);
    assert_non_null(start);
    struct ib_oracle_problem mapped = {
        .spec = c.spec, .arithmetic = {.type = IB_F64}, .params = start, .epochs = 3};
    struct ib_oracle_problem wide = mapped;
    wide.x = x_f64;
    wide.y = y_f64;
    ib_oracle_use_rows(&mapped, &x, &y);

    struct ib_trajectory a, b;
    assert_int_equal(ib_oracle_train(&mapped, &a), IB_OK);
    assert_int_equal(ib_oracle_train(&wide, &b), IB_OK);
    assert_memory_equal(a.curve.loss, b.curve.loss, 3 * sizeof *a.curve.loss);
    assert_memory_equal(a.params, b.params, a.size * sizeof *a.params);
    assert_true(a.curve.loss[2] < a.curve.loss[0]);
    assert_true(ib_oracle_problem_loss(&mapped) == a.curve.loss[0]);

    ib_trajectory_free(&a);
    ib_trajectory_free(&b);
    free(start), free(x_f64), free(y_f64);
    ib_npy_close(&x);
    ib_npy_close(&y);
    ib_workspace_close(&w);
    ib_dataset_free(&set);
}

static const uint32_t *order_of(const struct ib_job *job, struct ib_npy *out)
{
    *out = map(job->order, IB_U32, ib_order_count(&job->spec), job->spec.rows);
    return out->data;
}

/* Drawn once for all batches of a seed; a training that goes on begins with the order that follows. */
static void orders_are_shared_and_continued(void **state)
{
    (void)state;
    enum { DONE = 3 };
    struct ib_workspace w;
    struct ib_dataset set = load_awkward();
    struct ib_case c = case_of(&set, IB_MSE);
    struct ib_configured_impl impl = {.info = &(struct ib_impl_info){.name = "x"}};
    struct ib_job full, two, four, other, next;
    struct ib_npy first, later;
    c.impl = &impl;
    assert_int_equal(ib_workspace_open(NULL, &w), IB_OK);
    assert_int_equal(ib_workspace_job(&w, &c, IB_F64, &full), IB_OK);
    assert_null(full.order);
    c.spec.batch = 2;
    assert_int_equal(ib_workspace_job(&w, &c, IB_F64, &two), IB_OK);
    c.spec.batch = 4;
    assert_int_equal(ib_workspace_job(&w, &c, IB_F32, &four), IB_OK);
    assert_string_equal(four.order, two.order);
    c.seed++;
    assert_int_equal(ib_workspace_job(&w, &c, IB_F64, &other), IB_OK);
    assert_string_not_equal(other.order, two.order);

    next = two;
    assert_int_equal(ib_workspace_order_from(&w, DONE, w.folder, &next), IB_OK);
    const uint32_t *before = order_of(&two, &first), *after = order_of(&next, &later);
    const uint64_t n = first.rows * first.cols, done = DONE * set.rows;
    assert_memory_equal(after, before + done, (n - done) * sizeof *after);
    assert_memory_equal(after + (n - done), before, done * sizeof *after);
    ib_npy_close(&first);
    ib_npy_close(&later);
    ib_workspace_close(&w);
    ib_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_standardised),
        cmocka_unit_test(classes_become_columns),
        cmocka_unit_test(stretches_do_not_change_the_result),
        cmocka_unit_test(constant_columns_become_zero),
        cmocka_unit_test(types_agree),
        cmocka_unit_test(files_are_shared),
        cmocka_unit_test(close_removes_everything),
        cmocka_unit_test(unwritable_files_are_reported),
        cmocka_unit_test(oracle_gets_the_exact_type),
        cmocka_unit_test(oracle_reads_either_type),
        cmocka_unit_test(orders_are_shared_and_continued),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
