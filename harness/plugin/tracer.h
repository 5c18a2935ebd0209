/* The worker's side of a tracer: who watches an implementation, and what it has seen. */
#ifndef IB_PLUGIN_TRACER_H
#define IB_PLUGIN_TRACER_H

#include "plugin/loader.h"
#include "protocol/messages.h"

struct ib_tracing {
    const char *name;               /* of the tracer; NULL: nobody is watching */
    const struct ib_tracer *tracer; /* NULL: it could not be had, for this reason: */
    char reason[192];
    struct ib_copies opened; /* what the tracer had seen when the implementation was open */
};

/* Calls the implementation's tracer, if it names one, before the implementation touches its driver. A
 * tracer that cannot be had is no error: the driver counters says why there is none. */
void ib_tracing_begin(const struct ib_impl *, struct ib_tracing *out);

/* Calls it again as soon as the implementation is open, and before the harness copies anything. What a
 * library copied until then (cuBLAS has tables of its own) belongs to opening it, which the transfer model
 * says nothing of: a driver counters has it for itself. Waits for the device. */
enum ib_status ib_tracing_opened(struct ib_tracing *, const struct ib_instance *);

/* What the tracer saw since then; without one, what the implementation's own driver counted; else nobody's.
 * The device must be idle. */
void ib_tracing_count(const struct ib_tracing *, const struct ib_instance *, struct ib_driver_counters *out);

#endif
