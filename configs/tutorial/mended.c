/* The memory of the device: wrong.c without its bug. */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COPY_NS = 10000 }; /* what a copy over a bus takes at least, however small it is */

static void wait_for_the_bus(void)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < COPY_NS);
}

static enum ib_status grow_staging(struct state *s, size_t bytes)
{
    if (bytes <= s->staging_bytes)
        return IB_OK;
    free(s->staging);
    s->staging = calloc(1, bytes);
    s->staging_bytes = s->staging ? bytes : 0;
    return s->staging ? IB_OK : s->host->fail(s->host, IB_ENOMEM, "no memory to copy %zu bytes", bytes);
}

static enum ib_status device_alloc(void *state, size_t bytes, void **out)
{
    struct state *s = state;
    *out = malloc(bytes);
    return *out ? IB_OK : s->host->fail(s->host, IB_ENOMEM, "no device memory for %zu bytes", bytes);
}

static void device_free(void *state, void *device)
{
    (void)state;
    free(device);
}

static enum ib_status h2d(void *state, void *device, const void *host, size_t bytes)
{
    struct state *s = state;
    wait_for_the_bus();
    s->copies.h2d_count++;
    s->copies.h2d_bytes += bytes;
    memcpy(device, host, bytes);
    return IB_OK;
}

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    struct state *s = state;
    const enum ib_status status = grow_staging(s, bytes);
    if (status != IB_OK)
        return status;
    wait_for_the_bus();
    s->copies.d2h_count++;
    s->copies.d2h_bytes += bytes;
    memcpy(s->staging, device, bytes);
    memcpy(host, s->staging, bytes);
    return IB_OK;
}

static enum ib_status sync(void *state)
{
    (void)state; /* each call has done its work when it returns */
    return IB_OK;
}

const struct ib_mem_ops memory = {
    .struct_size = sizeof memory,
    .alloc = device_alloc,
    .free = device_free,
    .h2d = h2d,
    .d2h = d2h,
    .sync = sync,
};
