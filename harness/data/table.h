/* The description of a data set, and the table that a format's reader makes of its file. */
#ifndef IB_DATA_TABLE_H
#define IB_DATA_TABLE_H

#include "data/synth.h"

enum ib_task { IB_REGRESSION = 1, IB_CLASSIFICATION };
extern const struct ib_word ib_task_words[];

enum ib_header { IB_HEADER_AUTO, IB_HEADER_YES, IB_HEADER_NO };
extern const struct ib_word ib_header_words[]; /* true false */

extern const struct ib_word ib_delimiter_words[]; /* comma semicolon tab bar */
#define IB_DELIMITER_ALLOWED "comma, semicolon, tab or bar, or the character itself"
/* Parses the word for a delimiter, or the character. */
bool ib_delimiter_parse(const char *text, int *out);

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
    int delimiter;        /* of CSV: a character; 0: by the first line */
    enum ib_task task;    /* 0: classification if all targets are 0 or 1, else regression */
    const char *positive; /* the value of a target with two values that becomes 1; the other becomes 0 */
    const char *source, *licence;
    const char *where; /* file:line of this description, for messages */
};

/* What a reader may have to guess. */
enum ib_guess { IB_GUESS_DELIMITER, IB_GUESS_HEADER, IB_GUESS_COUNT };

/* The result of a format's reader: all rows, with separate test rows if the file contains them. */
struct ib_table {
    uint64_t rows, test_rows, cols; /* cols: features */
    double *x, *y;                  /* rows x cols, rows */
    double *x_test, *y_test;
    const char *target;
    const char *const *columns;          /* names of all columns, in the file's order; NULL if it has none */
    uint64_t target_column;              /* from 1; 0: the target is not among the columns */
    const char *negative;                /* the class other than `positive`, if classes are words */
    const char *guesses[IB_GUESS_COUNT]; /* in words; NULL: not guessed */
};

/* A file format of data sets; listed in formats.def. */
struct ib_dataset_format {
    const char *name;          /* "csv" */
    const char *extensions[3]; /* ".csv"; ends with NULL */
    const char *summary;
    enum ib_status (*read)(const struct ib_dataset_spec *, const char *path, struct ib_arena *,
                           struct ib_table *out);
};

#endif
