/* The progress of a sweep, on stderr: on a terminal, one line that is overwritten; elsewhere a line now and
 * then, so that a log shows that it goes on. */
#ifndef IB_REPORT_PROGRESS_H
#define IB_REPORT_PROGRESS_H

#include "run/run.h"

/* Lines for a log: the first after half a minute, then more and more seldom, at least every five minutes. */
struct ib_heartbeat {
    uint64_t begin_ns, due_ns, pause_ns;
};
struct ib_heartbeat ib_heartbeat_begin(uint64_t now_ns);
/* Returns whether a line is due, which the caller then prints. */
bool ib_heartbeat_due(struct ib_heartbeat *, uint64_t now_ns);

struct ib_progress {
    bool terminal, quiet;
    struct ib_heartbeat heartbeat;
};

void ib_progress_begin(struct ib_progress *, bool quiet);
/* An ib_run_progress_fn; the context is the struct ib_progress. */
void ib_progress_show(void *context, const struct ib_case *, enum ib_stage, uint64_t round, uint64_t done,
                      uint64_t total);
/* "24 cases in 21.3 s". */
void ib_progress_end(struct ib_progress *, size_t n_cases);

#endif
