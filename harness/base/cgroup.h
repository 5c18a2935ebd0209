/* The control groups of this process, in either version of cgroups. */
#ifndef IB_BASE_CGROUP_H
#define IB_BASE_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ib_cgroup {
    int version; /* 1 or 2 */
    char path[PATH_MAX];
    size_t mount_length; /* of the prefix of `path` where the groups are mounted */
};

/* Finds this process's group for a controller: "cpu" or "memory". In a container, whose own path may be
 * visible on the host only, the mount is the group. False if there is none. */
bool ib_cgroup_find(const char *controller, struct ib_cgroup *out);
/* The same, from other files than /proc/self/cgroup and /proc/self/mountinfo. */
bool ib_cgroup_find_in(const char *groups, const char *mounts, const char *controller, struct ib_cgroup *out);

/* Turns a group into its parent. False if it is the topmost one that is visible. */
bool ib_cgroup_up(struct ib_cgroup *);

/* Reads the number after `key` at the start of a line of one of the group's files, or with "" the first
 * number. False if there is none, as where it is "max". */
bool ib_cgroup_number(const struct ib_cgroup *, const char *file, const char *key, uint64_t *out);
/* Writes to one of the group's files. */
bool ib_cgroup_write(const char *path, const char *file, const char *text);

#endif
