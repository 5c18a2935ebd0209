#include "metrics/metric.h"

#include <math.h>

static double compute(const struct ib_scores *s)
{
    return ib_mean_error(s, fabs);
}

extern const struct ib_metric ib_metric_mae;
const struct ib_metric ib_metric_mae = {
    .name = "mae",
    .label = "mean absolute error",
    .unit = "target",
    .summary = "mean absolute error over the test rows",
    .higher_is_better = false,
    .growth = IB_GROWTH_LINEAR,
    .compute = compute,
};
