/* What the passes of a case leave, row by row. */
#include "metrics/metric.h"
#include "store/store.h"
#include "store/writer.h"

#include <math.h>

#include <stdio.h>

enum { STORED_PREDICTIONS = 1000 }; /* rows a case: charts need no more, and 4M of them would fill the disk */

static enum ib_status put_transfer_log(struct ib_store *store, uint64_t number, enum ib_pass_kind pass,
                                       const struct ib_transfer_log *transfer_log)
{
    const struct ib_db_value key = integer(number), kind = word(ib_pass_words, (int)pass);
    if (!transfer_log)
        return IB_OK;
    IB_TRY(RUN(store, DROP_TRANSFERS, key, kind));
    IB_TRY(RUN(store, DROP_CALLS, key, kind));
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        const struct ib_db_value phase_word = text(ib_word_of(ib_phase_words, phase));
        IB_TRY(RUN(store, PUT_CALLS, key, kind, phase_word, integer(transfer_log->launches[phase]),
                   integer(transfer_log->syncs[phase])));
        for (int op = 0; op < IB_OP_COUNT; op++) {
            for (uint32_t t = 0; t < transfer_log->n_tensors; t++) {
                const struct ib_traffic *copies = &transfer_log->copies[phase][op][t];
                if (copies->h2d_count + copies->d2h_count)
                    IB_TRY(RUN(store, PUT_TRANSFER, key, kind, phase_word, text(ib_word_of(ib_op_words, op)),
                               text(transfer_log->tensor[t]), integer(copies->h2d_count),
                               integer(copies->h2d_bytes), integer(copies->d2h_count),
                               integer(copies->d2h_bytes)));
            }
        }
    }
    return IB_OK;
}

/* ---- the checked pass ---- */

static enum ib_status put_verdict(struct ib_store *store, uint64_t number,
                                  const struct ib_checked_pass *check)
{
    const struct ib_verification *v = &check->verification;
    const struct ib_phases *p = &check->phases;
    const bool compared = v->verdict != IB_UNVERIFIED;
    return RUN(store, PUT_CHECK, integer(number), word(ib_case_status_words, (int)check->status),
               phrase(check->reason), text(check->path), measured(p->load_ns), measured(p->setup_ns),
               measured(p->train_ns), measured(p->readback_ns), measured(p->predict_ns),
               text(ib_word_of(ib_verdict_words, (int)v->verdict)), phrase(v->reason), text(check->reference),
               present(compared, real(v->loss_error)), present(compared, real(v->params_error)),
               present(compared, real(v->prediction_error)), measured(v->first_divergent_epoch),
               word(ib_convergence_words, (int)check->convergence),
               present(check->transfer_log != NULL, integer(check->as_expected)), phrase(check->stderr_tail));
}

/* NULL where nobody counted. */
static struct ib_db_value counted(const struct ib_driver_counters *w, uint64_t count)
{
    return present(ib_driver_counters_given(w) && count != IB_UNCOUNTED, integer(count));
}

static enum ib_status put_tracer(struct ib_store *store, uint64_t number, const struct ib_checked_pass *check)
{
    const struct ib_driver_counters *w = check->tracer;
    if (!w || !w->source[0])
        return IB_OK;
    const struct ib_copies *seen = &w->seen, *opened = &w->opened;
    IB_TRY(RUN(store, PUT_TRACER, integer(number), text(w->source),
               present(ib_driver_counters_given(w), integer(check->tracer_agrees)), phrase(w->reason),
               counted(w, seen->h2d_count), counted(w, seen->h2d_bytes), counted(w, seen->d2h_count),
               counted(w, seen->d2h_bytes), counted(w, seen->launch_count), counted(w, seen->sync_count),
               counted(w, seen->d2d_count), counted(w, seen->d2d_bytes), counted(w, seen->memset_count),
               counted(w, seen->memset_bytes), counted(w, seen->pageable_count),
               counted(w, seen->pageable_bytes), counted(w, seen->pinned_count),
               counted(w, seen->pinned_bytes), counted(w, opened->h2d_count), counted(w, opened->h2d_bytes),
               counted(w, opened->d2h_count), counted(w, opened->d2h_bytes)));
    for (uint32_t i = 0; i < w->n_kernels; i++)
        IB_TRY(RUN(store, PUT_TRACER_KERNEL, integer(number), text(w->kernels[i].name),
                   integer(w->kernels[i].count)));
    return IB_OK;
}

