/* Metrics, each against numbers worked out by hand. */
#include "metrics/metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static double compute(const char *name, const struct ib_scores *s)
{
    const struct ib_metric *const *metric = ib_metrics;
    while (*metric && strcmp((*metric)->name, name) != 0)
        metric++;
    assert_non_null(*metric);
    return (*metric)->compute(s);
}

static void assert_close(double a, double b)
{
    if (!(fabs(a - b) <= 1e-15))
        fail_msg("%.17g is not %.17g", a, b);
}

static struct ib_scores regression(const double *predicted)
{
    static const double actual[] = {1, 2, 3, 6}, mean[] = {2};
    return (struct ib_scores){.task = IB_REGRESSION,
                              .rows = 4,
                              .outputs = 1,
                              .actual = actual,
                              .predicted = predicted,
                              .train_loss = 0.25,
                              .train_mean = mean};
}

static struct ib_scores classes(const double *predicted, bool probability, double train_positive)
{
    static const double actual[] = {0, 0, 0, 1}, mean[] = {0.25};
    return (struct ib_scores){.task = IB_CLASSIFICATION,
                              .probability = probability,
                              .rows = 4,
                              .outputs = 1,
                              .actual = actual,
                              .predicted = predicted,
                              .train_loss = 0.25,
                              .train_mean = mean,
                              .train_positive = train_positive};
}

static void errors_of_a_regression(void **state)
{
    (void)state;
    const struct ib_scores s = regression((double[]){1, 3, 3, 4});
    assert_close(compute("mse", &s), 1.25);
    assert_close(compute("rmse", &s), sqrt(1.25));
    assert_close(compute("mae", &s), 0.75);
    assert_close(compute("train_loss", &s), 0.25);
    assert_true(isnan(compute("accuracy", &s)));
    assert_close(compute("skill", &s), 1 - 1.25 / 4.5); /* 2 for all: errors 1 0 1 16 */
}

static void skill_of_the_trivial_answers(void **state)
{
    (void)state;
    struct ib_scores s = regression((double[]){2, 2, 2, 2});
    assert_close(compute("skill", &s), 0);
    s = regression((double[]){1, 2, 3, 6});
    assert_close(compute("skill", &s), 1);
    s = regression((double[]){0, 0, 0, 0});
    assert_true(compute("skill", &s) < 0);
    s = classes((double[]){0, 0, 0, 0}, true, 0.25);
    assert_close(compute("skill", &s), 0);
    s = classes((double[]){0.2, 0.1, 0.4, 0.9}, true, 0.25);
    assert_close(compute("skill", &s), 1);
    s = classes((double[]){0.9, 0.1, 0.4, 0.1}, true, 0.25);
    assert_close(compute("skill", &s), -1);
}

static void skill_measures_by_the_training_majority(void **state)
{
    (void)state;
    const struct ib_scores s =
        classes((double[]){0, 0, 0, 1}, true, 0.75); /* always 1 would be right in 1 of 4 */
    assert_close(compute("skill", &s), 1);
    const struct ib_scores half = classes((double[]){0, 1, 1, 1}, true, 0.75);
    assert_close(compute("skill", &half), (0.5 - 0.25) / 0.75);
}

static void skill_is_undefined_without_room(void **state)
{
    (void)state;
    struct ib_scores s = regression((double[]){2, 2, 2, 2});
    s.actual = (double[]){2, 2, 2, 2};
    assert_true(isnan(compute("skill", &s)));
    s = classes((double[]){0, 0, 0, 0}, true, 0.25);
    s.actual = (double[]){0, 0, 0, 0};
    assert_true(isnan(compute("skill", &s)));
}

static void probabilities_have_no_squared_error(void **state)
{
    (void)state;
    const struct ib_scores s = classes((double[]){0.2, 0.6, 0.5, 0.499}, true, 0.25);
    assert_true(isnan(compute("mse", &s)));
    assert_true(isnan(compute("rmse", &s)));
    assert_true(isnan(compute("mae", &s)));
    assert_close(compute("accuracy", &s), 0.25); /* 0.5 is class 1 */
}

static void values_of_a_classification_have_both(void **state)
{
    (void)state;
    const struct ib_scores s = classes((double[]){-0.5, 0.5, 0.25, 1.5}, false, 0.25);
    assert_close(compute("mse", &s), (0.25 + 0.25 + 0.0625 + 0.25) / 4);
    assert_close(compute("accuracy", &s), 0.75);
}

static void broken_predictions_are_infinitely_wrong(void **state)
{
    (void)state;
    const double broken[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct ib_scores s = regression((double[]){1, broken[i], 3, 6});
        assert_true(compute("mse", &s) == INFINITY);
        assert_true(compute("rmse", &s) == INFINITY);
        assert_true(compute("mae", &s) == INFINITY);
        assert_true(compute("skill", &s) == -INFINITY);
        s = classes((double[]){0, 0, 0, broken[i]}, true, 0.25);
        assert_close(compute("accuracy", &s), 0.75);
    }
    struct ib_scores s = regression((double[]){1, 2, 3, 6});
    s.train_loss = NAN;
    assert_true(compute("train_loss", &s) == INFINITY);
}

static void every_metric_describes_itself(void **state)
{
    (void)state;
    for (const struct ib_metric *const *metric = ib_metrics; *metric; metric++) {
        assert_non_null((*metric)->unit);
        assert_true(strlen((*metric)->summary) > 0);
        const bool higher = strcmp((*metric)->name, "accuracy") == 0 || strcmp((*metric)->name, "skill") == 0;
        assert_int_equal((*metric)->higher_is_better, higher);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_a_regression),
        cmocka_unit_test(skill_of_the_trivial_answers),
        cmocka_unit_test(skill_measures_by_the_training_majority),
        cmocka_unit_test(skill_is_undefined_without_room),
        cmocka_unit_test(probabilities_have_no_squared_error),
        cmocka_unit_test(values_of_a_classification_have_both),
        cmocka_unit_test(broken_predictions_are_infinitely_wrong),
        cmocka_unit_test(every_metric_describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
