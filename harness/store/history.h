/* A history: the results of many runs in one SQLite file (results/history.sql), case by case and machine by
 * machine, in the order of their commits. */
#ifndef IB_STORE_HISTORY_H
#define IB_STORE_HISTORY_H

#include "store/run_record.h"

#include <sqlite3.h>

#define IB_HISTORY_FILE "results/history.sqlite" /* where it is unless another file is named */

/* ---- the file ---- */

/* Opens a history; to write, makes the file and its folders where they are missing. A file that is not
 * a history is left as it is: IB_EIO with SQLite's message if it is damaged or not a database, IB_EINVAL if
 * it is another one, or of another version; if there is none to read, IB_EINVAL, too. */
enum ib_status ib_history_open(const char *path, bool to_write, sqlite3 **out);
/* Adds a run, which was loaded whole; all of it or nothing. *added: it was not there yet. IB_EINVAL: the run
 * is not finished. */
enum ib_status ib_history_add(sqlite3 *, const struct ib_run_record *, bool *added);

/* ---- its contents ---- */

struct ib_history_machine {
    uint64_t number;
    const char *fingerprint, *description; /* its CPU; NULL: unknown */
};

struct ib_history_run {
    uint64_t number;
    const char *id, *name, *started, *config_sha256, *version; /* as in struct ib_run_record */
    struct ib_source_record *sources;
    size_t n_sources, sources_capacity;
};

/* What a run found of a case. */
struct ib_history_result {
    enum ib_case_status status;
    enum ib_verdict verdict;
    const char *reason;               /* of a status or verdict other than ok */
    double epoch_ns, low_ns, high_ns; /* the median and its interval; NaN: unknown, or not verified */
    uint64_t rounds;                  /* that the median is over */
    double metric; /* ib_metric_of_task of the case's task; NaN: unknown, or not verified */
    int64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes; /* IB_NO_COUNT: unknown */
};

struct ib_history_point {
    const struct ib_history_run *run;
    const struct ib_source_record *source; /* that the case's code comes from; NULL: not recorded */
    struct ib_history_result result;
};

/* One case on one machine. */
struct ib_history_series {
    const struct ib_case_record *c;
    const struct ib_history_machine *machine;
    struct ib_history_point *points; /* from the oldest commit to the newest; without one, by their start */
    size_t n, capacity;
};

struct ib_history {
    struct ib_run_record cases;  /* descriptions and names, without measurements; owns all memory */
    struct ib_history_run *runs; /* by number */
    size_t n_runs;
    struct ib_history_machine *machines; /* by number */
    size_t n_machines;
    struct ib_history_series *series; /* by case, in their order, and by machine */
    size_t n, capacity;
};

/* Reads the runs, machines and cases. *out must be freed even after a failure. */
enum ib_status ib_history_read(sqlite3 *, struct ib_history *out);
/* Then, reads the series of those cases that are still in out->cases. */
enum ib_status ib_history_read_series(sqlite3 *, struct ib_history *out);
void ib_history_free(struct ib_history *);

/* When the code of a point was committed; without a commit, when its run began. UTC, ISO 8601. */
const char *ib_history_when(const struct ib_history_point *);

#endif
