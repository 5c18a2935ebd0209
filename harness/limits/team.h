/* Threads that run the same work at the same moment, each on a CPU of its own. */
#ifndef IB_LIMITS_TEAM_H
#define IB_LIMITS_TEAM_H

#include "ironbench/impl.h"

struct ib_team;

/* One member's share of the work. */
typedef void ib_team_work_fn(void *context, unsigned member);

/* The CPUs that this process may use. */
unsigned ib_usable_threads(void);

/* Starts n threads, which sleep between runs. IB_ENOMEM: the system refuses so many. */
enum ib_status ib_team_open(unsigned n, struct ib_team **out);
void ib_team_close(struct ib_team *);

/* Runs the work IB_TEAM_RUNS times, one after the other while all members hold their CPUs. Returns the least
 * nanoseconds from the first member's begin to the last one's end. Waking up is not included. */
enum { IB_TEAM_RUNS = 8 };
uint64_t ib_team_run(struct ib_team *, ib_team_work_fn *, void *context);

#endif
