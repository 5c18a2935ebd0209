#include "base/cgroup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether a list such as "cpu,cpuacct" contains the word. */
static bool lists(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += n)
        if ((at == list || at[-1] == ',') && (at[n] == ',' || at[n] == '\0'))
            return true;
    return false;
}

/* Finds the group's path in lines such as "4:memory:/user" and "0::/user"; the second is version 2, which is
 * used for controllers that are not in version 1. Returns the version; 0: none. The caller frees *group. */
static int read_group(const char *groups, const char *controller, char **group)
{
    FILE *file = fopen(groups, "re");
    char *line = NULL;
    size_t room = 0;
    int version = 0;
    *group = NULL;
    while (file && version != 1 && getline(&line, &room, file) >= 0) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        const int is = list[1] == '\0' ? 2 : lists(list + 1, controller) ? 1 : 0;
        if (!is)
            continue;
        version = is;
        free(*group);
        *group = strdup(path);
    }
    free(line);
    if (file)
        fclose(file);
    return *group ? version : 0;
}

/* Finds where a version is mounted, in lines such as
 * "36 35 98:0 /root /mount rw,noatime master:1 - cgroup cgroup rw,memory". False if it is not mounted. */
static bool read_mount(const char *mounts, int version, const char *controller, char root[PATH_MAX],
                       char mount[PATH_MAX])
{
    FILE *file = fopen(mounts, "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    _Static_assert(PATH_MAX == 4096, "the lengths below say so");
    while (file && !found && getline(&line, &room, file) >= 0) {
        char type[32], options[512];
        const char *tail = strstr(line, " - ");
        found = tail && sscanf(tail, " - %31s %*s %511s", type, options) == 2 &&
                sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount) == 2 &&
                (version == 2 ? strcmp(type, "cgroup2") == 0
                              : strcmp(type, "cgroup") == 0 && lists(options, controller));
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

bool ib_cgroup_find_in(const char *groups, const char *mounts, const char *controller, struct ib_cgroup *out)
{
    char root[PATH_MAX], mount[PATH_MAX], *group;
    out->version = read_group(groups, controller, &group);
    const bool found = out->version && read_mount(mounts, out->version, controller, root, mount);
    if (found) {
        /* A mount may show only the part of the tree below its root. */
        const size_t hidden = strcmp(root, "/") == 0 ? 0 : strlen(root);
        const char *below = strncmp(group, root, hidden) == 0 ? group + hidden : "";
        out->mount_length = strlen(mount);
        const int length =
            snprintf(out->path, sizeof out->path, "%s%s", mount, strcmp(below, "/") ? below : "");
        if (length >= PATH_MAX || access(out->path, F_OK) != 0)
            memcpy(out->path, mount, out->mount_length + 1);
    }
    free(group);
    return found;
}

bool ib_cgroup_find(const char *controller, struct ib_cgroup *out)
{
    return ib_cgroup_find_in("/proc/self/cgroup", "/proc/self/mountinfo", controller, out);
}

bool ib_cgroup_up(struct ib_cgroup *group)
{
    char *slash = strrchr(group->path, '/');
    if (!slash || (size_t)(slash - group->path) < group->mount_length)
        return false;
    *slash = '\0';
    return true;
}

bool ib_cgroup_number(const struct ib_cgroup *group, const char *file, const char *key, uint64_t *out)
{
    char path[PATH_MAX + 64], line[256];
    const size_t n = strlen(key);
    bool found = false;
    snprintf(path, sizeof path, "%s/%s", group->path, file);
    FILE *in = fopen(path, "re");
    while (in && !found && fgets(line, sizeof line, in))
        found = strncmp(line, key, n) == 0 && (n == 0 || line[n] == ' ') &&
                sscanf(line + n, "%" SCNu64, out) == 1;
    if (in)
        fclose(in);
    return found;
}

bool ib_cgroup_write(const char *path, const char *file, const char *text)
{
    char name[PATH_MAX + 64];
    snprintf(name, sizeof name, "%s/%s", path, file);
    const int fd = open(name, O_WRONLY | O_CLOEXEC);
    const bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return written;
}
