/* Metrics: computed by the parent from predictions that an implementation returned, on the test rows. */
#ifndef IB_METRICS_METRIC_H
#define IB_METRICS_METRIC_H

#include "data/dataset.h"

/* What a metric sees. predicted: values in the target's units, or probabilities. */
struct ib_scores {
    enum ib_task task;
    bool probability; /* predictions are probabilities, not values */
    uint64_t rows, outputs;
    const double *actual, *predicted; /* rows x outputs */
    double train_loss;                /* of the final parameters on the training rows */
    const double *train_mean;         /* of each target over the training rows (outputs) */
    double train_positive;            /* share of class 1 among the training rows */
};

/* How a metric grows with the error of a prediction: that decides how far rounding alone can move it. */
enum ib_metric_growth {
    IB_GROWTH_UNSET, /* it says the same as another metric, and is not compared between runs */
    IB_GROWTH_SQUARE,
    IB_GROWTH_LINEAR,
    IB_GROWTH_SHARE /* of the rows */
};

struct ib_metric {
    const char *name, *label, *unit, *summary; /* label: for people */
    bool higher_is_better;
    enum ib_metric_growth growth;
    /* NaN where the metric means nothing here; readers turn that into null. A prediction that is not finite
     * gives an infinity, never NaN. */
    double (*compute)(const struct ib_scores *);
};
extern const struct ib_metric *const ib_metrics[]; /* metrics.def; ends with NULL */

/* The place of each in ib_metrics: IB_METRIC_rmse. */
#define IB_METRIC(name) IB_METRIC_##name,
enum ib_metric_index {
#include "metrics/metrics.def"
    IB_METRIC_COUNT
};
#undef IB_METRIC

/* What several metrics are made of. */

/* Mean of `of` over predicted - actual; NaN for probabilities. */
double ib_mean_error(const struct ib_scores *, double (*of)(double error));
double ib_square(double error);
/* Share of predictions on the right side of 0.5, where one that is not finite is wrong; NaN for a regression.
 */
double ib_correct_share(const struct ib_scores *);

#endif
