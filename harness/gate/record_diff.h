/* What differs between two records of one case, or between the machines of two runs. */
#ifndef IB_GATE_RECORD_DIFF_H
#define IB_GATE_RECORD_DIFF_H

#include "base/arena.h"

#include <jansson.h>

/* Metrics that are not equal within `tolerance`, a share of the old value: array of {name, old, new, better};
 * better is null where one of them is not known. Rounding alone is not a difference: a value may be off by
 * 1e-9 of the target's own spread, one test row may change its class, and fits that are both perfect are
 * equal. */
json_t *ib_metric_differences(const json_t *old_case, const json_t *new_case, double tolerance);

/* Counts and bytes of the copies of the timed pass that are not equal: array of {name, old, new}; null is not
 * known, and equal to anything. */
json_t *ib_copy_differences(const json_t *old_case, const json_t *new_case);

/* Machine, compiler, libraries and program of two runs (`run` of a record), as far as they can change a
 * measurement: array of {name, old, new} of texts. */
json_t *ib_run_differences(const json_t *old_run, const json_t *new_run);

/* "rmse 54.1 → 54.9 (worse), accuracy 0.95 → 0.96 (better)" for any of these arrays; "" for none. */
const char *ib_difference_words(struct ib_arena *, const json_t *differences);

/* The case of that id in an array of cases; NULL: there is none. */
const json_t *ib_case_of_id(const json_t *cases, const char *id);

#endif
