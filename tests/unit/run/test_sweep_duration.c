/* How long a sweep will take: by hand for small ones. */
#include "fixtures/scratch.h"
#include "run/sweep_duration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_registry *registry;

struct plan {
    struct ib_config config;
    struct ib_matrix matrix;
    struct ib_estimate estimate;
};

/* `earlier_ns` is what was measured of every case. */
static struct plan plan(const char *text, double earlier_ns)
{
    struct plan out;
    assert_int_equal(ib_config_read(scratch_file("c.yaml", text), &out.config), IB_OK);
    assert_int_equal(ib_matrix_build(&out.config, registry, &out.matrix), IB_OK);
    double *earlier = ib_arena_alloc(&out.config.arena, out.matrix.n * sizeof *earlier);
    for (size_t i = 0; i < out.matrix.n; i++)
        earlier[i] = earlier_ns;
    ib_estimate(&out.config.measure, &out.matrix, earlier, &out.config.arena, &out.estimate);
    return out;
}

static void release(struct plan *p)
{
    ib_matrix_free(&p->matrix);
    ib_config_free(&p->config);
}

#define CASES "version: 1\nmatrix: {model: mlp, dataset: diabetes, impl: cpu_naive, "

static void flops_are_counted(void **state)
{
    (void)state;
    struct plan p = plan(CASES "hidden: [[], [6, 7]]}\n", NAN);
    /* 354 rows of 10 features: forward and gradient by the weights, two operations each; update. */
    assert_true(ib_estimate_flops(&p.matrix.cases[0].spec) == 2 * 2 * 10 * 354 + 2 * 10);
    /* Behind the first layer also the gradient by the layer's input. */
    assert_true(ib_estimate_flops(&p.matrix.cases[1].spec) ==
                (2 * 2 * 60 + 2 * 3 * 42 + 2 * 3 * 7) * 354 + 2 * (60 + 42 + 7));
    release(&p);
}

/* What warm-up, rounds and min_time add. */
static void rounds_are_counted(void **state)
{
    (void)state;
    struct plan none = plan(CASES "epochs: 1000}\nmeasure: {rounds: 1, warmup: 0, min_time: 0s}\n", 1e6);
    const double training = 1e9; /* 1000 epochs of 1 ms */
    double start = none.estimate.checked_ns - training;
    assert_true(start > 0 && start < 1e9);
    assert_true(fabs(none.estimate.timed_ns - (start + training)) < 1);
    struct plan more = plan(CASES "epochs: 1000}\nmeasure: {rounds: 5, warmup: 2, min_time: 3s}\n", 1e6);
    assert_true(fabs(more.estimate.timed_ns - 5 * (start + 2 * training + 3e9)) < 1);
    assert_true(more.estimate.checked_ns == none.estimate.checked_ns);
    assert_true(more.estimate.oracle_ns == 2 * none.estimate.oracle_ns); /* for the unseen problem */
    struct plan early = plan(CASES "epochs: 1000}\nmeasure: {min_rounds: 7, max_rounds: 9, precision: 1%,"
                                   " warmup: 0, min_time: 0s}\n",
                             1e6);
    assert_true(fabs(early.estimate.timed_ns - 9 * (start + training)) < 1); /* none may stop early */
    struct plan brief = plan(CASES "epochs: 1000}\nmeasure: {rounds: 1, warmup: 1, min_time: 100ms}\n", 1e6);
    assert_true(brief.estimate.timed_ns > start + training + 100e6); /* the warm-up is not a whole training */
    assert_true(brief.estimate.timed_ns < start + training + 200e6);
    struct plan repeated =
        plan(CASES "epochs: 1000}\nmeasure: {rounds: 1, warmup: 0, min_time: 2.5s}\n", 1e6);
    assert_true(fabs(repeated.estimate.timed_ns - (start + 3 * training)) < 1); /* whole trainings */
    release(&none);
    release(&more);
    release(&brief);
    release(&repeated);
    release(&early);
}

