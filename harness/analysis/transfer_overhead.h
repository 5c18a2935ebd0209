/* The transfer overhead: how much slower a device is if every operand is copied around every operation than
 * with its data resident. */
#ifndef IB_ANALYSIS_TRANSFER_OVERHEAD_H
#define IB_ANALYSIS_TRANSFER_OVERHEAD_H

#include "analysis/paired_ratio.h"
#include "base/arena.h"

struct ib_transfer_overhead {
    const struct ib_case_record *copying,
        *resident;                /* cases of one problem and implementation: per_op, resident */
    bool simulated;               /* its times are meaningless */
    struct ib_paired_ratio ratio; /* of the time per epoch: copying over resident */
};

/* Whether the time that copying takes longer, at the upper end of its interval, is enough for the additional
 * copies at 200 GB/s. false: they cannot all have been made, or both cases make them. */
bool ib_copies_took_time(const struct ib_case_record *copying, const struct ib_case_record *resident,
                         const struct ib_paired_ratio *);

/* Finds the overhead of each implementation that is verified in both residencies of a problem, in plan order.
 * Returns how many. */
size_t ib_transfer_overheads(struct ib_arena *, const struct ib_run_record *,
                             struct ib_transfer_overhead **out);

#endif
