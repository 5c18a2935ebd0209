/* A sweep: every case checked once, then timed in interleaved rounds, then, where that is asked for, run as a
 * whole process; all of it stored as it happens. */
#ifndef IB_RUN_H
#define IB_RUN_H

#include "config/matrix.h"
#include "store/resume.h"

/* Told before each pass. round 0 is the checked pass; those beyond measure.rounds are of the whole process.
 */
typedef void ib_run_progress_fn(void *context, const struct ib_case *, uint64_t round, uint64_t done,
                                uint64_t total);

/* Runs what is left: `progress` holds a struct for each case, or is NULL when nothing has been done. Errors
 * are those of the store and of the parent itself; a case that goes wrong is a row, not an error. After an
 * interrupt (base/interrupt.h) returns IB_OK at once: the pass in flight is dropped, what was done before is
 * stored. */
enum ib_status ib_run(const struct ib_config *, const struct ib_matrix *, struct ib_store *, const char *dir,
                      const struct ib_case_progress *progress, ib_run_progress_fn *, void *context);

/* The exit status that a record earns: 3 for a wrong answer or an untrusted case, else 4 for one that failed,
 * for a required implementation that did not run, or when no case is ok; else 0. The reason goes to why[n]
 * ("" for 0). */
int ib_run_exit_status(const json_t *record, const char *const *require, char *why, size_t n);

#endif
