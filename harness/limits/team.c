#include "limits/team.h"

#include "base/clock.h"
#include "base/error.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct ib_team_member {
    struct ib_team *team;
    unsigned number;
    pthread_t thread;
    uint64_t begin_ns[IB_TEAM_RUNS], end_ns[IB_TEAM_RUNS];
};

struct ib_team {
    unsigned n;
    pthread_barrier_t wake, done; /* with the caller */
    atomic_uint ready;            /* arrivals of members at the begin of a run */
    ib_team_work_fn *work;        /* NULL: the end */
    void *context;
    struct ib_team_member members[];
};

unsigned ib_usable_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* A system that refuses leaves the thread where it is. */
static void take_cpu(unsigned number)
{
    cpu_set_t usable, own;
    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &usable) && number-- == 0)
            CPU_SET(cpu, &own);
    pthread_setaffinity_np(pthread_self(), sizeof own, &own);
}

/* Members begin together, each while it holds its CPU: on a busy machine, those that woke early would lose it
 * to other programs if they slept until the last one has its own. */
static void await_others(struct ib_team *team, unsigned run)
{
    enum { PATIENCE_NS = 5000000 };
    const uint64_t begin_ns = ib_now_ns();
    atomic_fetch_add(&team->ready, 1);
    while (atomic_load(&team->ready) < team->n * (run + 1))
        if (ib_now_ns() - begin_ns > PATIENCE_NS)
            sched_yield();
}

static void *serve(void *of)
{
    struct ib_team_member *member = of;
    struct ib_team *team = member->team;
    take_cpu(member->number);
    for (;;) {
        pthread_barrier_wait(&team->wake);
        if (!team->work)
            return NULL;
        for (unsigned run = 0; run < IB_TEAM_RUNS; run++) {
            await_others(team, run);
            member->begin_ns[run] = ib_now_ns();
            team->work(team->context, member->number);
            member->end_ns[run] = ib_now_ns();
        }
        pthread_barrier_wait(&team->done);
    }
}

/* Those that have started wait for the whole team, which will never be complete: they end with the process.
 */
static enum ib_status start(struct ib_team *team)
{
    for (unsigned i = 0; i < team->n; i++) {
        team->members[i] = (struct ib_team_member){.team = team, .number = i};
        if (pthread_create(&team->members[i].thread, NULL, serve, &team->members[i]) != 0)
            return ib_fail(IB_ENOMEM, "limits", "the system refuses thread %u of %u", i + 1, team->n);
    }
    return IB_OK;
}

enum ib_status ib_team_open(unsigned n, struct ib_team **out)
{
    struct ib_team *team = calloc(1, sizeof *team + n * sizeof *team->members);
    *out = team;
    if (!team)
        return ib_fail(IB_ENOMEM, "limits", "out of memory for %u threads", n);
    team->n = n;
    pthread_barrier_init(&team->wake, NULL, n + 1);
    pthread_barrier_init(&team->done, NULL, n + 1);
    return start(team);
}

void ib_team_close(struct ib_team *team)
{
    team->work = NULL;
    pthread_barrier_wait(&team->wake);
    for (unsigned i = 0; i < team->n; i++)
        pthread_join(team->members[i].thread, NULL);
    pthread_barrier_destroy(&team->wake);
    pthread_barrier_destroy(&team->done);
    free(team);
}

/* From the first begin to the last end. */
static uint64_t duration_ns(const struct ib_team *team, unsigned run)
{
    uint64_t begin_ns = UINT64_MAX, end_ns = 0;
    for (const struct ib_team_member *m = team->members; m < team->members + team->n; m++) {
        begin_ns = m->begin_ns[run] < begin_ns ? m->begin_ns[run] : begin_ns;
        end_ns = m->end_ns[run] > end_ns ? m->end_ns[run] : end_ns;
    }
    return end_ns - begin_ns;
}

uint64_t ib_team_run(struct ib_team *team, ib_team_work_fn *work, void *context)
{
    uint64_t least_ns = UINT64_MAX;
    team->work = work;
    team->context = context;
    atomic_store(&team->ready, 0);
    pthread_barrier_wait(&team->wake);
    pthread_barrier_wait(&team->done);
    for (unsigned run = 0; run < IB_TEAM_RUNS; run++) {
        const uint64_t ns = duration_ns(team, run);
        least_ns = ns < least_ns ? ns : least_ns;
    }
    return least_ns;
}
