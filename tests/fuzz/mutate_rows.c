#include "mutate_rows.h"

#include "base/file.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_NAME "fuzz.rows"

enum { MOST_STEPS = 4, LARGEST_DATABASE = 1 << 22 };

/* What no writer stores, as SQL. */
static const char *const values[] = {"NULL",
                                     "-1",
                                     "0",
                                     "1",
                                     "3",
                                     "4294967296",
                                     "9223372036854775807",
                                     "-9223372036854775808",
                                     "0.5",
                                     "-1e308",
                                     "9e999",
                                     "-9e999",
                                     "''",
                                     "'x'",
                                     "char(27, 10, 1, 65533)",
                                     "CAST(x'c3ffed' AS TEXT)",
                                     "CAST(zeroblob(70000) AS TEXT)",
                                     "printf('%.70000c', '[')",
                                     "x'00'",
                                     "zeroblob(5)"};
enum { VALUES = sizeof values / sizeof *values };

/* pick(): whether a statement applies to a row. */
static void pick(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    (void)n;
    (void)arguments;
    sqlite3_result_int(context, (int)ib_rng_below(sqlite3_user_data(context), 2));
}

/* Any of the texts that a query finds; NULL if there are none. */
static const char *any(struct ib_arena *arena, struct ib_rng *rng, sqlite3 *db, const char *query)
{
    sqlite3_stmt *statement;
    const char *found = NULL;
    uint64_t n = 0;
    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    while (sqlite3_step(statement) == SQLITE_ROW)
        if (ib_rng_below(rng, ++n) == 0)
            found = ib_arena_copy(arena, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return found;
}

static const char *any_column(struct ib_arena *arena, struct ib_rng *rng, sqlite3 *db, const char *table)
{
    return any(arena, rng, db, ib_arena_print(arena, "SELECT name FROM pragma_table_info('%s')", table));
}

/* Later steps find columns without a type and without NOT NULL, which take any value. */
#define WITHOUT_TYPES                                                                                        \
    "PRAGMA writable_schema=ON;"                                                                             \
    "UPDATE sqlite_schema SET sql = replace(replace(replace(sql, ') STRICT, ', ') '), ') STRICT', ')'),"     \
    " ' NOT NULL', '');"                                                                                     \
    "PRAGMA writable_schema=RESET"

static const char *any_statement(struct ib_arena *arena, struct ib_rng *rng, sqlite3 *db)
{
    const char *table = any(arena, rng, db, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    const char *column = table ? any_column(arena, rng, db, table) : NULL;
    if (!column)
        return "";
    switch (ib_rng_below(rng, 12)) {
    case 0:
        return ib_arena_print(arena, "DROP TABLE \"%s\"", table);
    case 1:
        return ib_arena_print(arena, "ALTER TABLE \"%s\" DROP COLUMN \"%s\"", table, column);
    case 2:
        return ib_arena_print(arena, "DELETE FROM \"%s\" WHERE pick()", table);
    case 3:
        return WITHOUT_TYPES;
    case 4: /* another row's value */
        return ib_arena_print(arena,
                              "UPDATE OR IGNORE \"%s\" SET \"%s\" = (SELECT \"%s\" FROM \"%s\" WHERE pick()) "
                              "WHERE pick()",
                              table, column, any_column(arena, rng, db, table), table);
    default:
        return ib_arena_print(arena, "UPDATE OR IGNORE \"%s\" SET \"%s\" = %s WHERE pick()", table, column,
                              values[ib_rng_below(rng, VALUES)]);
    }
}

static void write_entry(struct bytes in)
{
    FILE *file = fopen(FILE_NAME, "we");
    if (!file || fwrite(in.at, 1, in.n, file) != in.n || fclose(file) != 0)
        exit(2);
}

/* Statements may fail: what they leave is a database, too. */
static void change(struct ib_arena *arena, struct ib_rng *rng)
{
    sqlite3 *db;
    if (sqlite3_open(FILE_NAME, &db) == SQLITE_OK) {
        sqlite3_create_function(db, "pick", 0, SQLITE_UTF8, rng, pick, NULL, NULL);
        sqlite3_exec(db,
                     "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA ignore_check_constraints=ON",
                     NULL, NULL, NULL);
        for (uint64_t steps = 1 + ib_rng_below(rng, MOST_STEPS); steps > 0; steps--)
            sqlite3_exec(db, any_statement(arena, rng, db), NULL, NULL, NULL);
    }
    sqlite3_close(db);
}

struct bytes mutate_rows(struct ib_arena *arena, struct ib_rng *rng, const struct corpus *corpus,
                         size_t entry)
{
    struct bytes out = corpus->entries[entry];
    write_entry(out);
    change(arena, rng);
    if (ib_file_read(arena, FILE_NAME, LARGEST_DATABASE, &out.at, &out.n) != IB_OK)
        out = corpus->entries[entry];
    unlink(FILE_NAME);
    return out;
}
