/* The worker's side of a witness: who watches an implementation, and what it has seen. */
#ifndef IB_PLUGIN_TRACER_H
#define IB_PLUGIN_TRACER_H

#include "plugin/loader.h"
#include "protocol/messages.h"

struct ib_watch {
    const char *name;                 /* of the witness; NULL: nobody is watching */
    const struct ib_witness *witness; /* NULL: it could not be had, for this reason: */
    char reason[192];
    struct ib_copies opened; /* what the witness had seen when the implementation was open */
};

/* Calls the implementation's witness, if it names one, before the implementation touches its driver. A
 * witness that cannot be had is no error: the testimony says why there is none. */
void ib_watch_begin(const struct ib_impl *, struct ib_watch *out);

/* Calls it again as soon as the implementation is open, and before the harness copies anything. What a
 * library copied until then (cuBLAS has tables of its own) belongs to opening it, which the law says nothing
 * of: a testimony has it for itself. Waits for the device. */
enum ib_status ib_watch_opened(struct ib_watch *, const struct ib_instance *);

/* What the witness saw since then; without one, what the implementation's own driver counted; else nobody's.
 * The device must be idle. */
void ib_watch_count(const struct ib_watch *, const struct ib_instance *, struct ib_testimony *out);

#endif
