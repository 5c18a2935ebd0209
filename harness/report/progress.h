/* The progress of a sweep, on stderr: on a terminal, a table or a line that is drawn again and again;
 * elsewhere a line now and then, so that a log shows that it goes on. */
#ifndef IB_REPORT_PROGRESS_H
#define IB_REPORT_PROGRESS_H

#include "report/live_table.h"
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
    struct ib_live_table *table; /* NULL: a line */
    int drawn;                   /* lines of the table on the terminal */
    uint64_t next_ns;            /* it is drawn again then */
};

/* A terminal that cannot move its cursor (TERM=dumb) gets lines, as a file does. */
void ib_progress_begin(struct ib_progress *, bool quiet);
/* Shows a table with a row for each case, if stderr is a terminal that is large enough. */
void ib_progress_use_table(struct ib_progress *, struct ib_live_table *);
/* An ib_run_progress_fn; the context is the struct ib_progress. */
void ib_progress_show(void *context, const struct ib_run_progress *);
/* "24 cases in 21.3 s". */
void ib_progress_end(struct ib_progress *, size_t n_cases);

#endif
