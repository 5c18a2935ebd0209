#include "run/pass.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/npy_input.h"
#include "base/paths.h"
#include "core/loss.h"
#include "run/answer_folder.h"
#include "run/external_pass.h"
#include "run/give_problem.h"
#include "run/pin.h"
#include "run/unseen.h"
#include "train/transfer_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The worker's clock runs while the worker waits for a CPU. Only between a message and the process that it
 * wakes, waiting is seen by the parent alone: up to this, or this share of a request. */
#define ON_THE_WAY_NS   20e6
#define ON_THE_WAY_PART 0.25

/* Adds to a timeout's reason what sets the limit. Returns whether the outcome is ok. */
bool ib_pass_name_limit(const struct ib_pass_context *context, struct ib_outcome *outcome)
{
    const struct ib_outcome how = *outcome;
    const char *name = context->timeout_name ? context->timeout_name : "measure.timeout";
    if (how.status == IB_CASE_TIMEOUT)
        ib_outcome_set(outcome, how.status, "%.400s; %s sets this limit", how.reason, name);
    return how.status == IB_CASE_OK;
}

static bool may_compile(const struct ib_impl_info *info)
{
    return info->device || info->command;
}

enum ib_status ib_pass_files(const struct ib_pass_context *context, const struct ib_case *c,
                             const struct ib_job *job, const char *inputs[IB_JOB_FILES],
                             struct ib_worker_files *out)
{
    const struct ib_impl_info *info = c->impl->info;
    *out = (struct ib_worker_files){.folder = ib_answer_folder(context->work, c),
                                    .cache = context->cache,
                                    .plugin = job->plugin,
                                    .inputs = inputs,
                                    .n_inputs = ib_job_files(job, inputs),
                                    .hidden = context->work->hidden};
    return may_compile(info) && !out->cache ? ib_workspace_cache(context->work, info->name, &out->cache)
                                            : IB_OK;
}

enum { UNDER_WORDS = 16 };

/* Starts a worker under another program. */
static bool start_under(const struct ib_pass_context *context, const cpu_set_t *cpus,
                        const struct ib_worker_files *files, struct ib_worker_process **worker,
                        struct ib_outcome *outcome)
{
    const char *argv[UNDER_WORDS + 3];
    size_t n = 0;
    for (; context->under[n] && n < UNDER_WORDS; n++)
        argv[n] = context->under[n];
    argv[n++] = context->program ? context->program : ib_self();
    argv[n++] = "worker";
    argv[n] = NULL;
    return ib_worker_process_start(argv, cpus, files, context->measure->timeout_ns, worker, outcome);
}

/* Starts a worker, or the implementation's external program. */
static bool start(const struct ib_pass_context *context, const struct ib_case *c, const struct ib_job *job,
                  struct ib_worker_process **worker, struct ib_outcome *outcome)
{
    cpu_set_t cpus;
    const cpu_set_t *allowed = ib_pin(context->measure, c, &cpus) ? &cpus : NULL;
    const char *const *command = c->impl->info->command;
    const uint64_t timeout_ns = context->measure->timeout_ns;
    const char *inputs[IB_JOB_FILES];
    struct ib_worker_files files;
    if (!ib_outcome_error(outcome, ib_pass_files(context, c, job, inputs, &files)))
        return false;
    if (context->under && !command)
        return start_under(context, allowed, &files, worker, outcome);
    if (!command)
        return ib_worker_start(context->program, allowed, &files, timeout_ns, worker, outcome);
    bool ok = ib_worker_process_start(command, allowed, &files, timeout_ns, worker, outcome);
    if (!ok)
        ib_worker_process_quote(*worker, outcome);
    return ok;
}

/* An external program is not asked for an update that it has not declared: it would not see the request for
 * it. */
static bool offers_update(const struct ib_case *c, struct ib_outcome *outcome)
{
    const struct ib_impl_info *info = c->impl->info;
    const struct ib_training_spec *spec = &c->spec;
    const uint32_t needed = ib_updates_needed(spec->optimizer, spec->weight_decay) |
                            (spec->batch ? (uint32_t)IB_DOES_BATCHES : 0);
    const uint32_t missing = needed & ~info->updates;
    if (!info->command || missing == 0)
        return true;
    for (const struct ib_word *w = ib_update_words; w->word; w++)
        if (missing & (uint32_t)w->value)
            return ib_outcome_set(outcome, IB_CASE_UNSUPPORTED,
                                  "its description does not name %s among its `updates`", w->word);
    return false;
}

