/* A running child; private to parent/worker_*.c. */
#ifndef IB_PARENT_WORKER_STATE_H
#define IB_PARENT_WORKER_STATE_H

#include "base/spawn.h"
#include "core/case_status.h"
#include "parent/memory_limit.h"
#include "parent/worker_io.h"
#include "parent/worker_progress.h"

#include <jansson.h>
#include <limits.h>

struct ib_worker_process {
    struct ib_spawned process;
    struct ib_worker_io io;
    uint64_t started_ns, heard_ns; /* heard: when its newest message arrived */
    bool ended;                    /* exited unexpectedly, or was killed by a signal */
    bool oom_known;                /* whether the next is known */
    uint64_t oom_kills;            /* by the kernel, when the child was started */
    struct ib_memory_limit memory;
    uint64_t peak_bytes; /* as noted */
    ib_progress_fn *progress;
    void *progress_context;
    char folder[PATH_MAX]; /* its own; "": none */
};

/* Waits for the next message other than `progress`; `awaited` names it. */
bool ib_worker_process_next(struct ib_worker_process *, uint64_t timeout_ns, const char *awaited,
                            json_t **answer, struct ib_outcome *);

#endif
