/* Metrics: computed by the parent from predictions that an implementation returned. */
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

/* What a metric is made of, which decides how far rounding alone can move it. */
enum ib_metric_form {
    IB_FORM_SQUARE, /* grows with the square of the errors of predictions */
    IB_FORM_LINEAR, /* grows with the errors */
    IB_FORM_SHARE,  /* share of the rows: people read it as a percentage */
    IB_FORM_DERIVED /* follows from another metric: runs are not compared by it */
};

struct ib_metric {
    const char *name;  /* "rmse": in the record */
    const char *label; /* "RMSE": for people */
    const char *unit, *summary;
    bool of_training;      /* of the training rows, not the test rows */
    bool higher_is_better; /* else lower is */
    enum ib_metric_form form;
    /* NaN where the metric means nothing here; readers turn that into null. A prediction that is not finite
     * gives an infinity, never NaN. */
    double (*compute)(const struct ib_scores *);
};

/* The place of each in ib_metrics: IB_METRIC_rmse. */
#define IB_METRIC(name, ...) IB_METRIC_##name,
enum ib_metric_index {
#include "metrics/metrics.def"
    IB_METRIC_COUNT
};
#undef IB_METRIC

extern const struct ib_metric *const ib_metrics[]; /* metrics.def; ends with NULL */

/* The one that tables show for a task: RMSE, or accuracy. */
enum ib_metric_index ib_metric_of_task(enum ib_task);

#endif
