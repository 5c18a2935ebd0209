/* How many times as fast as a baseline of the same problem each case is. */
#ifndef IB_ANALYSIS_SPEED_UP_H
#define IB_ANALYSIS_SPEED_UP_H

#include "analysis/paired_ratio.h"

struct ib_speed_up {
    const struct ib_case_record *record, *baseline;
    struct ib_paired_ratio ratio; /* time of the baseline over that of the case; 1 for the baseline itself */
};

/* The ranked cases whose ratio is known, in the arena; returns how many. The baseline is the run's reference,
 * else cpu_naive, else the first ranked case of the problem. */
size_t ib_speed_ups(struct ib_arena *, const struct ib_run_record *, struct ib_speed_up **out);

#endif
