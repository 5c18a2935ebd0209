#include "parent/memory_limit.h"

#include "base/cgroup.h"
#include "base/proc_scan.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_PREFIX "ironbench-"

const struct ib_word ib_memory_by_words[] = {
    {"auto", IB_MEMORY_AUTO}, {"cgroup", IB_MEMORY_CGROUP}, {"polling", IB_MEMORY_POLLING}, {NULL, 0}};

/* The file names of the two cgroup versions. */
static const struct version {
    const char *limit, *swap_limit;
    bool swap_with_memory; /* swap_limit covers memory plus swap, not swap alone */
    const char *events;    /* holds a line "oom_kill N" */
} versions[] = {
    [1] = {"memory.limit_in_bytes", "memory.memsw.limit_in_bytes", true, "memory.oom_control"},
    [2] = {"memory.max", "memory.swap.max", false, "memory.events"},
};

/* ---- the place for groups ---- */

/* Returns whether groups with a limit can be created in this group. Version 2 requires that the controller
 * is delegated to children, which a group that contains processes cannot do. */
static bool can_hold_groups(const struct ib_cgroup *group)
{
    char path[PATH_MAX + 64], line[256] = "";
    if (access(group->path, W_OK) != 0)
        return false;
    if (group->version == 1) {
        snprintf(path, sizeof path, "%s/%s", group->path, versions[1].limit);
        return access(path, F_OK) == 0;
    }
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", group->path);
    FILE *file = fopen(path, "re");
    bool delegated = file && fgets(line, sizeof line, file) && strstr(line, "memory");
    if (file)
        fclose(file);
    return delegated;
}

/* Finds the group to create groups in: our own group or its parent. */
static bool find_place(struct ib_cgroup *place)
{
    return ib_cgroup_find("memory", place) &&
           (can_hold_groups(place) || (ib_cgroup_up(place) && can_hold_groups(place)));
}

const char *ib_memory_limit_place(char *path, size_t n)
{
    struct ib_cgroup place;
    return find_place(&place) && (size_t)snprintf(path, n, "%s", place.path) < n ? path : NULL;
}

/* ---- a group ---- */

/* Removes the empty groups of killed runs; rmdir fails on groups in use. */
static void remove_stale(const char *place)
{
    DIR *dir = opendir(place);
    char path[1024];
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, GROUP_PREFIX, strlen(GROUP_PREFIX)) == 0) {
            snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
            rmdir(path);
        }
    if (dir)
        closedir(dir);
}

static bool set_limits(int version, const char *group, uint64_t bytes)
{
    char limit[32];
    snprintf(limit, sizeof limit, "%llu", (unsigned long long)bytes);
    if (!ib_cgroup_write(group, versions[version].limit, limit))
        return false;
    ib_cgroup_write(group, versions[version].swap_limit,
                    versions[version].swap_with_memory ? limit
                                                       : "0"); /* swap accounting may be compiled out */
    return true;
}

static bool make_group(struct ib_memory_limit *m)
{
    char pid[32];
    if (!find_place(&m->group))
        return false;
    remove_stale(m->group.path);
    const size_t used = strlen(m->group.path), room = sizeof m->group.path - used;
    const int length =
        snprintf(m->group.path + used, room, "/" GROUP_PREFIX "%d-%d", (int)getpid(), (int)m->pid);
    snprintf(pid, sizeof pid, "%d", (int)m->pid);
    if (length > 0 && (size_t)length < room && mkdir(m->group.path, 0755) == 0) {
        if (set_limits(m->group.version, m->group.path, m->bytes) &&
            ib_cgroup_write(m->group.path, "cgroup.procs", pid))
            return true;
        rmdir(m->group.path);
    }
    return false;
}

/* Kills what a child has left in its group. Version 1 has no command for that. */
static void kill_rest(const struct ib_cgroup *group)
{
    char path[PATH_MAX + 64];
    int pid;
    if (ib_cgroup_write(group->path, "cgroup.kill", "1"))
        return;
    snprintf(path, sizeof path, "%s/cgroup.procs", group->path);
    FILE *file = fopen(path, "re");
    while (file && fscanf(file, "%d", &pid) == 1)
        if (pid > 0) /* 0: in another namespace */
            kill(pid, SIGKILL);
    if (file)
        fclose(file);
}

/* ---- limits ---- */

bool ib_memory_limit_begin(struct ib_memory_limit *m, pid_t pid, uint64_t bytes, enum ib_memory_by by)
{
    *m = (struct ib_memory_limit){.bytes = bytes, .pid = pid};
    m->grouped = bytes && by != IB_MEMORY_POLLING && make_group(m);
    if (!bytes || m->grouped || by != IB_MEMORY_CGROUP)
        return true;
    m->bytes = 0;
    return false;
}

/* The proportional set size; where that is not to be had, the resident set size, which counts shared pages in
 * full. 0: unknown. */
static uint64_t used_bytes(pid_t pid)
{
    char text[512];
    unsigned long long kib = 0, pages = 0;
    text[ib_proc_read(pid, "smaps_rollup", text, sizeof text - 1)] = '\0';
    const char *pss = strstr(text, "\nPss:");
    if (pss && sscanf(pss, "\nPss: %llu", &kib) == 1)
        return kib * 1024;
    text[ib_proc_read(pid, "statm", text, sizeof text - 1)] = '\0';
    return sscanf(text, "%*s %llu", &pages) == 1 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

bool ib_memory_limit_exceeded(const struct ib_memory_limit *m)
{
    return m->bytes && !m->grouped && used_bytes(m->pid) > m->bytes;
}

bool ib_memory_limit_killed(const struct ib_memory_limit *m)
{
    uint64_t kills = 0;
    return m->grouped && ib_cgroup_number(&m->group, versions[m->group.version].events, "oom_kill", &kills) &&
           kills > 0;
}

void ib_memory_limit_end(struct ib_memory_limit *m)
{
    /* The kernel may not have released the dead processes yet. A later run removes what remains. */
    for (int attempt = 0; m->grouped && rmdir(m->group.path) != 0 && attempt < 20; attempt++) {
        kill_rest(&m->group);
        usleep(1000);
    }
    m->grouped = false;
}

/* ---- the kernel's own count ---- */

/* Kills in this process's group, which the kernel attributes to the group of the victim; without groups,
 * those in the whole system. */
bool ib_oom_kills(uint64_t *count)
{
    static const struct ib_cgroup system = {.path = "/proc"};
    static struct ib_cgroup group; /* looked up once, as this is asked before each child */
    static enum { UNKNOWN, GROUP, SYSTEM } where;
    if (where == UNKNOWN)
        where = ib_cgroup_find("memory", &group) ? GROUP : SYSTEM;
    return (where == GROUP && ib_cgroup_number(&group, versions[group.version].events, "oom_kill", count)) ||
           ib_cgroup_number(&system, "vmstat", "oom_kill", count);
}
