#include "store/run_history.h"

#include "store/missing.h"
#include "store/run_folder.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 64 };

/* A case by its id, and its time in the newest run so far. */
struct known {
    const char *id;
    double *epoch_ns;
    char run[ID_BYTES]; /* the id of that run; "": none */
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->id, ((const struct known *)b)->id);
}

/* The id of a run begins with its start, in UTC, which sorts as text. */
static void update(struct known *cases, size_t n, const char *id, const char *run, double epoch_ns)
{
    struct known key = {.id = id};
    struct known *found = bsearch(&key, cases, n, sizeof *cases, by_id);
    if (!found || strcmp(run, found->run) <= 0)
        return;
    snprintf(found->run, sizeof found->run, "%s", run);
    *found->epoch_ns = epoch_ns;
}

static void read_cases(sqlite3 *db, enum ib_runs which, struct known *cases, size_t n)
{
    static const char sql[] = "SELECT id, median_ns, (SELECT id FROM run) FROM cases"
                              " JOIN epoch_times ON case_number = number WHERE status = 'ok'"
                              " AND (?1 OR (SELECT finished FROM run) IS NOT NULL AND NOT EXISTS"
                              " (SELECT * FROM parts WHERE id IS NULL AND shards > 0))";
    sqlite3_stmt *statement = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(db, sql, &statement);
    if (status == IB_OK)
        status = ib_db_bind(statement, IB_DB_VALUES(ib_db_integer(which == IB_ALL_RUNS)));
    while (status == IB_OK && ib_db_next(statement, &row) == IB_OK && row)
        update(cases, n, (const char *)sqlite3_column_text(statement, 0),
               (const char *)sqlite3_column_text(statement, 2), sqlite3_column_double(statement, 1));
    sqlite3_finalize(statement);
}

static void read_run(const char *dir, enum ib_runs which, struct known *cases, size_t n)
{
    sqlite3 *db;
    if (ib_run_folder_open(dir, &db) != IB_OK)
        return;
    if (ib_shadow_missing(db) == IB_OK)
        read_cases(db, which, cases, n);
    sqlite3_close(db);
}

static void read_runs(DIR *folder, const char *path, enum ib_runs which, struct known *cases, size_t n)
{
    char dir[PATH_MAX];
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (entry->d_name[0] != '.' && snprintf(dir, sizeof dir, "%s/%s", path, entry->d_name) < PATH_MAX)
            read_run(dir, which, cases, n);
}

void ib_run_history_epochs(const char *folder, enum ib_runs which, const struct ib_case *cases, size_t n,
                           double *epoch_ns)
{
    for (size_t i = 0; i < n; i++)
        epoch_ns[i] = NAN;
    DIR *runs = folder ? opendir(folder) : NULL;
    struct known *known = runs ? calloc(n, sizeof *known) : NULL;
    if (known) {
        for (size_t i = 0; i < n; i++)
            known[i] = (struct known){.id = cases[i].id, .epoch_ns = &epoch_ns[i]};
        qsort(known, n, sizeof *known, by_id);
        read_runs(runs, folder, which, known, n);
    }
    free(known);
    if (runs)
        closedir(runs);
}
