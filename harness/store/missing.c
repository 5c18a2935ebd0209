#include "store/missing.h"

#include "store/schema.h"
#include "store/tables.h"

#include <string.h>

/* The columns that exist, as "table.column". */
struct columns {
    struct ib_arena arena;
    const char **list;
    size_t n, capacity;
};

static enum ib_status read_columns(sqlite3 *db, struct columns *out)
{
    static const char sql[] = "SELECT t.name || '.' || c.name FROM main.sqlite_master t"
                              " JOIN pragma_table_info(t.name) c WHERE t.type = 'table'";
    sqlite3_stmt *query;
    bool row = true;
    *out = (struct columns){.list = NULL};
    IB_TRY(ib_db_prepare(db, sql, &query));
    enum ib_status status = IB_OK;
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        out->list = ib_arena_grow(&out->arena, out->list, sizeof *out->list, out->n, &out->capacity);
        out->list[out->n++] = ib_column_text(query, 0, &out->arena);
    }
    sqlite3_finalize(query);
    return status;
}

static bool exists(struct columns *columns, const char *table, const char *column)
{
    const char *name = ib_arena_print(&columns->arena, "%s.%s", table, column);
    for (size_t i = 0; i < columns->n; i++)
        if (strcmp(columns->list[i], name) == 0)
            return true;
    return false;
}

static const char *sql_type(const struct ib_column *column)
{
    switch (column->type) {
    case IB_COLUMN_REAL:
        return "REAL";
    case IB_COLUMN_INTEGER:
    case IB_COLUMN_MEASURED:
    case IB_COLUMN_COUNT:
    case IB_COLUMN_BOOL:
    case IB_COLUMN_TRUTH:
        return "INTEGER";
    case IB_COLUMN_TEXT:
    case IB_COLUMN_WORD:
    case IB_COLUMN_NUMBERS:
    case IB_COLUMN_SETTINGS:
        break;
    }
    return "TEXT";
}

static enum ib_status execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

static enum ib_status add_to(sqlite3 *db, struct columns *columns, const struct ib_db_table *table)
{
    for (const struct ib_column *c = table->columns; c->name; c++)
        if (!exists(columns, table->name, c->name))
            IB_TRY(execute(db, ib_arena_print(&columns->arena, "ALTER TABLE main.%s ADD COLUMN %s %s",
                                              table->name, c->name, sql_type(c))));
    return IB_OK;
}

static enum ib_status shadow(sqlite3 *db, struct columns *columns, const struct ib_db_table *table)
{
    const char *missing = "";
    for (const struct ib_column *c = table->columns; c->name; c++)
        if (!exists(columns, table->name, c->name))
            missing = ib_arena_print(&columns->arena, "%s, NULL AS %s", missing, c->name);
    return missing[0]
               ? execute(db, ib_arena_print(&columns->arena, "CREATE TEMP VIEW %s AS SELECT *%s FROM main.%s",
                                            table->name, missing, table->name))
               : IB_OK;
}

/* How tables and columns are added. */
struct mender {
    const char *create; /* "CREATE TABLE main." */
    enum ib_status (*mend)(sqlite3 *, struct columns *, const struct ib_db_table *);
};
static const struct mender adder = {"CREATE TABLE main.", add_to}, shadower = {"CREATE TEMP TABLE ", shadow};

static bool has_table(struct columns *columns, const char *table)
{
    const char *begin = ib_arena_print(&columns->arena, "%s.", table);
    for (size_t i = 0; i < columns->n; i++)
        if (strncmp(columns->list[i], begin, strlen(begin)) == 0)
            return true;
    return false;
}

/* Every table of the schema ends with a line that begins with a parenthesis. */
static enum ib_status create_tables(sqlite3 *db, struct columns *columns, const char *create)
{
    static const char head[] = "\nCREATE TABLE ";
    struct ib_arena *arena = &columns->arena;
    for (const char *at = strstr(ib_schema_sql, head); at; at = strstr(at, head)) {
        at += strlen(head);
        const char *name = ib_arena_print(arena, "%.*s", (int)strcspn(at, " "), at), *end = strstr(at, "\n)");
        if (!has_table(columns, name))
            IB_TRY(execute(
                db, ib_arena_print(arena, "%s%.*s", create, (int)(end - at) + (int)strcspn(end, ";"), at)));
    }
    return IB_OK;
}

static enum ib_status mend(sqlite3 *db, const struct mender *mender)
{
    struct columns columns;
    enum ib_status status = read_columns(db, &columns);
    for (int i = 0; i < IB_TABLE_COUNT && status == IB_OK; i++)
        status = mender->mend(db, &columns, &ib_db_tables[i]);
    const struct ib_db_table cases = ib_db_case_table(&columns.arena);
    if (status == IB_OK)
        status = mender->mend(db, &columns, &cases);
    if (status == IB_OK)
        status = create_tables(db, &columns, mender->create);
    ib_arena_free(&columns.arena);
    return status;
}

static enum ib_status mend_one(sqlite3 *db, const struct ib_db_table *table, const struct mender *mender)
{
    struct columns columns;
    enum ib_status status = read_columns(db, &columns);
    if (status == IB_OK)
        status = mender->mend(db, &columns, table);
    ib_arena_free(&columns.arena);
    return status;
}

enum ib_status ib_add_missing(sqlite3 *db)
{
    return mend(db, &adder);
}

enum ib_status ib_shadow_missing(sqlite3 *db)
{
    return mend(db, &shadower);
}

enum ib_status ib_add_missing_of(sqlite3 *db, const struct ib_db_table *table)
{
    return mend_one(db, table, &adder);
}

enum ib_status ib_shadow_missing_of(sqlite3 *db, const struct ib_db_table *table)
{
    return mend_one(db, table, &shadower);
}
