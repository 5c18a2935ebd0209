#include "machine/container.h"

#include "base/arena.h"
#include "base/cgroup.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <sys/sysinfo.h>

/* ---- CPUs ---- */

/* Version 2 has both numbers in one line, "max 100000" without a quota; version 1 has -1. */
static double quota_of(const struct ib_cgroup *group)
{
    uint64_t quota_us, period_us;
    if (group->version == 1)
        return ib_cgroup_number(group, "cpu.cfs_quota_us", "", &quota_us) && quota_us <= INT64_MAX &&
                       ib_cgroup_number(group, "cpu.cfs_period_us", "", &period_us) && period_us
                   ? (double)quota_us / (double)period_us
                   : 0;
    char path[PATH_MAX + 64], line[64] = "";
    snprintf(path, sizeof path, "%s/cpu.max", group->path);
    FILE *file = fopen(path, "re");
    const bool read = file && fgets(line, sizeof line, file) &&
                      sscanf(line, "%" SCNu64 " %" SCNu64, &quota_us, &period_us) == 2 && period_us;
    if (file)
        fclose(file);
    return read ? (double)quota_us / (double)period_us : 0;
}

/* The throttling is that of the tightest quota. */
static void describe_cpu(struct ib_cgroup *group, struct ib_container *out)
{
    do {
        const double quota = quota_of(group);
        if (quota <= 0 || (out->cpu_quota > 0 && quota >= out->cpu_quota))
            continue;
        out->cpu_quota = quota;
        out->periods = out->throttled_periods = 0;
        ib_cgroup_number(group, "cpu.stat", "nr_periods", &out->periods);
        ib_cgroup_number(group, "cpu.stat", "nr_throttled", &out->throttled_periods);
    } while (ib_cgroup_up(group));
}

/* ---- memory ---- */

/* The file names of the two cgroup versions; inactive file pages are given up when memory is short. */
static const struct names {
    const char *limit, *usage, *inactive;
} names[] = {
    [1] = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
    [2] = {"memory.max", "memory.current", "inactive_file"},
};

static void describe_memory(struct ib_cgroup *group, struct ib_container *out)
{
    const uint64_t machine = ib_memory_present() ? ib_memory_present() : UINT64_MAX >> 2;
    const struct names *name = &names[group->version];
    do {
        uint64_t limit, used = 0, inactive = 0;
        /* A limit beyond the machine's memory is how version 1 says that there is none. */
        if (!ib_cgroup_number(group, name->limit, "", &limit) || limit >= machine)
            continue;
        ib_cgroup_number(group, name->usage, "", &used);
        ib_cgroup_number(group, "memory.stat", name->inactive, &inactive);
        used -= inactive < used ? inactive : used;
        const uint64_t left = used < limit ? limit - used : 0;
        if (!out->memory_limit_bytes || left < out->memory_left_bytes)
            out->memory_left_bytes = left;
        if (!out->memory_limit_bytes || limit < out->memory_limit_bytes)
            out->memory_limit_bytes = limit;
    } while (ib_cgroup_up(group));
}

/* ---- both ---- */

void ib_container_describe_in(const char *groups, const char *mounts, struct ib_container *out)
{
    struct ib_cgroup group;
    *out = (struct ib_container){0};
    if (ib_cgroup_find_in(groups, mounts, "cpu", &group))
        describe_cpu(&group, out);
    if (ib_cgroup_find_in(groups, mounts, "memory", &group))
        describe_memory(&group, out);
}

void ib_container_describe(struct ib_container *out)
{
    ib_container_describe_in("/proc/self/cgroup", "/proc/self/mountinfo", out);
}

unsigned ib_usable_cpus(void)
{
    struct ib_container container;
    cpu_set_t usable;
    const int n = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : get_nprocs();
    ib_container_describe(&container);
    const double most = container.cpu_quota > 0 ? fmin(n, ceil(container.cpu_quota)) : n;
    return most > 1 ? (unsigned)most : 1;
}
