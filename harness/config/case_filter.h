/* Conditions on a case's axes and on its data set: an entry of `exclude`, or a selection on the command line.
 */
#ifndef IB_CONFIG_CASE_FILTER_H
#define IB_CONFIG_CASE_FILTER_H

#include "config/axes.h"

/* What a condition looks at: every axis, by its enum ib_axis_kind, and these. */
enum ib_subject { IB_SUBJECT_ROWS = IB_AXIS_COUNT, IB_SUBJECT_COLS, IB_SUBJECT_TASK, IB_SUBJECT_COUNT };

/* Text and globs match; numbers compare. */
enum ib_relation { IB_MATCHES, IB_EQUAL, IB_BELOW, IB_AT_MOST, IB_ABOVE, IB_AT_LEAST };

struct ib_filter_term {
    int subject;
    enum ib_relation relation;
    const char *text;    /* as it was given: ">=1000", "cpu_*" */
    const char *pattern; /* of IB_MATCHES: text or glob */
    double number;       /* of the others */
};

struct ib_case_filter {
    const struct ib_filter_term *list; /* all must be met */
    size_t n;
    const char *where; /* file:line, or the flag with what it says */
};

/* The names of all subjects; ends with NULL. */
const char *const *ib_subject_names(void);
/* By name; IB_SUBJECT_COUNT when there is none. */
int ib_subject_find(const char *name);

/* Reads ">=1000", "0.01", "cpu_*", "6,6" … for a subject. IB_EINVAL at `where`: no such subject, a comparison
 * of what is no number, a word that the axis does not have. */
enum ib_status ib_filter_term_parse(struct ib_arena *, const char *subject, const char *text,
                                    const char *where, struct ib_filter_term *out);

/* Reads "impl=cpu_*,rows>=1000,hidden=6,6", which `flag` says. A piece without = < > belongs to the one
 * before it, since hidden layers are written with commas, too. */
enum ib_status ib_case_filter_parse(struct ib_arena *, const char *flag, const char *text,
                                    struct ib_case_filter *out);

/* Does a case with these values (NULL where an axis means nothing to it, which meets no condition) meet the
 * condition, or all of them? `rows` are training rows. */
bool ib_filter_term_matches(const struct ib_filter_term *,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
                            const struct ib_dataset *);
bool ib_case_filter_matches(const struct ib_case_filter *,
                            const struct ib_axis_value *const values[IB_AXIS_COUNT],
                            const struct ib_dataset *);

#endif
