/* What the command line narrows a sweep to: -s keeps the cases that meet one of its texts, -x drops those
 * that meet one. */
#ifndef IB_CONFIG_CASE_SELECTION_H
#define IB_CONFIG_CASE_SELECTION_H

#include "config/case_filter.h"
#include "config/matrix_spec.h"

struct ib_case_selection {
    const struct ib_case_filter *keep; /* none: all cases stay */
    size_t n_keep;
    const struct ib_case_filter *drop;
    size_t n_drop;
};

/* The flags, as they are given and as messages name them; both commands that have them list them alike. */
#define IB_SELECT_FLAG  "-s"
#define IB_EXCLUDE_FLAG "-x"
#define IB_SELECTION_FLAGS(keep, drop)                                                                       \
    {IB_SELECT_FLAG, "SELECT", "only cases that meet all of 'impl=cpu_*,lr<0.1'; repeated: or of that",      \
     NULL, keep},                                                                                            \
    {                                                                                                        \
        IB_EXCLUDE_FLAG, "EXCLUDE", "no cases that meet all of it; may be repeated", NULL, drop              \
    }

/* Both lists end with NULL, and may be NULL. */
enum ib_status ib_case_selection_parse(struct ib_arena *, const char *const *keep, const char *const *drop,
                                       struct ib_case_selection *out);

/* IB_EINVAL, which says why no case of these products meets the conditions: what none has, what there is
 * instead, and the nearest name. */
enum ib_status ib_case_selection_missed(struct ib_arena *, const struct ib_case_filter *,
                                        const struct ib_matrix_spec *specs, size_t n_specs,
                                        const struct ib_dataset *datasets, size_t n_datasets);

#endif
