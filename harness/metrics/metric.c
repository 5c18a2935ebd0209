#include "metrics/metric.h"

#include <math.h>
#include <stddef.h>

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

/* The accuracy of the trivial classifier: the majority class of the training rows. */
static double majority_share(const struct ib_scores *s)
{
    const bool majority = s->train_positive >= 0.5;
    uint64_t correct = 0;
    for (uint64_t i = 0; i < s->rows * s->outputs; i++)
        correct += (s->actual[i] >= 0.5) == majority;
    return (double)correct / (double)(s->rows * s->outputs);
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

/* The share of predictions on the right side of 0.5; non-finite ones are wrong. */
static double accuracy(const struct ib_scores *s)
{
    if (s->task != IB_CLASSIFICATION || s->rows == 0)
        return NAN;
    const uint64_t n = s->rows * s->outputs;
    uint64_t correct = 0;
    for (uint64_t i = 0; i < n; i++)
        correct += isfinite(s->predicted[i]) && (s->predicted[i] >= 0.5) == (s->actual[i] >= 0.5);
    return (double)correct / (double)n;
}

static double skill(const struct ib_scores *s)
{
    if (s->rows == 0)
        return NAN;
    if (s->task == IB_CLASSIFICATION) {
        const double trivial = majority_share(s);
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
