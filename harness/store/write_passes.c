/* What the passes of a case leave: added to the record, and written row by row. */
#include "store/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STORED_PREDICTIONS = 1000 }; /* rows a case: charts need no more, and 4M of them would fill the disk */

static const char *keep(struct ib_store *store, const char *text)
{
    return text && text[0] ? ib_arena_copy(&store->record.arena, text) : NULL;
}

static const double *keep_numbers(struct ib_store *store, const double *values, size_t n)
{
    return values ? memcpy(ib_arena_alloc(&store->record.arena, (n + 1) * sizeof *values), values,
                           n * sizeof *values)
                  : NULL;
}

static enum ib_status put(struct ib_store *store, enum ib_written_table table, const struct ib_case_record *c,
                          const void *row)
{
    return ib_columns_put(store->insert[table], ib_written_tables[table], c->number, row);
}

static enum ib_truth truth(bool known, bool value)
{
    return !known ? IB_UNKNOWN : value ? IB_YES : IB_NO;
}

/* ---- the transfer log ---- */

static void add_phase_copies(struct ib_arena *arena, const char *pass, int phase,
                             const struct ib_transfer_log *log, struct ib_case_record *out, size_t *capacity)
{
    for (int op = 0; op < IB_OP_COUNT; op++)
        for (uint32_t t = 0; t < log->n_tensors; t++) {
            const struct ib_traffic *traffic = &log->copies[phase][op][t];
            if (traffic->h2d_count + traffic->d2h_count == 0)
                continue;
            out->copies = ib_arena_grow(arena, out->copies, sizeof *out->copies, out->n_copies, capacity);
            out->copies[out->n_copies++] =
                (struct ib_copy_record){pass, ib_word_of(ib_phase_words, phase), ib_word_of(ib_op_words, op),
                                        ib_arena_copy(arena, log->tensor[t]), *traffic};
        }
}

/* The log as copies and calls of *out, which is no more than a place for them. */
static void list_log(struct ib_arena *arena, const char *pass, const struct ib_transfer_log *log,
                     struct ib_case_record *out)
{
    size_t capacity = 0;
    out->copies = NULL;
    out->n_copies = 0;
    out->calls = ib_arena_alloc(arena, IB_PHASE_COUNT * sizeof *out->calls);
    out->n_calls = IB_PHASE_COUNT;
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        out->calls[phase] = (struct ib_calls_record){pass, ib_word_of(ib_phase_words, phase),
                                                     log->launches[phase], log->syncs[phase]};
        add_phase_copies(arena, pass, phase, log, out, &capacity);
    }
    ib_case_record_sort_copies(out);
}

static bool same_log(const struct ib_case_record *a, const struct ib_case_record *b)
{
    bool same = a->n_copies == b->n_copies && a->n_calls == b->n_calls;
    for (size_t i = 0; same && i < a->n_calls; i++)
        same = a->calls[i].launches == b->calls[i].launches && a->calls[i].syncs == b->calls[i].syncs;
    for (size_t i = 0; same && i < a->n_copies; i++)
        same = ib_traffic_equal(&a->copies[i].traffic, &b->copies[i].traffic) &&
               strcmp(a->copies[i].op, b->copies[i].op) == 0 &&
               strcmp(a->copies[i].tensor, b->copies[i].tensor) == 0 &&
               strcmp(a->copies[i].phase, b->copies[i].phase) == 0;
    return same;
}

static enum ib_status put_log(struct ib_store *store, const struct ib_case_record *c, const char *pass,
                              const struct ib_case_record *log)
{
    IB_TRY(RUN(store, DROP_TRANSFERS, ib_db_integer(c->number), ib_db_text(pass)));
    IB_TRY(RUN(store, DROP_CALLS, ib_db_integer(c->number), ib_db_text(pass)));
    for (size_t i = 0; i < log->n_calls; i++)
        IB_TRY(put(store, CALLS, c, &log->calls[i]));
    for (size_t i = 0; i < log->n_copies; i++)
        IB_TRY(put(store, TRANSFERS, c, &log->copies[i]));
    return IB_OK;
}

