/* Where the time of a training goes. While a profile is kept dispatch waits for the device after every step
 * of an operation, so that each has a time of its own; the training is then slower than when it is let run,
 * which is why its times are shares and no result. */
#ifndef IB_TRAIN_PROFILE_H
#define IB_TRAIN_PROFILE_H

#include "ironbench/impl.h"
#include "train/transfer_log.h"

struct ib_profile {
    uint64_t epochs;   /* profiled; all times below are totals over them */
    bool device_clock; /* compute_ns is the device's own time, not the host's */
    uint64_t sync_ns;  /* one wait for an idle device: the median */
    struct ib_profile_operation {
        uint64_t calls;
        uint64_t launch_ns;  /* until the call returned */
        uint64_t wait_ns;    /* from then until the device was done */
        uint64_t compute_ns; /* the device's own time; without its clock, wait_ns less sync_ns a call */
    } operations[IB_OP_COUNT];
    struct ib_profile_copy {
        uint64_t h2d_ns, d2h_ns; /* until the bytes had arrived; the device was idle before */
    } copies[IB_OP_COUNT][IB_MAX_TENSORS];
};

/* A profile in the making. */
struct ib_profiler {
    const struct ib_mem_ops *mem;
    void *state;
    struct ib_profile *profile;
};

/* Clears the profile. IB_EINVAL for an implementation that works in host memory. */
enum ib_status ib_profiler_open(const struct ib_impl *, void *state, struct ib_profile *,
                                struct ib_profiler *out);

/* Of several profiles of the same training, at most 9: the median of each time for itself. */
void ib_profile_median(const struct ib_profile *profiles, size_t n, struct ib_profile *out);

/* Around each copy and each call. Those of calls, and copy_begin, do nothing where the profiler is NULL. */
enum ib_status ib_profile_call_begin(struct ib_profiler *, uint64_t *begin_ns);
enum ib_status ib_profile_call_end(struct ib_profiler *, enum ib_op, uint64_t begin_ns);
uint64_t ib_profile_copy_begin(const struct ib_profiler *);
enum ib_status ib_profile_upload_end(struct ib_profiler *, enum ib_op, uint32_t tensor, uint64_t begin_ns);
void ib_profile_download_end(struct ib_profiler *, enum ib_op, uint32_t tensor, uint64_t begin_ns);

#endif
