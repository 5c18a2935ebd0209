/* Data sets: found by name, read from a file and split into training and test rows, or synthetic. Values
 * are f64 in their original units; run/standardise.h standardises them. */
#ifndef IB_DATA_DATASET_H
#define IB_DATA_DATASET_H

#include "data/synth.h"

enum ib_task { IB_REGRESSION = 1, IB_CLASSIFICATION };
extern const struct ib_word ib_task_words[];

enum ib_header { IB_HEADER_AUTO, IB_HEADER_YES, IB_HEADER_NO };

/* The description of a data set, from `datasets:` of a configuration, from X.yaml next to X.csv, or from
 * the command line. Fields that were not given are NULL or 0. */
struct ib_dataset_spec {
    const char *name;
    const char *path;
    struct ib_synth_spec synth; /* instead of a file */
    const char *target;         /* column by name or number, from 1; negative numbers count from the end */
    const char *y;              /* NPY: a second file with the targets, if `path` contains only features */
    const char *test;           /* a second file with the test rows; excludes test_fraction */
    double test_fraction; /* 0: IB_TEST_FRACTION; 1: all rows are used for both training and testing (xor) */
    uint64_t seed;        /* of the split, or of the synthetic data */
    enum ib_header header;
    enum ib_task task; /* 0: classification if all targets are 0 or 1, else regression */
    const char *source, *licence;
    const char *where; /* file:line of this description, for messages */
};

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
    double *x, *y;                           /* rows x cols, rows x outputs */
    double *x_test, *y_test;                 /* test_rows x cols, test_rows x outputs */
    const char *target;                      /* its name; "y" if the file has none */
    char sha256[IB_HASH_HEX];                /* of task, shapes, split and all values, or their parameters */
    const struct ib_synth *synth;            /* generates the rows; NULL: they are in the arrays */
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
 * value, fewer than 2 training rows, no test row, a target that is constant over the training rows, or
 * classification with targets other than 0 and 1. */
enum ib_status ib_dataset_load(const struct ib_dataset_spec *, struct ib_dataset *out);
void ib_dataset_free(struct ib_dataset *);

/* Copies n training or test rows, starting at row `first`, to x (n x cols) and y (n x outputs). The rows do
 * not depend on the ranges in which they are requested. */
enum ib_rows_of { IB_TRAINING_ROWS, IB_TEST_ROWS };
void ib_dataset_rows(const struct ib_dataset *, enum ib_rows_of, uint64_t first, uint64_t n, double *x,
                     double *y);

/* The result of a format's reader: all rows, with separate test rows if the file contains them. */
struct ib_table {
    uint64_t rows, test_rows, cols; /* cols: features */
    double *x, *y;                  /* rows x cols, rows */
    double *x_test, *y_test;
    const char *target;
    const char *const *columns; /* names of all columns, in the file's order; NULL if it has none */
};

/* A file format of data sets; listed in formats.def. */
struct ib_dataset_format {
    const char *name;      /* "csv" */
    const char *extension; /* ".csv" */
    const char *summary;
    enum ib_status (*read)(const struct ib_dataset_spec *, const char *path, struct ib_arena *,
                           struct ib_table *out);
};
extern const struct ib_dataset_format *const ib_dataset_formats[]; /* formats.def; ends with NULL */

/* The format for a path's extension; NULL if there is none. */
const struct ib_dataset_format *ib_dataset_format_of(const char *path);

#endif
