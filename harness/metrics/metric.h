/* Quality metrics, computed by the parent from the predictions that an implementation returned. */
#ifndef IB_METRICS_METRIC_H
#define IB_METRICS_METRIC_H

#include "data/dataset.h"

/* The input of a metric. predicted: values in the target's units, or probabilities. actual: values, or
 * numbers of classes, from 0. A classification has one output, of class 1 of two, or one for each class. */
struct ib_scores {
    enum ib_task task;
    bool probability;                 /* predictions are probabilities, not values */
    uint64_t rows, outputs, classes;  /* classes: 0 for a regression */
    const double *actual, *predicted; /* rows x outputs; actual classes: rows */
    double train_loss;                /* of the final parameters on the training rows */
    const double *train_mean;         /* of each target over the training rows (outputs) */
    uint64_t majority;                /* the class with the most training rows */
};

/* The class that a row is predicted to be: the one with the highest output, or with a single output, 1 from
 * 0.5 on; `classes` if an output is not finite. */
uint64_t ib_scores_class(const struct ib_scores *, uint64_t row);

/* How a metric depends on the errors, which decides how far rounding alone can change it. */
enum ib_metric_form {
    IB_FORM_SQUARE, /* grows with the squared prediction errors */
    IB_FORM_LINEAR, /* grows with the errors */
    IB_FORM_SHARE,  /* a share of the rows, shown as a percentage */
    IB_FORM_DERIVED /* derived from another metric; not used to compare runs */
};

struct ib_metric {
    const char *name;  /* in the record: "rmse" */
    const char *label; /* in tables: "RMSE" */
    const char *unit, *summary;
    bool of_training;      /* of the training rows, not the test rows */
    bool higher_is_better; /* else lower is */
    enum ib_metric_form form;
    /* NaN if the metric does not apply, which readers turn into null. Predictions that are not finite give an
     * infinity, never NaN. */
    double (*compute)(const struct ib_scores *);
};

/* The index of each in ib_metrics: IB_METRIC_rmse. */
#define IB_METRIC(name, ...) IB_METRIC_##name,
enum ib_metric_index {
#include "metrics/metrics.def"
    IB_METRIC_COUNT
};
#undef IB_METRIC

extern const struct ib_metric *const ib_metrics[]; /* metrics.def; ends with NULL */

/* The metric that tables show for a task: RMSE or accuracy. */
enum ib_metric_index ib_metric_of_task(enum ib_task);

#endif
