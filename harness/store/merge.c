#include "store/merge.h"

#include "base/error.h"
#include "base/file.h"
#include "store/load_run.h"
#include "store/merge_plan.h"
#include "store/run_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whether OUT holds a run, which must then be a merged one. */
static enum ib_status check_out(const char *out, const char *path, bool *holds)
{
    struct ib_run_record run;
    *holds = access(path, F_OK) == 0;
    if (!*holds)
        return IB_OK;
    IB_TRY(ib_load_run_cases(out, &run));
    const bool merged = run.merged;
    ib_run_record_free(&run);
    return merged ? IB_OK
                  : ib_fail(IB_EINVAL, out,
                            "this folder already holds a run that was not merged: choose another one");
}

static enum ib_status to_disk(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const enum ib_status status =
        fd < 0 || fsync(fd) != 0 ? ib_fail_errno(path, "cannot write this file") : IB_OK;
    if (fd >= 0)
        close(fd);
    return status;
}

static enum ib_status replace(const struct ib_merge_plan *plan, const char *path)
{
    char partial[PATH_MAX + 16];
    snprintf(partial, sizeof partial, "%s.merging", path);
    unlink(partial); /* of a merge that was killed */
    enum ib_status status = ib_merge_copy(plan, partial);
    if (status == IB_OK)
        status = to_disk(partial);
    if (status == IB_OK && rename(partial, path) != 0)
        status = ib_fail_errno(path, "cannot write this file");
    if (status != IB_OK)
        unlink(partial);
    return status;
}

/* The merged run in OUT comes first, if there is one. */
static enum ib_status merge(const char *const *dirs, size_t n, const char *out, const char *path)
{
    struct ib_arena arena = {0};
    struct ib_merge_plan plan = {.n_sources = 0};
    const char **all = ib_arena_alloc(&arena, (n + 1) * sizeof *all);
    bool holds;
    enum ib_status status = check_out(out, path, &holds);
    if (status == IB_OK) {
        all[0] = out;
        memcpy(all + (holds ? 1 : 0), dirs, n * sizeof *all);
        status = ib_merge_plan_make(all, n + (holds ? 1 : 0), &plan);
    }
    if (status == IB_OK)
        status = replace(&plan, path);
    ib_merge_plan_free(&plan);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_merge(const char *const *dirs, size_t n, const char *out)
{
    char path[PATH_MAX];
    int lock;
    bool locked;
    const bool is_new = access(out, F_OK) != 0;
    IB_TRY(ib_run_folder_path(out, path));
    IB_TRY(ib_file_make_parents(path));
    IB_TRY(ib_run_folder_lock(out, &lock, &locked));
    const enum ib_status status = merge(dirs, n, out, path);
    close(lock);
    if (status != IB_OK && is_new)
        rmdir(out);
    return status;
}
