#include "worker/session.h"

#include "base/clock.h"
#include "base/error.h"
#include "core/loss_schedule.h"
#include "stats/stats.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening and closing ---- */

static void set_data(struct ib_session *s)
{
    const struct ib_job_arrays *a = &s->arrays;
    s->data = (struct ib_train_data){.spec = s->job.spec,
                                     .x = a->x.data,
                                     .y = a->y.data,
                                     .x_test = a->x_test.data,
                                     .order = a->order.data};
    for (uint32_t i = 0; i < ib_state_count(&s->job.spec); i++) {
        s->data.start[i] = a->start[i].data;
        s->data.state_name[i] = s->job.state_name[i];
    }
}

static enum ib_status open_training(struct ib_session *s)
{
    const struct ib_impl *impl;
    const struct ib_job *job = &s->job;
    IB_TRY(ib_impl_load(job->impl, job->plugin, &impl));
    if (job->watched)
        ib_tracing_begin(impl, &s->tracing);
    if (job->counted)
        ib_instruction_counter_open(&s->counter);
    IB_TRY(ib_instance_open(impl, job->settings, job->n_settings, &s->instance));
    IB_TRY(ib_tracing_opened(&s->tracing, &s->instance));
    IB_TRY(ib_dispatch_open(impl, s->instance.state, job->residency, &s->dispatch));
    s->dispatch.phase = IB_SETUP;
    IB_TRY(ib_training_open(&s->dispatch, &s->data, &s->training));
    ib_readback_open(&s->training, &s->arena, &s->readback);
    s->open = true;
    ib_transfer_log_copy(&s->dispatch.transfer_log, &s->at_start);
    return IB_OK;
}

enum ib_status ib_session_open(const json_t *message, struct ib_session *out)
{
    memset(out, 0, offsetof(struct ib_session, dispatch));
    uint64_t begin = ib_now_ns();
    IB_TRY(ib_job_from_json(message, &out->arena, &out->job));
    IB_TRY(ib_job_arrays_open(&out->job, &out->arrays));
    IB_TRY(ib_variants_open(&out->job.spec, &out->arrays, &out->variants));
    set_data(out);
    uint64_t loaded = ib_now_ns();
    IB_TRY(open_training(out));
    out->phases.load_ns = loaded - begin;
    out->phases.setup_ns = ib_now_ns() - loaded;
    return IB_OK;
}

void ib_session_close(struct ib_session *s)
{
    if (s->open)
        ib_training_close(&s->training);
    s->open = false;
    ib_meters_close(&s->meters);
    ib_instruction_counter_close(&s->counter);
    ib_instance_close(&s->instance);
    ib_variants_close(&s->variants);
    ib_job_arrays_close(&s->arrays);
    ib_arena_free(&s->arena);
}

/* ---- shared by the passes ---- */

enum ib_status ib_session_begin_training(struct ib_session *s)
{
    s->dispatch.phase = IB_SETUP;
    IB_TRY(ib_training_restart(&s->training));
    ib_transfer_log_copy(&s->at_start, &s->dispatch.transfer_log);
    s->dispatch.phase = IB_TRAIN;
    return IB_OK;
}

/* Converts an answer to the variant that was trained, in place, to one to the problem, and notes it. */
static void convert(struct ib_session *s, char *values)
{
    const struct ib_training_spec *spec = &s->job.spec;
    for (uint32_t i = 0; i < ib_state_count(spec); i++) {
        ib_variants_state(&s->variants, i, values);
        values += ib_state_size(spec, i) * (s->readback.bytes / ib_state_total(spec));
    }
}

/* Files are written after everything has been read: meanwhile, work might go on. What was read first stays
 * as it is for comparison with what is read later. */
static enum ib_status save_state(struct ib_session *s, const char *folder)
{
    const struct ib_training_spec *spec = &s->job.spec;
    const char *next = memcpy(s->readback.last, s->readback.first, s->readback.bytes);
    convert(s, s->readback.last);
    for (uint32_t i = 0; i < ib_state_count(spec); i++) {
        IB_TRY(ib_session_save(folder, s->data.state_name[i], spec->dtype, ib_state_rows(spec, i),
                               ib_state_cols(spec, i), next));
        next += ib_state_size(spec, i) * (s->readback.bytes / ib_state_total(spec));
    }
    return IB_OK;
}

