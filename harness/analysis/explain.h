/* One case in detail: what was copied and what that took, where the time of an epoch went, and what the case
 * would take with its data resident on the device. Unknown numbers are NaN. */
#ifndef IB_ANALYSIS_EXPLAIN_H
#define IB_ANALYSIS_EXPLAIN_H

#include "analysis/forecast.h"
#include "analysis/paired_ratio.h"
#include "base/arena.h"

#include <stddef.h>

/* Copies of one pass: one training and its prediction. */
struct ib_explained_copies {
    const char *phase, *op; /* NULL in the sums by tensor */
    const char *tensor;
    double h2d_count, h2d_bytes, d2h_count, d2h_bytes;
    double byte_share; /* of all bytes of the pass */
    double time_share; /* of the time of the training; NaN where that was not profiled */
};

/* Means an epoch of the profiled training, in which every step is waited for. */
struct ib_explained_operation {
    const char *op;
    double calls, launch_ns, compute_ns, wait_ns;
};

struct ib_explanation {
    const struct ib_case_record *record;
    const struct ib_case_record
        *partner; /* the same in the other residency, where that is right, too; else NULL */
    struct ib_paired_ratio overhead; /* with a partner: time of copying over that of staying resident */
    double epoch_ns;
    struct ib_explained_copies *copies; /* by bytes, the most first */
    size_t n_copies;
    struct ib_explained_copies *tensors; /* the same by tensor alone */
    size_t n_tensors;
    double bytes;
    double copies_per_epoch;
    bool has_breakdown;                        /* of record->breakdown_ns */
    struct ib_explained_operation *operations; /* by their time, the longest first */
    size_t n_operations;
    struct ib_forecast forecast; /* of a case that copies around every operation */
};

/* Everything about the case `c` of `cases`. Texts and records stay those of the record. */
void ib_explain(struct ib_arena *, const struct ib_run_record *, const struct ib_case_record *c,
                struct ib_explanation *out);

#endif
