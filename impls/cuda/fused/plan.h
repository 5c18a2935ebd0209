/* How cuda_fused trains a problem: which kernels, and in which sizes. It depends on the problem alone, and on
 * how much shared memory there is. */
#ifndef IB_CUDA_FUSED_PLAN_H
#define IB_CUDA_FUSED_PLAN_H

#include "cuda/fused.h"
#include "ironbench/impl.h"

/* The most shared memory that a block may have, even where a device has more: all problems are then treated
 * alike on all devices from compute capability 8.0 on. */
enum { IB_CUDA_FUSED_SHARED_BYTES = 96 << 10 };

struct ib_cuda_fused_plan {
    bool in_passes;      /* a regression over all rows, in two launches a step; otherwise in one block */
    size_t shared_bytes; /* of each block of a pass, or of the one */
    /* Mini-batches in one block; as those of struct fused_batches: */
    uint32_t pitch, sum_lanes;
    /* In passes: */
    uint32_t lanes, blocks;
    bool wide, whole_pieces; /* rows need several pieces per thread; they consist of whole pieces */
};

/* Of a whole problem, as the functions below. Plans the training. IB_EUNSUPPORTED: none of both ways is
 * possible, with the reason in why[n]. Looks at shapes and kinds, not at pointers. */
enum ib_status ib_cuda_fused_plan(const struct ib_problem *, size_t shared_bytes,
                                  struct ib_cuda_fused_plan *out, char *why, size_t n);

/* The problem as the kernels take it. */
struct fused_net ib_cuda_fused_net(const struct ib_problem *);

/* The optimiser's numbers, in the problem's type. */
struct ib_cuda_fused_rule {
    union {
        struct fused_rule_f32 f32;
        struct fused_rule_f64 f64;
    } value;
    size_t bytes;
};
struct ib_cuda_fused_rule ib_cuda_fused_rule(const struct ib_problem *);

#endif
