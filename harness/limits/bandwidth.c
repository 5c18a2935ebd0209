/* Reading and copying, by cache level and from memory. */
#include "base/error.h"
#include "limits/caches.h"
#include "limits/probe.h"
#include "limits/vectors.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { MIB = 1 << 20, SLICE = 2 * MIB, HUGE_PAGE = 2 * MIB };

/* A buffer of a level for each thread; of memory, slices that the threads take in turn. */
struct area {
    char *at;
    size_t bytes; /* of the buffer of a thread, or of all slices */
    atomic_size_t next;
};

/* The one mapping that all areas are in. */
static struct {
    char *at;
    size_t bytes;
} mapping;

static void read_level(const struct ib_probe *p, unsigned member)
{
    const struct area *area = p->context;
    uint64_t seen;
    for (uint64_t i = 0; i < p->repeats; i++)
        ib_vectors_widest()->read(area->at + member * area->bytes, area->bytes, &seen);
}

static void copy_level(const struct ib_probe *p, unsigned member)
{
    const struct area *area = p->context;
    char *at = area->at + member * area->bytes;
    const size_t half = area->bytes / 2;
    for (uint64_t i = 0; i < p->repeats; i++) {
        memcpy(at + half, at, half);
        __asm__ volatile("" : : "r"(at) : "memory");
    }
}

/* A slice that has not been used for longer than the caches remember. */
static char *next_slice(const struct ib_probe *p)
{
    struct area *area = (struct area *)(uintptr_t)p->context;
    return area->at + atomic_fetch_add(&area->next, 1) % (area->bytes / SLICE) * SLICE;
}

static void read_memory(const struct ib_probe *p, unsigned member)
{
    uint64_t seen;
    (void)member;
    for (uint64_t i = 0; i < p->repeats; i++)
        ib_vectors_widest()->read_apart(next_slice(p), SLICE, &seen);
}

static void copy_memory(const struct ib_probe *p, unsigned member)
{
    (void)member;
    for (uint64_t i = 0; i < p->repeats; i++) {
        const char *from = next_slice(p);
        char *to = next_slice(p);
        memcpy(to, from, SLICE);
        __asm__ volatile("" : : "r"(to) : "memory");
    }
}

static void add(struct ib_arena *arena, struct ib_probes *out, unsigned threads, const char *of,
                const struct area *area, bool level)
{
    const double bytes = (double)(level ? area->bytes : SLICE);
    ib_probes_add(arena, out, threads,
                  (struct ib_probe){.kind = IB_RATE_READ,
                                    .of = of,
                                    .unit = bytes,
                                    .run = level ? read_level : read_memory,
                                    .context = area});
    ib_probes_add(arena, out, threads,
                  (struct ib_probe){.kind = IB_RATE_COPY,
                                    .of = of,
                                    .unit = level ? bytes : 2 * bytes,
                                    .run = level ? copy_level : copy_memory,
                                    .context = area});
}

static size_t whole_pages(size_t bytes)
{
    return (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

/* Per thread: half a level of its own; of a shared one four times the level below, so that it does not fit
 * there, but no more than half of the thread's share. */
static size_t level_bytes(const struct ib_cache *level, size_t below, unsigned threads)
{
    const size_t share = level->bytes * level->n / threads / 2, wanted = 4 * below;
    const size_t bytes = below && wanted < share ? wanted : share;
    return bytes / 4096 * 4096;
}

/* Twice the largest cache, so that what is read in turn is never in it; 0: that is too much for this machine.
 */
static size_t memory_bytes(const struct ib_cache *levels, size_t n)
{
    enum { LEAST = 256 * MIB };
    const size_t caches = n ? levels[n - 1].bytes * levels[n - 1].n : 0;
    const size_t bytes = 2 * caches < LEAST ? LEAST : 2 * caches / SLICE * SLICE;
    return bytes <= ib_memory_present() / 4 ? bytes : 0;
}

/* Huge pages where the system has them: otherwise the translation of addresses would be measured, too. */
static enum ib_status map(size_t bytes, char **out)
{
    const size_t mapped = bytes + HUGE_PAGE;
    char *at = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return ib_fail_errno("limits", "memory to read");
    mapping.at = at;
    mapping.bytes = mapped;
    *out = at + (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
    madvise(*out, bytes, MADV_HUGEPAGE);
    memset(*out, 1, bytes); /* every page its own */
    return IB_OK;
}

enum ib_status ib_bandwidth_probes(struct ib_arena *arena, unsigned threads, struct ib_probes *out)
{
    struct ib_cache *levels = ib_arena_alloc(arena, IB_CACHE_LEVELS * sizeof *levels);
    struct area *areas = ib_arena_alloc(arena, (IB_CACHE_LEVELS + 1) * sizeof *areas);
    const size_t n = ib_caches_describe(levels), memory = memory_bytes(levels, n);
    size_t used = 0;
    for (size_t l = 0; l < n; l++) {
        areas[l].bytes = level_bytes(&levels[l], l ? levels[l - 1].bytes : 0, threads);
        used += whole_pages(threads * areas[l].bytes);
    }
    areas[n].bytes = memory;
    char *at = NULL;
    IB_TRY(map(used + memory, &at));
    for (size_t l = 0; l <= n; l++) {
        areas[l].at = at;
        at += whole_pages(areas[l].bytes * (l < n ? threads : 1));
        if (areas[l].bytes)
            add(arena, out, threads, l < n ? levels[l].name : "memory", &areas[l], l < n);
    }
    return IB_OK;
}

void ib_bandwidth_close(void)
{
    if (mapping.at)
        munmap(mapping.at, mapping.bytes);
    mapping.at = NULL;
}
