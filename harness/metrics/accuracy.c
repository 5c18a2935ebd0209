#include "metrics/metric.h"

extern const struct ib_metric ib_metric_accuracy;
const struct ib_metric ib_metric_accuracy = {
    .name = "accuracy",
    .label = "accuracy",
    .unit = "",
    .summary = "share of the test rows whose class is right",
    .higher_is_better = true,
    .growth = IB_GROWTH_SHARE,
    .compute = ib_correct_share,
};