static enum ib_status predict(struct ib_session *s, const char *folder, struct ib_phases *phases)
{
    uint64_t rows = s->job.spec.test_rows, outputs = ib_network_outputs(&s->job.spec.net);
    double *values = malloc(rows * outputs * sizeof *values);
    if (!values)
        return ib_fail(IB_ENOMEM, "predictions", "out of memory for %llu rows", (unsigned long long)rows);
    s->dispatch.phase = IB_PREDICT;
    uint64_t begin = ib_now_ns();
    enum ib_status status = ib_training_predict(&s->training, values);
    phases->predict_ns = ib_now_ns() - begin;
    if (status == IB_OK)
        ib_variants_predictions(&s->variants, values);
    if (status == IB_OK)
        status = ib_session_save(folder, "predictions", s->job.spec.dtype, rows, outputs, values);
    free(values);
    return status;
}

/* Reads and saves parameters and predictions, and completes the result. */
static enum ib_status finish(struct ib_session *s, const char *folder, struct ib_pass_result *out)
{
    s->dispatch.phase = IB_READBACK;
    IB_TRY(ib_readback_take(&s->readback, &out->phases.readback_ns));
    IB_TRY(predict(s, folder, &out->phases));
    IB_TRY(save_state(s, folder));
    out->fused = s->training.fused;
    out->fused_predict = s->training.fused && IB_HAS(s->instance.impl->fused, predict);
    ib_transfer_log_copy(&s->dispatch.transfer_log, &out->transfer_log);
    out->total = s->dispatch.total;
    if (IB_HAS(s->instance.impl, peak_memory))
        out->device_peak_bytes = s->instance.impl->peak_memory(s->instance.state);
    ib_tracing_count(&s->tracing, &s->instance, &out->tracer);
    return ib_readback_prove(&s->readback, &out->outside); /* its copies are not counted any more */
}

/* ---- checked ---- */

struct recorder {
    const struct ib_train_request *request;
    struct ib_curve curve;
    uint64_t capacity;
    void (*progress)(uint64_t epoch, double loss);
};

static bool wants_checked(void *context, uint64_t epoch)
{
    const struct ib_train_request *request = ((struct recorder *)context)->request;
    return ib_checks_epoch(epoch, request->epochs) || ib_logs_epoch(epoch, request->log_every);
}

static enum ib_status record_loss(void *context, uint64_t epoch, double loss)
{
    struct recorder *r = context;
    if (r->curve.n == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 2048;
        r->curve.epoch = realloc(r->curve.epoch, r->capacity * sizeof *r->curve.epoch);
        r->curve.loss = realloc(r->curve.loss, r->capacity * sizeof *r->curve.loss);
        if (!r->curve.epoch || !r->curve.loss)
            return ib_fail(IB_ENOMEM, "loss", "out of memory for the curve");
    }
    r->curve.epoch[r->curve.n] = epoch;
    r->curve.loss[r->curve.n++] = loss;
    if (r->progress && ib_logs_epoch(epoch, r->request->log_every))
        r->progress(epoch, loss);
    return IB_OK;
}

enum ib_status ib_session_checked(struct ib_session *s, const struct ib_train_request *request,
                                  void (*progress)(uint64_t epoch, double loss), struct ib_pass_result *out)
{
    struct recorder recorder = {.request = request, .progress = progress};
    struct ib_loss_reader reader = {wants_checked, record_loss, &recorder};
    ib_pass_result_clear(out);
    out->phases = s->phases;
    out->repeats = 1;
    enum ib_status status = ib_session_begin_training(s);
    uint64_t begin = ib_now_ns();
    if (status == IB_OK)
        status = ib_training_run_cut(&s->training, request->epochs, request->last_steps, &reader);
    out->trained_ns = out->phases.train_ns = ib_now_ns() - begin;
    if (status == IB_OK)
        status = ib_session_save_curve(request->out, &recorder.curve);
    if (status == IB_OK)
        status = finish(s, request->out, out);
    ib_curve_free(&recorder.curve);
    return status;
}

