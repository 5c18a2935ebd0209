/* Works in host memory, with a thread that spins for 25 ms after each call, as those of a thread pool do.
 *
 * @run ok:
 */
#include "steps.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t until;
static pthread_t thread;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *spin(void *unused)
{
    (void)unused;
    for (;;)
        if (now() >= until)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return NULL;
}

static enum ib_status open_with_thread(const struct ib_host *host, void **state)
{
    if (!thread && pthread_create(&thread, NULL, spin, NULL) != 0)
        return IB_EINTERNAL;
    return steps_open(host, state);
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    const enum ib_status status = steps_make(state, p, n, NULL);
    until = now() + 25000000;
    return status;
}

static void build(struct steps_impl *s)
{
    s->impl.open = open_with_thread;
    s->fused.steps = steps;
}

STEPS_PLUGIN("busy_threads", false, build)
