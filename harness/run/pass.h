/* The steps of every pass: one worker trains one case. Nothing here stores or prints. */
#ifndef IB_RUN_PASS_H
#define IB_RUN_PASS_H

#include "run/pass_context.h"

/* Starts a worker or external program, with a folder of its own, and sends the problem; `watched` enables a
 * tracer. Even on failure
 * *worker must be ended unless it is NULL. */
bool ib_pass_open(const struct ib_pass_context *, const struct ib_case *, bool watched, struct ib_job *,
                  struct ib_worker_process **worker, struct ib_outcome *);
/* The same from the state (train/training_state.h) after `epochs` epochs, which is written to the folder, and
 * watched by no tracer. */
bool ib_pass_open_from(const struct ib_pass_context *, const struct ib_case *, const double *state,
                       uint64_t epochs, const char *folder, struct ib_job *,
                       struct ib_worker_process **worker, struct ib_outcome *);
/* Lists what the worker of a job may use, in a sandbox; `inputs` holds the names of the arrays. */
enum ib_status ib_pass_files(const struct ib_pass_context *, const struct ib_case *, const struct ib_job *,
                             const char *inputs[IB_JOB_FILES], struct ib_worker_files *out);
/* Makes a folder for the arrays of one request. */
enum ib_status ib_pass_folder(const struct ib_pass_context *, struct ib_worker_process *, const char **out);
/* The same with a variant of the case's problem (run/unseen.h), and context->mirrored opened for it unless
 * that is NULL. */
bool ib_pass_open_variant(const struct ib_pass_context *, const struct ib_case *, uint64_t variant,
                          bool watched, struct ib_job *, struct ib_worker_process **worker,
                          struct ib_outcome *);
bool ib_pass_train(const struct ib_pass_context *, const struct ib_case *, struct ib_worker_process *,
                   const struct ib_train_request *, struct ib_pass_result *out, struct ib_outcome *);
/* Adds to the reason of a timeout what sets the limit; the functions above have done so. Returns whether the
 * outcome is ok. */
bool ib_pass_name_limit(const struct ib_pass_context *, struct ib_outcome *);
/* Reads the arrays that the pass wrote to `folder`, and removes the folder. curve_epochs: the length of the
 * training whose losses were read; 0: they were not. */
bool ib_pass_load(const struct ib_job *, const char *folder, uint64_t curve_epochs, struct ib_arena *,
                  struct ib_arrays *out, struct ib_outcome *);
/* Whether the copies of a training of all epochs, with `reads` losses read, match the transfer model. false
 * sets the outcome to untrusted. Not for external programs, whose copies are unknown. */
bool ib_pass_copies_as_expected(const struct ib_case *, const struct ib_pass_result *, uint64_t reads,
                                struct ib_outcome *);
/* Whether the counts of the driver or a tracer, if any, agree with the transfer log. false sets the outcome
 * to untrusted. */
bool ib_pass_tracer_agrees(const struct ib_pass_result *, struct ib_outcome *);

#endif