/* ---- timed ---- */

static bool wants_logged(void *context, uint64_t epoch)
{
    return ib_logs_epoch(epoch, ((const struct ib_train_request *)context)->log_every);
}

static enum ib_status drop_loss(void *context, uint64_t epoch, double loss)
{
    (void)context, (void)epoch, (void)loss; /* only reading it is timed */
    return IB_OK;
}

/* What is done between trainings to verify them may take this share of their time, or this many times
 * min_time, and is left out after: the same problem again could be remembered, so short trainings must stay
 * within. */
#define ASIDE_PART 0.5
enum { ASIDE_ROUNDS = 3 };

/* Begins a training of another variant of the problem, if they are to differ. *restart_ns: how long the
 * implementation took for that. */
static enum ib_status begin_variant(struct ib_session *s, const struct ib_train_request *request,
                                    uint64_t *restart_ns)
{
    const bool differs = request->seed || s->variants.mirrored;
    s->dispatch.phase = IB_SETUP;
    if (differs)
        IB_TRY(ib_variants_next(&s->variants, request->seed ? request->seed + s->n_variants++ : 0));
    const uint64_t begin = ib_now_ns();
    if (differs)
        IB_TRY(ib_training_reload(&s->training));
    IB_TRY(ib_session_begin_training(s));
    *restart_ns = ib_now_ns() - begin;
    return IB_OK;
}

/* Reads the last training's answer, as at the end of the last one. */
static enum ib_status note_answer(struct ib_session *s)
{
    s->dispatch.phase = IB_READBACK;
    IB_TRY(ib_readback_try(&s->readback));
    convert(s, s->readback.last);
    return IB_OK;
}

/* Notes the last training's answer and begins the next one, each as far as there is time for it. */
static enum ib_status begin_next(struct ib_session *s, const struct ib_train_request *request,
                                 const struct ib_pass_result *so_far, uint64_t *aside_ns,
                                 uint64_t *restart_ns)
{
    const uint64_t begin = ib_now_ns();
    const bool late = (double)*aside_ns > ASIDE_PART * (double)so_far->trained_ns &&
                      *aside_ns > ASIDE_ROUNDS * request->min_time_ns;
    if (late) {
        IB_TRY(ib_session_begin_training(s));
        *restart_ns = ib_now_ns() - begin;
        return IB_OK;
    }
    if (so_far->repeats > 0)
        IB_TRY(note_answer(s));
    IB_TRY(begin_variant(s, request, restart_ns));
    *aside_ns += ib_now_ns() - begin;
    return IB_OK;
}

/* Runs 1, 2, 4 … epochs until the minimum time of a round has passed or a whole training is done: enough to
 * warm up caches, clocks and thread pools, and never longer than a training. The targets are others than
 * those of the trainings that are timed. */
static enum ib_status warm_up(struct ib_session *s, const struct ib_train_request *request,
                              struct ib_outside *outside)
{
    uint64_t restart_ns;
    if (request->seed)
        IB_TRY(ib_variants_reverse(&s->variants));
    IB_TRY(begin_variant(s, request, &restart_ns));
    const uint64_t begin = ib_now_ns();
    s->dispatch.phase = IB_SETUP;
    for (uint64_t done = 0, n = 1; done < request->epochs; done += n, n *= 2) {
        if (n > request->epochs - done)
            n = request->epochs - done;
        IB_TRY(ib_training_run(&s->training, n, NULL));
        outside->warmup_epochs += n;
        if (ib_now_ns() - begin >= request->min_time_ns)
            break;
    }
    outside->warmup_ns += restart_ns + ib_now_ns() - begin;
    return request->seed ? ib_variants_reverse(&s->variants) : IB_OK;
}

