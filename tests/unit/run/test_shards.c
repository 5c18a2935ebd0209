/* The division of a sweep into shards. */
#include "fixtures/scratch.h"
#include "run/shards.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct ib_registry *registry;

/* 24 problems of 3 cases each: fakedev copies in two ways. */
#define MATRIX                                                                                               \
    "version: 1\nmatrix: {model: mlp, dataset: diabetes, impl: [cpu_naive, fakedev], dtype: [f32, f64],\n"   \
    "  hidden: [[2], [40], [300]], lr: [0.1, 0.01], seed: [1, 2]}\n"
enum { PROBLEMS = 24, CASES = 3 * PROBLEMS };

struct plan {
    struct ib_config config;
    struct ib_matrix matrix;
    struct ib_division division;
    double *earlier_ns;
};

static struct plan open_plan(const char *text)
{
    struct plan out;
    assert_int_equal(ib_config_read(scratch_file("c.yaml", text), &out.config), IB_OK);
    assert_int_equal(ib_matrix_build(&out.config, registry, &out.matrix), IB_OK);
    out.earlier_ns = ib_arena_alloc(&out.config.arena, out.matrix.n * sizeof *out.earlier_ns);
    for (size_t i = 0; i < out.matrix.n; i++)
        out.earlier_ns[i] = NAN;
    return out;
}

static void divide(struct plan *p, uint64_t shards)
{
    assert_int_equal(ib_divide(&p->config.measure, &p->matrix, p->earlier_ns, shards, "--shards",
                               &p->config.arena, &p->division),
                     IB_OK);
}

static void release(struct plan *p)
{
    ib_matrix_free(&p->matrix);
    ib_config_free(&p->config);
}

static bool same_problem(const struct ib_case *a, const struct ib_case *b)
{
    return a->spec.dtype == b->spec.dtype && a->seed == b->seed && a->spec.lr == b->spec.lr &&
           a->spec.net.width[1] == b->spec.net.width[1];
}

static void every_case_is_in_one_shard_with_all_of_its_problem(void **state)
{
    (void)state;
    struct plan p = open_plan(MATRIX);
    size_t cases = 0, problems = 0;
    assert_int_equal(p.matrix.n, CASES);
    divide(&p, 5);
    for (int i = 0; i < 5; i++) {
        assert_true(p.division.shares[i].cases > 0);
        cases += p.division.shares[i].cases;
        problems += p.division.shares[i].problems;
    }
    assert_int_equal(cases, CASES);
    assert_int_equal(problems, PROBLEMS);
    for (size_t i = 0; i < CASES; i++) {
        assert_in_range(p.division.shard_of[i], 1, 5);
        for (size_t k = 0; k < CASES; k++)
            if (same_problem(&p.matrix.cases[i], &p.matrix.cases[k]))
                assert_int_equal(p.division.shard_of[i], p.division.shard_of[k]);
    }
    release(&p);
}

/* The longest shard over the mean. */
static double imbalance(const struct plan *p, uint64_t shards)
{
    double sum = 0, longest = 0;
    for (uint64_t i = 0; i < shards; i++) {
        sum += p->division.shares[i].ns;
        longest = fmax(longest, p->division.shares[i].ns);
    }
    return longest * (double)shards / sum;
}

static void shards_take_equally_long(void **state)
{
    (void)state;
    struct plan p = open_plan(MATRIX);
    divide(&p, 4);
    assert_true(imbalance(&p, 4) < 1.05);
    divide(&p, 1);
    assert_true(imbalance(&p, 1) == 1);
    release(&p);
}

