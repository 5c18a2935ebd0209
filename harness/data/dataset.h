/* Data sets: found by name, read from a file and split into training and test rows, or synthetic. Values
 * are f64 in their original units; run/standardise.h standardises them. */
#ifndef IB_DATA_DATASET_H
#define IB_DATA_DATASET_H

#include "data/columns.h"
#include "data/table.h"

#define IB_TEST_FRACTION 0.2
#define IB_SPLIT_SEED    42

/* The default number of synthetic test rows is IB_TEST_FRACTION of the training rows, but at most this
 * many: more would cost memory without a better estimate. */
enum { IB_SYNTH_TEST_ROWS = 10000 };

/* A data set, row-major. Synthetic data has no arrays: rows are generated on demand. */
struct ib_dataset {
    const char *name;
    enum ib_task task;
    uint64_t rows, test_rows, cols, outputs; /* rows: training rows */
    uint64_t classes;                        /* 0: regression. Else y is the number of a class, from 0 */
    double *x, *y;                           /* rows x cols, rows x outputs */
    double *x_test, *y_test;                 /* test_rows x cols, test_rows x outputs */
    const char *target;                      /* its name; "y" if the file has none; several: "a, b" */
    char sha256[IB_HASH_HEX];                /* of task, shapes, split and all values, or their parameters */
    const struct ib_synth *synth;            /* generates the rows; NULL: they are in the arrays */
    const struct ib_columns *x_columns, *y_columns; /* of the training rows; NULL for synthetic data */
    const char *guesses;       /* what the description leaves open, and how it was read; NULL: nothing */
    const char *no_classes;    /* why targets that may be classes are not taken for them; NULL */
    const char *no_f32;        /* why f32 cannot hold the features; NULL: it can */
    const char *no_f32_target; /* the same for the target in its own units */
    struct ib_arena arena;
};

/* Resolves a name: first one of the n `specs`, then NAME with a known extension (and NAME.yaml) in
 * `folder`, then in the program's configs/datasets/. A name with a slash or a known extension is a path.
 * IB_EINVAL suggests the nearest known name. The strings of *out live in the arena. */
enum ib_status ib_dataset_find(struct ib_arena *, const char *name, const struct ib_dataset_spec *specs,
                               size_t n, const char *folder, struct ib_dataset_spec *out);

/* The names that ib_dataset_find finds in `folder` (may be NULL) and configs/datasets/; ends with NULL. */
const char *const *ib_dataset_names(struct ib_arena *, const char *folder);

/* Reads, checks and splits the data. IB_EIO if a file cannot be read. IB_EINVAL, at "file:line:column"
 * where possible, for a row of another length, text instead of a number, an unknown target, a non-finite
 * value, a first row of both names and numbers, fewer than 2 training rows, no test row, a target that is
 * constant over the training rows, numbers too large or too small for f64, or classification with targets
 * that are no classes (data/labels.h). */
enum ib_status ib_dataset_load(const struct ib_dataset_spec *, struct ib_dataset *out);
void ib_dataset_free(struct ib_dataset *);

/* Copies n training or test rows, starting at row `first`, to x (n x cols) and y (n x outputs). The rows do
 * not depend on the ranges in which they are requested. */
enum ib_rows_of { IB_TRAINING_ROWS, IB_TEST_ROWS };
void ib_dataset_rows(const struct ib_dataset *, enum ib_rows_of, uint64_t first, uint64_t n, double *x,
                     double *y);

extern const struct ib_dataset_format *const ib_dataset_formats[]; /* formats.def; ends with NULL */

/* The format for a path's extension, in small or capital letters; NULL if there is none. */
const struct ib_dataset_format *ib_dataset_format_of(const char *path);

#endif
