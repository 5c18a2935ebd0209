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

static enum ib_status add_side(sqlite3_stmt *insert, const struct ib_copy_tax *tax, size_t pair,
                               const json_t *c)
{
    struct ib_split split;
    ib_split_of(c, &split);
    return ib_db_run(
        insert,
        IB_DB_VALUES(ib_db_text(ib_member_text(c, "model")), ib_db_text(ib_member_text(c, "dataset")),
                     ib_db_integer(pair), ib_db_text(ib_member_text(c, "id")),
                     ib_db_text(ib_member_text(c, "residency")), ib_db_integer(tax->simulated),
                     ib_db_real(ib_member_number(c, "time.epoch_ns.median")),
                     ib_db_real(split.ns[IB_SPLIT_TRANSFER]), ib_db_real(split.ns[IB_SPLIT_SYNC]),
                     ib_db_real(split.ns[IB_SPLIT_COMPUTE]), ib_db_real(split.ns[IB_SPLIT_LAUNCH]),
                     ib_db_real(tax->ratio.median), ib_db_real(tax->ratio.low), ib_db_real(tax->ratio.high)));
}

static enum ib_status add_tax(sqlite3_stmt *insert, const struct ib_copy_tax *tax, size_t pair)
{
    IB_TRY(add_side(insert, tax, pair, tax->copying));
    return add_side(insert, tax, pair, tax->resident);
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
    for (size_t i = 0; i < derived->n_taxes && status == IB_OK; i++)
        status = add_tax(insert, &derived->taxes[i], i);
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

static enum ib_status add_times_to(sqlite3_stmt *insert, const struct ib_race *race,
                                   const struct ib_racer *racer)
{
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        if (!isnan(racer->at[t].epoch))
            IB_TRY(ib_db_run(insert,
                             IB_DB_VALUES(ib_db_text(ib_member_text(racer->record, "id")),
                                          ib_db_real(ib_target_shares[t]), ib_db_real(race->targets.loss[t]),
                                          ib_db_real(racer->at[t].epoch), ib_db_real(racer->at[t].seconds),
                                          ib_db_real(racer->at[t].at))));
    return IB_OK;
}

static enum ib_status fill_times_to(sqlite3 *db, const struct ib_derived *derived)
{
    sqlite3_stmt *insert = NULL;
    enum ib_status status = ib_db_prepare(db, "INSERT INTO times_to VALUES (?,?,?,?,?,?)", &insert);
    for (size_t r = 0; r < derived->n_races; r++)
        for (size_t i = 0; i < derived->races[r].n && status == IB_OK; i++)
            status = add_times_to(insert, &derived->races[r], &derived->races[r].racers[i]);
    sqlite3_finalize(insert);
    return status;
}

enum ib_status ib_derived_tables(sqlite3 *db, const struct ib_derived *derived)
{
    if (sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(db);
    IB_TRY(fill_costs(db, derived));
    IB_TRY(fill_crossovers(db, derived));
    return fill_times_to(db, derived);
}
