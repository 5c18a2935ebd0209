#include "memory.h"

#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ADDRESS_BYTES ((size_t)256 << 30)
enum { HANDLE_STEP = 256, POISON = 0xff };

struct emu_block {
    struct emu_block *next;
    void *handle, *memory;
    size_t bytes;
};

bool emu_memory_open(struct emu_memory *m)
{
    void *addresses =
        mmap(NULL, ADDRESS_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *m = (struct emu_memory){.addresses = addresses == MAP_FAILED ? NULL : addresses};
    return m->addresses != NULL;
}

static void release(struct emu_block *b)
{
    emu_memory_removed(b->memory);
    free(b->memory);
    free(b);
}

void emu_memory_close(struct emu_memory *m)
{
    while (m->blocks != NULL) {
        struct emu_block *gone = m->blocks;
        m->blocks = gone->next;
        release(gone);
    }
    if (m->addresses != NULL)
        munmap(m->addresses, ADDRESS_BYTES);
    m->addresses = NULL;
}

/* Uninitialised bytes. */
static void *poisoned(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory == NULL)
        return NULL;
    memset(memory, POISON, bytes);
    emu_memory_added(memory, bytes);
    return memory;
}

void *emu_memory_alloc(struct emu_memory *m, size_t bytes)
{
    if (bytes >= ADDRESS_BYTES - m->addresses_used - HANDLE_STEP)
        return NULL;
    struct emu_block *b = malloc(sizeof *b);
    void *memory = b == NULL ? NULL : poisoned(bytes);
    if (memory == NULL) {
        free(b);
        return NULL;
    }
    *b = (struct emu_block){m->blocks, m->addresses + m->addresses_used, memory, bytes};
    m->blocks = b;
    m->addresses_used += (bytes / HANDLE_STEP + 1) * HANDLE_STEP;
    return b->handle;
}

static struct emu_block **link_to(struct emu_block **link, const void *handle)
{
    while (*link != NULL && (*link)->handle != handle)
        link = &(*link)->next;
    return link;
}

void emu_memory_free(struct emu_memory *m, void *handle)
{
    struct emu_block **link = link_to(&m->blocks, handle);
    struct emu_block *gone = *link;
    if (gone == NULL)
        return;
    *link = gone->next;
    release(gone);
}

void *emu_memory_find(const struct emu_memory *m, const void *handle, size_t bytes)
{
    for (const struct emu_block *b = m->blocks; b != NULL; b = b->next)
        if (b->handle == handle)
            return bytes <= b->bytes ? b->memory : NULL;
    return NULL;
}

bool emu_memory_renew(struct emu_memory *m, void *handle, size_t bytes)
{
    struct emu_block *b = *link_to(&m->blocks, handle);
    if (b == NULL)
        return false;
    emu_memory_removed(b->memory);
    free(b->memory);
    b->memory = poisoned(bytes);
    b->bytes = b->memory == NULL ? 0 : bytes;
    return b->memory != NULL;
}
