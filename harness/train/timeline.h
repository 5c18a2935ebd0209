/* The time line of an epoch: each call and copy of a training that waits for the device after every one, in
 * their order. */
#ifndef IB_TRAIN_TIMELINE_H
#define IB_TRAIN_TIMELINE_H

#include "ops/operation.h"

#include <stdint.h>

enum ib_event_kind { IB_EVENT_CALL, IB_EVENT_UPLOAD, IB_EVENT_DOWNLOAD };
extern const struct ib_word ib_event_words[]; /* call upload download */

enum { IB_MAX_EVENTS = 1024 };

struct ib_timeline {
    uint32_t n;         /* events; more than the maximum are not kept */
    uint64_t origin_ns; /* when the first began, by the worker's clock */
    struct ib_event {
        enum ib_event_kind kind;
        enum ib_op op;
        uint32_t tensor;     /* of a copy: its index in the transfer log */
        uint64_t begin_ns;   /* from the origin */
        uint64_t launch_ns;  /* until the call or copy returned; 0 in host memory */
        uint64_t wait_ns;    /* from then until the device had finished */
        uint64_t compute_ns; /* of a call, as in struct ib_profile_operation */
    } events[IB_MAX_EVENTS];
};

/* Appends an event, whose begin_ns is by the worker's clock. Does nothing if the time line is NULL. */
void ib_timeline_add(struct ib_timeline *, const struct ib_event *);

#endif
