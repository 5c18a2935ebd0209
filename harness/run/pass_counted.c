#include "run/pass_counted.h"

#include "base/error.h"
#include "base/file.h"
#include "run/pass.h"
#include "train/work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Floating-point operations of what is counted: a second or two under valgrind. The number of epochs follows
 * from them alone, so that two sides of a gate count the same. */
#define WORK_FLOPS 2e7

enum { LINE_BYTES = 4096 };

static uint64_t epochs_of(const struct ib_case *c)
{
    struct ib_work work;
    ib_work_of(&c->spec, NULL, &work);
    const double affordable = floor(WORK_FLOPS / fmax(work.flops, 1));
    return affordable < 1 ? 1 : affordable < (double)c->epochs ? (uint64_t)affordable : c->epochs;
}

/* Why the instructions of a case are not counted; NULL: they are. */
static const char *why_not(const struct ib_case *c)
{
    if (c->impl->info->command)
        return "the instructions of external programs are not counted";
    if (c->residency != IB_HOST)
        return "only instructions of trainings in host memory are counted";
    if (ib_workers_sandboxed())
        return "instructions are not counted in a sandbox";
    for (size_t i = 0; i < c->impl->n_settings; i++)
        if (strcmp(c->impl->settings[i].name, "threads") == 0 && strcmp(c->impl->settings[i].value, "1") != 0)
            return "several threads wait for each other in loops, whose instructions are those of chance";
    return NULL;
}

/* Trains in a worker that counts. Returns false with an outcome. */
static bool count(const struct ib_pass_context *context, const struct ib_case *c, uint64_t epochs,
                  struct ib_instructions *out, struct ib_outcome *outcome)
{
    struct ib_job job;
    struct ib_worker_process *worker = NULL;
    struct ib_pass_result result;
    const struct ib_train_request request = {.pass = IB_PASS_COUNTED, .epochs = epochs, .out = ""};
    const bool ok = ib_pass_open(context, c, false, &job, &worker, outcome) &&
                    ib_pass_train(context, c, worker, &request, &result, outcome);
    if (!ok)
        ib_worker_process_quote(worker, outcome);
    ib_worker_process_end(worker);
    *out = ok ? result.instructions : (struct ib_instructions){0};
    return ok;
}

/* ---- callgrind ---- */

/* "totals: 12345"; 0: there is no such line. */
static uint64_t read_totals(const char *path)
{
    char line[LINE_BYTES];
    unsigned long long n = 0;
    FILE *file = fopen(path, "re");
    while (file && n == 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "totals: %llu", &n) != 1)
            n = 0;
    if (file)
        fclose(file);
    return n;
}

static bool is_installed(const char *name)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    return system(command) == 0;
}

/* Why there is no count; NULL: there is. */
static const char *count_in(const char *folder, const struct ib_pass_context *context,
                            const struct ib_case *c, struct ib_arena *arena,
                            struct ib_instruction_record *out)
{
    const char *file = ib_arena_print(arena, "%s/callgrind", folder);
    const char *const under[] = {"valgrind",
                                 "-q",
                                 "--tool=callgrind",
                                 "--instr-atstart=no",
                                 "--vgdb=no",
                                 ib_arena_print(arena, "--callgrind-out-file=%s", file),
                                 NULL};
    struct ib_pass_context slow = *context;
    struct ib_instructions found;
    struct ib_outcome outcome;
    slow.under = under;
    if (!count(&slow, c, out->epochs, &found, &outcome))
        return ib_arena_copy(arena, outcome.reason);
    if (found.source != IB_COUNTED_BY_CALLGRIND)
        return "this program was built without valgrind's headers";
    out->count = read_totals(ib_arena_print(arena, "%s.1", file)); /* the first that it was told to write */
    out->source = ib_word_of(ib_instruction_source_words, IB_COUNTED_BY_CALLGRIND);
    return out->count ? NULL : "callgrind wrote no totals";
}

static const char *count_under_valgrind(const struct ib_pass_context *context, const struct ib_case *c,
                                        struct ib_arena *arena, struct ib_instruction_record *out)
{
    const char *folder;
    if (!is_installed("valgrind"))
        return "valgrind is not installed";
    if (ib_workspace_folder(context->work, &folder) != IB_OK)
        return ib_arena_copy(arena, ib_error_text());
    const char *reason = count_in(folder, context, c, arena, out);
    ib_folder_remove(folder);
    return reason;
}

/* ---- either ---- */

void ib_pass_counted(const struct ib_pass_context *context, const struct ib_case *c, struct ib_arena *arena,
                     struct ib_instruction_record *out)
{
    struct ib_pass_context counting = *context;
    struct ib_instructions found;
    struct ib_outcome outcome;
    *out = (struct ib_instruction_record){.reason = context->measure->instructions ? why_not(c) : NULL};
    if (!context->measure->instructions || out->reason)
        return;
    counting.counted = true;
    out->epochs = epochs_of(c);
    const bool ran = count(&counting, c, out->epochs, &found, &outcome);
    if (ran && found.source == IB_COUNTED_BY_PERF) {
        out->count = found.count;
        out->source = ib_word_of(ib_instruction_source_words, IB_COUNTED_BY_PERF);
        return;
    }
    const char *reason = count_under_valgrind(&counting, c, arena, out);
    if (reason)
        *out = (struct ib_instruction_record){
            .reason = ib_arena_print(arena, "%s; %s", ran ? found.reason : outcome.reason, reason)};
}
