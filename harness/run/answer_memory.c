#include "run/answer_memory.h"

#include "base/keeper.h"

#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/vfs.h>

#define MEMORY "/dev/shm"

enum { ROOM_BYTES = 1 << 24 }; /* many times what the workers of a sweep have there at once */

static bool is_in_memory(const char *folder, struct statfs *info)
{
    return statfs(folder, info) == 0 && info->f_type == TMPFS_MAGIC;
}

const char *ib_answer_memory_open(struct ib_arena *arena, const char *workspace)
{
    struct statfs info;
    char *folder = ib_arena_copy(arena, MEMORY "/ironbench-XXXXXX");
    if (is_in_memory(workspace, &info) || !is_in_memory(MEMORY, &info) ||
        (uint64_t)info.f_bavail * (uint64_t)info.f_bsize < ROOM_BYTES || !mkdtemp(folder))
        return NULL;
    ib_keeper_remove_later(folder);
    return folder;
}
