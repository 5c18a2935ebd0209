/* Memory that moves to where it is used: the first download after a training takes 3 ms, others none, and so
 * does the first training after a download.
 *
 * @axes residency: [resident]
 * @run ok:
 */
#include "steps.h"

#include <time.h>

static bool at_host;

static void move(bool to_host)
{
    if (at_host != to_host)
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    at_host = to_host;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    move(false);
    return steps_make(state, p, n, NULL);
}

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    move(true);
    return steps_d2h(state, host, device, bytes);
}

static void build(struct steps_impl *s)
{
    s->fused.steps = steps;
    s->mem.d2h = d2h;
}

STEPS_PLUGIN("migrates", true, build)
