/* Compares two cases round by round. Rounds are interleaved, so a disturbance of a whole round slows both
 * cases, and their ratio within a round varies less than either time. It can separate cases whose own
 * intervals overlap. */
#ifndef IB_ANALYSIS_PAIRED_RATIO_H
#define IB_ANALYSIS_PAIRED_RATIO_H

#include "store/run_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the medians of two cases over the rounds that they share. All NaN if fewer than IB_INTERVAL_MIN rounds
 * count: a ratio without an interval would decide nothing. */
struct ib_paired_ratio {
    double median, low, high; /* low, high: 95 % interval or wider */
    size_t n;                 /* rounds that count; if too few are shared, all of them */
};

/* The time per epoch of the case `left` over that of the case `right`. */
struct ib_paired_ratio ib_paired_ratio_of(const struct ib_case_record *left,
                                          const struct ib_case_record *right);

/* Which rounds are compared. */
struct ib_rounds {
    uint64_t first, last;
    bool by_slice;     /* a pair's ratio is the median over its slices, if both have equally many; else it is
                          that of the means of all trainings */
    bool disturbed;    /* disturbed rounds count as well */
    bool trusts_right; /* the right case does not disturb itself: it is an older build, or a control */
};

/* Returns the logarithms of the ratios in the rounds that count, in their order; *n of them, to be freed by
 * the caller. NULL: out of memory.
 *
 * Rounds count if both cases have a time, and neither was disturbed. Disturbed ones count too if few others
 * remain (ib_disturbed_too), or if one case has more of them than the other by over a third of the shared
 * rounds, because it may be the cause itself, for example by sleeping (trusts_right: only the left case). */
double *ib_paired_log_ratios(const struct ib_case_record *left, const struct ib_case_record *right,
                             const struct ib_rounds *, size_t *n);

#endif
