#include "run/run_dir_open.h"

#include "base/error.h"
#include "base/file.h"
#include "base/slug.h"
#include "base/utf8.h"
#include "machine/machine_info.h"
#include "machine/node.h"
#include "run/run_identity.h"
#include "run/run_sources.h"
#include "run/shards.h"
#include "run/workspace.h"
#include "store/parts.h"
#include "store/run_folder.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RUNS "results/runs"

/* Creates results/runs/NAME-20260131T235959Z; for further runs of that second, with -2, -3 … at the end. */
static enum ib_status make_default_dir(struct ib_arena *arena, const char *name, const char **out)
{
    enum { TRIES = 100 };
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    const char *slug = ib_slug(arena, name);
    *out = ib_arena_print(arena, RUNS "/%s-%s", slug, stamp);
    IB_TRY(ib_run_folder_make_parents(*out));
    for (int i = 2; mkdir(*out, 0777) != 0; i++) {
        if (errno != EEXIST || i > TRIES)
            return ib_fail_errno(*out, "cannot create this folder");
        *out = ib_arena_print(arena, RUNS "/%s-%s-%d", slug, stamp, i);
    }
    return IB_OK;
}

/* Workers are told of files in JSON, which holds UTF-8 only. */
static enum ib_status check_path(const char *dir)
{
    char here[PATH_MAX];
    if (!ib_utf8_valid(dir))
        return ib_fail(IB_EINVAL, dir, "this path is not valid UTF-8, and workers are told of it in JSON");
    if (dir[0] == '/' || !getcwd(here, sizeof here) || ib_utf8_valid(here))
        return IB_OK;
    return ib_fail(
        IB_EINVAL, here,
        "the path of this folder is not valid UTF-8, and workers are told of it in JSON; run in another "
        "folder, or use --out with an absolute path");
}

static struct ib_origin origin_of(struct ib_sweep *sweep)
{
    struct ib_arena *arena = &sweep->config.arena;
    return (struct ib_origin){.node = ib_node_name(arena),
                              .job = ib_job_name(arena),
                              .shard = sweep->shard,
                              .division = sweep->division};
}

/* Fills a run without cases. */
static enum ib_status begin(struct ib_sweep *sweep, struct ib_run_dir *target)
{
    const struct ib_origin origin = origin_of(sweep);
    IB_TRY(ib_run_identity_record(target->store, sweep));
    IB_TRY(ib_store_put_origin(target->store, &origin));
    IB_TRY(ib_run_sources_record(target->store, &sweep->config, sweep->matrix.cases, sweep->matrix.n));
    return ib_store_add_cases(target->store, sweep->matrix.cases, sweep->matrix.n);
}

static enum ib_status open_new(struct ib_sweep *sweep, struct ib_run_dir *target)
{
    struct ib_machine machine;
    struct ib_arena arena = {0};
    if (sweep->shard.count)
        IB_TRY(ib_shard_take(sweep));
    ib_machine_describe(&arena, &machine);
    enum ib_status status = ib_store_create(target->dir, &sweep->config, &machine, &target->store);
    ib_arena_free(&arena);
    if (status == IB_OK && target->lock < 0)
        status = ib_run_folder_lock(target->dir, &target->lock, &target->locked);
    return status == IB_OK ? begin(sweep, target) : status;
}

/* Removes the workspaces that the run recorded as its own and, being killed, could not remove. Their names
 * come from the record, so that nothing else is touched. */
static enum ib_status remove_workspaces(struct ib_run_dir *target)
{
    struct ib_arena arena = {0};
    const char **names;
    size_t n;
    enum ib_status status = ib_store_workspaces(target->store, &arena, &names, &n);
    for (size_t i = 0; status == IB_OK && i < n; i++) {
        ib_folder_remove(ib_arena_print(&arena, "%s/%s", target->dir, names[i]));
        status = ib_store_drop_workspace(target->store, names[i]);
    }
    ib_arena_free(&arena);
    return status;
}

/* Continues a run that has cases. */
static enum ib_status go_on(struct ib_sweep *sweep, struct ib_run_dir *target)
{
    const struct ib_matrix *matrix = &sweep->matrix;
    struct ib_arena *arena = &sweep->config.arena;
    const struct ib_origin origin = origin_of(sweep);
    IB_TRY(ib_run_identity_check(target->store, sweep, target->dir));
    IB_TRY(remove_workspaces(target));
    IB_TRY(ib_store_add_origin(target->store, &origin));
    target->progress = ib_arena_alloc(arena, matrix->n * sizeof *target->progress);
    return ib_resume_load(target->store, matrix->cases, matrix->n, arena, target->progress);
}

/* Locks first, so that nothing changes between reading and acting on it. */
static enum ib_status open_old(struct ib_sweep *sweep, struct ib_run_dir *target)
{
    bool blank, empty;
    struct ib_run_record run;
    IB_TRY(ib_run_folder_lock(target->dir, &target->lock, &target->locked));
    IB_TRY(ib_run_folder_disclaim(target->dir, &blank));
    if (blank)
        return open_new(sweep, target);
    IB_TRY(ib_resume_check(target->dir, sweep, &run));
    empty = run.n == 0;
    enum ib_status status = sweep->shard.count && empty ? ib_shard_take(sweep) : IB_OK;
    if (status == IB_OK)
        status = ib_store_open(target->dir, &run, &target->store);
    ib_run_record_free(&run);
    IB_TRY(status);
    return empty ? begin(sweep, target) : go_on(sweep, target);
}

static enum ib_status open_any(struct ib_sweep *sweep, bool resume, struct ib_run_dir *target)
{
    struct ib_config *config = &sweep->config;
    IB_TRY(check_path(target->dir ? target->dir : RUNS));
    if (!target->dir && resume)
        IB_TRY(ib_resume_find(sweep, RUNS, &target->dir));
    else if (!target->dir)
        IB_TRY(make_default_dir(&config->arena, config->name, &target->dir));
    return resume ? open_old(sweep, target) : open_new(sweep, target);
}

enum ib_status ib_run_dir_check(const char *dir, bool resume)
{
    IB_TRY(check_path(dir ? dir : RUNS));
    if (!resume)
        return ib_run_folder_check(dir ? dir : RUNS);
    return dir && access(dir, F_OK) != 0 ? ib_fail_errno(dir, "cannot open this folder") : IB_OK;
}

enum ib_status ib_run_dir_open(struct ib_sweep *sweep, const char *dir, bool resume, struct ib_run_dir *out)
{
    *out = (struct ib_run_dir){.dir = dir, .lock = -1};
    enum ib_status status = open_any(sweep, resume, out);
    if (status != IB_OK)
        ib_run_dir_close(out);
    return status;
}

void ib_run_dir_close(struct ib_run_dir *target)
{
    ib_store_close(target->store);
    if (target->lock >= 0)
        close(target->lock);
}
