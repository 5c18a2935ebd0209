/* Analyses one case: what was copied and how long that took, where the time of an epoch went, and what the
 * case would take with its data resident on the device. Unknown values are NaN. */
#ifndef IB_ANALYSIS_EXPLAIN_H
#define IB_ANALYSIS_EXPLAIN_H

#include "analysis/paired_ratio.h"
#include "analysis/resident_forecast.h"
#include "base/arena.h"

#include <stddef.h>

/* Copies of one pass: one training and its prediction. */
struct ib_explained_copies {
    const char *phase, *op; /* NULL in the sums by tensor */
    const char *tensor;
    double h2d_count, h2d_bytes, d2h_count, d2h_bytes;
    double byte_share; /* of all bytes of the pass */
    double time_share; /* of the training time; NaN if not profiled */
};

/* Means per epoch of the profiled training, which waits after every step. */
struct ib_explained_operation {
    const char *op;
    double calls, launch_ns, compute_ns, wait_ns;
    double flops, bytes, least_ns; /* that the calls take at least; NaN: unknown */
};

struct ib_explanation {
    const struct ib_case_record *record;
    const struct ib_case_record *partner; /* the same case in the other residency, if verified; else NULL */
    struct ib_paired_ratio overhead;      /* with a partner: time of per_op over time of resident */
    double epoch_ns;
    struct ib_explained_copies *copies; /* by bytes, descending */
    size_t n_copies;
    struct ib_explained_copies *tensors; /* summed by tensor, by bytes, descending */
    size_t n_tensors;
    double bytes;
    double copies_per_epoch;
    bool has_breakdown;                        /* in record->breakdown_ns */
    struct ib_explained_operation *operations; /* by time, descending */
    size_t n_operations;
    struct ib_forecast forecast; /* only for per_op */
};

/* Analyses the case `c` of `run`. Texts and records are borrowed from the run. */
void ib_explain(struct ib_arena *, const struct ib_run_record *, const struct ib_case_record *c,
                struct ib_explanation *out);

#endif
