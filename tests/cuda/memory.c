#include "machine.h"
#include "mock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ADDRESS_BYTES ((size_t)256 << 30) /* reserved, never backed by memory */
enum { ALIGN_BYTES = 256, POISON = 0xff };

struct block {
    struct block *next;
    uintptr_t address; /* as the plugin sees it */
    unsigned char *memory;
    size_t bytes;
};

struct pool {
    struct block *blocks;
    size_t used;
};

static struct pool device, pinned;
static uint64_t n_handles;

static uintptr_t next_address(size_t bytes)
{
    static uintptr_t addresses;
    static size_t used;
    if (addresses == 0) {
        void *reserved =
            mmap(NULL, ADDRESS_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        addresses = reserved == MAP_FAILED ? 0 : (uintptr_t)reserved;
    }
    if (addresses == 0 || bytes >= ADDRESS_BYTES - used - ALIGN_BYTES)
        return 0;
    const uintptr_t address = addresses + used;
    used += (bytes / ALIGN_BYTES + 1) * ALIGN_BYTES; /* a gap, so that an overrun finds nothing */
    return address;
}

/* A block of uninitialised bytes. */
static struct block *add(struct pool *pool, size_t bytes, uint64_t limit)
{
    if (pool->used > limit || bytes > limit - pool->used)
        return NULL;
    struct block *b = malloc(sizeof *b);
    unsigned char *memory = malloc(bytes);
    if (b == NULL || memory == NULL) {
        free(memory);
        free(b);
        return NULL;
    }
    memset(memory, POISON, bytes);
    *b = (struct block){pool->blocks, (uintptr_t)memory, memory, bytes};
    pool->blocks = b;
    pool->used += bytes;
    return b;
}

static bool drop(struct pool *pool, const void *address)
{
    for (struct block **link = &pool->blocks; *link != NULL; link = &(*link)->next)
        if ((*link)->address == (uintptr_t)address) {
            struct block *gone = *link;
            *link = gone->next;
            pool->used -= gone->bytes;
            free(gone->memory);
            free(gone);
            return true;
        }
    return false;
}

static void *find(const struct pool *pool, const void *at, size_t bytes)
{
    const uintptr_t address = (uintptr_t)at;
    for (const struct block *b = pool->blocks; b != NULL; b = b->next)
        if (address >= b->address && address - b->address <= b->bytes &&
            bytes <= b->bytes - (address - b->address))
            return b->memory + (address - b->address);
    return NULL;
}

void *mock_memory_alloc(size_t bytes)
{
    struct block *b = add(&device, bytes, mock_number_of("memory", UINT64_MAX));
    if (b == NULL)
        return NULL;
    b->address = next_address(bytes);
    if (b->address == 0) {
        drop(&device, NULL);
        return NULL;
    }
    emu_memory_added(b->memory, bytes);
    return (void *)b->address;
}

bool mock_memory_free(void *handle)
{
    emu_memory_removed(mock_memory_find(handle, 0));
    return drop(&device, handle);
}

void *mock_memory_find(const void *handle, size_t bytes)
{
    return find(&device, handle, bytes);
}

size_t mock_memory_used(void)
{
    return device.used;
}

void *mock_pinned_alloc(size_t bytes)
{
    struct block *b = add(&pinned, bytes, mock_number_of("pinned", UINT64_MAX));
    return b == NULL ? NULL : b->memory;
}

bool mock_pinned_free(void *host)
{
    return drop(&pinned, host);
}

bool mock_is_pinned(const void *host, size_t bytes)
{
    return find(&pinned, host, bytes) != NULL;
}

void mock_count_handles(int change)
{
    n_handles += (uint64_t)change;
}

uint64_t mock_left(void)
{
    return device.used + pinned.used + n_handles;
}