static void earlier_runs_are_used(void **state)
{
    (void)state;
    struct plan known = plan(CASES "dtype: [f32, f64]}\n", 5000);
    assert_int_equal(known.estimate.n_earlier, 2);
    assert_int_equal(known.estimate.n_assumed, 0);
    assert_true(known.estimate.cases[1].earlier);
    assert_true(known.estimate.cases[1].epoch_ns == 5000);
    struct plan unknown = plan(CASES "dtype: [f32, f64]}\n", NAN);
    assert_int_equal(unknown.estimate.n_earlier, 0);
    assert_int_equal(unknown.estimate.n_assumed, 2);
    assert_false(unknown.estimate.cases[1].earlier);
    double flops = ib_estimate_flops(&unknown.matrix.cases[1].spec);
    assert_true(fabs(unknown.estimate.cases[1].epoch_ns - flops / IB_ASSUMED_FLOPS_PER_S * 1e9) < 1e-3);
    release(&known);
    release(&unknown);
    struct plan tiny = plan("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n", NAN);
    assert_true(tiny.estimate.cases[0].epoch_ns == IB_ASSUMED_LEAST_NS);
    release(&tiny);
}

/* The oracle trains once for all that train the same, and once more in every type; it has a budget. */
static void oracle_is_estimated(void **state)
{
    (void)state;
    struct plan one = plan(CASES "epochs: 1}\n", NAN);
    double each = one.estimate.oracle_ns / 2;
    struct plan types = plan(CASES "epochs: 1, dtype: [f32, f64], log_every: [0, 1]}\n", NAN);
    assert_int_equal(types.matrix.n, 4);
    assert_true(fabs(types.estimate.oracle_ns - 3 * each) < 1);
    struct plan seeds = plan(CASES "epochs: 1, seed: [1, 2, 3]}\n", NAN);
    assert_true(fabs(seeds.estimate.oracle_ns - 6 * each) < 1);
    struct plan networks = plan(CASES "epochs: 1, hidden: [[6, 6], [6, 7]]}\n", NAN);
    assert_true(networks.estimate.oracle_ns > 4 * each);
    struct plan longer = plan(CASES "epochs: 1000000000}\nmeasure: {oracle_budget: 2s}\n", NAN);
    assert_true(longer.estimate.oracle_ns >= 4e9 && longer.estimate.oracle_ns < 5e9);
    release(&one);
    release(&types);
    release(&seeds);
    release(&networks);
    release(&longer);
}

/* An external program that trains by another algorithm is trained some more: a few times in a search, and up
 * to three losses a round. */
static void other_algorithms_are_estimated(void **state)
{
    (void)state;
    static const char *const command[] = {"x", NULL};
    struct plan p = plan(CASES "epochs: 1000}\nmeasure: {rounds: 4, warmup: 0, min_time: 0s}\n", 1e6);
    assert_true(p.estimate.stops_ns == 0);
    struct ib_impl_info other = *p.matrix.cases[0].impl->info;
    struct ib_configured_impl choice = {.info = &other};
    struct ib_case c = p.matrix.cases[0];
    struct ib_estimate estimate;
    const double measured = 1e6, training = 1e9;
    other.algorithm = "lbfgs";
    other.command = command;
    c.impl = &choice;
    ib_estimate(&p.config.measure, &(struct ib_matrix){.cases = &c, .n = 1}, &measured, &p.config.arena,
                &estimate);
    assert_true(estimate.timed_ns == p.estimate.timed_ns);
    assert_true(estimate.stops_ns > 4 * training && estimate.stops_ns < 20 * training);
    assert_true(fabs(estimate.cases[0].total_ns - p.estimate.cases[0].total_ns - estimate.stops_ns) < 1);
    release(&p);
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
        cmocka_unit_test(flops_are_counted),
        cmocka_unit_test(rounds_are_counted),
        cmocka_unit_test(earlier_runs_are_used),
        cmocka_unit_test(oracle_is_estimated),
        cmocka_unit_test(other_algorithms_are_estimated),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