/* ---- the checked pass ---- */

static void keep_check(struct ib_store *store, const struct ib_checked_pass *pass,
                       struct ib_check_record *out)
{
    const struct ib_verification *v = &pass->verification;
    const bool compared = v->verdict != IB_UNVERIFIED;
    *out = (struct ib_check_record){
        .status = pass->status,
        .reason = keep(store, pass->reason),
        .path = keep(store, pass->path),
        .phases = pass->phases,
        .verdict = v->verdict,
        .verdict_reason = keep(store, v->reason),
        .reference = keep(store, pass->reference),
        .loss_error = compared ? v->loss_error : NAN,
        .params_error = compared ? v->params_error : NAN,
        .prediction_error = compared ? v->prediction_error : NAN,
        .first_divergent_epoch = v->first_divergent_epoch,
        .convergence = pass->convergence,
        .as_expected = truth(pass->transfer_log != NULL, pass->as_expected),
        .stderr_tail = keep(store, pass->stderr_tail),
    };
}

/* Unknown where nobody counted. */
static int64_t counted(const struct ib_driver_counters *w, uint64_t count)
{
    return ib_driver_counters_given(w) && count != IB_UNCOUNTED ? (int64_t)count : IB_NO_COUNT;
}

static void keep_tracer(struct ib_store *store, const struct ib_checked_pass *pass,
                        struct ib_tracer_record *out)
{
    const struct ib_driver_counters *w = pass->tracer;
    if (!w || !w->source[0])
        return;
    const struct ib_copies *seen = &w->seen, *opened = &w->opened;
    *out = (struct ib_tracer_record){
        .source = keep(store, w->source),
        .agrees = truth(ib_driver_counters_given(w), pass->tracer_agrees),
        .reason = keep(store, w->reason),
        .h2d_count = counted(w, seen->h2d_count),
        .h2d_bytes = counted(w, seen->h2d_bytes),
        .d2h_count = counted(w, seen->d2h_count),
        .d2h_bytes = counted(w, seen->d2h_bytes),
        .launches = counted(w, seen->launch_count),
        .syncs = counted(w, seen->sync_count),
        .d2d_count = counted(w, seen->d2d_count),
        .d2d_bytes = counted(w, seen->d2d_bytes),
        .memset_count = counted(w, seen->memset_count),
        .memset_bytes = counted(w, seen->memset_bytes),
        .pageable_count = counted(w, seen->pageable_count),
        .pageable_bytes = counted(w, seen->pageable_bytes),
        .pinned_count = counted(w, seen->pinned_count),
        .pinned_bytes = counted(w, seen->pinned_bytes),
        .opened_h2d_count = counted(w, opened->h2d_count),
        .opened_h2d_bytes = counted(w, opened->h2d_bytes),
        .opened_d2h_count = counted(w, opened->d2h_count),
        .opened_d2h_bytes = counted(w, opened->d2h_bytes),
        .kernels = ib_arena_alloc(&store->record.arena, (w->n_kernels + 1) * sizeof *out->kernels),
        .n_kernels = w->n_kernels,
    };
    for (uint32_t i = 0; i < w->n_kernels; i++)
        out->kernels[i] = (struct ib_kernel_record){keep(store, w->kernels[i].name), w->kernels[i].count};
    ib_tracer_record_sort(out);
}

