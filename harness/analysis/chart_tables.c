#include "analysis/chart_tables.h"

#include "analysis/member.h"

#include <math.h>

static const char schema[] =
    "CREATE TEMP TABLE copy_costs (model TEXT, dataset TEXT, pair INTEGER, case_id TEXT,"
    " residency TEXT, simulated INTEGER, epoch_ns REAL, transfer_ns REAL, sync_ns REAL, compute_ns REAL,"
    " launch_ns REAL, ratio REAL, ratio_low REAL, ratio_high REAL);"
    /* at, at_low, at_high: rows where they cross, 0 below the smallest size, 9e999 beyond the largest. */
    "CREATE TEMP TABLE crossover_lines (model TEXT, task TEXT, cols INTEGER, title TEXT, place INTEGER,"
    " name TEXT, rows REAL, device_ns REAL, host_ns REAL, at REAL, at_low REAL, at_high REAL, at_ns REAL);"
    "CREATE TEMP TABLE times_to (case_id TEXT, share REAL, loss REAL, epoch INTEGER, seconds REAL,"
    " point INTEGER)";

static enum ib_status add_side(sqlite3_stmt *insert, const struct ib_transfer_overhead *overhead, size_t pair,
                               const json_t *c)
{
    struct ib_time_breakdown breakdown;
    ib_time_breakdown_of(c, &breakdown);
    return ib_db_run(
        insert,
        IB_DB_VALUES(ib_db_text(ib_member_text(c, "model")), ib_db_text(ib_member_text(c, "dataset")),
                     ib_db_integer(pair), ib_db_text(ib_member_text(c, "id")),
                     ib_db_text(ib_member_text(c, "residency")), ib_db_integer(overhead->simulated),
                     ib_db_real(ib_member_number(c, "time.epoch_ns.median")),
                     ib_db_real(breakdown.ns[IB_TIME_TRANSFER]), ib_db_real(breakdown.ns[IB_TIME_SYNC]),
                     ib_db_real(breakdown.ns[IB_TIME_COMPUTE]), ib_db_real(breakdown.ns[IB_TIME_LAUNCH]),
                     ib_db_real(overhead->ratio.median), ib_db_real(overhead->ratio.low),
                     ib_db_real(overhead->ratio.high)));
}

static enum ib_status add_overhead(sqlite3_stmt *insert, const struct ib_transfer_overhead *overhead,
                                   size_t pair)
{
    IB_TRY(add_side(insert, overhead, pair, overhead->copying));
    return add_side(insert, overhead, pair, overhead->resident);
}

static enum ib_status add_crossover(sqlite3_stmt *insert, const struct ib_crossover *line, size_t place)
{
    for (size_t i = 0; i < line->n; i++) {
        const struct ib_crossover_size *size = &line->sizes[i];
        const json_t *c = size->device;
        IB_TRY(ib_db_run(
            insert,
            IB_DB_VALUES(ib_db_text(ib_member_text(c, "model")), ib_db_text(ib_member_text(c, "task")),
                         ib_db_integer((uint64_t)ib_member_number(c, "cols")), ib_db_text(line->title),
                         ib_db_integer(place), ib_db_text(ib_member_text(c, "name")), ib_db_real(size->rows),
                         ib_db_real(size->device_ns), ib_db_real(size->host_ns), ib_db_real(line->rows),
                         ib_db_real(line->low), ib_db_real(line->high), ib_db_real(line->rows_ns))));
    }
    return IB_OK;
}

static enum ib_status fill_costs(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status =
        ib_db_prepare(db, "INSERT INTO copy_costs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", &insert);
    for (size_t i = 0; i < derived->n_overheads && status == IB_OK; i++)
        status = add_overhead(insert, &derived->overheads[i], i);
    sqlite3_finalize(insert);
    return status;
}

static enum ib_status fill_crossovers(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status =
        ib_db_prepare(db, "INSERT INTO crossover_lines VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", &insert);
    for (size_t i = 0; i < derived->n_crossovers && status == IB_OK; i++)
        status = add_crossover(insert, &derived->crossovers[i], i);
    sqlite3_finalize(insert);
    return status;
}

static enum ib_status add_times_to(sqlite3_stmt *insert, const struct ib_loss_group *race,
                                   const struct ib_loss_entry *entry)
{
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        if (!isnan(entry->at[t].epoch))
            IB_TRY(ib_db_run(insert,
                             IB_DB_VALUES(ib_db_text(ib_member_text(entry->record, "id")),
                                          ib_db_real(ib_loss_target_shares[t]),
                                          ib_db_real(race->targets.loss[t]), ib_db_real(entry->at[t].epoch),
                                          ib_db_real(entry->at[t].seconds), ib_db_real(entry->at[t].at))));
    return IB_OK;
}

static enum ib_status fill_times_to(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status = ib_db_prepare(db, "INSERT INTO times_to VALUES (?,?,?,?,?,?)", &insert);
    for (size_t r = 0; r < derived->n_loss_groups; r++)
        for (size_t i = 0; i < derived->loss_groups[r].n && status == IB_OK; i++)
            status = add_times_to(insert, &derived->loss_groups[r], &derived->loss_groups[r].entries[i]);
    sqlite3_finalize(insert);
    return status;
}

enum ib_status ib_chart_tables(sqlite3 *db, const struct ib_derived *derived)
{
    if (sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(db);
    IB_TRY(fill_costs(db, derived));
    IB_TRY(fill_crossovers(db, derived));
    return fill_times_to(db, derived);
}
