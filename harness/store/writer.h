/* What writes a run: its prepared statements, and values for them. Private to the files of the store. */
#ifndef IB_STORE_WRITER_H
#define IB_STORE_WRITER_H

#include "core/outcome.h"
#include "store/database.h"

struct ib_case;

enum ib_statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    ADD_RUN,
    FINISH_RUN,
    ADD_CASE,
    FIND_CASE,
    WORSEN_STATUS,
    PUT_CHECK,
    PUT_METRIC,
    PUT_LOSS,
    PUT_PREDICTION,
    PUT_FINAL,
    PUT_TRACER,
    PUT_TRACER_KERNEL,
    PUT_PROFILE,
    PUT_PROFILE_OPERATION,
    PUT_PROFILE_COPY,
    PUT_ROUND,
    UPDATE_TIMES,
    PUT_WHOLE,
    PUT_WHOLE_RUN,
    PUT_STOP,
    PUT_STOP_TIME,
    DROP_TRANSFERS,
    DROP_CALLS,
    PUT_TRANSFER,
    PUT_CALLS,
    STATEMENT_COUNT
};

struct ib_store {
    sqlite3 *db;
    sqlite3_stmt *prepared[STATEMENT_COUNT];
};

#define RUN(store, which, ...) ib_db_run((store)->prepared[which], IB_DB_VALUES(__VA_ARGS__))

static inline struct ib_db_value text(const char *value)
{
    return ib_db_text(value);
}

static inline struct ib_db_value integer(uint64_t value)
{
    return ib_db_integer(value);
}

static inline struct ib_db_value real(double value)
{
    return ib_db_real(value);
}

/* The word of an enumeration; 0 means that there is none. */
static inline struct ib_db_value word(const struct ib_word *table, int value)
{
    return ib_db_text(value ? ib_word_of(table, value) : NULL);
}

/* For quantities that are only 0 when nobody measured them. */
static inline struct ib_db_value measured(uint64_t value)
{
    return value ? ib_db_integer(value) : ib_db_null();
}

static inline struct ib_db_value present(bool known, struct ib_db_value value)
{
    return known ? value : ib_db_null();
}

/* NULL in place of "". */
static inline struct ib_db_value phrase(const char *value)
{
    return ib_db_text(value && value[0] ? value : NULL);
}

/* A transaction; end commits when `status` is IB_OK, else undoes everything since begin. */
enum ib_status ib_store_begin(struct ib_store *);
enum ib_status ib_store_end(struct ib_store *, enum ib_status status);

/* The number of a case that was added. */
enum ib_status ib_store_find(struct ib_store *, const struct ib_case *, uint64_t *number);

/* The worst of all passes is the case's status; of equals the first, which says how it began. */
enum ib_status ib_store_worsen(struct ib_store *, uint64_t number, enum ib_case_status, const char *reason);

#endif