/* Eight problems: by their work, each shard gets two; by measured times, one of them is as long as seven. */
static void earlier_times_balance_them(void **state)
{
    (void)state;
    struct plan p = open_plan("version: 1\nmatrix: {model: mlp, dataset: diabetes, impl: cpu_naive,"
                              " seed: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
    divide(&p, 2);
    const char *by_work = p.division.id;
    assert_int_equal(p.division.shares[0].cases, 4);
    assert_int_equal(p.division.shares[1].cases, 4);
    for (size_t i = 0; i < p.matrix.n; i++)
        p.earlier_ns[i] = i == 3 ? 7e7 : 1e7;
    divide(&p, 2);
    assert_int_equal(p.division.shares[p.division.shard_of[3] - 1].cases, 1);
    assert_string_not_equal(p.division.id, by_work);
    release(&p);
}

static void equal_sweeps_are_divided_equally(void **state)
{
    (void)state;
    struct plan a = open_plan(MATRIX), b = open_plan(MATRIX);
    divide(&a, 7);
    divide(&b, 7);
    assert_string_equal(a.division.id, b.division.id);
    for (size_t i = 0; i < CASES; i++)
        assert_int_equal(a.division.shard_of[i], b.division.shard_of[i]);
    divide(&b, 6);
    assert_string_not_equal(a.division.id, b.division.id);
    release(&a);
    release(&b);
}

/* The nodes of a cluster may lack a library that the others have. */
static void an_implementation_that_is_missing_here_changes_nothing(void **state)
{
    (void)state;
    struct plan a = open_plan(MATRIX), b = open_plan(MATRIX);
    struct ib_case *cases = ib_arena_alloc(&b.matrix.arena, b.matrix.n * sizeof *cases);
    struct ib_impl_info missing = *a.matrix.cases[1].impl->info;
    struct ib_configured_impl choice = *a.matrix.cases[1].impl;
    assert_string_equal(missing.name, "fakedev");
    missing.available = false;
    choice.info = &missing;
    memcpy(cases, b.matrix.cases, b.matrix.n * sizeof *cases);
    for (size_t i = 0; i < b.matrix.n; i++)
        if (strcmp(cases[i].impl->info->name, "fakedev") == 0)
            cases[i].impl = &choice;
    b.matrix.cases = cases;
    divide(&a, 5);
    divide(&b, 5);
    assert_string_equal(a.division.id, b.division.id);
    release(&a);
    release(&b);
}

static void more_shards_than_problems_are_refused(void **state)
{
    (void)state;
    struct plan p = open_plan(MATRIX);
    divide(&p, PROBLEMS);
    expect_failure(ib_divide(&p.config.measure, &p.matrix, p.earlier_ns, PROBLEMS + 1, "--shards",
                             &p.config.arena, &p.division),
                   IB_EINVAL, "--shards", WORDS("25 shards", "24 problems"));
    release(&p);
}

/* A shard keeps the order, and where its cases stand in the configuration. */
static void a_shard_is_taken_from_the_sweep(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct ib_sweep whole, shard;
    size_t n = 0;
    scratch_file("c.yaml", MATRIX);
    assert_int_equal(ib_sweep_open("c.yaml", none, none, none, &whole), IB_OK);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(ib_sweep_open("c.yaml", none, none, none, &shard), IB_OK);
        shard.shard = (struct ib_shard){i, 3};
        assert_int_equal(ib_shard_take(&shard), IB_OK);
        assert_non_null(shard.division);
        for (size_t k = 0; k < shard.matrix.n; k++) {
            const struct ib_case *c = &shard.matrix.cases[k];
            assert_true(k == 0 || c->position > c[-1].position);
            assert_string_equal(whole.matrix.cases[c->position - 1].id, c->id);
        }
        n += shard.matrix.n;
        ib_sweep_close(&shard);
    }
    assert_int_equal(n, CASES);
    ib_sweep_close(&whole);
}

static int enter(void **state)
{
    return scratch_enter(state) || ib_registry_open(NULL, &registry) != IB_OK;
}

static int leave(void **state)
{
    ib_registry_close(registry);
    return scratch_leave(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_in_one_shard_with_all_of_its_problem),
        cmocka_unit_test(shards_take_equally_long),
        cmocka_unit_test(earlier_times_balance_them),
        cmocka_unit_test(equal_sweeps_are_divided_equally),
        cmocka_unit_test(an_implementation_that_is_missing_here_changes_nothing),
        cmocka_unit_test(more_shards_than_problems_are_refused),
        cmocka_unit_test(a_shard_is_taken_from_the_sweep),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