static void keep_operations(struct ib_store *store, const struct ib_profile *p,
                            const struct ib_transfer_log *names, struct ib_profile_record *out)
{
    struct ib_arena *arena = &store->record.arena;
    size_t copies_capacity = 0;
    out->operations = ib_arena_alloc(arena, IB_OP_COUNT * sizeof *out->operations);
    for (int op = 0; op < IB_OP_COUNT; op++) {
        const struct ib_profile_operation *o = &p->operations[op];
        const char *word = ib_word_of(ib_op_words, op);
        if (o->calls)
            out->operations[out->n_operations++] =
                (struct ib_operation_record){word, o->calls, o->launch_ns, o->wait_ns, o->compute_ns};
        for (uint32_t t = 0; names && t < names->n_tensors; t++) {
            const struct ib_profile_copy *copy = &p->copies[op][t];
            if (copy->h2d_ns + copy->d2h_ns == 0)
                continue;
            out->copies =
                ib_arena_grow(arena, out->copies, sizeof *out->copies, out->n_copies, &copies_capacity);
            out->copies[out->n_copies++] =
                (struct ib_copy_time_record){word, keep(store, names->tensor[t]), copy->h2d_ns, copy->d2h_ns};
        }
    }
    ib_profile_record_sort(out);
}

/* The tensors of a profile are those of the checked pass's transfer log. */
static void keep_profile(struct ib_store *store, const struct ib_checked_pass *pass,
                         struct ib_profile_record *out)
{
    const struct ib_profile *p = pass->profile;
    out->reason = keep(store, pass->profile_reason);
    if (!p)
        return;
    out->epochs = p->epochs;
    out->clock = p->device_clock ? "device" : "host";
    out->sync_ns = p->sync_ns;
    keep_operations(store, p, pass->transfer_log, out);
}

static void keep_curve(struct ib_store *store, const struct ib_checked_pass *pass, struct ib_case_record *out)
{
    const struct ib_curve *curve = &pass->curve;
    out->curve.n = curve->n;
    out->curve.epoch = ib_arena_alloc(&store->record.arena, (curve->n + 1) * sizeof *curve->epoch);
    if (curve->n)
        memcpy(out->curve.epoch, curve->epoch, curve->n * sizeof *curve->epoch);
    out->curve.loss = (double *)(uintptr_t)keep_numbers(store, curve->loss, curve->n);
    out->seconds = keep_numbers(store, pass->seconds, curve->n);
}

static enum ib_status put_tracer(struct ib_store *store, const struct ib_case_record *c)
{
    if (!c->tracer.source)
        return IB_OK;
    IB_TRY(put(store, TRACERS, c, &c->tracer));
    for (size_t i = 0; i < c->tracer.n_kernels; i++)
        IB_TRY(put(store, KERNELS, c, &c->tracer.kernels[i]));
    return IB_OK;
}

static enum ib_status put_profile(struct ib_store *store, const struct ib_case_record *c)
{
    const struct ib_profile_record *p = &c->profile;
    if (!p->epochs && !p->reason)
        return IB_OK;
    IB_TRY(put(store, PROFILES, c, p));
    for (size_t i = 0; i < p->n_operations; i++)
        IB_TRY(put(store, OPERATIONS, c, &p->operations[i]));
    for (size_t i = 0; i < p->n_copies; i++)
        IB_TRY(put(store, COPY_TIMES, c, &p->copies[i]));
    return IB_OK;
}

static enum ib_status put_metrics(struct ib_store *store, const struct ib_case_record *c)
{
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        IB_TRY(RUN(store, PUT_METRIC, ib_db_integer(c->number), ib_db_text(ib_metrics[i]->name),
                   ib_db_real(c->metrics[i])));
    return IB_OK;
}

static enum ib_status put_curve(struct ib_store *store, const struct ib_case_record *c)
{
    for (uint64_t i = 0; i < c->curve.n; i++)
        IB_TRY(RUN(store, PUT_LOSS, ib_db_integer(c->number), ib_db_integer(c->curve.epoch[i]),
                   ib_db_real(c->curve.loss[i]), ib_db_real(c->seconds ? c->seconds[i] : NAN)));
    return IB_OK;
}

