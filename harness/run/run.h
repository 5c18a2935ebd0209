/* Runs a sweep: every case is checked once, then timed in interleaved rounds; then other algorithms are
 * trained up to the target losses of their problem; then, if configured, all run as whole processes. Results
 * are stored as they arrive. */
#ifndef IB_RUN_RUN_H
#define IB_RUN_RUN_H

#include "config/matrix.h"
#include "store/resume.h"

/* The purpose of a pass. */
enum ib_stage { IB_STAGE_CHECK, IB_STAGE_TIME, IB_STAGE_SEARCH, IB_STAGE_STOPS, IB_STAGE_PROCESS };

/* Called before each pass. round: from 1, for passes in rounds. */
typedef void ib_run_progress_fn(void *context, const struct ib_case *, enum ib_stage, uint64_t round,
                                uint64_t done, uint64_t total);

/* Runs the remaining passes. progress: one struct per case, or NULL if nothing has been done. Errors are
 * those of the store and of the parent itself; a case that fails is a row, not an error. After an interrupt
 * (base/interrupt.h) returns IB_OK at once: the current pass is dropped, all earlier ones are stored. */
enum ib_status ib_run(const struct ib_config *, const struct ib_matrix *, struct ib_store *, const char *dir,
                      const struct ib_case_progress *progress, ib_run_progress_fn *, void *context);

#endif
