#include "metrics/metric.h"

#include <math.h>

static double compute(const struct ib_scores *s)
{
    return isnan(s->train_loss) ? INFINITY : s->train_loss;
}

extern const struct ib_metric ib_metric_train_loss;
const struct ib_metric ib_metric_train_loss = {
    .name = "train_loss",
    .label = "training loss",
    .unit = "",
    .summary = "loss over the training rows, of the final parameters",
    .higher_is_better = false,
    .growth = IB_GROWTH_SQUARE,
    .compute = compute,
};