static enum ib_status put_predictions(struct ib_store *store, uint64_t number,
                                      const struct ib_checked_pass *pass)
{
    if (!pass->predicted || !pass->actual)
        return IB_OK;
    uint64_t n = pass->test_rows < STORED_PREDICTIONS ? pass->test_rows : STORED_PREDICTIONS;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t row = i * pass->test_rows / n;
        for (uint64_t k = 0; k < pass->outputs; k++) {
            uint64_t at = row * pass->outputs + k;
            IB_TRY(RUN(store, PUT_PREDICTION, ib_db_integer(number), ib_db_integer(row), ib_db_integer(k),
                       ib_db_real(pass->actual[at]), ib_db_real(pass->predicted[at])));
        }
    }
    return IB_OK;
}

static enum ib_status put_final(struct ib_store *store, uint64_t number, const struct ib_final *final)
{
    if (!final->params)
        return IB_OK;
    return RUN(store, PUT_FINAL, ib_db_integer(number),
               ib_db_blob(final->params, final->n_params * sizeof(double)),
               ib_db_blob(final->predictions, final->n_predictions * sizeof(double)));
}

static void keep_checked(struct ib_store *store, struct ib_case_record *c, const struct ib_checked_pass *pass)
{
    keep_check(store, pass, &c->check);
    keep_tracer(store, pass, &c->tracer);
    keep_profile(store, pass, &c->profile);
    keep_curve(store, pass, c);
    if (pass->metrics)
        memcpy(c->metrics, pass->metrics, sizeof c->metrics);
}

