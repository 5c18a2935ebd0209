/* A session: one problem in a worker, with its arrays, its open implementation and its tensors, and the
 * passes over it. */
#ifndef IB_WORKER_SESSION_H
#define IB_WORKER_SESSION_H

#include "base/npy.h"
#include "oracle/oracle.h"
#include "plugin/loader.h"
#include "plugin/tracer.h"
#include "protocol/messages.h"
#include "train/training.h"
#include "worker/readback.h"

/* The memory-mapped arrays of a job. */
struct ib_job_arrays {
    struct ib_npy x, y, x_test, start[IB_MAX_PARAMS];
};

/* Maps the arrays and checks their shapes and types. *out must be zeroed before, and closed even on
 * failure. IB_EINVAL, IB_EIO. */
enum ib_status ib_job_arrays_open(const struct ib_job *, struct ib_job_arrays *out);
void ib_job_arrays_close(struct ib_job_arrays *);

struct ib_session {
    bool open;
    struct ib_arena arena;
    struct ib_job job;
    struct ib_job_arrays arrays;
    struct ib_train_data data;
    struct ib_tracing tracing;
    struct ib_instance instance;
    struct ib_dispatch dispatch;
    struct ib_training training;
    struct ib_readback readback;
    struct ib_phases phases;
    struct ib_transfer_log at_start; /* the transfer log before the first training */
};

/* Opens a session for a `problem` message, which must outlive it. `out` must not move while it is open, and
 * must be closed even on failure. */
enum ib_status ib_session_open(const json_t *message, struct ib_session *out);
void ib_session_close(struct ib_session *);

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

/* Writes folder/name.npy. */
enum ib_status ib_session_save(const char *folder, const char *name, enum ib_dtype, uint64_t rows,
                               uint64_t cols, const void *values);
/* Writes folder/loss.npy: n x 2 of f64, with columns epoch and loss. */
enum ib_status ib_session_save_curve(const char *folder, const struct ib_curve *);

#endif
