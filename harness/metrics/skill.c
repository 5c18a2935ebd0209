#include "metrics/metric.h"

#include <math.h>

/* The trivial predictor of values: each target's training mean. */
static double mean_predictor_mse(const struct ib_scores *s)
{
    double sum = 0;
    for (uint64_t i = 0; i < s->rows * s->outputs; i++)
        sum += ib_square(s->train_mean[i % s->outputs] - s->actual[i]);
    return sum / (double)(s->rows * s->outputs);
}

/* The trivial predictor of classes: whichever the training rows have more of. */
static double majority_share(const struct ib_scores *s)
{
    const bool majority = s->train_positive >= 0.5;
    uint64_t correct = 0;
    for (uint64_t i = 0; i < s->rows * s->outputs; i++)
        correct += (s->actual[i] >= 0.5) == majority;
    return (double)correct / (double)(s->rows * s->outputs);
}

static double compute(const struct ib_scores *s)
{
    if (s->rows == 0)
        return NAN;
    if (s->task == IB_CLASSIFICATION) {
        const double trivial = majority_share(s);
        return trivial < 1 ? (ib_correct_share(s) - trivial) / (1 - trivial) : NAN;
    }
    const double trivial = mean_predictor_mse(s);
    return trivial > 0 ? 1 - ib_mean_error(s, ib_square) / trivial : NAN;
}

extern const struct ib_metric ib_metric_skill;
const struct ib_metric ib_metric_skill = {
    .name = "skill",
    .label = "skill",
    .unit = "",
    .summary = "gain over the trivial predictor: 0 is no better, 1 is perfect",
    .higher_is_better = true,
    .compute = compute,
};
