#include "fault.h"

#include <stdlib.h>
#include <string.h>

/* The newest download, kept to save the next one. */
static struct {
    const void *device;
    size_t bytes;
    void *host;
} kept;

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    IB_TRY(ib_impl_fakedev.mem->d2h(state, host, device, bytes));
    if (kept.device == device && kept.bytes == bytes) {
        memcpy(host, kept.host, bytes);
        return IB_OK;
    }
    void *room = realloc(kept.host, bytes);
    if (room == NULL)
        return IB_ENOMEM;
    memcpy(room, host, bytes);
    kept.device = device;
    kept.bytes = bytes;
    kept.host = room;
    return IB_OK;
}

void fault_stale_copy(struct fault *fault)
{
    fault->mem.d2h = d2h;
}
