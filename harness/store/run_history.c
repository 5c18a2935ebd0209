#include "store/run_history.h"

#include "store/run_folder.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STARTED_BYTES = 32 };

/* A case by its id, and its time in the newest run so far. */
struct known {
    const char *id;
    double *epoch_ns;
    char started[STARTED_BYTES]; /* start of that run; "": none */
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->id, ((const struct known *)b)->id);
}

/* UTC times in ISO 8601 sort as text. */
static void update(struct known *cases, size_t n, const char *id, const char *started, double epoch_ns)
{
    struct known key = {.id = id};
    struct known *found = bsearch(&key, cases, n, sizeof *cases, by_id);
    if (!found || strcmp(started, found->started) <= 0)
        return;
    snprintf(found->started, sizeof found->started, "%s", started);
    *found->epoch_ns = epoch_ns;
}

static void read_run(const char *dir, struct known *cases, size_t n)
{
    static const char sql[] = "SELECT id, median_ns, (SELECT started FROM run) FROM cases"
                              " JOIN epoch_times ON case_number = number WHERE status = 'ok'";
    sqlite3 *db;
    sqlite3_stmt *statement = NULL;
    bool row = true;
    if (ib_run_folder_open(dir, &db) != IB_OK)
        return;
    enum ib_status status = ib_db_prepare(db, sql, &statement);
    while (status == IB_OK && ib_db_next(statement, &row) == IB_OK && row)
        update(cases, n, (const char *)sqlite3_column_text(statement, 0),
               (const char *)sqlite3_column_text(statement, 2), sqlite3_column_double(statement, 1));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static void read_runs(DIR *folder, const char *path, struct known *cases, size_t n)
{
    char dir[PATH_MAX];
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (entry->d_name[0] != '.' && snprintf(dir, sizeof dir, "%s/%s", path, entry->d_name) < PATH_MAX)
            read_run(dir, cases, n);
}

void ib_run_history_epochs(const char *folder, const struct ib_case *cases, size_t n, double *epoch_ns)
{
    for (size_t i = 0; i < n; i++)
        epoch_ns[i] = NAN;
    DIR *runs = opendir(folder);
    struct known *known = runs ? calloc(n, sizeof *known) : NULL;
    if (known) {
        for (size_t i = 0; i < n; i++)
            known[i] = (struct known){.id = cases[i].id, .epoch_ns = &epoch_ns[i]};
        qsort(known, n, sizeof *known, by_id);
        read_runs(runs, folder, known, n);
    }
    free(known);
    if (runs)
        closedir(runs);
}
