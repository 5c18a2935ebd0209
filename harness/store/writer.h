/* What writes a run: its record in memory, and prepared statements. Private to the files of the store. */
#ifndef IB_STORE_WRITER_H
#define IB_STORE_WRITER_H

#include "config/axes.h"
#include "store/columns.h"
#include "store/store.h"

enum ib_statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SET_STATUS,
    PUT_METRIC,
    PUT_LOSS,
    PUT_PREDICTION,
    PUT_FINAL,
    PUT_TIMES,
    PUT_PROCESS,
    DROP_TRANSFERS,
    DROP_CALLS,
    STATEMENT_COUNT
};

/* The tables that are written by their columns. */
enum ib_written_table {
    CHECKS,
    ROUNDS,
    PROCESS_RUNS,
    STOPS,
    STOP_TIMES,
    TRANSFERS,
    CALLS,
    TRACERS,
    KERNELS,
    PROFILES,
    OPERATIONS,
    COPY_TIMES,
    TABLE_COUNT
};
extern const struct ib_columns *const ib_written_tables[TABLE_COUNT];

struct ib_store {
    sqlite3 *db;
    sqlite3_stmt *prepared[STATEMENT_COUNT], *insert[TABLE_COUNT];
    struct ib_run_record record;
    const struct ib_case_record **by_id; /* record.cases, sorted; made anew when cases were added */
};

#define RUN(store, which, ...) ib_db_run((store)->prepared[which], IB_DB_VALUES(__VA_ARGS__))

/* A transaction; end commits when `status` is IB_OK, else undoes everything since begin. */
enum ib_status ib_store_begin(struct ib_store *);
enum ib_status ib_store_end(struct ib_store *, enum ib_status status);

/* A case that was added. IB_EINTERNAL: there is none of that id. */
enum ib_status ib_store_find(struct ib_store *, const struct ib_case *, struct ib_case_record **out);

/* The worst of all passes is the case's status; of equals the first, which says how it began. */
enum ib_status ib_store_worsen(struct ib_store *, struct ib_case_record *, enum ib_case_status,
                               const char *reason);

#endif
