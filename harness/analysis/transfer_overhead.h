/* The transfer overhead: what one device loses by copying every operand around every operation, against
 * leaving its data where they are. */
#ifndef IB_ANALYSIS_TRANSFER_OVERHEAD_H
#define IB_ANALYSIS_TRANSFER_OVERHEAD_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

struct ib_transfer_overhead {
    const struct ib_case_record *copying,
        *resident;                /* cases of one problem and implementation: per_op, resident */
    bool simulated;               /* its times mean nothing */
    struct ib_paired_ratio ratio; /* of the time of an epoch: copying over resident */
};

/* Of each implementation that is right in both residencies of a problem, in the order of the plan. Returns
 * how many. */
size_t ib_transfer_overheads(struct ib_arena *, const struct ib_run_record *,
                             struct ib_transfer_overhead **out);

#endif
