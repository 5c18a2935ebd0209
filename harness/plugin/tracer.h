/* Tracing of an implementation's driver calls in the worker. */
#ifndef IB_PLUGIN_TRACER_H
#define IB_PLUGIN_TRACER_H

#include "plugin/loader.h"
#include "protocol/messages.h"

struct ib_tracing {
    const char *name;               /* of the tracer; NULL: not traced */
    bool guessed;                   /* the implementation names none: this one may observe its driver */
    const struct ib_tracer *tracer; /* NULL: not available, for `reason` */
    char reason[192];
    struct ib_copies opened; /* counts up to the end of opening the implementation */
};

/* Loads the tracer that the implementation names; for a device that names none, one that may observe its
 * driver. Call it before the implementation uses its driver. A failure is not an error; its reason is
 * reported with the driver counters. */
void ib_tracing_begin(const struct ib_impl *, struct ib_tracing *out);

/* Records the counts so far. Call it when the implementation is open, before the harness copies anything.
 * Copies up to this point, such as cuBLAS's own tables, belong to opening the implementation, which the
 * transfer model does not cover, and are reported separately. Waits for the device. */
enum ib_status ib_tracing_opened(struct ib_tracing *, const struct ib_instance *);

/* Returns the tracer's counts since then, and what the implementation claims; without a tracer, its claims
 * are all there is. The device must be idle. */
void ib_tracing_count(const struct ib_tracing *, const struct ib_instance *, struct ib_driver_counters *out);

#endif
