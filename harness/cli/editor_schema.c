#include "cli/editor_schema.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "config/config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHIPPED "results/config.schema.json"

/* How far `folder` is below ironbench's own; -1 if it is elsewhere. */
static int depth_in_home(const char *folder)
{
    char home[PATH_MAX], inner[PATH_MAX];
    if (!realpath(ib_home(), home) || !realpath(folder, inner))
        return -1;
    const size_t n = strlen(home);
    if (strncmp(inner, home, n) != 0 || (inner[n] && inner[n] != '/'))
        return -1;
    int depth = 0;
    for (const char *at = inner + n; *at; at++)
        depth += *at == '/';
    return depth;
}

const char *ib_editor_schema_path(struct ib_arena *arena, const char *folder)
{
    int depth = depth_in_home(folder);
    const char *path = depth < 0 ? IB_EDITOR_SCHEMA : SHIPPED;
    for (; depth > 0; depth--)
        path = ib_arena_print(arena, "../%s", path);
    return path;
}

enum ib_status ib_editor_schema_write(struct ib_arena *arena, const char *folder, bool *written)
{
    const char *path = ib_file_join(arena, folder, IB_EDITOR_SCHEMA);
    *written = depth_in_home(folder) < 0 && access(path, F_OK) != 0;
    if (!*written)
        return IB_OK;
    json_t *schema = ib_config_schema();
    const bool whole = json_dump_file(schema, path, JSON_INDENT(1)) == 0;
    const enum ib_status status = whole ? IB_OK : ib_fail_errno(path, "cannot write this file");
    json_decref(schema);
    return status;
}
