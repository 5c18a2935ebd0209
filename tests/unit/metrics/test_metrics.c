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

static struct ib_scores classes(const double *predicted, bool probability, uint64_t majority)
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
                              .classes = 2,
                              .majority = majority};
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
    s = classes((double[]){0, 0, 0, 0}, true, 0);
    assert_close(compute("skill", &s), 0);
    s = classes((double[]){0.2, 0.1, 0.4, 0.9}, true, 0);
    assert_close(compute("skill", &s), 1);
    s = classes((double[]){0.9, 0.1, 0.4, 0.1}, true, 0);
    assert_close(compute("skill", &s), -1);
}

static void skill_measures_by_the_training_majority(void **state)
{
    (void)state;
    const struct ib_scores s =
        classes((double[]){0, 0, 0, 1}, true, 1); /* always 1 would be right in 1 of 4 */
    assert_close(compute("skill", &s), 1);
    const struct ib_scores half = classes((double[]){0, 1, 1, 1}, true, 1);
    assert_close(compute("skill", &half), (0.5 - 0.25) / 0.75);
}

static void skill_is_undefined_without_room(void **state)
{
    (void)state;
    struct ib_scores s = regression((double[]){2, 2, 2, 2});
    s.actual = (double[]){2, 2, 2, 2};
    assert_true(isnan(compute("skill", &s)));
    s = classes((double[]){0, 0, 0, 0}, true, 0);
    s.actual = (double[]){0, 0, 0, 0};
    assert_true(isnan(compute("skill", &s)));
}

static void probabilities_have_no_squared_error(void **state)
{
    (void)state;
    const struct ib_scores s = classes((double[]){0.2, 0.6, 0.5, 0.499}, true, 0);
    assert_true(isnan(compute("mse", &s)));
    assert_true(isnan(compute("rmse", &s)));
    assert_true(isnan(compute("mae", &s)));
    assert_close(compute("accuracy", &s), 0.25); /* 0.5 is class 1 */
}

static void values_of_a_classification_have_both(void **state)
{
    (void)state;
    const struct ib_scores s = classes((double[]){-0.5, 0.5, 0.25, 1.5}, false, 0);
    assert_close(compute("mse", &s), (0.25 + 0.25 + 0.0625 + 0.25) / 4);
    assert_close(compute("accuracy", &s), 0.75);
}

/* Six rows of three classes, 2 of them the most frequent among the training rows. */
static struct ib_scores many_classes(const double *predicted)
{
    static const double actual[] = {0, 1, 2, 2, 1, 0}, shares[] = {0.25, 0.25, 0.5};
    return (struct ib_scores){.task = IB_CLASSIFICATION,
                              .probability = true,
                              .rows = 6,
                              .outputs = 3,
                              .classes = 3,
                              .actual = actual,
                              .predicted = predicted,
                              .train_mean = shares,
                              .majority = 2};
}

static const double three_classes[] = {0.5, 0.25, 0.25, 0.25, 0.5,   0.25,  0,   0,    1,
                                       0.5, 0.25, 0.25, 0.25, 0.375, 0.375, 0.2, 0.25, 0.55};

/* Classes 0 1 2 0 1 2 are answered: of two that are equal, the first. */
static void many_classes_are_the_largest_outputs(void **state)
{
    (void)state;
    const uint64_t answered[] = {0, 1, 2, 0, 1, 2};
    const struct ib_scores s = many_classes(three_classes);
    for (uint64_t i = 0; i < 6; i++)
        assert_int_equal(ib_scores_class(&s, i), answered[i]);
    assert_close(compute("accuracy", &s), 4.0 / 6);
    assert_close(compute("skill", &s), (4.0 / 6 - 2.0 / 6) / (1 - 2.0 / 6));
    assert_true(isnan(compute("mse", &s)));
}

static void log_loss_is_that_of_the_actual_class(void **state)
{
    (void)state;
    const struct ib_scores s = many_classes(three_classes);
    const double sum = -log(0.5) - log(0.5) - log(1) - log(0.25) - log(0.375) - log(0.2);
    assert_close(compute("log_loss", &s), sum / 6);
    const struct ib_scores two = classes((double[]){0.2, 0.6, 0.5, 0.25}, true, 0);
    assert_close(compute("log_loss", &two), -(log(0.8) + log(0.4) + log(0.5) + log(0.25)) / 4);
    const struct ib_scores sure = classes((double[]){0, 0, 0, 0}, true, 0); /* and once wrong */
    assert_close(compute("log_loss", &sure), -log(0x1p-52) / 4);
    const struct ib_scores values = classes((double[]){0, 0, 0, 1}, false, 0),
                           none = regression(three_classes);
    assert_true(isnan(compute("log_loss", &values)) && isnan(compute("log_loss", &none)));
}

/* Of each class: right answers twice, among those answered and those that are. */
static void macro_f1_is_a_mean_over_classes(void **state)
{
    (void)state;
    const struct ib_scores s = many_classes(three_classes);
    assert_close(compute("macro_f1", &s), (2.0 / 4 + 4.0 / 4 + 2.0 / 4) / 3);
    const struct ib_scores two = classes((double[]){0.2, 0.6, 0.5, 0.9}, true, 0); /* 0 1 1 1 */
    assert_close(compute("macro_f1", &two), (2.0 / 4 + 2.0 / 4) / 2);
    struct ib_scores absent = classes((double[]){0, 0, 0, 0}, true, 0);
    absent.actual = (double[]){0, 0, 0, 0};
    assert_close(compute("macro_f1", &absent), 1); /* of the one class that there is */
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
        s = classes((double[]){0, 0, 0, broken[i]}, true, 0);
        assert_close(compute("accuracy", &s), 0.75);
        assert_true(compute("log_loss", &s) == INFINITY);
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
        const bool higher = strcmp((*metric)->name, "accuracy") == 0 ||
                            strcmp((*metric)->name, "macro_f1") == 0 || strcmp((*metric)->name, "skill") == 0;
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
        cmocka_unit_test(many_classes_are_the_largest_outputs),
        cmocka_unit_test(log_loss_is_that_of_the_actual_class),
        cmocka_unit_test(macro_f1_is_a_mean_over_classes),
        cmocka_unit_test(broken_predictions_are_infinitely_wrong),
        cmocka_unit_test(every_metric_describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