struct trainings {
    double *ns;         /* time of each, */
    double *restart_ns; /* and of setting its start, and data if they are others */
    size_t n, capacity, restarts_capacity;
    uint64_t aside_ns; /* between them */
};

/* Times one training and adds it to the totals of *out. */
static enum ib_status time_one(struct ib_session *s, const struct ib_train_request *request,
                               struct trainings *trainings, struct ib_pass_result *out)
{
    trainings->ns =
        ib_arena_grow(&s->arena, trainings->ns, sizeof *trainings->ns, trainings->n, &trainings->capacity);
    trainings->restart_ns = ib_arena_grow(&s->arena, trainings->restart_ns, sizeof *trainings->restart_ns,
                                          trainings->n, &trainings->restarts_capacity);
    struct ib_loss_reader reader = {wants_logged, drop_loss, (void *)(uintptr_t)request};
    uint64_t restart_ns;
    IB_TRY(begin_next(s, request, out, &trainings->aside_ns, &restart_ns));
    trainings->restart_ns[trainings->n] = (double)restart_ns;
    ib_meters_training_begin(&s->meters);
    uint64_t process_cpu_ns = ib_process_cpu_ns(), thread_cpu_ns = ib_thread_cpu_ns(), begin = ib_now_ns();
    IB_TRY(ib_training_run(&s->training, request->epochs, request->log_every ? &reader : NULL));
    const uint64_t took_ns = ib_now_ns() - begin;
    out->trained_ns += took_ns;
    out->longest_ns = took_ns > out->longest_ns ? took_ns : out->longest_ns;
    trainings->ns[trainings->n++] = (double)took_ns;
    out->thread_cpu_ns += ib_thread_cpu_ns() - thread_cpu_ns;
    out->process_cpu_ns += ib_process_cpu_ns() - process_cpu_ns;
    ib_meters_training_end(&s->meters, took_ns);
    out->repeats++;
    return IB_OK;
}

/* If most of the time passes between trainings, a round ends after this multiple of min_time. */
enum { PATIENCE = 20 };

/* Times trainings until min_time is reached. The transfer log is that of the first; the others must be
 * equal. */
static enum ib_status time_all(struct ib_session *s, const struct ib_train_request *request,
                               struct ib_pass_result *out)
{
    struct trainings trainings = {0};
    const uint64_t begin = ib_now_ns();
    IB_TRY(time_one(s, request, &trainings, out));
    ib_transfer_log_copy(&s->dispatch.transfer_log, &out->transfer_log);
    out->first_ns = out->phases.train_ns = out->trained_ns;
    while (out->trained_ns < request->min_time_ns && ib_now_ns() - begin < PATIENCE * request->min_time_ns) {
        IB_TRY(time_one(s, request, &trainings, out));
        if (!ib_transfer_log_equal(&s->dispatch.transfer_log, &out->transfer_log))
            return ib_fail(IB_EINTERNAL, s->instance.impl->name,
                           "the copies of training %llu differ from those of the first",
                           (unsigned long long)out->repeats);
    }
    out->median_ns = ib_median(trainings.ns, trainings.n);
    out->outside.restart_ns = (uint64_t)ib_median(trainings.restart_ns, trainings.n);
    return IB_OK;
}

enum ib_status ib_session_timed(struct ib_session *s, const struct ib_train_request *request,
                                struct ib_pass_result *out)
{
    ib_pass_result_clear(out);
    s->variants.spread.trainings = 0; /* those so far may have been of another length */
    uint64_t begin = ib_now_ns();
    for (uint64_t i = 0; i < request->warmup; i++)
        IB_TRY(warm_up(s, request, &out->outside));
    out->phases = s->phases;
    out->outside.opened_ns = s->phases.setup_ns;
    ib_meters_begin(&s->meters, &s->instance, s->job.residency, request->energy);
    out->phases.setup_ns += ib_now_ns() - begin;
    IB_TRY(time_all(s, request, out));
    ib_meters_end(&s->meters, out);
    IB_TRY(finish(s, request->out, out));
    return out->repeats > 1 ? ib_variants_save(&s->variants, request->out) : IB_OK;
}
