/* A data set into the files that workers map: standardised a stretch of rows at a time, so that no copy of it
 * ever stands in memory. What is made up is made twice, first to measure its columns, then to write it. */
#ifndef IB_RUN_STANDARDISE_H
#define IB_RUN_STANDARDISE_H

#include "data/dataset.h"
#include "ironbench/impl.h"

/* A data set as a model sees it: standardised with the training rows' mean and population standard deviation;
 * a column of zero variance is 0. */
struct ib_prepared {
    const struct ib_dataset *dataset;
    enum ib_dtype type;
    bool scaled_targets;
    const char *x, *y, *x_test;     /* paths */
    const double *y_mean, *y_scale; /* per output; 0 and 1 where targets keep their units */
    const double *train_mean;       /* per output: of the training targets, in their own units, as is */
    const double *y_test;           /* test_rows x outputs */
    struct ib_prepared *next;
};

/* Writes the files that both descriptions name, and fills in what they know of the targets. They are of one
 * data set and type and share x and x_test; `plain` has the targets as they are, `scaled` has them
 * standardised. */
enum ib_status ib_standardise(struct ib_arena *, struct ib_prepared *plain, struct ib_prepared *scaled);

#endif
