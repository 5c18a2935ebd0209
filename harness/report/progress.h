/* The progress of a sweep: on a terminal, one line that is overwritten; elsewhere nothing, to keep logs
 * clean.
 */
#ifndef IB_REPORT_PROGRESS_H
#define IB_REPORT_PROGRESS_H

#include "run/run.h"

struct ib_progress {
    bool shown, quiet;
    uint64_t begin_ns;
};

void ib_progress_begin(struct ib_progress *, bool quiet);
/* An ib_run_progress_fn; the context is the struct ib_progress. */
void ib_progress_show(void *context, const struct ib_case *, enum ib_stage, uint64_t round, uint64_t done,
                      uint64_t total);
/* "24 cases in 21.3 s". */
void ib_progress_end(struct ib_progress *, size_t n_cases);

#endif