/* Starts a worker for the job. */
static bool open_job(const struct ib_pass_context *context, const struct ib_case *c,
                     const struct ib_job *given, struct ib_worker_process **worker,
                     struct ib_outcome *outcome)
{
    if (!start(context, c, given, worker, outcome))
        return ib_pass_name_limit(context, outcome);
    bool ok = ib_worker_process_limit_memory(*worker, context->measure->memory_bytes,
                                             context->measure->memory_by, outcome) &&
              ib_pass_give(context, *worker, given, outcome);
    if (!ok && c->impl->info->command)
        ib_worker_process_quote(*worker, outcome);
    if (may_compile(c->impl->info)) /* in processes that end before the answer */
        ib_worker_process_note_memory(*worker);
    return ok || ib_pass_name_limit(context, outcome);
}

bool ib_pass_open_variant(const struct ib_pass_context *context, const struct ib_case *c, uint64_t variant,
                          bool watched, struct ib_job *job, struct ib_worker_process **worker,
                          struct ib_outcome *outcome)
{
    struct ib_mirrored_problem *mirrored = context->mirrored;
    const char *changed; /* after the end of an earlier pass, so that it is unknown by whom */
    *worker = NULL;
    ib_workspace_intact(context->work, &changed);
    if (!c->impl->info->available)
        return ib_outcome_set(outcome, IB_CASE_UNAVAILABLE, "%s", c->impl->info->reason);
    if (!offers_update(c, outcome))
        return false;
    enum ib_status status = ib_loss_require(c->impl->info->name, c->spec.net.loss, c->impl->info->losses);
    if (status == IB_OK)
        status = ib_unseen_job(context->work, c, c->spec.dtype, variant, job);
    job->watched = watched;
    job->counted = context->counted;
    if (status == IB_OK && mirrored)
        status = ib_mirrored_open(context->work, job, true, mirrored);
    if (status != IB_OK)
        return ib_outcome_error(outcome, status);
    const bool ok = open_job(context, c, mirrored ? &mirrored->job : job, worker, outcome);
    if (mirrored)
        mirrored->worker = *worker;
    return ok;
}

bool ib_pass_open(const struct ib_pass_context *context, const struct ib_case *c, bool watched,
                  struct ib_job *job, struct ib_worker_process **worker, struct ib_outcome *outcome)
{
    return ib_pass_open_variant(context, c, IB_UNSEEN_NONE, watched, job, worker, outcome);
}

bool ib_pass_open_from(const struct ib_pass_context *context, const struct ib_case *c, const double *state,
                       uint64_t epochs, const char *folder, struct ib_job *job,
                       struct ib_worker_process **worker, struct ib_outcome *outcome)
{
    *worker = NULL;
    enum ib_status status = ib_workspace_job(context->work, c, c->spec.dtype, job);
    if (status == IB_OK)
        status = ib_workspace_start_from(context->work, state, folder, job);
    if (status == IB_OK)
        status = ib_workspace_order_from(context->work, epochs, folder, job);
    if (status != IB_OK)
        return ib_outcome_error(outcome, status);
    return open_job(context, c, job, worker, outcome);
}

enum ib_status ib_pass_folder(const struct ib_pass_context *context, struct ib_worker_process *worker,
                              const char **out)
{
    return ib_worker_process_folder(worker, &context->work->arena, out);
}

/* Whoever has changed what all workers read cannot be trusted, nor can the answer to its own question. */
static bool leaves_shared_files(const struct ib_pass_context *context, struct ib_outcome *outcome)
{
    const char *changed;
    if (ib_workspace_intact(context->work, &changed))
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED,
                          "%s, which all implementations read, was changed during this pass",
                          strrchr(changed, '/') + 1);
}

