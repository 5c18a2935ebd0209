/* Reading the state (training_state.h) at the end of a training, and proof that the end was one: the first
 * readback waits for whatever still goes on, and what goes on without being waited for changes what is read
 * again later. */
#ifndef IB_WORKER_READBACK_H
#define IB_WORKER_READBACK_H

#include "protocol/messages.h"
#include "train/training.h"

struct ib_readback {
    struct ib_training *training;
    size_t bytes;
    char *first, *last;   /* the state, as read first and last */
    uint64_t total_ns, n; /* of the readbacks right after trainings */
};

/* Its memory is the arena's, and touched, so that the first readback does not do that. */
void ib_readback_open(struct ib_training *, struct ib_arena *, struct ib_readback *out);
/* Times the readback after a training, without the transfer log. */
enum ib_status ib_readback_try(struct ib_readback *);
/* Reads the state to `first`, and adds the time to *ns. */
enum ib_status ib_readback_take(struct ib_readback *, uint64_t *ns);
/* Reads them again when nothing is left to be done, and completes what is known of the time outside. */
enum ib_status ib_readback_prove(struct ib_readback *, struct ib_outside *);

#endif
