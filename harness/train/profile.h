/* The breakdown of a training's time. While profiling, dispatch waits for the device after every call and
 * copy, to time each separately. This slows the training down, so the times are used only as shares of the
 * total. */
#ifndef IB_TRAIN_PROFILE_H
#define IB_TRAIN_PROFILE_H

#include "ironbench/impl.h"
#include "train/timeline.h"
#include "train/transfer_log.h"

struct ib_profile {
    uint64_t epochs;   /* profiled; all times below are totals over these */
    bool device_clock; /* compute_ns is from the device's clock */
    uint64_t sync_ns;  /* median time of a sync with an idle device; on the host, of reading the clock */
    struct ib_profile_operation {
        uint64_t calls;
        uint64_t launch_ns;  /* until the call returned */
        uint64_t wait_ns;    /* from then until the device had finished */
        uint64_t compute_ns; /* by the device's clock; without one, wait_ns minus sync_ns per call */
        double flops, bytes, least_ns; /* that all calls take at least; set by the parent */
    } operations[IB_OP_COUNT];
    struct ib_profile_copy {
        uint64_t h2d_ns, d2h_ns; /* until the copy had finished, starting from an idle device */
    } copies[IB_OP_COUNT][IB_MAX_TENSORS];
};

/* A profile being recorded. */
struct ib_profiler {
    const struct ib_mem_ops *mem; /* NULL: host memory */
    void *state;
    struct ib_profile *profile;
    struct ib_timeline *timeline; /* set by the caller; NULL: none is recorded */
};

/* Clears the profile and starts recording. */
enum ib_status ib_profiler_open(const struct ib_impl *, void *state, struct ib_profile *,
                                struct ib_profiler *out);

/* Computes the least of each time over n profiles of the same training. Interruptions only lengthen, and a
 * long one of a few copies would outweigh all others. */
void ib_profile_least(const struct ib_profile *profiles, size_t n, struct ib_profile *out);

/* Called around each call and copy. The functions for calls, and copy_begin, do nothing if the profiler is
 * NULL. */
enum ib_status ib_profile_call_begin(struct ib_profiler *, uint64_t *begin_ns);
enum ib_status ib_profile_call_end(struct ib_profiler *, enum ib_op, uint64_t begin_ns);
uint64_t ib_profile_copy_begin(const struct ib_profiler *);
enum ib_status ib_profile_upload_end(struct ib_profiler *, enum ib_op, uint32_t tensor, uint64_t begin_ns);
void ib_profile_download_end(struct ib_profiler *, enum ib_op, uint32_t tensor, uint64_t begin_ns);

#endif
