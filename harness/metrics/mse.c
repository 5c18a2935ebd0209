#include "metrics/metric.h"

static double compute(const struct ib_scores *s)
{
    return ib_mean_error(s, ib_square);
}

extern const struct ib_metric ib_metric_mse;
const struct ib_metric ib_metric_mse = {
    .name = "mse",
    .label = "mean squared error",
    .unit = "target²",
    .summary = "mean squared error over the test rows",
    .higher_is_better = false,
    .growth = IB_GROWTH_SQUARE,
    .compute = compute,
};
