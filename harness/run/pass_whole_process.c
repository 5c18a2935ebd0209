#include "run/pass_whole_process.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "run/hyperfine.h"
#include "run/oracle_answer.h"
#include "run/pass.h"
#include "run/pin.h"
#include "run/timed_answer.h"
#include "run/unseen.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEPS = 4 };           /* of a replay, each with its own time limit: hello, problem, train, exit */
#define SPARE_NS 10000000000u /* additional time for hyperfine itself */
#define COMMAND  "./ironbench replay job.json" /* a fixed command, so that nothing needs quoting */

/* The state of one pass. */
struct whole {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_arena *arena;
    const char *folder; /* of this run: job, log, hyperfine's files */
    const char *log, *answer;
    struct ib_job job;
    struct ib_mirrored_problem mirrored; /* what is trained */
    struct ib_outcome outcome;
};

/* Creates the folder with the program, the job and a folder for the answer. The job has no memory limit,
 * since the earlier passes stayed within it. */
static enum ib_status prepare(struct whole *w)
{
    char here[PATH_MAX];
    cpu_set_t cpus;
    const char *const worker[] = {w->context->program ? w->context->program : ib_self(), "worker", NULL};
    const char *const *command = w->c->impl->info->command; /* of an external program */
    IB_TRY(ib_workspace_job(w->context->work, w->c, w->c->spec.dtype, &w->job));
    IB_TRY(ib_mirrored_open(w->context->work, &w->job, false, &w->mirrored));
    IB_TRY(ib_workspace_folder(w->context->work, &w->folder));
    w->log = ib_arena_print(w->arena, "%s/log", w->folder);
    w->answer = ib_arena_print(w->arena, "%s/answer", w->folder);
    if (mkdir(w->answer, 0777) != 0 || !getcwd(here, sizeof here) ||
        symlink(ib_self(), ib_arena_print(w->arena, "%s/ironbench", w->folder)) != 0)
        return ib_fail_errno(w->folder, "cannot set up the folder of the whole process");
    const struct ib_train_request train = {
        .pass = IB_PASS_TIMED, .epochs = w->c->epochs, .log_every = w->c->log_every, .out = w->answer};
    const char *inputs[IB_JOB_FILES];
    struct ib_worker_files files;
    IB_TRY(ib_pass_files(w->context, w->c, &w->mirrored.job, inputs, &files));
    files.folder = w->folder;
    files.answer = w->answer;
    const struct ib_process_run_job replay = {.argv = command ? command : worker,
                                              .cpus = ib_pin(w->context->measure, w->c, &cpus) ? &cpus : NULL,
                                              .files = &files,
                                              .folder = here,
                                              .log = w->log,
                                              .timeout_ns = w->context->measure->timeout_ns,
                                              .problem = ib_job_to_json(&w->mirrored.job, "problem"),
                                              .train = ib_train_request_to_json(&train)};
    return ib_process_run_write(ib_arena_print(w->arena, "%s/job.json", w->folder), &replay);
}

/* Returns false if there is no time; a failure of the process itself is in its log. */
static bool time_it(struct whole *w, struct ib_process_pass *out)
{
    struct ib_hyperfine_result seen;
    const struct ib_hyperfine hyperfine = {.folder = w->folder,
                                           .command = COMMAND,
                                           .timeout_ns = STEPS * w->context->measure->timeout_ns + SPARE_NS};
    const char *fault = ib_hyperfine_run(w->arena, &hyperfine, &seen);
    if (access(w->log, F_OK) == 0 && !ib_process_run_read(w->log, out->run.parts_ns, &w->outcome))
        return ib_pass_name_limit(w->context, &w->outcome);
    out->reason = fault;
    if (fault)
        return false;
    out->run.wall_ns = seen.wall_ns;
    out->run.user_ns = seen.user_ns;
    out->run.system_ns = seen.system_ns;
    return true;
}

static bool is_repeated(struct whole *w, const struct ib_final *checked)
{
    struct ib_arrays arrays;
    if (!ib_pass_load(&w->job, w->answer, 0, w->arena, &arrays, &w->outcome))
        return false;
    ib_mirrored_restore(&w->mirrored, &arrays.final);
    return ib_pass_repeats_mirrored(w->c, checked, &arrays.final, &w->outcome) ||
           (ib_answer_may_differ(w->context, w->c, IB_UNSEEN_NONE, &w->job, &arrays.final, w->arena) &&
            ib_outcome_set(&w->outcome, IB_CASE_OK, "%s", ""));
}

static void time_run(const struct ib_pass_context *context, const struct ib_case *c, uint64_t run,
                     const struct ib_final *checked, struct ib_arena *arena, struct ib_process_pass *out)
{
    struct whole w = {.context = context, .c = c, .arena = arena, .outcome = {.status = IB_CASE_OK}};
    *out = (struct ib_process_pass){.run.run = run, .source = context->hyperfine};
    out->timed = ib_outcome_error(&w.outcome, prepare(&w)) && time_it(&w, out) && is_repeated(&w, checked);
    if (w.folder)
        ib_folder_remove(w.folder);
    ib_mirrored_close(&w.mirrored);
    out->status = w.outcome.status;
    if (w.outcome.status != IB_CASE_OK)
        out->reason = ib_arena_print(arena, "as a whole process: %s", w.outcome.reason);
}

/* Warm-up runs are of other mirrors, so that nothing can be learned from them. */
void ib_pass_process(const struct ib_pass_context *context, const struct ib_case *c, uint64_t run,
                     uint64_t warmup, const struct ib_final *checked, struct ib_arena *arena,
                     struct ib_process_pass *out)
{
    *out = (struct ib_process_pass){.status = IB_CASE_OK, .run.run = run, .source = context->hyperfine};
    if (!context->hyperfine) {
        out->reason = "hyperfine is not installed; scripts/setup installs it";
        return;
    }
    for (uint64_t i = 0; i < warmup + 1 && (i == 0 || out->timed); i++)
        time_run(context, c, run, checked, arena, out);
}
