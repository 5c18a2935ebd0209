/* The writer of a run: its record in memory, and prepared statements. Private to the files of the store. */
#ifndef IB_STORE_WRITER_H
#define IB_STORE_WRITER_H

#include "store/measurements.h"
#include "store/run_record.h"
#include "store/tables.h"

enum ib_statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SET_STATUS,
    PUT_METRIC,
    PUT_PREDICTION,
    PUT_EVENT,
    PUT_FINAL,
    PUT_TIMES,
    PUT_PROCESS,
    DROP_COPIES,
    DROP_CALLS,
    STATEMENT_COUNT
};

struct ib_store {
    sqlite3 *db;
    sqlite3_stmt *prepared[STATEMENT_COUNT], *insert[IB_TABLE_COUNT];
    struct ib_run_record record;
    struct ib_text_pool pool; /* of the record, while it is loaded */
    /* Of a run that is continued, what was measured earlier is read case by case as it is needed: */
    struct ib_measurements *earlier; /* NULL: all is known */
    bool *known;                     /* of each case */
    uint64_t waiting_since_ns;       /* for a lock of another process */
};

#define RUN(store, which, ...) ib_db_run((store)->prepared[which], IB_DB_VALUES(__VA_ARGS__))

/* A transaction. ib_store_end commits it when `status` is IB_OK, else undoes it. */
enum ib_status ib_store_begin(struct ib_store *);
enum ib_status ib_store_end(struct ib_store *, enum ib_status status);

/* The record of a case. IB_EINTERNAL: it was not added. */
enum ib_status ib_store_find(struct ib_store *, const struct ib_case *, struct ib_case_record **out);
/* Finds the record, with what was measured of it earlier, and begins a transaction. */
enum ib_status ib_store_begin_case(struct ib_store *, const struct ib_case *, struct ib_case_record **out);

/* Frees what reads them. */
void ib_store_forget_earlier(struct ib_store *);

/* Copies text to the memory of the record; NULL for NULL and "". */
const char *ib_store_keep(struct ib_store *, const char *text);
/* Adds a copy of a row to the case, and writes it. */
enum ib_status ib_store_add(struct ib_store *, enum ib_db_table_kind, struct ib_case_record *,
                            const void *row);
/* Writes a row; the record is unchanged. */
enum ib_status ib_store_put_row(struct ib_store *, enum ib_db_table_kind, uint64_t case_number,
                                const void *row);
/* Writes a transfer log in place of the one that the pass ("checked", "timed") of the case had. The record
 * keeps that of timed passes. */
enum ib_status ib_store_put_log(struct ib_store *, struct ib_case_record *, const char *pass,
                                const struct ib_transfer_log *);

/* Sets the status of the case if this one is worse than all before; among equals the first one stays. */
enum ib_status ib_store_worsen(struct ib_store *, struct ib_case_record *, enum ib_case_status,
                               const char *reason);

#endif
