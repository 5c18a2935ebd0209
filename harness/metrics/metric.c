#include "metrics/metric.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* ---- shared parts ---- */

static double square(double error)
{
    return error * error;
}

/* Mean of `of` over predicted - actual; NaN for probabilities. */
static double mean_error(const struct ib_scores *s, double (*of)(double error))
{
    if (s->probability || s->rows == 0)
        return NAN;
    const uint64_t n = s->rows * s->outputs;
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += of(s->predicted[i] - s->actual[i]);
    return isnan(sum) ? INFINITY : sum / (double)n;
}

/* The error of the trivial regression: each target's training mean. */
static double mean_predictor_mse(const struct ib_scores *s)
{
    double sum = 0;
    for (uint64_t i = 0; i < s->rows * s->outputs; i++)
        sum += square(s->train_mean[i % s->outputs] - s->actual[i]);
    return sum / (double)(s->rows * s->outputs);
}

uint64_t ib_scores_class(const struct ib_scores *s, uint64_t row)
{
    const double *predicted = s->predicted + row * s->outputs;
    uint64_t most = 0;
    for (uint64_t c = 0; c < s->outputs; c++) {
        if (!isfinite(predicted[c]))
            return s->classes;
        most = predicted[c] > predicted[most] ? c : most;
    }
    return s->outputs == 1 ? predicted[0] >= 0.5 : most;
}

/* The share of test rows that a classification gets right; majority: of the trivial one, which always answers
 * the majority class of the training rows. */
static double share_right(const struct ib_scores *s, bool majority)
{
    uint64_t correct = 0;
    for (uint64_t i = 0; i < s->rows; i++)
        correct += (majority ? s->majority : ib_scores_class(s, i)) == (uint64_t)s->actual[i];
    return (double)correct / (double)s->rows;
}

/* The probability that a prediction gives to the row's actual class. */
static double probability_of_actual(const struct ib_scores *s, uint64_t row)
{
    const uint64_t actual = (uint64_t)s->actual[row];
    if (s->outputs > 1)
        return s->predicted[row * s->outputs + actual];
    return actual ? s->predicted[row] : 1 - s->predicted[row];
}

/* Of one class: rows that are of it, plus rows that are predicted to be; rows that are both. */
struct tally {
    uint64_t either, both;
};

static void count_classes(const struct ib_scores *s, struct tally *of)
{
    for (uint64_t i = 0; i < s->rows; i++) {
        const uint64_t is = (uint64_t)s->actual[i], seems = ib_scores_class(s, i);
        of[is].either++;
        of[is].both += seems == is;
        if (seems < s->classes)
            of[seems].either++;
    }
}

/* ---- the metrics, by the names of metrics.def ---- */

static double train_loss(const struct ib_scores *s)
{
    return isnan(s->train_loss) ? INFINITY : s->train_loss;
}

static double mse(const struct ib_scores *s)
{
    return mean_error(s, square);
}

static double mae(const struct ib_scores *s)
{
    return mean_error(s, fabs);
}

static double rmse(const struct ib_scores *s)
{
    return sqrt(mean_error(s, square));
}

/* Non-finite predictions are wrong. */
static double accuracy(const struct ib_scores *s)
{
    return s->task == IB_CLASSIFICATION && s->rows > 0 ? share_right(s, false) : NAN;
}

/* A probability of 0 counts as the smallest step of f64 from 1, as in scikit-learn. */
static double log_loss(const struct ib_scores *s)
{
    if (s->task != IB_CLASSIFICATION || !s->probability || s->rows == 0)
        return NAN;
    double sum = 0;
    for (uint64_t i = 0; i < s->rows; i++) {
        const double p = probability_of_actual(s, i);
        sum -= !isfinite(p) ? -INFINITY : p < DBL_EPSILON ? log(DBL_EPSILON) : log(p);
    }
    return sum / (double)s->rows;
}

/* The mean of 2 tp / (2 tp + fp + fn) over the classes that occur or are predicted. */
static double macro_f1(const struct ib_scores *s)
{
    struct tally *of = NULL;
    if (s->task == IB_CLASSIFICATION && s->rows > 0)
        of = calloc(s->classes, sizeof *of);
    if (!of)
        return NAN;
    double sum = 0;
    uint64_t n = 0;
    count_classes(s, of);
    for (uint64_t c = 0; c < s->classes; c++) {
        sum += of[c].either ? 2 * (double)of[c].both / (double)of[c].either : 0;
        n += of[c].either > 0;
    }
    free(of);
    return sum / (double)n;
}

static double skill(const struct ib_scores *s)
{
    if (s->rows == 0)
        return NAN;
    if (s->task == IB_CLASSIFICATION) {
        const double trivial = share_right(s, true);
        return trivial < 1 ? (accuracy(s) - trivial) / (1 - trivial) : NAN;
    }
    const double trivial = mean_predictor_mse(s);
    return trivial > 0 ? 1 - mse(s) / trivial : NAN;
}

/* ---- the table ---- */

enum { TEST, TRAINING, LOWER = 0, HIGHER };

#define IB_METRIC(name_, label_, unit_, of_, direction_, form_, summary_)                                    \
    [IB_METRIC_##name_] = {.name = #name_,                                                                   \
                           .label = label_,                                                                  \
                           .unit = unit_,                                                                    \
                           .summary = summary_,                                                              \
                           .of_training = of_ == TRAINING,                                                   \
                           .higher_is_better = direction_ == HIGHER,                                         \
                           .form = IB_FORM_##form_,                                                          \
                           .compute = name_},
static const struct ib_metric table[IB_METRIC_COUNT] = {
#include "metrics/metrics.def"
};
#undef IB_METRIC

#define IB_METRIC(name, ...) &table[IB_METRIC_##name],
const struct ib_metric *const ib_metrics[] = {
#include "metrics/metrics.def"
    NULL,
};
#undef IB_METRIC

enum ib_metric_index ib_metric_of_task(enum ib_task task)
{
    return task == IB_CLASSIFICATION ? IB_METRIC_accuracy : IB_METRIC_rmse;
}
