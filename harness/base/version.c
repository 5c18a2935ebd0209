#include "base/version.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <string.h>

const char *ib_version_text(struct ib_arena *arena)
{
    enum { MAX_BYTES = 128 };
    char *commit;
    size_t bytes;
    if (ib_file_read_text(arena, ib_commit_path(arena), MAX_BYTES, &commit, &bytes) == IB_OK)
        commit[strcspn(commit, "\n")] = '\0';
    else
        commit = "unknown";
    return ib_arena_print(arena, "ironbench %s (commit %s, %s, %s)", IB_VERSION, commit, IB_BUILD_TYPE,
                          IB_COMPILER);
}