static bool train(const struct ib_pass_context *context, const struct ib_case *c,
                  struct ib_worker_process *worker, const struct ib_train_request *request,
                  struct ib_pass_result *out, struct ib_outcome *outcome)
{
    json_t *done = NULL;
    if (c->impl->info->command)
        return ib_external_train(context, worker, request, out, outcome) ||
               ib_pass_name_limit(context, outcome);
    const struct ib_proc_cpu_time before = ib_worker_process_cpu_time(worker);
    const uint64_t begin = ib_now_ns();
    if (!ib_worker_process_ask(worker, ib_train_request_to_json(request), context->measure->timeout_ns, &done,
                               outcome))
        return ib_pass_name_limit(context, outcome);
    const uint64_t passed_ns = ib_now_ns() - begin,
                   waited_ns = ib_worker_process_cpu_time(worker).waited_ns - before.waited_ns;
    const double longest_ns = fmax(ON_THE_WAY_NS, ON_THE_WAY_PART * (double)passed_ns);
    bool ok = ib_outcome_error(outcome, ib_pass_result_from_json(done, out));
    out->waited_ns = waited_ns;
    out->asked_ns = before.ran_ns ? passed_ns - (uint64_t)fmin((double)waited_ns, longest_ns) : 0;
    json_decref(done);
    return ok;
}

bool ib_pass_train(const struct ib_pass_context *context, const struct ib_case *c,
                   struct ib_worker_process *worker, const struct ib_train_request *request,
                   struct ib_pass_result *out, struct ib_outcome *outcome)
{
    const bool trained = train(context, c, worker, request, out, outcome);
    if (trained)
        out->peak_bytes = ib_worker_process_note_memory(worker);
    return leaves_shared_files(context, outcome) && trained;
}

/* ---- arrays ---- */

/* Opens a required array, of which a message names the file without its folder: that is temporary and gone
 * when the message is read. */
static enum ib_status open_array(struct ib_arena *arena, const char *folder, const char *name,
                                 struct ib_npy_input *out, enum ib_dtype *type)
{
    const char *path = ib_arena_print(arena, "%s/%s.npy", folder, name);
    const char *file = path + strlen(folder) + 1;
    enum ib_status status = ib_npy_input_open(path, out);
    out->path = file;
    if (status == IB_OK)
        return ib_npy_header_type(file, &out->header, type);
    if (access(path, F_OK) != 0)
        return ib_fail(IB_EINVAL, file, "is missing: not written before `done`");
    return ib_fail(status, file, "%s", ib_last_error()->message);
}

/* Checks the shape before anything is allocated or read. */
static enum ib_status read_array(const struct ib_npy_input *in, uint64_t rows, uint64_t cols,
                                 enum ib_dtype got, enum ib_dtype type, double *out)
{
    const struct ib_npy_header *h = &in->header;
    if (h->rows == rows && h->cols == cols && got == type)
        return ib_npy_input_rows(in, 0, rows, out);
    return ib_fail(IB_EINVAL, in->path, "is %llu x %llu of %s, expected %llu x %llu of %s",
                   (unsigned long long)h->rows, (unsigned long long)h->cols,
                   ib_word_of(ib_dtype_words, (int)got), (unsigned long long)rows, (unsigned long long)cols,
                   ib_word_of(ib_dtype_words, (int)type));
}

/* Reads folder/name.npy, which must be rows x cols of the type. */
static enum ib_status load_array(struct ib_arena *arena, const char *folder, const char *name, uint64_t rows,
                                 uint64_t cols, enum ib_dtype type, double *out)
{
    struct ib_npy_input in;
    enum ib_dtype got;
    enum ib_status status = open_array(arena, folder, name, &in, &got);
    if (status == IB_OK)
        status = read_array(&in, rows, cols, got, type, out);
    ib_npy_input_close(&in);
    return status;
}

static enum ib_status load_curve(struct ib_arena *arena, const char *folder, uint64_t epochs,
                                 struct ib_arrays *out)
{
    struct ib_npy_input in;
    enum ib_dtype type;
    enum ib_status status = open_array(arena, folder, "loss", &in, &type);
    if (status == IB_OK)
        status = ib_curve_read(&in, epochs, arena, &out->curve, &out->seconds);
    ib_npy_input_close(&in);
    return status;
}

