/* A sweep: every case checked once, then timed in interleaved rounds; other algorithms then trained down to
 * the losses of their problem; then, where that is asked for, all run as whole processes. Stored as it
 * happens. */
#ifndef IB_RUN_RUN_H
#define IB_RUN_RUN_H

#include "config/matrix.h"
#include "store/resume.h"

/* What a pass is for. */
enum ib_stage { IB_STAGE_CHECK, IB_STAGE_TIME, IB_STAGE_SEARCH, IB_STAGE_STOPS, IB_STAGE_PROCESS };

/* Told before each pass; of those that come in rounds with its number, from 1. */
typedef void ib_run_progress_fn(void *context, const struct ib_case *, enum ib_stage, uint64_t round,
                                uint64_t done, uint64_t total);

/* Runs what is left: `progress` holds a struct for each case, or is NULL when nothing has been done. Errors
 * are those of the store and of the parent itself; a case that goes wrong is a row, not an error. After an
 * interrupt (base/interrupt.h) returns IB_OK at once: the pass in flight is dropped, what was done before is
 * stored. */
enum ib_status ib_run(const struct ib_config *, const struct ib_matrix *, struct ib_store *, const char *dir,
                      const struct ib_case_progress *progress, ib_run_progress_fn *, void *context);

/* The exit status that a record earns: 3 for a wrong answer or an untrusted case, else 4 for one that failed,
 * for a required implementation that did not run, or when no case is ok; else 0. The reason goes to why[n]
 * ("" for 0). */
int ib_run_exit_status(const struct ib_run_record *, const char *const *require, char *why, size_t n);

#endif
