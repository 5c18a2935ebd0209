/* Mapped and shared memory. */
#include "layer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct region {
    const char *start;
    size_t bytes;
    bool is_written; /* of a map: written data is copied at the unmap */
};

struct regions {
    struct region *at;
    size_t n, capacity;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* protects both */
static struct regions mapped, shared;

static void add_region(struct regions *all, const void *start, size_t bytes, bool is_written)
{
    pthread_mutex_lock(&mutex);
    if (all->n == all->capacity) {
        const size_t capacity = all->capacity == 0 ? 16 : 2 * all->capacity;
        struct region *grown = realloc(all->at, capacity * sizeof *grown);
        if (grown == NULL) {
            ib_layer_lost = "the tracer ran out of memory";
            pthread_mutex_unlock(&mutex);
            return;
        }
        all->at = grown;
        all->capacity = capacity;
    }
    all->at[all->n++] = (struct region){start, bytes, is_written};
    pthread_mutex_unlock(&mutex);
}

/* Removes and returns the latest region that starts there; one with 0 bytes if there is none. */
static struct region take_region(struct regions *all, const void *start)
{
    struct region taken = {.start = NULL};
    pthread_mutex_lock(&mutex);
    for (size_t i = all->n; i-- > 0 && taken.start == NULL;)
        if (all->at[i].start == start) {
            taken = all->at[i];
            memmove(&all->at[i], &all->at[i + 1], (--all->n - i) * sizeof *all->at);
        }
    pthread_mutex_unlock(&mutex);
    return taken;
}

bool ib_layer_is_shared(const void *p)
{
    bool found = false;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < shared.n && !found; i++)
        found = (const char *)p >= shared.at[i].start &&
                (const char *)p < shared.at[i].start + shared.at[i].bytes;
    pthread_mutex_unlock(&mutex);
    return found;
}

void ib_layer_share(const void *start, size_t bytes)
{
    add_region(&shared, start, bytes, false);
}

void ib_layer_unshare(const void *start)
{
    take_region(&shared, start);
}

void ib_layer_count_map(const void *start, size_t bytes, cl_map_flags flags)
{
    if ((flags & CL_MAP_READ) != 0)
        ib_layer_count_d2h(bytes);
    add_region(&mapped, start, bytes, (flags & (CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION)) != 0);
}

void ib_layer_count_unmap(const void *start)
{
    const struct region region = take_region(&mapped, start);
    if (region.is_written)
        ib_layer_count_h2d(region.bytes);
}
