/* Two cases compared round by round. Rounds are interleaved, so what slows a whole round down slows both, and
 * their ratio within it is steadier than either time: intervals of two medians overlap long before the cases
 * are equal. */
#ifndef IB_ANALYSIS_PAIRED_RATIO_H
#define IB_ANALYSIS_PAIRED_RATIO_H

#include "store/run_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ib_paired_ratio {
    double median, low,
        high; /* low and high: at least 95 %; NaN where there are fewer than 6 rounds, or none */
    size_t n; /* rounds that gave both cases an undisturbed time */
};

/* How many times as long an epoch of the case `left` takes as one of the case `right`. */
struct ib_paired_ratio ib_paired_ratio_of(const struct ib_case_record *left,
                                          const struct ib_case_record *right);

/* Which rounds count, and by which of their times. */
struct ib_rounds {
    uint64_t first, last;
    bool disturbed_too; /* not only those that gave both cases an undisturbed time */
    bool by_slice;      /* a pair's ratio is the median over its slices, where both have as many of them */
};

/* The logarithms of such ratios, in order. `out` has room for as many as `left` has rounds. */
size_t ib_paired_log_ratios(const struct ib_case_record *left, const struct ib_case_record *right,
                            const struct ib_rounds *, double *out);

/* The times of a case that count, in nanoseconds per epoch and in the order of the rounds: the undisturbed
 * ones, or all where all were disturbed. `out` has room for as many as there are samples. */
size_t ib_undisturbed_times(const struct ib_case_record *c, double *out);

#endif
