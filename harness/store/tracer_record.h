/* What was counted of a case's copies, independently of the transfer log. */
#ifndef IB_STORE_TRACER_RECORD_H
#define IB_STORE_TRACER_RECORD_H

#include "base/truth.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The work of the driver in the checked pass. */
struct ib_tracer_record {
    const char *source;   /* NULL: there is no tracer */
    enum ib_truth agrees; /* with the transfer log; unknown: it could not count, for the reason */
    const char *reason;
    int64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, launches, syncs, d2d_count, d2d_bytes, memset_count,
        memset_bytes, pageable_count, pageable_bytes, pinned_count, pinned_bytes, opened_h2d_count,
        opened_h2d_bytes, opened_d2h_count, opened_d2h_bytes;
    struct ib_kernel_record {
        const char *name;
        uint64_t count;
    } * kernels; /* the most frequent first; none if unknown */
    size_t n_kernels, kernels_capacity;
};

/* Whether a tracer counted, and not only the implementation itself. */
bool ib_tracer_record_counted(const struct ib_tracer_record *);

#endif
