/* Conditions on a case's axes and data set: an entry of `exclude`, or a selection on the command line. */
#ifndef IB_CONFIG_CASE_FILTER_H
#define IB_CONFIG_CASE_FILTER_H

#include "config/matrix_spec.h"

/* The subjects of conditions: every axis, by its enum ib_axis_kind, and these. Those from IB_SUBJECT_COUNT on
 * exist only on the command line: a word alone, which any axis may have, and an option of the implementation.
 */
enum ib_subject {
    IB_SUBJECT_ROWS = IB_AXIS_COUNT,
    IB_SUBJECT_COLS,
    IB_SUBJECT_TASK,
    IB_SUBJECT_COUNT,
    IB_SUBJECT_ANY = IB_SUBJECT_COUNT,
    IB_SUBJECT_OPTION
};

/* Text and globs match; numbers compare. */
enum ib_relation { IB_MATCHES, IB_EQUAL, IB_BELOW, IB_AT_MOST, IB_ABOVE, IB_AT_LEAST };

struct ib_filter_term {
    int subject;
    enum ib_relation relation;
    const char *text;    /* as given: ">=1000", "cpu_*" */
    const char *pattern; /* for IB_MATCHES: text or glob */
    const char *option;  /* its name */
    double number;       /* for comparisons */
};

struct ib_case_filter {
    const struct ib_filter_term *list; /* all must be met */
    size_t n;
    const char *where; /* file:line, or the flag with its argument */
};

/* The names of all subjects; ends with NULL. */
const char *const *ib_subject_names(void);
/* Finds a subject by name; IB_SUBJECT_COUNT if there is none. */
int ib_subject_find(const char *name);

/* Reads ">=1000", "0.01", "cpu_*", "6,6" … for a subject. IB_EINVAL at `where`: unknown subject, comparison
 * on a non-numeric axis, or a word that the axis does not have. */
enum ib_status ib_filter_term_parse(struct ib_arena *, const char *subject, const char *text,
                                    const char *where, struct ib_filter_term *out);

/* Reads an entry of `exclude`: a map of subjects and values. */
enum ib_status ib_case_filter_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                                   struct ib_case_filter *out);

/* The JSON Schema of such an entry. */
json_t *ib_case_filter_schema(void);

/* Reads the argument of `flag`: conditions separated by commas or spaces, such as "impl=cpu_*,rows>=1000", or
 * the title of a table, such as "mlp 6x6 relu lr=0.01 f32 diabetes". A piece without = < > is a word alone;
 * in "hidden=6,6" it belongs to the piece before it. */
enum ib_status ib_case_filter_parse(struct ib_arena *, const char *flag, const char *text,
                                    struct ib_case_filter *out);

/* Whether a case with these values meets the condition, or all of them. values: NULL for axes that do not
 * apply, which meet no condition. `rows` are training rows. */
bool ib_filter_term_matches(const struct ib_filter_term *,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
                            const struct ib_dataset *);
bool ib_case_filter_matches(const struct ib_case_filter *,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
                            const struct ib_dataset *);

/* The selection on the command line: -s keeps cases that meet one of its filters, -x drops those that do. */
struct ib_case_selection {
    const struct ib_case_filter *keep; /* empty: keep all cases */
    size_t n_keep;
    const struct ib_case_filter *drop;
    size_t n_drop;
};

/* The flags, as messages name them. */
#define IB_SELECT_FLAG  "-s"
#define IB_EXCLUDE_FLAG "-x"

/* Both lists end with NULL, and may be NULL. */
enum ib_status ib_case_selection_parse(struct ib_arena *, const char *const *keep, const char *const *drop,
                                       struct ib_case_selection *out);

/* Returns IB_EINVAL with the reason why no case of these products meets the conditions: the value that none
 * has, the values available, and the nearest name. */
enum ib_status ib_case_selection_missed(struct ib_arena *, const struct ib_case_filter *,
                                        const struct ib_matrix_spec *specs, size_t n_specs,
                                        const struct ib_dataset *datasets, size_t n_datasets);
/* IB_EINVAL if a condition of `keep` cannot match, as far as that is known before the implementations are
 * asked and the data are read. */
enum ib_status ib_case_selection_check_names(struct ib_arena *, const struct ib_case_selection *,
                                             const struct ib_matrix_spec *, size_t n_specs);
/* Returns IB_EINVAL for a word that no axis has, or an option that no implementation has: it is misspelt. */
enum ib_status ib_case_filter_check_words(struct ib_arena *, const struct ib_case_filter *,
                                          const struct ib_matrix_spec *specs, size_t n_specs);

#endif
