/* The profile of a case in the record. */
#ifndef IB_STORE_PROFILE_RECORD_H
#define IB_STORE_PROFILE_RECORD_H

#include "train/timeline.h"

#include <stddef.h>

/* A short training with a wait after every step; totals over its epochs. */
struct ib_profile_record {
    uint64_t epochs; /* 0: there is no profile, for the reason (NULL: none was wanted) */
    const char *reason;
    const char *clock; /* of compute_ns: "device", "host" */
    uint64_t sync_ns;  /* one wait for an idle device */
    struct ib_operation_record {
        const char *op;
        uint64_t calls, launch_ns, wait_ns, compute_ns;
        double flops, bytes, least_ns; /* that all calls take at least; NaN: unknown */
    } * operations;                    /* the longest first */
    size_t n_operations, operations_capacity;
    struct ib_copy_time_record {
        const char *op, *tensor;
        uint64_t h2d_ns, d2h_ns;
    } * copies; /* the longest first */
    size_t n_copies, copies_capacity;
    struct ib_event_record {
        uint64_t number; /* from 1 */
        enum ib_event_kind kind;
        const char *op, *tensor; /* tensor: of a copy; else NULL */
        uint64_t begin_ns, launch_ns, wait_ns, compute_ns;
    } * events; /* the time line of one more epoch; by ib_load_timelines and long_lists.h only */
    size_t n_events, events_capacity;
};

#endif
