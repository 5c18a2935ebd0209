#include "store/schema.h"

#include "config/axes.h"

static enum ib_status add_axis(sqlite3 *db, enum ib_axis_kind kind)
{
    char *sql = sqlite3_mprintf("ALTER TABLE cases ADD COLUMN %s %s", ib_axis_rules[kind].name,
                                ib_axis_column(kind).sql_type);
    const int rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

enum ib_status ib_schema_apply(sqlite3 *db)
{
    if (sqlite3_exec(db, ib_schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(db);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        IB_TRY(add_axis(db, (enum ib_axis_kind)k));
    return IB_OK;
}
