#include "machine/node.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <unistd.h>

/* A variable of the environment; NULL if it is empty, or cannot be stored. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] && ib_utf8_valid(value) ? value : NULL;
}

const char *ib_node_name(struct ib_arena *arena)
{
    char host[256] = "";
    const char *node = variable("SLURMD_NODENAME");
    if (!node && gethostname(host, sizeof host - 1) == 0 && host[0] && ib_utf8_valid(host))
        node = host;
    return node ? ib_arena_copy(arena, node) : NULL;
}

const char *ib_job_name(struct ib_arena *arena)
{
    const char *job = variable("SLURM_JOB_ID"), *array = variable("SLURM_ARRAY_JOB_ID"),
               *task = variable("SLURM_ARRAY_TASK_ID");
    if (array && task)
        return ib_arena_print(arena, "Slurm %s_%s", array, task);
    return job ? ib_arena_print(arena, "Slurm %s", job) : NULL;
}
