/* The transfer overhead: what one device loses by copying every operand around every operation, against
 * leaving its data where they are. */
#ifndef IB_ANALYSIS_TRANSFER_OVERHEAD_H
#define IB_ANALYSIS_TRANSFER_OVERHEAD_H

#include "analysis/paired_ratio.h"
#include "analysis/time_breakdown.h"
#include "base/arena.h"

struct ib_transfer_overhead {
    const json_t *copying, *resident; /* cases of one problem and implementation: per_op, resident */
    bool simulated;                   /* its times mean nothing */
    struct ib_paired_ratio ratio;     /* of the time of an epoch: copying over resident */
};

/* Of each implementation that is right in both residencies of a problem, in the order of the plan. Returns
 * how many. */
size_t ib_transfer_overheads(struct ib_arena *, const json_t *cases, struct ib_transfer_overhead **out);

/* As the record's `transfer_overhead`. */
json_t *ib_transfer_overhead_json(const struct ib_transfer_overhead *overheads, size_t n);

#endif
