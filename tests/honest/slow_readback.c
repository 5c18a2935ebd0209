/* A device whose every download takes 5 ms, whatever was trained.
 *
 * @axes residency: [resident]
 * @run ok:
 */
#include "steps.h"

#include <time.h>

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    return steps_d2h(state, host, device, bytes);
}

static void build(struct steps_impl *s)
{
    s->mem.d2h = d2h;
}

STEPS_PLUGIN("slow_readback", true, build)
