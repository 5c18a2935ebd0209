/* A device that takes 200 ms to open, allocates its staging memory at the first download, and is fast
 * otherwise.
 *
 * @axes residency: [resident]
 * @run ok:
 */
#include "steps.h"

#include <time.h>

static enum ib_status open_slowly(const struct ib_host *host, void **state)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    return steps_open(host, state);
}

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    static char *staging;
    const size_t staging_bytes = 32u << 20;
    if (!staging) {
        staging = malloc(staging_bytes);
        if (!staging)
            return IB_ENOMEM;
        memset(staging, 1, staging_bytes);
    }
    return steps_d2h(state, host, device, bytes);
}

static void build(struct steps_impl *s)
{
    s->impl.open = open_slowly;
    s->mem.d2h = d2h;
}

STEPS_PLUGIN("slow_open", true, build)
