#include "analysis/tuning.h"
#include "fixtures/made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    run = (struct ib_run_record){0};
    ib_arena_free(&arena);
    return 0;
}

/* A verified mlp whose loss falls from 1 to `lowest` at epoch 10. */
static struct ib_case_record *add(const char *name, const char *lr, const char *hidden, double time_ns,
                                  double rmse, double lowest)
{
    static uint64_t epochs[] = {1, 10, 100};
    struct ib_case_record *c = made_case(&run, name, IB_HOST, 100, time_ns, 1);
    double *losses = ib_arena_alloc(&arena, 3 * sizeof *losses);
    losses[0] = 1;
    losses[1] = losses[2] = lowest;
    c->axis[IB_AXIS_MODEL] = "mlp";
    c->axis[IB_AXIS_LR] = lr;
    c->axis[IB_AXIS_HIDDEN] = hidden;
    c->problem = ib_arena_print(&arena, "mlp %s lr=%s f32 made", hidden, lr);
    c->check.convergence = IB_CONVERGED;
    c->metrics[IB_METRIC_rmse] = rmse;
    c->curve = (struct ib_curve){3, epochs, losses};
    c->ranked = true;
    return c;
}

static const struct ib_tuning *sweep(void)
{
    static struct ib_tuning *list;
    assert_int_equal(ib_tunings(&arena, &run, &list), 1);
    return list;
}

static void the_axes_with_several_values_are_found_in_order(void **state)
{
    (void)state;
    add("cpu", "0.1", "6", 1000, 5, 0.5);
    add("cpu", "0.03", "6", 1000, 5, 0.5);
    add("cpu", "0.1", "6,6", 1000, 5, 0.5);
    const struct ib_tuning *s = sweep();
    assert_int_equal(s->n, 3);
    assert_int_equal(s->n_problems, 3);
    assert_int_equal(s->n_axes, 2);
    assert_int_equal(s->axes[0].kind, IB_AXIS_LR);
    assert_string_equal(s->axes[0].values[0], "0.03"); /* ascending */
    assert_int_equal(s->axes[1].kind, IB_AXIS_HIDDEN);
    assert_int_equal(ib_tuning_place(&s->axes[0], &run.cases[0]), 1);
    assert_int_equal(ib_tuning_place(&s->axes[1], &run.cases[2]), 1);
}

static void the_best_differ_by_metric_and_by_time(void **state)
{
    (void)state;
    add("cpu", "0.1", "6", 1000, 5, 0.2);
    add("cpu", "0.2", "6", 1000, 4, 0.6); /* the best on the test rows */
    add("cpu", "0.3", "6", 100, 6, 0.2);  /* the soonest at the lowest loss */
    add("gpu", "0.1", "6", 50, 5, 0.6);   /* never reaches it */
    const struct ib_tuning *s = sweep();
    assert_int_equal(s->n_bests, 2);
    assert_ptr_equal(s->bests[0].by_score, &run.cases[1]);
    assert_ptr_equal(s->bests[0].by_time, &run.cases[2]);
    assert_true(fabs(s->target - (1 - 0.99 * 0.8)) < 1e-12);
    assert_true(fabs(s->bests[0].seconds - 10 * 100e-9) < 1e-15);
    assert_null(s->bests[1].by_time);
    assert_true(isnan(s->bests[1].seconds));
}

static void what_is_wrong_or_diverged_is_not_best(void **state)
{
    (void)state;
    add("cpu", "0.1", "6", 1000, 5, 0.5);
    struct ib_case_record *wrong = add("cpu", "0.2", "6", 10, 1, 0.1),
                          *diverged = add("cpu", "0.3", "6", 10, 2, 0.1);
    wrong->check.verdict = IB_WRONG;
    diverged->check.convergence = IB_DIVERGED;
    wrong->ranked = diverged->ranked = false;
    const struct ib_tuning *s = sweep();
    assert_ptr_equal(s->bests[0].by_score, &run.cases[0]);
    assert_ptr_equal(s->bests[0].by_time, &run.cases[0]);
    assert_int_equal(s->bests[0].n, 3);
    assert_int_equal(s->bests[0].n_diverged, 1);
}

static void types_are_sweeps_of_their_own_and_two_settings_are_none(void **state)
{
    (void)state;
    struct ib_tuning *list;
    for (int i = 0; i < 3; i++)
        add("cpu", i == 0 ? "0.1" : i == 1 ? "0.2" : "0.3", "6", 1000, 5, 0.5);
    for (int i = 0; i < 2; i++)
        add("cpu", i == 0 ? "0.1" : "0.2", "6", 1000, 5, 0.5)->axis[IB_AXIS_DTYPE] = "f64";
    assert_int_equal(ib_tunings(&arena, &run, &list), 1);
    assert_int_equal(list[0].n, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(the_axes_with_several_values_are_found_in_order),
        TEST(the_best_differ_by_metric_and_by_time),
        TEST(what_is_wrong_or_diverged_is_not_best),
        TEST(types_are_sweeps_of_their_own_and_two_settings_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
