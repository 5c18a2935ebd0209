/* Flags that describe a data file, shared by `train` and `init`. */
#ifndef IB_CLI_DATA_FLAGS_H
#define IB_CLI_DATA_FLAGS_H

#include "cli/args.h"
#include "data/dataset.h"

struct ib_data_flags {
    const char *target[IB_FLAG_LIST + 1], *ignore[IB_FLAG_LIST + 1];
    const char *header, *delimiter, *decimal, *missing, *words, *task, *positive, *test_fraction;
};

/* Entries for a command's table of flags; IB_DATA_FLAG_COUNT of them. */
#define IB_DATA_FLAGS(f)                                                                                     \
    {"--header", "true|false", "whether the first line of a CSV file contains names; default: by that line", \
     &(f).header, NULL},                                                                                     \
        {"--delimiter", "CHAR", IB_DELIMITER_ALLOWED "; default: by the first line of a CSV file",           \
         &(f).delimiter, NULL},                                                                              \
        {"--decimal", "point|comma", "what decimals follow in a CSV file; default: by its first rows",       \
         &(f).decimal, NULL},                                                                                \
        {"--ignore", "COLUMN", "a column of a CSV file that is left out; may be repeated", NULL,             \
         (f).ignore},                                                                                        \
        {"--missing", "refuse|drop|mean",                                                                    \
         "missing values: refused, their rows left out, or the mean of the training rows; default: refuse",  \
         &(f).missing, NULL},                                                                                \
        {"--words", "one_hot|refuse", "columns of words in the features; default: one_hot", &(f).words,      \
         NULL},                                                                                              \
        {"--task", "regression|classification", "default: inferred from the target", &(f).task, NULL},       \
        {"--target", "COLUMN", "target column, by name or number; of a regression, may be repeated", NULL,   \
         (f).target},                                                                                        \
        {"--positive", "VALUE",                                                                              \
         "value of a target with two values that becomes class 1; the other becomes 0", &(f).positive,       \
         NULL},                                                                                              \
    {                                                                                                        \
        "--test-fraction", "F", "share of the rows kept for testing; default: 0.2", &(f).test_fraction, NULL \
    }
enum { IB_DATA_FLAG_COUNT = 10 };

/* Whether any of them was given. */
bool ib_data_flags_given(const struct ib_data_flags *);
/* Replaces what a description says by the flags that were given. IB_EINVAL names the flag. */
enum ib_status ib_data_flags_apply(const struct ib_data_flags *, struct ib_dataset_spec *);

#endif
