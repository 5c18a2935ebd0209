/* The driver's activity since an implementation was opened, as counted by its driver or by a tracer. */
#ifndef IB_PROTOCOL_DRIVER_COUNTERS_H
#define IB_PROTOCOL_DRIVER_COUNTERS_H

#include "ironbench/impl.h"

#include <jansson.h>

/* The maximum number of kernels by name; all others share one more entry, IB_OTHER_KERNELS. */
enum { IB_DRIVER_COUNTERS_KERNELS = 64 };
#define IB_OTHER_KERNELS "(all others)"
#define IB_CLAIMS        "driver" /* the source, where only the implementation itself has counted */

struct ib_kernel_count {
    char name[256]; /* the driver's name, truncated */
    uint64_t count; /* launches */
};

struct ib_driver_counters {
    char source[48];          /* "driver", "OpenCL layer"; "": not counted */
    char reason[208];         /* why the source has no count; else "" */
    struct ib_copies seen;    /* IB_UNCOUNTED: unknown */
    struct ib_copies claimed; /* by the implementation itself, where a tracer was to count */
    struct ib_copies
        opened; /* the same up to the end of opening; not included in `seen`, except launches and syncs */
    uint32_t n_kernels; /* 0: unknown */
    struct ib_kernel_count kernels[IB_DRIVER_COUNTERS_KERNELS + 1];
};

static inline bool ib_driver_counters_given(const struct ib_driver_counters *t)
{
    return t->source[0] && !t->reason[0];
}

/* Whether they were counted by other than the implementation itself. */
bool ib_driver_counters_independent(const struct ib_driver_counters *);

/* Sets everything to unknown. */
void ib_driver_counters_clear(struct ib_driver_counters *);

/* Subtracts from `seen` what belongs to opening the implementation, and stores it in `opened`. */
void ib_driver_counters_leave_out(struct ib_driver_counters *, const struct ib_copies *opened);

/* Adds `count` launches of a kernel. Non-printable characters of its name become '?'. */
void ib_driver_counters_add_kernel(struct ib_driver_counters *, const char *name, uint64_t count);

/* Returns {source, reason, seen: {h2d_count: …}, claimed: {…}, opened: {…}, kernels: [[name, count]]}.
 * Unknown counts are omitted. */
json_t *ib_driver_counters_to_json(const struct ib_driver_counters *);
/* IB_EINVAL names the missing or invalid field. */
enum ib_status ib_driver_counters_from_json(const json_t *, struct ib_driver_counters *out);

#endif
