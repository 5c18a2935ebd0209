/* A run that is merged more than once: from its own folder, and from a run that it was merged into before. */
#include "base/error.h"
#include "store/merge_plan.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/tables.h"

#include <string.h>

/* What was measured in one part, a line for each pass. */
static const char measured[] =
    "WITH measured AS ("
    " SELECT case_number, 'check ' || status || ' ' || quote(train_ns) AS what FROM checks"
    " UNION ALL SELECT case_number, 'round ' || round || ' ' || quote(epoch_ns) FROM rounds"
    " UNION ALL SELECT case_number, 'process ' || run || ' ' || quote(wall_ns) FROM process_runs"
    " UNION ALL SELECT case_number, 'stop ' || round || ' ' || target || ' ' || quote(train_ns) FROM "
    "stop_times)"
    " SELECT c.id || ' ' || what FROM measured JOIN cases c ON c.number = case_number"
    " WHERE coalesce(c.part, 1) = ?1 ORDER BY 1";

struct lines {
    sqlite3 *db;
    sqlite3_stmt *query;
    bool more;
};

static enum ib_status next(struct lines *lines)
{
    return ib_db_next(lines->query, &lines->more);
}

static enum ib_status open_lines(const char *dir, uint64_t part, struct lines *out)
{
    IB_TRY(ib_run_folder_open(dir, &out->db));
    IB_TRY(ib_shadow_missing(out->db));
    IB_TRY(ib_db_prepare(out->db, measured, &out->query));
    IB_TRY(ib_db_bind(out->query, IB_DB_VALUES(ib_db_integer(part))));
    return next(out);
}

static void close_lines(struct lines *lines)
{
    sqlite3_finalize(lines->query);
    sqlite3_close(lines->db);
}

/* Negative: only a has this line, or is the first to; positive: b. */
static int compare(const struct lines *a, const struct lines *b)
{
    if (!a->more || !b->more)
        return a->more ? -1 : 1;
    return strcmp((const char *)sqlite3_column_text(a->query, 0),
                  (const char *)sqlite3_column_text(b->query, 0));
}

/* Sets has[i] if copy i has a line that the other lacks. */
static enum ib_status compare_lines(struct lines lines[2], bool has[2])
{
    has[0] = has[1] = false;
    while (lines[0].more || lines[1].more) {
        const int order = compare(&lines[0], &lines[1]);
        has[0] |= order < 0;
        has[1] |= order > 0;
        if (order <= 0)
            IB_TRY(next(&lines[0]));
        if (order >= 0)
            IB_TRY(next(&lines[1]));
    }
    return IB_OK;
}

static enum ib_status choose(const struct ib_merge_plan *plan, const struct ib_merge_part copies[2],
                             const bool has[2], bool *second)
{
    if (has[0] && has[1])
        return ib_fail(IB_EINVAL, plan->sources[copies[1].source].dir,
                       "cannot be merged with %s: both hold the run %s, but their measurements differ",
                       plan->sources[copies[0].source].dir, copies[0].part->id);
    *second = has[0] || has[1] ? has[1] : !copies[0].part->finished && copies[1].part->finished;
    return IB_OK;
}

enum ib_status ib_merge_compare_copies(const struct ib_merge_plan *plan, const struct ib_merge_part copies[2],
                                       bool *second)
{
    struct lines lines[2] = {{0}};
    bool has[2];
    enum ib_status status = IB_OK;
    for (int i = 0; i < 2 && status == IB_OK; i++)
        status = open_lines(plan->sources[copies[i].source].dir, copies[i].number, &lines[i]);
    if (status == IB_OK)
        status = compare_lines(lines, has);
    if (status == IB_OK)
        status = choose(plan, copies, has, second);
    for (int i = 0; i < 2; i++)
        close_lines(&lines[i]);
    return status;
}
