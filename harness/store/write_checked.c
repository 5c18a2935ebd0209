/* What a checked pass leaves: added to the record, and written row by row. */
#include "store/store.h"
#include "store/writer.h"

#include <math.h>
#include <string.h>

enum { STORED_PREDICTIONS = 1000 }; /* rows a case: charts need no more, and 4M of them would fill the disk */

static void keep_check(struct ib_store *store, const struct ib_checked_pass *pass,
                       struct ib_check_record *out)
{
    const struct ib_verification *v = &pass->verification;
    const bool compared = v->verdict != IB_UNVERIFIED;
    *out = (struct ib_check_record){
        .status = pass->status,
        .reason = ib_store_keep(store, pass->reason),
        .path = ib_store_keep(store, pass->path),
        .phases = pass->phases,
        .verdict = v->verdict,
        .verdict_reason = ib_store_keep(store, v->reason),
        .reference = ib_store_keep(store, pass->reference),
        .loss_error = compared ? v->loss_error : NAN,
        .params_error = compared ? v->params_error : NAN,
        .prediction_error = compared ? v->prediction_error : NAN,
        .first_divergent_epoch = v->first_divergent_epoch,
        .convergence = pass->convergence,
        .as_expected = ib_truth_of(pass->transfer_log != NULL, pass->as_expected),
        .stderr_tail = ib_store_keep(store, pass->stderr_tail),
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
        .source = ib_store_keep(store, w->source),
        .agrees = ib_truth_of(ib_driver_counters_given(w), pass->tracer_agrees),
        .reason = ib_store_keep(store, w->reason),
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
        out->kernels[i] =
            (struct ib_kernel_record){ib_store_keep(store, w->kernels[i].name), w->kernels[i].count};
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
            out->copies[out->n_copies++] = (struct ib_copy_time_record){
                word, ib_store_keep(store, names->tensor[t]), copy->h2d_ns, copy->d2h_ns};
        }
    }
    ib_profile_record_sort(out);
}

/* The tensors of a profile are those of the checked pass's transfer log. */
static void keep_profile(struct ib_store *store, const struct ib_checked_pass *pass,
                         struct ib_profile_record *out)
{
    const struct ib_profile *p = pass->profile;
    out->reason = ib_store_keep(store, pass->profile_reason);
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
    out->curve.loss = (double *)(uintptr_t)ib_store_keep_numbers(store, curve->loss, curve->n);
    out->seconds = ib_store_keep_numbers(store, pass->seconds, curve->n);
}

static enum ib_status put_tracer(struct ib_store *store, const struct ib_case_record *c)
{
    if (!c->tracer.source)
        return IB_OK;
    IB_TRY(ib_store_put_row(store, TRACERS, c, &c->tracer));
    for (size_t i = 0; i < c->tracer.n_kernels; i++)
        IB_TRY(ib_store_put_row(store, KERNELS, c, &c->tracer.kernels[i]));
    return IB_OK;
}

static enum ib_status put_profile(struct ib_store *store, const struct ib_case_record *c)
{
    const struct ib_profile_record *p = &c->profile;
    if (!p->epochs && !p->reason)
        return IB_OK;
    IB_TRY(ib_store_put_row(store, PROFILES, c, p));
    for (size_t i = 0; i < p->n_operations; i++)
        IB_TRY(ib_store_put_row(store, OPERATIONS, c, &p->operations[i]));
    for (size_t i = 0; i < p->n_copies; i++)
        IB_TRY(ib_store_put_row(store, COPY_TIMES, c, &p->copies[i]));
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
    IB_TRY(ib_store_put_row(store, CHECKS, c, &c->check));
    IB_TRY(put_tracer(store, c));
    IB_TRY(put_profile(store, c));
    IB_TRY(pass->metrics ? put_metrics(store, c) : IB_OK);
    IB_TRY(put_curve(store, c));
    IB_TRY(put_predictions(store, c->number, pass));
    IB_TRY(put_final(store, c->number, &pass->final));
    if (!pass->transfer_log)
        return IB_OK;
    struct ib_arena arena = {0};
    ib_store_list_log(&arena, "checked", pass->transfer_log, &log);
    enum ib_status status = ib_store_put_log(store, c, "checked", &log);
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
