/* The result of a checked pass: added to the record, and written row by row. */
#include "store/store.h"
#include "store/writer.h"

#include <math.h>
#include <string.h>

enum {
    STORED_PREDICTIONS = 1000
}; /* rows per case: charts need no more, and 4M of them would fill the disk */

static enum ib_status put_check(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_checked_pass *pass)
{
    const struct ib_verification *v = &pass->verification;
    const bool compared = v->verdict != IB_UNVERIFIED;
    struct ib_check_record check = pass->check;
    check.verdict = v->verdict;
    check.verdict_reason = v->reason;
    check.loss_error = compared ? v->loss_error : NAN;
    check.params_error = compared ? v->params_error : NAN;
    check.prediction_error = compared ? v->prediction_error : NAN;
    check.first_divergent_epoch = v->first_divergent_epoch;
    check.compared = v->compared;
    if (!pass->transfer_log)
        check.as_expected = IB_UNKNOWN;
    return ib_store_add(store, IB_TABLE_CHECKS, c, &check);
}

static int64_t counted(const struct ib_driver_counters *w, uint64_t count)
{
    return ib_driver_counters_given(w) && count != IB_UNCOUNTED ? (int64_t)count : IB_NO_COUNT;
}

static enum ib_status put_tracer(struct ib_store *store, struct ib_case_record *c,
                                 const struct ib_checked_pass *pass)
{
    const struct ib_driver_counters *w = pass->tracer;
    if (!w || !w->source[0])
        return IB_OK;
#define COPIES(to, from, what)                                                                               \
    .to##_count = counted(w, w->from.what##_count), .to##_bytes = counted(w, w->from.what##_bytes)
#define SEEN(what) COPIES(what, seen, what)
    const struct ib_tracer_record tracer = {.source = w->source,
                                            .agrees =
                                                ib_truth_of(ib_driver_counters_given(w), pass->tracer_agrees),
                                            .reason = w->reason,
                                            .launches = counted(w, w->seen.launch_count),
                                            .syncs = counted(w, w->seen.sync_count),
                                            SEEN(h2d),
                                            SEEN(d2h),
                                            SEEN(d2d),
                                            SEEN(memset),
                                            SEEN(pageable),
                                            SEEN(pinned),
                                            COPIES(opened_h2d, opened, h2d),
                                            COPIES(opened_d2h, opened, d2h)};
    IB_TRY(ib_store_add(store, IB_TABLE_TRACERS, c, &tracer));
    for (uint32_t i = 0; i < w->n_kernels; i++) {
        const struct ib_kernel_record kernel = {w->kernels[i].name, w->kernels[i].count};
        IB_TRY(ib_store_put_row(store, IB_TABLE_KERNELS, c->number, &kernel));
    }
    return ib_load_rows(store->db, &store->record, IB_TABLE_KERNELS, c->number);
}

/* An operation of a profile, and the times of its copies, whose tensors are those of the transfer log. */
static enum ib_status put_operation(struct ib_store *store, uint64_t number,
                                    const struct ib_checked_pass *pass, int op)
{
    const struct ib_profile_operation *o = &pass->profile->operations[op];
    const struct ib_transfer_log *log = pass->transfer_log;
    const char *word = ib_word_of(ib_op_words, op);
    const struct ib_operation_record operation = {word,          o->calls, o->launch_ns, o->wait_ns,
                                                  o->compute_ns, o->flops, o->bytes,     o->least_ns};
    IB_TRY(o->calls ? ib_store_put_row(store, IB_TABLE_OPERATIONS, number, &operation) : IB_OK);
    for (uint32_t t = 0; log && t < log->n_tensors; t++) {
        const struct ib_profile_copy *times = &pass->profile->copies[op][t];
        const struct ib_copy_time_record copy = {word, log->tensor[t], times->h2d_ns, times->d2h_ns};
        IB_TRY(copy.h2d_ns + copy.d2h_ns ? ib_store_put_row(store, IB_TABLE_COPY_TIMES, number, &copy)
                                         : IB_OK);
    }
    return IB_OK;
}

