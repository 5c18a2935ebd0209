/* Two cases compared round by round. Rounds are interleaved, so what slows a whole round down slows both, and
 * their ratio within it is steadier than either time: intervals of two medians overlap long before the cases
 * are equal. */
#ifndef IB_PAIRED_H
#define IB_PAIRED_H

#include <jansson.h>
#include <stddef.h>

struct ib_paired {
    double median, low,
        high; /* low and high: at least 95 %; NaN where there are fewer than 6 rounds, or none */
    size_t n; /* rounds that gave both cases an undisturbed time */
};

/* How many times as long an epoch of the case `left` takes as one of the case `right`. */
struct ib_paired ib_paired_ratio(const json_t *left, const json_t *right);

#endif