static enum ib_status load_arrays(const struct ib_job *job, const char *folder, uint64_t curve_epochs,
                                  struct ib_arena *arena, struct ib_arrays *out)
{
    const struct ib_training_spec *spec = &job->spec;
    const struct ib_network *net = &spec->net;
    const uint64_t n_params = ib_network_size(net), n_predictions = ib_training_spec_predictions(spec);
    double *state = ib_arena_alloc(arena, ib_state_total(spec) * sizeof *state);
    double *predictions = ib_arena_alloc(arena, n_predictions * sizeof *predictions);
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        IB_TRY(load_array(arena, folder, job->state_name[s], ib_state_rows(spec, s), ib_state_cols(spec, s),
                          spec->dtype, state + ib_state_at(spec, s)));
    IB_TRY(load_array(arena, folder, "predictions", spec->test_rows, ib_network_outputs(net), spec->dtype,
                      predictions));
    if (curve_epochs)
        IB_TRY(load_curve(arena, folder, curve_epochs, out));
    out->final = (struct ib_final){n_params, n_predictions, state, predictions};
    out->state = state;
    return IB_OK;
}

static enum ib_status load_spread(const struct ib_job *job, const char *folder, struct ib_arena *arena,
                                  struct ib_arrays *out)
{
    const uint64_t n = ib_network_size(&job->spec.net);
    const char *path = ib_arena_print(arena, "%s/spread.npy", folder);
    double *values;
    if (access(path, F_OK) != 0)
        return IB_OK;
    IB_TRY(ib_npy_load(arena, path, 2 * n, &values));
    out->lowest = values;
    out->highest = values + n;
    return IB_OK;
}

bool ib_pass_load(const struct ib_job *job, const char *folder, uint64_t curve_epochs, struct ib_arena *arena,
                  struct ib_arrays *out, struct ib_outcome *outcome)
{
    *out = (struct ib_arrays){0};
    bool ok = ib_outcome_error(outcome, load_arrays(job, folder, curve_epochs, arena, out)) &&
              ib_outcome_error(outcome, load_spread(job, folder, arena, out));
    ib_folder_remove(folder);
    return ok;
}

/* ---- copies ---- */

bool ib_pass_copies_as_expected(const struct ib_case *c, const struct ib_pass_result *result, uint64_t reads,
                                struct ib_outcome *outcome)
{
    char why[256];
    const struct ib_transfer_model_case expected = {.spec = c->spec,
                                                    .residency = c->residency,
                                                    .fused = result->fused,
                                                    .fused_predict = result->fused_predict,
                                                    .epochs = c->epochs,
                                                    .reads = reads};
    if (ib_transfer_model_matches(&expected, &result->transfer_log, why, sizeof why))
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED, "copies differ from the transfer model: %s", why);
}

static bool count_agrees(const struct ib_traffic *transfer_log, const struct ib_copies *seen,
                         const char *whose, struct ib_outcome *outcome)
{
    const struct ib_traffic copies = {seen->h2d_count, seen->h2d_bytes, seen->d2h_count, seen->d2h_bytes};
    if (ib_traffic_equal(transfer_log, &copies))
        return true;
    return ib_outcome_set(
        outcome, IB_CASE_UNTRUSTED,
        "hidden copies: %s counted %llu uploads and %llu downloads (%llu and %llu bytes), the transfer "
        "log %llu and %llu (%llu and %llu)",
        whose, (unsigned long long)copies.h2d_count, (unsigned long long)copies.d2h_count,
        (unsigned long long)copies.h2d_bytes, (unsigned long long)copies.d2h_bytes,
        (unsigned long long)transfer_log->h2d_count, (unsigned long long)transfer_log->d2h_count,
        (unsigned long long)transfer_log->h2d_bytes, (unsigned long long)transfer_log->d2h_bytes);
}

/* What the implementation claims is compared even where a tracer has counted: a wrong claim is a lie. */
bool ib_pass_tracer_agrees(const struct ib_pass_result *result, struct ib_outcome *outcome)
{
    char whose[64];
    const struct ib_driver_counters *tracer = &result->tracer;
    snprintf(whose, sizeof whose, "the %s", tracer->source);
    return (!ib_driver_counters_given(tracer) ||
            count_agrees(&result->total, &tracer->seen, whose, outcome)) &&
           (tracer->claimed.h2d_count == IB_UNCOUNTED ||
            count_agrees(&result->total, &tracer->claimed, "the implementation itself", outcome));
}
