#include "metrics/metric.h"

#include <math.h>
#include <stddef.h>

#define IB_METRIC(name) extern const struct ib_metric ib_metric_##name;
#include "metrics/metrics.def"
#undef IB_METRIC

#define IB_METRIC(name) &ib_metric_##name,
const struct ib_metric *const ib_metrics[] = {
#include "metrics/metrics.def"
    NULL,
};
#undef IB_METRIC

double ib_mean_error(const struct ib_scores *s, double (*of)(double error))
{
    if (s->probability || s->rows == 0)
        return NAN;
    const uint64_t n = s->rows * s->outputs;
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += of(s->predicted[i] - s->actual[i]);
    return isnan(sum) ? INFINITY : sum / (double)n;
}

double ib_square(double error)
{
    return error * error;
}

double ib_correct_share(const struct ib_scores *s)
{
    if (s->task != IB_CLASSIFICATION || s->rows == 0)
        return NAN;
    const uint64_t n = s->rows * s->outputs;
    uint64_t correct = 0;
    for (uint64_t i = 0; i < n; i++)
        correct += isfinite(s->predicted[i]) && (s->predicted[i] >= 0.5) == (s->actual[i] >= 0.5);
    return (double)correct / (double)n;
}
