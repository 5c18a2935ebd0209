/* Data sets: found by name, read from a file and split into training and test rows, or made up (synth).
 * Values are f64 and in their own units; standardising is run/standardise.h's work. */
#ifndef IB_DATA_DATASET_H
#define IB_DATA_DATASET_H

#include "data/synth.h"

enum ib_task { IB_REGRESSION = 1, IB_CLASSIFICATION };
extern const struct ib_word ib_task_words[];

enum ib_header { IB_HEADER_AUTO, IB_HEADER_YES, IB_HEADER_NO };

/* What is known of a data set before it is read: from `datasets:` of a configuration, from the X.yaml beside
 * a shipped X.csv, or from the command line. Text is NULL and numbers are 0 where nothing was said. */
struct ib_dataset_spec {
    const char *name;
    const char *path;
    struct ib_synth_spec synth; /* in place of a file */
    const char *target;   /* column by name, or by number counted from 1; negative counts from the end */
    const char *y;        /* NPY: a second file that holds the targets, where the first holds features only */
    const char *test;     /* a second file that holds the test rows; excludes test_fraction */
    double test_fraction; /* 0: the default, IB_TEST_FRACTION; 1: all rows are for training and tests (xor) */
    uint64_t seed;        /* of the split, or of what is made up */
    enum ib_header header;
    enum ib_task task; /* 0: by the targets: all 0 or 1 is classification */
    const char *source, *licence;
    const char *where; /* file:line of this description, for messages */
};

#define IB_TEST_FRACTION 0.2
#define IB_SPLIT_SEED    42

/* Made-up test rows are test_fraction of the training rows; where nothing was said, IB_TEST_FRACTION of them,
 * but at most so many: they judge the answer as well as more would, and cost no memory. */
enum { IB_SYNTH_TEST_ROWS = 10000 };

/* A data set, row-major. What is made up has no arrays: its rows are made when they are asked for. */
struct ib_dataset {
    const char *name;
    enum ib_task task;
    uint64_t rows, test_rows, cols, outputs; /* rows: training rows */
    double *x, *y;                           /* rows x cols, rows x outputs */
    double *x_test, *y_test;                 /* test_rows x cols, test_rows x outputs */
    const char *target;                      /* its name, "y" where the file has none */
    char sha256[IB_HASH_HEX]; /* of task, shapes and all values (or all that decides them), split included:
                                 same hash, same data */
    const struct ib_synth *synth; /* makes the rows; NULL: they are in the arrays */
    struct ib_arena arena;
};

/* Where a name leads: a spec of `specs` (n of them), NAME.csv + NAME.yaml or NAME.json in `folder`, then in
 * the program's configs/datasets/. A text with a slash or a known extension is a path. Unknown: IB_EINVAL
 * naming the nearest known name. The strings of *out live in the arena. */
enum ib_status ib_dataset_find(struct ib_arena *, const char *name, const struct ib_dataset_spec *specs,
                               size_t n, const char *folder, struct ib_dataset_spec *out);

/* The names that ib_dataset_find knows in `folder` (may be NULL) and the program's own; ends with NULL. */
const char *const *ib_dataset_names(struct ib_arena *, const char *folder);

/* Reads, checks and splits. Errors are IB_EINVAL (contents; "file:line:column") or IB_EIO (cannot be read):
 * ragged row, text where a number must be, no such target, non-finite value, fewer than 2 training rows, no
 * test row, constant target over the training rows, classification with targets other than 0 and 1. */
enum ib_status ib_dataset_load(const struct ib_dataset_spec *, struct ib_dataset *out);
void ib_dataset_free(struct ib_dataset *);

/* Copies n rows from row `first` on, of those for training or for tests. Rows are the same in whatever
 * stretches they are asked for. */
enum ib_rows_of { IB_TRAINING_ROWS, IB_TEST_ROWS };
void ib_dataset_rows(const struct ib_dataset *, enum ib_rows_of, uint64_t first, uint64_t n, double *x,
                     double *y);

/* What a format's reader returns: a table of all rows, and where the file itself has test rows, those too. */
struct ib_table {
    uint64_t rows, test_rows, cols; /* cols: features */
    double *x, *y;                  /* rows x cols, rows */
    double *x_test, *y_test;
    const char *target;
    const char *const *columns; /* the names of all columns in the file's order; NULL where it has none */
};

/* One way to store a data set; formats are listed in datasets.def. */
struct ib_dataset_format {
    const char *name;      /* "csv" */
    const char *extension; /* ".csv" */
    const char *summary;
    enum ib_status (*read)(const struct ib_dataset_spec *, const char *path, struct ib_arena *,
                           struct ib_table *out);
};
extern const struct ib_dataset_format *const ib_dataset_formats[]; /* datasets.def; ends with NULL */

/* The format that a path's extension names; NULL when none does. */
const struct ib_dataset_format *ib_dataset_format_of(const char *path);

#endif
