/* What the driver was asked to do since an implementation was opened: by its own count, or by that of a
 * tracer. */
#ifndef IB_PROTOCOL_DRIVER_COUNTERS_H
#define IB_PROTOCOL_DRIVER_COUNTERS_H

#include "ironbench/impl.h"

#include <jansson.h>

/* So many kernels are kept by name; all others are one entry more, IB_OTHER_KERNELS. */
enum { IB_DRIVER_COUNTERS_KERNELS = 64 };
#define IB_OTHER_KERNELS "(all others)"

struct ib_kernel_count {
    char name[256]; /* as the driver knows it; of a longer one the beginning */
    uint64_t count; /* times started */
};

struct ib_driver_counters {
    char source[48];         /* "driver", "OpenCL layer"; "": nobody counts */
    char reason[208];        /* why there is a source and yet no count; "" */
    struct ib_copies seen;   /* IB_UNCOUNTED: not known */
    struct ib_copies opened; /* likewise, what had been seen when the implementation was open; it is no part
                                of `seen`, but for launches and waits */
    uint32_t n_kernels;      /* 0: not known */
    struct ib_kernel_count kernels[IB_DRIVER_COUNTERS_KERNELS + 1];
};

static inline bool ib_driver_counters_given(const struct ib_driver_counters *t)
{
    return t->source[0] && !t->reason[0];
}

/* One that knows nothing yet. */
void ib_driver_counters_clear(struct ib_driver_counters *);

/* Takes off `seen` what belongs to opening the implementation. */
void ib_driver_counters_leave_out(struct ib_driver_counters *, const struct ib_copies *opened);

/* `count` more starts of a kernel. What is no text in its name becomes '?'. */
void ib_driver_counters_add_kernel(struct ib_driver_counters *, const char *name, uint64_t count);

/* As it travels: {source, reason, seen: {h2d_count: …}, opened: likewise, kernels: [[name, count]]}; what is
 * not known is left out of the two. */
json_t *ib_driver_counters_to_json(const struct ib_driver_counters *);
/* IB_EINVAL names the field that is missing or wrong. */
enum ib_status ib_driver_counters_from_json(const json_t *, struct ib_driver_counters *out);

#endif
