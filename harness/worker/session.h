/* One problem in a worker: its arrays mapped, its implementation opened, its tensors in place; then passes.
 */
#ifndef IB_WORKER_SESSION_H
#define IB_WORKER_SESSION_H

#include "base/npy.h"
#include "oracle/oracle.h"
#include "plugin/loader.h"
#include "plugin/tracer.h"
#include "protocol/messages.h"
#include "train/training.h"

/* The arrays that a job names, mapped. */
struct ib_job_arrays {
    struct ib_npy x, y, x_test, start[IB_MAX_PARAMS];
};

/* Maps them and checks their shapes and types. *out, all zeros before, must be closed on failure, too.
 * IB_EINVAL, IB_EIO. */
enum ib_status ib_job_arrays_open(const struct ib_job *, struct ib_job_arrays *out);
void ib_job_arrays_close(struct ib_job_arrays *);

struct ib_session {
    bool open;
    struct ib_arena arena;
    struct ib_job job;
    struct ib_job_arrays arrays;
    struct ib_train_data data;
    struct ib_tracing watch;
    struct ib_instance instance;
    struct ib_dispatch dispatch;
    struct ib_training training;
    struct ib_phases phases;
    struct ib_transfer_log at_start; /* the transfer log when all is in place and nothing is trained */
};

/* The message must outlive the session. `out` must not move while it is open. */
enum ib_status ib_session_open(const json_t *message, struct ib_session *out);
void ib_session_close(struct ib_session *);

/* Reads losses, then parameters and predictions, all written to request->out. `progress` may be NULL. */
enum ib_status ib_session_checked(struct ib_session *, const struct ib_train_request *,
                                  void (*progress)(uint64_t epoch, double loss), struct ib_pass_result *out);

/* Times whole trainings, then reads parameters and predictions. */
enum ib_status ib_session_timed(struct ib_session *, const struct ib_train_request *,
                                struct ib_pass_result *out);

/* Trains once unwatched, to warm up, and once with every step waited for. Nothing is written. */
enum ib_status ib_session_profiled(struct ib_session *, const struct ib_train_request *,
                                   struct ib_pass_result *out);

/* Writes folder/name.npy. */
enum ib_status ib_session_save(const char *folder, const char *name, enum ib_dtype, uint64_t rows,
                               uint64_t cols, const void *values);
/* Writes folder/loss.npy: n x 2 of f64, epoch and loss. */
enum ib_status ib_session_save_curve(const char *folder, const struct ib_curve *);

#endif
