#include "parent/memory_limit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_PREFIX "ironbench-"

const struct ib_word ib_memory_by_words[] = {
    {"auto", IB_MEMORY_AUTO}, {"cgroup", IB_MEMORY_CGROUP}, {"polling", IB_MEMORY_POLLING}, {NULL, 0}};

/* The file names of the two cgroup versions. */
static const struct version {
    const char *mount;
    const char *controller; /* in /proc/self/cgroup */
    const char *limit, *swap_limit;
    bool swap_with_memory; /* swap_limit covers memory plus swap, not swap alone */
    const char *events;    /* holds a line "oom_kill N" */
} versions[] = {
    {"/sys/fs/cgroup", "", "memory.max", "memory.swap.max", false, "memory.events"},
    {"/sys/fs/cgroup/memory", "memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", true,
     "memory.oom_control"},
};
enum { VERSION_COUNT = sizeof versions / sizeof *versions };

/* ---- files ---- */

static bool write_file(const char *folder, const char *name, const char *text)
{
    char path[768];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return written;
}

/* Reads the number after `key` at the start of a line of a file; false if there is none. */
static bool read_number(const char *folder, const char *name, const char *key, unsigned long long *out)
{
    char path[768], line[256], format[64];
    bool found = false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(format, sizeof format, "%s %%llu", key);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = sscanf(line, format, out) == 1;
    if (file)
        fclose(file);
    return found;
}

static bool exists(const char *folder, const char *name)
{
    char path[768];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* ---- the place for groups ---- */

/* Finds this process's own group under a version's mount. In a container the path may only be visible on the
 * host; the mount itself is the group then. */
static bool own_group(const struct version *version, char *path, size_t n)
{
    char line[512];
    bool found = false;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *controller = strchr(line, ':'), *group = controller ? strchr(controller + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        found = strcmp(controller + 1, version->controller) == 0;
        if (found)
            snprintf(path, n, "%s%s", version->mount, strcmp(group, "/") == 0 ? "" : group);
    }
    if (file)
        fclose(file);
    if (found && access(path, F_OK) != 0)
        snprintf(path, n, "%s", version->mount);
    return found;
}

/* Returns whether groups with a limit can be created in this folder. Version 2 requires that the controller
 * is delegated to children, which a group that contains processes cannot do. */
static bool can_hold_groups(const struct version *version, const char *folder)
{
    if (access(folder, W_OK) != 0)
        return false;
    if (version->controller[0])
        return exists(folder, version->limit);
    char path[768], line[256] = "";
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", folder);
    FILE *file = fopen(path, "re");
    bool delegated = file && fgets(line, sizeof line, file) && strstr(line, "memory");
    if (file)
        fclose(file);
    return delegated;
}

/* Finds the folder to create groups in: our own group or its parent. */
static const struct version *find_place(char *path, size_t n)
{
    for (size_t i = 0; i < VERSION_COUNT; i++) {
        if (!own_group(&versions[i], path, n))
            continue;
        if (can_hold_groups(&versions[i], path))
            return &versions[i];
        char *slash = strrchr(path, '/');
        if (slash && (size_t)(slash - path) >= strlen(versions[i].mount)) {
            *slash = '\0';
            if (can_hold_groups(&versions[i], path))
                return &versions[i];
        }
    }
    return NULL;
}

const char *ib_memory_limit_place(char *path, size_t n)
{
    return find_place(path, n) ? path : NULL;
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

static bool set_limits(const struct version *version, const char *group, uint64_t bytes)
{
    char limit[32];
    snprintf(limit, sizeof limit, "%llu", (unsigned long long)bytes);
    if (!write_file(group, version->limit, limit))
        return false;
    write_file(group, version->swap_limit,
               version->swap_with_memory ? limit : "0"); /* swap accounting may be compiled out */
    return true;
}

static bool make_group(struct ib_memory_limit *m)
{
    char place[400], pid[32];
    const struct version *version = find_place(place, sizeof place);
    if (!version)
        return false;
    remove_stale(place);
    snprintf(m->group, sizeof m->group, "%s/" GROUP_PREFIX "%d-%d", place, (int)getpid(), (int)m->pid);
    snprintf(pid, sizeof pid, "%d", (int)m->pid);
    if (mkdir(m->group, 0755) == 0) {
        if (set_limits(version, m->group, m->bytes) && write_file(m->group, "cgroup.procs", pid))
            return true;
        rmdir(m->group);
    }
    m->group[0] = '\0';
    return false;
}

/* ---- limits ---- */

bool ib_memory_limit_begin(struct ib_memory_limit *m, pid_t pid, uint64_t bytes, enum ib_memory_by by)
{
    *m = (struct ib_memory_limit){.bytes = bytes, .pid = pid};
    if (!bytes || by == IB_MEMORY_POLLING || make_group(m))
        return true;
    if (by == IB_MEMORY_CGROUP)
        m->bytes = 0;
    return by != IB_MEMORY_CGROUP;
}

bool ib_memory_limit_exceeded(const struct ib_memory_limit *m)
{
    char folder[64];
    unsigned long long kib = 0;
    if (!m->bytes || m->group[0])
        return false;
    snprintf(folder, sizeof folder, "/proc/%d", (int)m->pid);
    return read_number(folder, "smaps_rollup", "Pss:", &kib) && kib * 1024 > m->bytes;
}

bool ib_memory_limit_killed(const struct ib_memory_limit *m)
{
    unsigned long long kills = 0;
    for (size_t i = 0; m->group[0] && i < VERSION_COUNT; i++)
        if (read_number(m->group, versions[i].events, "oom_kill", &kills) && kills > 0)
            return true;
    return false;
}

void ib_memory_limit_end(struct ib_memory_limit *m)
{
    /* The kernel may not have released the dead processes yet. A later run removes what remains. */
    for (int attempt = 0; m->group[0] && rmdir(m->group) != 0 && attempt < 20; attempt++)
        usleep(1000);
    m->group[0] = '\0';
}
