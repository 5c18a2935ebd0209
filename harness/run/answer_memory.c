#include "run/answer_memory.h"

#include "base/file.h"
#include "base/keeper.h"

#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MEMORY "/dev/shm"

enum { ROOM_BYTES = 1 << 24 }; /* many times what the workers of a sweep have there at once */

static bool is_in_memory(const char *folder, struct statfs *info)
{
    return statfs(folder, info) == 0 && info->f_type == TMPFS_MAGIC;
}

/* Of the same name, so that it is found again if the run is killed. */
static const char *memory_of(const char *workspace, char path[PATH_MAX])
{
    const char *slash = strrchr(workspace, '/');
    snprintf(path, PATH_MAX, MEMORY "/%s", slash ? slash + 1 : workspace);
    return path;
}

const char *ib_answer_memory_open(struct ib_arena *arena, const char *workspace)
{
    char path[PATH_MAX];
    struct statfs info;
    if (is_in_memory(workspace, &info) || !is_in_memory(MEMORY, &info) ||
        (uint64_t)info.f_bavail * (uint64_t)info.f_bsize < ROOM_BYTES ||
        mkdir(memory_of(workspace, path), 0700) != 0)
        return NULL;
    ib_keeper_remove_later(path);
    return ib_arena_copy(arena, path);
}

void ib_answer_memory_remove(const char *workspace)
{
    char path[PATH_MAX];
    ib_folder_remove(memory_of(workspace, path));
}
