/* Runs a sweep: every case is checked once, then timed in interleaved rounds; then other algorithms are
 * trained up to the target losses of their problem; then, if configured, all run as whole processes. Results
 * are stored as they arrive. */
#ifndef IB_RUN_RUN_H
#define IB_RUN_RUN_H

#include "config/matrix.h"
#include "run/run_progress.h"
#include "store/resume.h"

/* Runs the remaining passes. progress: one struct per case, or NULL if nothing has been done. Errors are
 * those of the store and of the parent itself; a case that fails is a row, not an error. After an interrupt
 * (base/interrupt.h) returns IB_OK at once: the current pass is dropped, all earlier ones are stored. */
enum ib_status ib_run(const struct ib_config *, const struct ib_matrix *, struct ib_store *, const char *dir,
                      const struct ib_case_progress *progress, ib_run_progress_fn *, void *context);

#endif
