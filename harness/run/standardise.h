/* Writes a data set to the files that workers map, standardised in blocks of rows so that it is never copied
 * in memory as a whole. Synthetic data are generated twice, first to measure the columns, then to write them.
 */
#ifndef IB_RUN_STANDARDISE_H
#define IB_RUN_STANDARDISE_H

#include "core/loss.h"

/* A data set as a model sees it: standardised by the training rows' mean and population standard deviation;
 * constant columns become 0. */
struct ib_prepared {
    const struct ib_dataset *dataset;
    enum ib_dtype type;
    enum ib_targets targets;
    const char *x, *y, *x_test;     /* paths */
    const double *y_mean, *y_scale; /* per output; 0 and 1 if targets keep their units */
    const double *train_mean;       /* per output: of the training targets, in their own units, as is */
    const double *y_test;           /* test_rows x the data set's outputs: of classes, their numbers */
    struct ib_prepared *next;
};

/* Writes the files of both structs and fills in their target statistics. Both belong to the same data set and
 * type and share x and x_test; `plain` keeps the targets' units, `scaled` has standardised targets. */
enum ib_status ib_standardise(struct ib_arena *, struct ib_prepared *plain, struct ib_prepared *scaled);

/* Writes y of a third struct, with a column for each class. All else it shares with `plain`. */
enum ib_status ib_one_hot_targets(struct ib_arena *, const struct ib_prepared *plain,
                                  struct ib_prepared *one_hot);

#endif