static enum ib_status put_checked(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_checked_pass *pass)
{
    struct ib_case_record log = {0};
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    IB_TRY(put(store, CHECKS, c, &c->check));
    IB_TRY(put_tracer(store, c));
    IB_TRY(put_profile(store, c));
    IB_TRY(pass->metrics ? put_metrics(store, c) : IB_OK);
    IB_TRY(put_curve(store, c));
    IB_TRY(put_predictions(store, c->number, pass));
    IB_TRY(put_final(store, c->number, &pass->final));
    if (!pass->transfer_log)
        return IB_OK;
    struct ib_arena arena = {0};
    list_log(&arena, "checked", pass->transfer_log, &log);
    enum ib_status status = put_log(store, c, "checked", &log);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_store_put_checked(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_checked_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    keep_checked(store, c, pass);
    return ib_store_end(store, put_checked(store, c, pass));
}

/* ---- the timed passes ---- */

/* A new element at the end of a list of the case. */
#define APPEND(store, c, list)                                                                               \
    ((c)->list = ib_arena_grow(&(store)->record.arena, (c)->list, sizeof *(c)->list, (c)->n_##list,          \
                               &(c)->list##_capacity),                                                       \
     &(c)->list[(c)->n_##list++])

static const struct ib_round_record *keep_round(struct ib_store *store, struct ib_case_record *c,
                                                const struct ib_timed_pass *pass)
{
    /* Another algorithm has no epochs. */
    const bool gave_time = pass->status == IB_CASE_OK && pass->epoch_ns > 0 && !c->algorithm;
    struct ib_round_record *round = APPEND(store, c, rounds);
    *round = (struct ib_round_record){
        .round = pass->round,
        .status = pass->status,
        .reason = keep(store, pass->reason),
        .repeats = pass->repeats,
        .epoch_ns = gave_time ? pass->epoch_ns : NAN,
        .cpu_epoch_ns = gave_time ? pass->cpu_epoch_ns : NAN,
        .phases = pass->phases,
        .as_expected = truth(pass->transfer_log != NULL, pass->as_expected),
        .disturbed = truth(gave_time && pass->watched, pass->disturbed),
        .slices = gave_time ? keep_numbers(store, pass->slices, pass->n_slices) : NULL,
        .n_slices = gave_time ? pass->n_slices : 0,
        .clock_mhz = pass->clock_mhz,
        .slowed = keep(store, pass->slowed),
        .stderr_tail = keep(store, pass->stderr_tail),
    };
    return round;
}

static enum ib_status put_times(struct ib_store *store, const struct ib_case_record *c)
{
    const struct ib_epoch_times t = ib_epoch_times_of(c);
    if (!t.n)
        return IB_OK;
    return RUN(store, PUT_TIMES, ib_db_integer(c->number), ib_db_integer(t.n), ib_db_real(t.median),
               ib_db_real(t.min), ib_db_real(t.low), ib_db_real(t.high));
}

/* The newest log replaces the one before; most rounds of a case copy the same. */
static enum ib_status put_timed_log(struct ib_store *store, struct ib_case_record *c,
                                    const struct ib_transfer_log *log)
{
    struct ib_arena arena = {0};
    struct ib_case_record listed = {0};
    list_log(&arena, "timed", log, &listed);
    enum ib_status status = IB_OK;
    if (!same_log(&listed, c)) {
        list_log(&store->record.arena, "timed", log, c);
        status = put_log(store, c, "timed", c);
    }
    ib_arena_free(&arena);
    return status;
}

static enum ib_status put_timed(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_timed_pass *pass, const struct ib_round_record *round)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    IB_TRY(put(store, ROUNDS, c, round));
    IB_TRY(put_times(store, c));
    return pass->transfer_log ? put_timed_log(store, c, pass->transfer_log) : IB_OK;
}

enum ib_status ib_store_put_timed(struct ib_store *store, const struct ib_case *of,
                                  const struct ib_timed_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    const struct ib_round_record *round = keep_round(store, c, pass);
    return ib_store_end(store, put_timed(store, c, pass, round));
}

/* ---- the whole process ---- */

static enum ib_status put_process(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_process_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->status == IB_CASE_OK ? NULL : pass->reason));
    IB_TRY(RUN(store, PUT_PROCESS, ib_db_integer(c->number), ib_db_text(c->process_source),
               ib_db_text(c->process_reason)));
    return pass->timed ? put(store, PROCESS_RUNS, c, &c->process_runs[c->n_process_runs - 1]) : IB_OK;
}

enum ib_status ib_store_put_process(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_process_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    c->process_timed = true;
    c->process_source = keep(store, pass->source);
    c->process_reason = keep(store, pass->reason);
    if (pass->timed) {
        struct ib_process_run_record *run = APPEND(store, c, process_runs);
        *run = (struct ib_process_run_record){.run = pass->run,
                                              .wall_ns = pass->wall_ns,
                                              .user_ns = pass->user_ns,
                                              .system_ns = pass->system_ns};
        memcpy(run->parts_ns, pass->parts_ns, sizeof run->parts_ns);
    }
    return ib_store_end(store, put_process(store, c, pass));
}

/* ---- another algorithm, stopped at losses ---- */

static enum ib_status put_stops(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_search_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    for (size_t t = 0; t < c->n_stops; t++)
        IB_TRY(put(store, STOPS, c, &c->stops[t]));
    return IB_OK;
}

enum ib_status ib_store_put_stops(struct ib_store *store, const struct ib_case *of,
                                  const struct ib_search_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    c->stops = ib_arena_alloc(&store->record.arena, IB_LOSS_TARGET_COUNT * sizeof *c->stops);
    c->n_stops = IB_LOSS_TARGET_COUNT;
    for (size_t t = 0; t < c->n_stops; t++)
        c->stops[t] = (struct ib_stop_record){t + 1, pass->stops[t].loss, pass->stops[t].epochs,
                                              pass->stops[t].trainings, keep(store, pass->stops[t].reason)};
    return ib_store_end(store, put_stops(store, c, pass));
}

static enum ib_status put_stopped(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_stop *stops, const struct ib_stops_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    for (size_t t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        const struct ib_stop_time *time = &pass->times[t];
        if (!stops[t].epochs)
            continue;
        struct ib_stop_time_record *row = APPEND(store, c, stop_times);
        *row = (struct ib_stop_time_record){pass->round, t + 1, time->train_ns, time->loss,
                                            keep(store, time->reason)};
        IB_TRY(put(store, STOP_TIMES, c, row));
    }
    return IB_OK;
}

enum ib_status ib_store_put_stopped(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_stop *stops, const struct ib_stops_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_stopped(store, c, stops, pass));
}
