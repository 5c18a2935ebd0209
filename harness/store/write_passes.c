/* What the passes after the checked one leave: added to the record, and written row by row. */
#include "store/store.h"
#include "store/writer.h"

#include <math.h>
#include <string.h>

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
        .reason = ib_store_keep(store, pass->reason),
        .repeats = pass->repeats,
        .epoch_ns = gave_time ? pass->epoch_ns : NAN,
        .cpu_epoch_ns = gave_time ? pass->cpu_epoch_ns : NAN,
        .phases = pass->phases,
        .as_expected = ib_truth_of(pass->transfer_log != NULL, pass->as_expected),
        .disturbed = ib_truth_of(gave_time && pass->watched, pass->disturbed),
        .slices = gave_time ? ib_store_keep_numbers(store, pass->slices, pass->n_slices) : NULL,
        .n_slices = gave_time ? pass->n_slices : 0,
        .clock_mhz = pass->clock_mhz,
        .slowed = ib_store_keep(store, pass->slowed),
        .stderr_tail = ib_store_keep(store, pass->stderr_tail),
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

/* The newest log replaces the one before; most rounds of a case copy the same. */
static enum ib_status put_timed_log(struct ib_store *store, struct ib_case_record *c,
                                    const struct ib_transfer_log *log)
{
    struct ib_arena arena = {0};
    struct ib_case_record listed = {0};
    ib_store_list_log(&arena, "timed", log, &listed);
    enum ib_status status = IB_OK;
    if (!same_log(&listed, c)) {
        ib_store_list_log(&store->record.arena, "timed", log, c);
        status = ib_store_put_log(store, c, "timed", c);
    }
    ib_arena_free(&arena);
    return status;
}

static enum ib_status put_timed(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_timed_pass *pass, const struct ib_round_record *round)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    IB_TRY(ib_store_put_row(store, ROUNDS, c, round));
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
    return pass->timed ? ib_store_put_row(store, PROCESS_RUNS, c, &c->process_runs[c->n_process_runs - 1])
                       : IB_OK;
}

enum ib_status ib_store_put_process(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_process_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_find(store, of, &c));
    IB_TRY(ib_store_begin(store));
    c->process_timed = true;
    c->process_source = ib_store_keep(store, pass->source);
    c->process_reason = ib_store_keep(store, pass->reason);
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
        IB_TRY(ib_store_put_row(store, STOPS, c, &c->stops[t]));
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
        c->stops[t] =
            (struct ib_stop_record){t + 1, pass->stops[t].loss, pass->stops[t].epochs,
                                    pass->stops[t].trainings, ib_store_keep(store, pass->stops[t].reason)};
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
                                            ib_store_keep(store, time->reason)};
        IB_TRY(ib_store_put_row(store, STOP_TIMES, c, row));
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
