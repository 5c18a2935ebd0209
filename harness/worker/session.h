/* A session: one problem in a worker, with its arrays, its open implementation and its tensors, and the
 * passes over it. */
#ifndef IB_WORKER_SESSION_H
#define IB_WORKER_SESSION_H

#include "oracle/oracle.h"
#include "plugin/loader.h"
#include "plugin/tracer.h"
#include "protocol/messages.h"
#include "train/training.h"
#include "worker/instruction_counter.h"
#include "worker/meters.h"
#include "worker/readback.h"
#include "worker/session_files.h"
#include "worker/variants.h"

struct ib_session {
    bool open;
    struct ib_arena arena;
    struct ib_job job;
    struct ib_job_arrays arrays;
    struct ib_variants variants;
    uint64_t n_variants; /* so far */
    struct ib_train_data data;
    struct ib_tracing tracing;
    struct ib_instance instance;
    struct ib_training training;
    struct ib_readback readback;
    struct ib_meters meters;
    struct ib_instruction_counter counter;
    struct ib_phases phases;
    /* Undefined until they are opened, as they are large: */
    struct ib_dispatch dispatch;
    struct ib_transfer_log at_start; /* the transfer log before the first training */
};

/* Opens a session for a `problem` message, which must outlive it. `out` must not move while it is open, and
 * must be closed even on failure. */
enum ib_status ib_session_open(const json_t *message, struct ib_session *out);
void ib_session_close(struct ib_session *);
/* Resets the state, and the transfer log to its state before the first training. */
enum ib_status ib_session_begin_training(struct ib_session *);

/* Trains and reads losses, parameters and predictions, which are written to request->out. `progress` may be
 * NULL. */
enum ib_status ib_session_checked(struct ib_session *, const struct ib_train_request *,
                                  void (*progress)(uint64_t epoch, double loss), struct ib_pass_result *out);

/* Times whole trainings, then writes parameters and predictions to request->out. */
enum ib_status ib_session_timed(struct ib_session *, const struct ib_train_request *,
                                struct ib_pass_result *out);

/* Trains once to warm up, then several times with a sync after every call, and returns the median profile.
 * Writes nothing. */
enum ib_status ib_session_profiled(struct ib_session *, const struct ib_train_request *,
                                   struct ib_pass_result *out);

/* Trains once to warm up, then counts the instructions of a training. Writes nothing. */
enum ib_status ib_session_counted(struct ib_session *, const struct ib_train_request *,
                                  struct ib_pass_result *out);

#endif
