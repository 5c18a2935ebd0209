/* The description of a data set, and the table that a format's reader makes of its file. */
#ifndef IB_DATA_TABLE_H
#define IB_DATA_TABLE_H

#include "base/file.h"
#include "data/levels.h"
#include "data/source.h"
#include "data/synth.h"

enum ib_task { IB_REGRESSION = 1, IB_CLASSIFICATION };
extern const struct ib_word ib_task_words[];

enum ib_header { IB_HEADER_AUTO, IB_HEADER_YES, IB_HEADER_NO };
extern const struct ib_word ib_header_words[]; /* true false */

enum ib_words {
    IB_WORDS_DEFAULT,
    IB_WORDS_ONE_HOT,
    IB_WORDS_REFUSE
};                                            /* the default is one_hot, said aloud */
extern const struct ib_word ib_words_words[]; /* one_hot refuse */

enum ib_missing { IB_MISSING_DEFAULT, IB_MISSING_REFUSE, IB_MISSING_DROP, IB_MISSING_MEAN };
extern const struct ib_word ib_missing_words[]; /* refuse (the default) drop mean */

extern const struct ib_word ib_delimiter_words[]; /* comma semicolon tab bar */
#define IB_DELIMITER_ALLOWED "comma, semicolon, tab or bar, or the character itself"
extern const struct ib_word ib_decimal_words[]; /* point comma */
/* Parses the word for a delimiter, or the character. */
bool ib_delimiter_parse(const char *text, int *out);

/* The description of a data set, from `datasets:` of a configuration, from X.yaml next to X.csv, or from
 * the command line. Fields that were not given are NULL or 0. */
struct ib_dataset_spec {
    const char *name;
    const char *path;
    struct ib_synth_spec synth; /* instead of a file */
    const char *const *target; /* columns by name or number, from 1; negative numbers count from the end; ends
                                  with NULL; NULL: the last one */
    const char *x;             /* NPZ: the name of the array of features; NULL: x */
    const char *y;             /* NPZ: that of targets; NPY, IDX: a second file with the targets */
    const char *test;          /* a second file with the test rows; excludes test_fraction */
    double test_fraction; /* 0: IB_TEST_FRACTION; 1: all rows are used for both training and testing (xor) */
    uint64_t seed;        /* of the split, or of the synthetic data */
    const char *const *ignore; /* columns by name or number, that are left out; ends with NULL; NULL: none */
    enum ib_header header;
    int delimiter; /* of CSV: a character; 0: by the first line */
    int decimal;   /* of CSV: a character; 0: by the first rows */
    enum ib_missing missing;
    enum ib_words words;  /* columns of words in the features */
    enum ib_task task;    /* 0: classification if all targets are 0 or 1, or words, else regression */
    const char *positive; /* the value of a target with two values that becomes 1; the other becomes 0 */
    const char *source, *licence;
    const char *where;  /* file:line of this description, for messages */
    const char *folder; /* of `y`, if that is a file */
};

/* The path of a file that a description names, relative to its folder. */
static inline const char *ib_spec_file(struct ib_arena *arena, const struct ib_dataset_spec *spec,
                                       const char *path)
{
    return ib_file_join(arena, spec->folder, path);
}

/* What a reader may have to guess. */
enum ib_guess {
    IB_GUESS_DELIMITER,
    IB_GUESS_DECIMAL,
    IB_GUESS_HEADER,
    IB_GUESS_WORDS,
    IB_GUESS_MISSING,
    IB_GUESS_COUNT
};

/* A feature and the column that it comes from. */
enum ib_feature_kind { IB_FEATURE_UNKNOWN, IB_FEATURE_NUMBERS, IB_FEATURE_WORDS }; /* unknown: no value yet */
struct ib_feature {
    const char *name; /* of the column; NULL: the file has no names */
    uint64_t column;  /* its number in the file, from 1 */
    enum ib_feature_kind kind;
    struct ib_levels *levels; /* of words, whose numbers are the column's values; else NULL */
    const char *level;        /* the word whose rows have a 1; NULL: numbers */
};

/* "`area`", or "3" without a name: a column in messages, and as a value of `ignore`. */
const char *ib_feature_column(struct ib_arena *, const struct ib_feature *);
const char *ib_feature_key(struct ib_arena *, const struct ib_feature *);
/* Ends a message about a column; takes its key twice. */
#define IB_IGNORE_HINT "`ignore: [%s]` (train: --ignore %s) leaves it out"

/* The most classes that a target may have. */
enum { IB_CLASSES_MAX = IB_LEVELS_MAX };

/* The result of a format's reader: all rows, with separate test rows if the file contains them. */
struct ib_table {
    uint64_t rows, test_rows, cols; /* cols: features */
    uint64_t targets;               /* 0: one */
    double *x, *y;                  /* rows x cols, rows x targets */
    double *x_test, *y_test;
    const char *target;              /* several: "a, b" */
    const char *const *target_names; /* of several targets; else NULL */
    struct ib_levels *classes;       /* of a target of words, whose numbers are y; else NULL */
    bool is_sparse; /* values that a row does not give are 0, also those of features beyond the last */
    bool has_names; /* of columns */
    uint64_t target_column;      /* from 1; 0: the target is not among the columns. The first of them */
    struct ib_feature *features; /* cols; NULL: all columns but the target, without names */
    const char *negative;        /* the class other than `positive`, if classes are words */
    const char *guesses[IB_GUESS_COUNT]; /* in words; NULL: not guessed */
};

/* The name of a target, from 0. */
static inline const char *ib_table_target(const struct ib_table *table, uint64_t t)
{
    return table->target_names ? table->target_names[t] : table->target;
}

/* "column `area`", "column 3", or "`red` in column `colour`": feature j, from 0, for messages. */
const char *ib_table_feature(struct ib_arena *, const struct ib_table *, uint64_t j);

/* End a message about a missing target, or another missing value. */
#define IB_MISSING_DROP_HINT "`missing: drop` (train: --missing drop) leaves such rows out"
#define IB_MISSING_HINT      IB_MISSING_DROP_HINT ", and `missing: mean` fills in the mean of the training rows"

/* Whether missing values are dealt with later; a reader then leaves them as NaN, and else refuses them. */
static inline bool ib_missing_allowed(const struct ib_dataset_spec *spec)
{
    return spec->missing == IB_MISSING_DROP || spec->missing == IB_MISSING_MEAN;
}

/* The keys of a description that only some formats take. */
enum ib_spec_key {
    IB_SPEC_TARGET = 1 << 0,
    IB_SPEC_X = 1 << 8,
    IB_SPEC_Y = 1 << 1,
    IB_SPEC_HEADER = 1 << 2,
    IB_SPEC_DELIMITER = 1 << 3,
    IB_SPEC_IGNORE = 1 << 4,
    IB_SPEC_WORDS = 1 << 5,
    IB_SPEC_MISSING = 1 << 6,
    IB_SPEC_DECIMAL = 1 << 7,
};

/* A file format of data sets; listed in formats.def. */
struct ib_dataset_format {
    const char *title;         /* "CSV" */
    const char *extensions[4]; /* ".csv", or another end of the name; ends with NULL */
    const char *summary;
    unsigned keys; /* enum ib_spec_key: those that apply; a description with another one is refused */
    enum ib_status (*read)(const struct ib_dataset_spec *, const struct ib_source *, struct ib_arena *,
                           struct ib_table *out);
};

#endif
