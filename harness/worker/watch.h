/* The worker's side of a witness: who watches an implementation, and what it has seen. */
#ifndef IB_WATCH_H
#define IB_WATCH_H

#include "worker/loader.h"
#include "worker/protocol.h"

struct ib_watch {
    const char *name;                 /* of the witness; NULL: nobody is watching */
    const struct ib_witness *witness; /* NULL: it could not be had, for this reason: */
    char reason[192];
};

/* Calls the implementation's witness, if it names one, before the implementation touches its driver. A
 * witness that cannot be had is no error: the testimony says why there is none. */
void ib_watch_begin(const struct ib_impl *, struct ib_watch *out);

/* What the witness saw; without one, what the implementation's own driver counted; else nobody's. The device
 * must be idle. */
void ib_watch_count(const struct ib_watch *, const struct ib_instance *, struct ib_testimony *out);

#endif
