#include "base/paths.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Turns build/tests/test_x into build/ironbench: unit tests start workers of the program one folder up.
 * Returns whether it did. */
static bool from_test_to_program(char path[PATH_MAX])
{
    static const char folder[] = "/tests/";
    char *name = strrchr(path, '/') + 1;
    char *tests = name - strlen(folder);
    if (tests <= path || strncmp(tests, folder, strlen(folder)) != 0)
        return false;
    char program[PATH_MAX];
    int length = snprintf(program, sizeof program, "%.*s/ironbench", (int)(tests - path), path);
    if (length >= PATH_MAX || access(program, X_OK) != 0)
        return false;
    memcpy(path, program, (size_t)length + 1);
    return true;
}

/* The kernel appends this to the path of a removed file. */
static void cut_deleted(char *path)
{
    static const char deleted[] = " (deleted)";
    char *end = path + strlen(path) - strlen(deleted);
    if (end > path && strcmp(end, deleted) == 0)
        *end = '\0';
}

static bool is_test; /* ib_self is another program than this one */

const char *ib_self(void)
{
    static char path[PATH_MAX];
    if (!path[0]) {
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
        if (length <= 0)
            return "/proc/self/exe";
        path[length] = '\0';
        cut_deleted(path);
        is_test = from_test_to_program(path);
    }
    return path;
}

/* Returns `relative` resolved against the program's folder. */
static char *from_program(struct ib_arena *arena, const char *program, const char *relative)
{
    const char *slash = strrchr(program, '/');
    return slash ? ib_arena_print(arena, "%.*s/%s", (int)(slash - program), program, relative)
                 : ib_arena_copy(arena, relative);
}

/* Returns `built`, resolved against the program's folder, if it exists; else `installed`. */
static char *built_or_installed(struct ib_arena *arena, const char *program, const char *built,
                                const char *installed)
{
    char *path = from_program(arena, program, built);
    return access(path, F_OK) == 0 ? path : from_program(arena, program, installed);
}

char *ib_worker_path_of(struct ib_arena *arena, const char *program)
{
    char *path = built_or_installed(arena, program, "ironbench-worker", "../libexec/ironbench-worker");
    return access(path, X_OK) == 0 ? path : ib_arena_copy(arena, program);
}

/* This program may have been removed already, but not what runs of it. */
static int open_worker(void)
{
    struct ib_arena arena = {0};
    const char *self = ib_self(), *path = ib_worker_path_of(&arena, self);
    int fd = open(strcmp(path, self) == 0 && !is_test ? "/proc/self/exe" : path, O_PATH | O_CLOEXEC);
    ib_arena_free(&arena);
    return fd;
}

int ib_worker_fd(void)
{
    enum { ABOVE_ALL_GIVEN = 16 }; /* a child gets its first descriptors before it is executed */
    static int fd = -1;
    if (fd < 0) {
        const int low = open_worker();
        fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, ABOVE_ALL_GIVEN);
        if (low >= 0)
            close(low);
    }
    return fd;
}

/* Both the root of the source tree and the data folder of an installation contain scripts/charts. */
static void find_home(char home[PATH_MAX])
{
    struct ib_arena arena = {0};
    const char *charts =
        built_or_installed(&arena, ib_self(), "../scripts/charts", "../share/ironbench/scripts/charts");
    const char *folder = ib_arena_print(&arena, "%s/../..", charts);
    if (!realpath(folder, home))
        snprintf(home, PATH_MAX, "%s", folder);
    ib_arena_free(&arena);
}

const char *ib_home(void)
{
    static char home[PATH_MAX];
    const char *given = getenv("IRONBENCH_HOME");
    if (given && given[0])
        return given;
    if (!home[0])
        find_home(home);
    return home;
}

char *ib_home_path(struct ib_arena *arena, const char *relative)
{
    return ib_arena_print(arena, "%s/%s", ib_home(), relative);
}

char *ib_plugin_path(struct ib_arena *arena, const char *name)
{
    return ib_plugin_path_of(arena, ib_self(), name);
}

char *ib_plugin_path_of(struct ib_arena *arena, const char *program, const char *name)
{
    return built_or_installed(arena, program, ib_arena_print(arena, "impls/%s.so", name),
                              ib_arena_print(arena, "../lib/ironbench/%s.so", name));
}

char *ib_commit_path(struct ib_arena *arena)
{
    return built_or_installed(arena, ib_self(), "commit.txt", "../share/ironbench/commit.txt");
}