static enum ib_status put_profile_parts(struct ib_store *store, uint64_t number, const struct ib_profile *p,
                                        const struct ib_transfer_log *names)
{
    for (int op = 0; op < IB_OP_COUNT; op++) {
        const struct ib_profile_operation *o = &p->operations[op];
        const struct ib_db_value op_word = text(ib_word_of(ib_op_words, op));
        if (o->calls)
            IB_TRY(RUN(store, PUT_PROFILE_OPERATION, integer(number), op_word, integer(o->calls),
                       integer(o->launch_ns), integer(o->wait_ns), integer(o->compute_ns)));
        for (uint32_t t = 0; names && t < names->n_tensors; t++)
            if (p->copies[op][t].h2d_ns + p->copies[op][t].d2h_ns)
                IB_TRY(RUN(store, PUT_PROFILE_COPY, integer(number), op_word, text(names->tensor[t]),
                           integer(p->copies[op][t].h2d_ns), integer(p->copies[op][t].d2h_ns)));
    }
    return IB_OK;
}

/* The tensors of a profile are those of the checked pass's transfer log. */
static enum ib_status put_profile(struct ib_store *store, uint64_t number,
                                  const struct ib_checked_pass *check)
{
    const struct ib_profile *p = check->profile;
    if (!p && !(check->profile_reason && check->profile_reason[0]))
        return IB_OK;
    IB_TRY(RUN(store, PUT_PROFILE, integer(number), present(p != NULL, integer(p ? p->epochs : 0)),
               phrase(check->profile_reason), p ? text(p->device_clock ? "device" : "host") : ib_db_null(),
               present(p != NULL, integer(p ? p->sync_ns : 0))));
    return p ? put_profile_parts(store, number, p, check->transfer_log) : IB_OK;
}

static enum ib_status put_metrics(struct ib_store *store, uint64_t number, const double *values)
{
    for (size_t i = 0; values && ib_metrics[i]; i++)
        IB_TRY(RUN(store, PUT_METRIC, integer(number), text(ib_metrics[i]->name), real(values[i])));
    return IB_OK;
}

static enum ib_status put_curve(struct ib_store *store, uint64_t number, const struct ib_checked_pass *check)
{
    const struct ib_curve *curve = &check->curve;
    for (uint64_t i = 0; i < curve->n; i++)
        IB_TRY(RUN(store, PUT_LOSS, integer(number), integer(curve->epoch[i]), real(curve->loss[i]),
                   real(check->seconds ? check->seconds[i] : NAN)));
    return IB_OK;
}

static enum ib_status put_predictions(struct ib_store *store, uint64_t number,
                                      const struct ib_checked_pass *check)
{
    if (!check->predicted || !check->actual)
        return IB_OK;
    uint64_t n = check->test_rows < STORED_PREDICTIONS ? check->test_rows : STORED_PREDICTIONS;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t row = i * check->test_rows / n;
        for (uint64_t k = 0; k < check->outputs; k++) {
            uint64_t at = row * check->outputs + k;
            IB_TRY(RUN(store, PUT_PREDICTION, integer(number), integer(row), integer(k),
                       real(check->actual[at]), real(check->predicted[at])));
        }
    }
    return IB_OK;
}

static enum ib_status put_final(struct ib_store *store, uint64_t number, const struct ib_final *final)
{
    if (!final->params)
        return IB_OK;
    return RUN(store, PUT_FINAL, integer(number), ib_db_blob(final->params, final->n_params * sizeof(double)),
               ib_db_blob(final->predictions, final->n_predictions * sizeof(double)));
}

static enum ib_status put_checked(struct ib_store *store, const struct ib_case *c,
                                  const struct ib_checked_pass *check)
{
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    IB_TRY(ib_store_worsen(store, number, check->status, check->reason));
    IB_TRY(put_verdict(store, number, check));
    IB_TRY(put_tracer(store, number, check));
    IB_TRY(put_profile(store, number, check));
    IB_TRY(put_metrics(store, number, check->metrics));
    IB_TRY(put_curve(store, number, check));
    IB_TRY(put_predictions(store, number, check));
    IB_TRY(put_final(store, number, &check->final));
    return put_transfer_log(store, number, IB_PASS_CHECKED, check->transfer_log);
}

enum ib_status ib_store_put_checked(struct ib_store *store, const struct ib_case *c,
                                    const struct ib_checked_pass *check)
{
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_checked(store, c, check));
}

/* ---- the timed passes ---- */

struct slices_text {
    char json[IB_MOST_SLICES * 16 + 2]; /* "[12.5,12.6]" */
};

static struct slices_text write_slices(const struct ib_timed_pass *timed)
{
    struct slices_text text = {"[]"};
    size_t used = 0;
    for (size_t i = 0; i < timed->n_slices; i++)
        used += (size_t)snprintf(text.json + used, sizeof text.json - used, "%s%.7g", i ? "," : "[",
                                 timed->slices[i]);
    if (used)
        snprintf(text.json + used, sizeof text.json - used, "]");
    return text;
}

