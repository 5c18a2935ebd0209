/* Compares two cases round by round. Rounds are interleaved, so a disturbance of a whole round slows both
 * cases, and their ratio within a round varies less than either time. It can separate cases whose own
 * intervals overlap. */
#ifndef IB_ANALYSIS_PAIRED_RATIO_H
#define IB_ANALYSIS_PAIRED_RATIO_H

#include "store/run_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ib_paired_ratio {
    double median, low, high; /* low, high: 95 % interval or wider; NaN below 6 rounds */
    size_t n;                 /* rounds with an undisturbed time of both cases */
};

/* The time per epoch of the case `left` over that of the case `right`. */
struct ib_paired_ratio ib_paired_ratio_of(const struct ib_case_record *left,
                                          const struct ib_case_record *right);

/* Which rounds count, and which of their times. */
struct ib_rounds {
    uint64_t first, last;
    bool disturbed_too; /* include rounds in which either case was disturbed */
    bool by_slice;      /* a pair's ratio is the median over its slices, if both have equally many */
};

/* The logarithms of the ratios, in order of rounds; returns how many. `out` has room for left->n_rounds. */
size_t ib_paired_log_ratios(const struct ib_case_record *left, const struct ib_case_record *right,
                            const struct ib_rounds *, double *out);

/* The times of a case that count, in nanoseconds per epoch and in order of rounds: the undisturbed ones, or
 * all if all were disturbed. Returns how many. `out` has room for c->n_rounds. */
size_t ib_undisturbed_times(const struct ib_case_record *c, double *out);

#endif
