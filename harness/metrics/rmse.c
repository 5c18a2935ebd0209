#include "metrics/metric.h"

#include <math.h>

static double compute(const struct ib_scores *s)
{
    return sqrt(ib_mean_error(s, ib_square));
}

extern const struct ib_metric ib_metric_rmse;
const struct ib_metric ib_metric_rmse = {
    .name = "rmse",
    .label = "root mean squared error",
    .unit = "target",
    .summary = "root of the mean squared error over the test rows",
    .higher_is_better = false,
    .growth = IB_GROWTH_LINEAR,
    .compute = compute,
};