/* Its tensors are those of the transfer log. */
static enum ib_status put_timeline(struct ib_store *store, uint64_t number,
                                   const struct ib_checked_pass *pass)
{
    const struct ib_timeline *timeline = pass->timeline;
    for (uint32_t i = 0; timeline && i < timeline->n; i++) {
        const struct ib_event *e = &timeline->events[i];
        const bool copies = e->kind != IB_EVENT_CALL && pass->transfer_log;
        const char *kind = ib_word_of(ib_event_words, (int)e->kind),
                   *op = ib_word_of(ib_op_words, (int)e->op),
                   *tensor = copies ? pass->transfer_log->tensor[e->tensor] : NULL;
        IB_TRY(RUN(store, PUT_EVENT, ib_db_integer(number), ib_db_integer(i + 1), ib_db_text(kind),
                   ib_db_text(op), ib_db_text(tensor), ib_db_integer(e->begin_ns),
                   ib_db_integer(e->launch_ns), ib_db_integer(e->wait_ns), ib_db_integer(e->compute_ns)));
    }
    return IB_OK;
}

static enum ib_status put_profile(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_checked_pass *pass)
{
    const struct ib_profile *p = pass->profile;
    struct ib_profile_record profile = {.reason = pass->profile_reason};
    if (!p && !(profile.reason && profile.reason[0]))
        return IB_OK;
    if (p) {
        profile.epochs = p->epochs;
        profile.clock = p->device_clock ? "device" : "host";
        profile.sync_ns = p->sync_ns;
    }
    IB_TRY(ib_store_add(store, IB_TABLE_PROFILES, c, &profile));
    for (int op = 0; p && op < IB_OP_COUNT; op++)
        IB_TRY(put_operation(store, c->number, pass, op));
    IB_TRY(put_timeline(store, c->number, pass));
    IB_TRY(ib_load_rows(store->db, &store->record, IB_TABLE_OPERATIONS, c->number));
    return ib_load_rows(store->db, &store->record, IB_TABLE_COPY_TIMES, c->number);
}

static enum ib_status put_metrics(struct ib_store *store, struct ib_case_record *c, const double *metrics)
{
    for (size_t i = 0; metrics && i < IB_METRIC_COUNT; i++) {
        c->metrics[i] = metrics[i];
        IB_TRY(RUN(store, PUT_METRIC, ib_db_integer(c->number), ib_db_text(ib_metrics[i]->name),
                   ib_db_real(metrics[i])));
    }
    return IB_OK;
}

static enum ib_status put_curve(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_checked_pass *pass)
{
    const struct ib_curve *curve = &pass->curve;
    for (uint64_t i = 0; i < curve->n; i++) {
        const struct ib_loss_record loss = {curve->epoch[i], curve->loss[i],
                                            pass->seconds ? pass->seconds[i] : NAN};
        IB_TRY(ib_store_add(store, IB_TABLE_LOSSES, c, &loss));
    }
    return IB_OK;
}

static enum ib_status put_predictions(struct ib_store *store, uint64_t number,
                                      const struct ib_checked_pass *pass)
{
    if (!pass->predicted || !pass->actual)
        return IB_OK;
    uint64_t n = pass->test_rows < STORED_PREDICTIONS ? pass->test_rows : STORED_PREDICTIONS;
    for (uint64_t i = 0; i < n * pass->outputs; i++) {
        uint64_t row = i / pass->outputs * pass->test_rows / n, output = i % pass->outputs;
        uint64_t at = row * pass->outputs + output;
        IB_TRY(RUN(store, PUT_PREDICTION, ib_db_integer(number), ib_db_integer(row), ib_db_integer(output),
                   ib_db_real(pass->actual[at]), ib_db_real(pass->predicted[at])));
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

static enum ib_status put_checked(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_checked_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->check.status, pass->check.reason));
    IB_TRY(put_check(store, c, pass));
    IB_TRY(put_tracer(store, c, pass));
    IB_TRY(put_profile(store, c, pass));
    IB_TRY(put_metrics(store, c, pass->metrics));
    IB_TRY(put_curve(store, c, pass));
    IB_TRY(put_predictions(store, c->number, pass));
    IB_TRY(put_final(store, c->number, &pass->final));
    return pass->transfer_log ? ib_store_put_log(store, c, "checked", pass->transfer_log) : IB_OK;
}

enum ib_status ib_store_put_checked(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_checked_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_begin_case(store, of, &c));
    return ib_store_end(store, put_checked(store, c, pass));
}
