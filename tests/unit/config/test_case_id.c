/* Ids, canonical texts and hashes of cases. */
#include "fixtures/built_matrix.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* These ids stand in stored runs and baselines: a change of them loses people's history. */
static void ids_are_stable(void **state)
{
    (void)state;
    struct built_matrix b = built_matrix(
        "version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: [cpu_naive, fakedev],\n"
        "  hidden: [[], [6, 6]], act: tanh, lr: [1e-5], dtype: f32, residency: resident}\n");
    assert_int_equal(b.matrix.n, 6);
    const char *const ids[] = {
        "linreg-diabetes-lr1e-05-e1000-f32-cpu_naive-31f17d9e",
        "linreg-diabetes-lr1e-05-e1000-f32-fakedev-resident-7cd7201c",
        "mlp-diabetes-hnone-lr1e-05-e1000-f32-cpu_naive-b13fc8c7",
        "mlp-diabetes-hnone-lr1e-05-e1000-f32-fakedev-resident-051f717f",
        "mlp-diabetes-h6x6-tanh-lr1e-05-e1000-f32-cpu_naive-d67ad57e",
        "mlp-diabetes-h6x6-tanh-lr1e-05-e1000-f32-fakedev-resident-32771093",
    };
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_string_equal(b.matrix.cases[i].id, ids[i]);
    built_matrix_free(&b);
}

static void canonical_text_is_stable(void **state)
{
    (void)state;
    struct built_matrix b = built_matrix("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n");
    char expected[256], hex[IB_HASH_HEX];
    const struct ib_case *c = &b.matrix.cases[0];
    snprintf(expected, sizeof expected, "model=mlp\ndataset=%s\nhidden=6\ndtype=f64\nimpl=cpu_naive\n",
             c->dataset->sha256);
    assert_string_equal(c->canonical, expected); /* no defaults */
    ib_hash_of(c->canonical, strlen(c->canonical), hex);
    assert_memory_equal(c->id + strlen(c->id) - 8, hex, 8);
    built_matrix_free(&b);
}

/* The id is of the work: not of how the data set is called or found, what else is in the matrix, or how it is
 * measured. */
static void same_work_same_hash(void **state)
{
    (void)state;
    scratch_file("renamed.csv", "a,b,xor\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
    struct built_matrix a = built_matrix("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n");
    struct built_matrix b = built_matrix(
        "version: 1\nname: x\nmatrix: {model: [logreg, mlp], dataset: renamed, impl: cpu_naive,\n"
        "  lr: [0.010, 0.5], epochs: [1000, 7], log_every: 0}\n"
        "datasets: {renamed: {path: renamed.csv, test_fraction: 1}}\nmeasure: {rounds: 3}\n");
    const struct ib_case *found = NULL;
    for (size_t i = 0; i < b.matrix.n; i++)
        if (strcmp(b.matrix.cases[i].canonical, a.matrix.cases[0].canonical) == 0)
            found = &b.matrix.cases[i];
    assert_non_null(found);
    assert_string_equal(strrchr(found->id, '-'), strrchr(a.matrix.cases[0].id, '-'));
    built_matrix_free(&a);
    built_matrix_free(&b);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct ib_case *)a)->id, ((const struct ib_case *)b)->id);
}

/* 100,000 cases that differ in what an id does not show first: all ids differ, and are fit for file names. */
static void many_cases_fit(void **state)
{
    (void)state;
    char text[16384];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: [xor, diabetes]\n"
                                   "  impl: cpu_naive\n  dtype: [f32, f64]\n  lr: [");
    for (int i = 1; i <= 25; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d.5", i > 1 ? ", " : "", i);
    used += (size_t)snprintf(text + used, sizeof text - used, "]\n  seed: [");
    for (int i = 1; i <= 1000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
    snprintf(text + used, sizeof text - used, "]\n");
    struct built_matrix b = built_matrix(text);
    assert_int_equal(b.matrix.n, 100000);
    struct ib_case *sorted = malloc(b.matrix.n * sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, b.matrix.cases, b.matrix.n * sizeof *sorted);
    qsort(sorted, b.matrix.n, sizeof *sorted, by_id);
    for (size_t i = 1; i < b.matrix.n; i++)
        assert_true(by_id(&sorted[i - 1], &sorted[i]) < 0);
    free(sorted);
    built_matrix_free(&b);
}

static void too_many_cases_are_refused(void **state)
{
    (void)state;
    char text[32768];
    struct built_matrix b;
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  impl: cpu_naive\n");
    const char *const axes[] = {"seed", "epochs"};
    for (int k = 0; k < 2; k++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "  %s: [", axes[k]);
        for (int i = 1; i <= 2000; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
        used += (size_t)snprintf(text + used, sizeof text - used, "]\n");
    }
    expect_failure(built_matrix_try(text, &b), IB_EINVAL, "c.yaml",
                   WORDS("8000000 combinations", "at most 2000000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_stable),
        cmocka_unit_test(canonical_text_is_stable),
        cmocka_unit_test(same_work_same_hash),
        cmocka_unit_test(many_cases_fit),
        cmocka_unit_test(too_many_cases_are_refused),
    };
    return cmocka_run_group_tests(tests, built_matrix_enter, built_matrix_leave);
}
