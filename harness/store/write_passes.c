/* The results of the passes after the checked one: added to the record, and written row by row. */
#include "store/store.h"
#include "store/writer.h"

#include <math.h>

static enum ib_status put_timed(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_timed_pass *pass)
{
    struct ib_round_record round = pass->round;
    if (!pass->transfer_log)
        round.as_expected = IB_UNKNOWN;
    if (round.status != IB_CASE_OK || !(round.epoch_ns > 0) || c->algorithm) {
        round.epoch_ns = round.cpu_epoch_ns = round.discarded_ns = NAN;
        round.disturbed = IB_UNKNOWN;
        round.slices = NULL;
        round.n_slices = 0;
    }
    IB_TRY(ib_store_worsen(store, c, round.status, round.reason));
    IB_TRY(ib_store_add(store, IB_TABLE_ROUNDS, c, &round));
    const struct ib_epoch_times t = ib_epoch_times_of(c);
    if (t.n)
        IB_TRY(RUN(store, PUT_TIMES, ib_db_integer(c->number), ib_db_integer(t.n), ib_db_real(t.median),
                   ib_db_real(t.min), ib_db_real(t.low), ib_db_real(t.high)));
    return pass->transfer_log ? ib_store_put_log(store, c, "timed", pass->transfer_log) : IB_OK;
}

enum ib_status ib_store_put_timed(struct ib_store *store, const struct ib_case *of,
                                  const struct ib_timed_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_begin_case(store, of, &c));
    return ib_store_end(store, put_timed(store, c, pass));
}

static enum ib_status put_process(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_process_pass *pass)
{
    c->process_timed = true;
    c->process_source = ib_store_keep(store, pass->source);
    c->process_reason = ib_store_keep(store, pass->reason);
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->status == IB_CASE_OK ? NULL : pass->reason));
    IB_TRY(RUN(store, PUT_PROCESS, ib_db_integer(c->number), ib_db_text(c->process_source),
               ib_db_text(c->process_reason)));
    return pass->timed ? ib_store_add(store, IB_TABLE_PROCESS_RUNS, c, &pass->run) : IB_OK;
}

enum ib_status ib_store_put_process(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_process_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_begin_case(store, of, &c));
    return ib_store_end(store, put_process(store, c, pass));
}

static enum ib_status put_stops(struct ib_store *store, struct ib_case_record *c,
                                const struct ib_search_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    for (size_t t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        IB_TRY(ib_store_add(store, IB_TABLE_STOPS, c, &pass->stops[t]));
    return IB_OK;
}

enum ib_status ib_store_put_stops(struct ib_store *store, const struct ib_case *of,
                                  const struct ib_search_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_begin_case(store, of, &c));
    return ib_store_end(store, put_stops(store, c, pass));
}

static enum ib_status put_stopped(struct ib_store *store, struct ib_case_record *c,
                                  const struct ib_stops_pass *pass)
{
    IB_TRY(ib_store_worsen(store, c, pass->status, pass->reason));
    for (size_t t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        if (pass->times[t].target)
            IB_TRY(ib_store_add(store, IB_TABLE_STOP_TIMES, c, &pass->times[t]));
    return IB_OK;
}

enum ib_status ib_store_put_stopped(struct ib_store *store, const struct ib_case *of,
                                    const struct ib_stops_pass *pass)
{
    struct ib_case_record *c;
    IB_TRY(ib_store_begin_case(store, of, &c));
    return ib_store_end(store, put_stopped(store, c, pass));
}
