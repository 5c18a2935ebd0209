/* A run that is merged more than once: from its own folder, and from a run that it was merged into before. */
#include "base/error.h"
#include "store/merge_plan.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/tables.h"

#include <string.h>

/* The passes of a case: what tells a row of it from the others, in this order, and what was measured. */
static const char *const measured[] = {
    "SELECT 0, 0, status || ' ' || quote(train_ns) FROM checks WHERE case_number = ?1",
    "SELECT round, 0, epoch_ns FROM rounds WHERE case_number = ?1 ORDER BY round",
    "SELECT run, 0, wall_ns FROM process_runs WHERE case_number = ?1 ORDER BY run",
    "SELECT round, target, train_ns FROM stop_times WHERE case_number = ?1 ORDER BY round, target"};
enum { TABLES = sizeof measured / sizeof *measured, KEYS = 2 };

/* A copy of the part: its cases by their ids, and the rows of the current one. */
struct copy {
    sqlite3 *db;
    sqlite3_stmt *cases, *rows[TABLES];
    bool more; /* there is a current case */
    bool has;  /* it has a row that the other copy lacks */
};

static enum ib_status open_copy(const char *dir, uint64_t part, struct copy *out)
{
    static const char cases[] = "SELECT id, number FROM cases WHERE coalesce(part, 1) = ?1 ORDER BY id";
    IB_TRY(ib_run_folder_open(dir, &out->db));
    IB_TRY(ib_shadow_missing(out->db));
    IB_TRY(ib_db_prepare(out->db, cases, &out->cases));
    for (size_t t = 0; t < TABLES; t++)
        IB_TRY(ib_db_prepare(out->db, measured[t], &out->rows[t]));
    IB_TRY(ib_db_bind(out->cases, IB_DB_VALUES(ib_db_integer(part))));
    return ib_db_next(out->cases, &out->more);
}

static void close_copy(struct copy *copy)
{
    for (size_t t = 0; t < TABLES; t++)
        sqlite3_finalize(copy->rows[t]);
    sqlite3_finalize(copy->cases);
    sqlite3_close(copy->db);
}

/* The first row of the current case in a table, or none if it is not this copy's turn. */
static enum ib_status first_row(struct copy *copy, size_t table, bool turn, bool *row)
{
    *row = false;
    if (!turn)
        return IB_OK;
    const uint64_t number = (uint64_t)sqlite3_column_int64(copy->cases, 1);
    IB_TRY(ib_db_bind(copy->rows[table], IB_DB_VALUES(ib_db_integer(number))));
    return ib_db_next(copy->rows[table], row);
}

static bool same_value(sqlite3_stmt *a, sqlite3_stmt *b)
{
    const int type = sqlite3_column_type(a, KEYS);
    if (type != sqlite3_column_type(b, KEYS))
        return false;
    if (type == SQLITE_FLOAT)
        return sqlite3_column_double(a, KEYS) == sqlite3_column_double(b, KEYS);
    if (type == SQLITE_INTEGER)
        return sqlite3_column_int64(a, KEYS) == sqlite3_column_int64(b, KEYS);
    return type == SQLITE_NULL || strcmp((const char *)sqlite3_column_text(a, KEYS),
                                         (const char *)sqlite3_column_text(b, KEYS)) == 0;
}

/* Negative: the row of a comes first; positive: that of b. */
static int compare_rows(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (int key = 0; key < KEYS; key++) {
        const int64_t left = sqlite3_column_int64(a, key), right = sqlite3_column_int64(b, key);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return 0;
}

/* Compares the rows of one table; turn[i]: of copy i there are any. */
static enum ib_status compare_table(struct copy copies[2], size_t table, const bool turn[2])
{
    sqlite3_stmt *a = copies[0].rows[table], *b = copies[1].rows[table];
    bool row[2];
    for (int i = 0; i < 2; i++)
        IB_TRY(first_row(&copies[i], table, turn[i], &row[i]));
    while (row[0] || row[1]) {
        const int order = !row[1] ? -1 : !row[0] ? 1 : compare_rows(a, b);
        const bool differs = order != 0 || !same_value(a, b);
        copies[0].has |= differs && order <= 0;
        copies[1].has |= differs && order >= 0;
        if (order <= 0)
            IB_TRY(ib_db_next(a, &row[0]));
        if (order >= 0)
            IB_TRY(ib_db_next(b, &row[1]));
    }
    return IB_OK;
}

/* Negative: only a has a current case, or its comes first; positive: b. */
static int compare_cases(const struct copy *a, const struct copy *b)
{
    if (!a->more || !b->more)
        return a->more ? -1 : 1;
    return strcmp((const char *)sqlite3_column_text(a->cases, 0),
                  (const char *)sqlite3_column_text(b->cases, 0));
}

static enum ib_status compare_all(struct copy copies[2])
{
    while (copies[0].more || copies[1].more) {
        const int order = compare_cases(&copies[0], &copies[1]);
        const bool turn[] = {order <= 0, order >= 0};
        for (size_t t = 0; t < TABLES; t++)
            IB_TRY(compare_table(copies, t, turn));
        for (int i = 0; i < 2; i++)
            if (turn[i])
                IB_TRY(ib_db_next(copies[i].cases, &copies[i].more));
    }
    return IB_OK;
}

static enum ib_status choose(const struct ib_merge_plan *plan, const struct ib_merge_part copies[2],
                             const struct copy found[2], bool *second)
{
    if (found[0].has && found[1].has)
        return ib_fail(IB_EINVAL, plan->sources[copies[1].source].dir,
                       "cannot be merged with %s: both hold the run %s, but their measurements differ",
                       plan->sources[copies[0].source].dir, copies[0].part->id);
    *second =
        found[0].has || found[1].has ? found[1].has : !copies[0].part->finished && copies[1].part->finished;
    return IB_OK;
}

enum ib_status ib_merge_compare_copies(const struct ib_merge_plan *plan, const struct ib_merge_part copies[2],
                                       bool *second)
{
    struct copy found[2] = {{0}};
    enum ib_status status = IB_OK;
    for (int i = 0; i < 2 && status == IB_OK; i++)
        status = open_copy(plan->sources[copies[i].source].dir, copies[i].number, &found[i]);
    if (status == IB_OK)
        status = compare_all(found);
    if (status == IB_OK)
        status = choose(plan, copies, found, second);
    for (int i = 0; i < 2; i++)
        close_copy(&found[i]);
    return status;
}