static enum ib_status put_timed(struct ib_store *store, const struct ib_case *c,
                                const struct ib_timed_pass *timed)
{
    const struct ib_phases *p = &timed->phases;
    /* Another algorithm has no epochs. */
    const bool gave_time = timed->status == IB_CASE_OK && timed->epoch_ns > 0 && !c->impl->info->algorithm;
    const struct slices_text slices = write_slices(timed);
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    IB_TRY(ib_store_worsen(store, number, timed->status, timed->reason));
    IB_TRY(RUN(store, PUT_ROUND, integer(number), integer(timed->round),
               word(ib_case_status_words, (int)timed->status), phrase(timed->reason),
               measured(timed->repeats), present(gave_time, real(timed->epoch_ns)), measured(p->load_ns),
               measured(p->setup_ns), measured(p->train_ns), measured(p->readback_ns),
               measured(p->predict_ns), present(timed->transfer_log != NULL, integer(timed->as_expected)),
               phrase(timed->stderr_tail), present(gave_time, real(timed->cpu_epoch_ns)),
               present(gave_time && timed->watched, integer(timed->disturbed)),
               present(gave_time, text(slices.json)),
               present(timed->clock_mhz > 0, integer(timed->clock_mhz)), phrase(timed->slowed)));
    IB_TRY(RUN(store, UPDATE_TIMES, integer(number)));
    return put_transfer_log(store, number, IB_PASS_TIMED, timed->transfer_log);
}

enum ib_status ib_store_put_timed(struct ib_store *store, const struct ib_case *c,
                                  const struct ib_timed_pass *timed)
{
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_timed(store, c, timed));
}

/* ---- the whole process ---- */

static enum ib_status put_whole_run(struct ib_store *store, uint64_t number,
                                    const struct ib_process_pass *whole)
{
    const uint64_t *parts = whole->parts_ns;
    return RUN(store, PUT_WHOLE_RUN, integer(number), integer(whole->run), real(whole->wall_ns),
               real(whole->user_ns), real(whole->system_ns), integer(parts[IB_PROCESS_STARTUP]),
               measured(parts[IB_PROCESS_LOAD]), integer(parts[IB_PROCESS_SETUP]),
               integer(parts[IB_PROCESS_TRAIN]), measured(parts[IB_PROCESS_READBACK]),
               measured(parts[IB_PROCESS_PREDICT]), integer(parts[IB_PROCESS_REST]));
}

static enum ib_status put_whole(struct ib_store *store, const struct ib_case *c,
                                const struct ib_process_pass *whole)
{
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    IB_TRY(ib_store_worsen(store, number, whole->status, whole->status == IB_CASE_OK ? NULL : whole->reason));
    IB_TRY(RUN(store, PUT_WHOLE, integer(number), text(whole->source), phrase(whole->reason)));
    return whole->timed ? put_whole_run(store, number, whole) : IB_OK;
}

enum ib_status ib_store_put_process(struct ib_store *store, const struct ib_case *c,
                                    const struct ib_process_pass *whole)
{
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_whole(store, c, whole));
}

/* ---- another algorithm, stopped at losses ---- */

static enum ib_status put_stops(struct ib_store *store, const struct ib_case *c,
                                const struct ib_search_pass *searched)
{
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    IB_TRY(ib_store_worsen(store, number, searched->status, searched->reason));
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        const struct ib_stop *stop = &searched->stops[t];
        IB_TRY(RUN(store, PUT_STOP, integer(number), integer((uint64_t)t + 1), real(stop->loss),
                   measured(stop->epochs), integer(stop->trainings), phrase(stop->reason)));
    }
    return IB_OK;
}

enum ib_status ib_store_put_stops(struct ib_store *store, const struct ib_case *c,
                                  const struct ib_search_pass *searched)
{
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_stops(store, c, searched));
}

static enum ib_status put_stopped(struct ib_store *store, const struct ib_case *c,
                                  const struct ib_stop *stops, const struct ib_stops_pass *stopped)
{
    uint64_t number;
    IB_TRY(ib_store_find(store, c, &number));
    IB_TRY(ib_store_worsen(store, number, stopped->status, stopped->reason));
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        const struct ib_stop_time *time = &stopped->times[t];
        if (stops[t].epochs)
            IB_TRY(RUN(store, PUT_STOP_TIME, integer(number), integer(stopped->round),
                       integer((uint64_t)t + 1), real(time->train_ns), real(time->loss),
                       phrase(time->reason)));
    }
    return IB_OK;
}

enum ib_status ib_store_put_stopped(struct ib_store *store, const struct ib_case *c,
                                    const struct ib_stop *stops, const struct ib_stops_pass *stopped)
{
    IB_TRY(ib_store_begin(store));
    return ib_store_end(store, put_stopped(store, c, stops, stopped));
}
