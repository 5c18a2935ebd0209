#include "limits/caches.h"

#include "limits/team.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INDICES = 8 };

/* Reads a file of a CPU's cache with one conversion; false if it is missing. */
static bool scan(unsigned cpu, int index, const char *name, const char *format, void *out)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/cache/index%d/%s", cpu, index, name);
    FILE *file = fopen(path, "re");
    const bool read = file && fscanf(file, format, out) == 1;
    if (file)
        fclose(file);
    return read;
}

/* "32K", "1M" */
static size_t bytes_of(const char *text)
{
    size_t size = 0;
    char unit = 0;
    sscanf(text, "%zu%c", &size, &unit);
    return size << (unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0);
}

/* Caches are told apart by the first CPU that shares them. */
static unsigned count(int index, const cpu_set_t *usable)
{
    cpu_set_t firsts;
    CPU_ZERO(&firsts);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        unsigned first = cpu;
        if (!CPU_ISSET(cpu, usable))
            continue;
        scan(cpu, index, "shared_cpu_list", "%u", &first);
        if (first < CPU_SETSIZE)
            CPU_SET(first, &firsts);
    }
    return (unsigned)CPU_COUNT(&firsts);
}

static size_t from_sysfs(struct ib_cache out[IB_CACHE_LEVELS])
{
    cpu_set_t usable;
    size_t n = 0;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return 0;
    unsigned cpu = 0;
    while (cpu + 1 < CPU_SETSIZE && !CPU_ISSET(cpu, &usable))
        cpu++;
    for (int i = 0; i < INDICES && n < IB_CACHE_LEVELS; i++) {
        char type[16], size[16];
        int level;
        if (!scan(cpu, i, "level", "%d", &level) || !scan(cpu, i, "type", "%15s", type) ||
            !scan(cpu, i, "size", "%15s", size) || strcmp(type, "Instruction") == 0 || bytes_of(size) == 0)
            continue;
        out[n] = (struct ib_cache){.bytes = bytes_of(size), .n = count(i, &usable)};
        snprintf(out[n++].name, sizeof out->name, "L%d", level % 10);
    }
    return n;
}

/* Where /sys shows none: the third level is taken for shared. */
static size_t from_sysconf(struct ib_cache out[IB_CACHE_LEVELS])
{
    static const int sizes[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    size_t n = 0;
    for (int level = 1; level <= 3; level++) {
        const long bytes = sysconf(sizes[level - 1]);
        if (bytes <= 0)
            continue;
        out[n] = (struct ib_cache){.bytes = (size_t)bytes, .n = level < 3 ? ib_usable_threads() : 1};
        snprintf(out[n++].name, sizeof out->name, "L%c", '0' + level);
    }
    return n;
}

size_t ib_caches_describe(struct ib_cache out[IB_CACHE_LEVELS])
{
    const size_t n = from_sysfs(out);
    return n ? n : from_sysconf(out);
}
