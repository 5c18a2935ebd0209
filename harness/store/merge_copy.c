/* Copies the rows of the runs, table by table: whole statements of SQL, since a run may have millions of
 * them. Each run is opened on its own, as for reading, and the merged one attached to it. */
#include "base/error.h"
#include "base/hash.h"
#include "store/merge_plan.h"
#include "store/missing.h"
#include "store/run_folder.h"
#include "store/schema.h"
#include "store/tables.h"

#include <string.h>

/* If the copying is interrupted, the file is worth nothing, so no journal is needed. */
#define PRAGMAS(database)                                                                                    \
    "PRAGMA " database ".journal_mode = OFF; PRAGMA " database ".synchronous = OFF; PRAGMA " database        \
    ".locking_mode = EXCLUSIVE;"

static enum ib_status execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? IB_OK : ib_db_fail(db);
}

/* ---- one source ---- */

/* The connection to a source, to which the merged run is attached. */
struct copy {
    const struct ib_merge_plan *plan;
    size_t source;
    sqlite3 *db;
    struct ib_arena arena;
};

static enum ib_status copy_parts(const struct copy *copy)
{
    static const char sql[] = "INSERT INTO merged.parts (number, " IB_PARTS_COLUMNS
                              ") SELECT ?1, " IB_PARTS_COLUMNS " FROM (" IB_PARTS_SQL ") WHERE number = ?2";
    for (size_t p = 0; p < copy->plan->n_parts; p++)
        if (copy->plan->parts[p].source == copy->source)
            IB_TRY(ib_db_run_once(
                copy->db, sql,
                IB_DB_VALUES(ib_db_integer(p + 1), ib_db_integer(copy->plan->parts[p].number))));
    return IB_OK;
}

/* The cases of this source, with their numbers in the merged run. */
static enum ib_status list_chosen(const struct copy *copy)
{
    sqlite3_stmt *insert = NULL;
    IB_TRY(execute(copy->db, "CREATE TEMP TABLE chosen (old_number INTEGER PRIMARY KEY, new_number INTEGER,"
                             " new_part INTEGER, new_position INTEGER)"));
    enum ib_status status = ib_db_prepare(copy->db, "INSERT INTO temp.chosen VALUES (?, ?, ?, ?)", &insert);
    for (size_t i = 0; i < copy->plan->n_cases && status == IB_OK; i++) {
        const struct ib_merge_case *c = &copy->plan->cases[i];
        if (c->source == copy->source)
            status =
                ib_db_run(insert, IB_DB_VALUES(ib_db_integer(c->record->number), ib_db_integer(i + 1),
                                               ib_db_integer(c->part), ib_db_integer(c->record->position)));
    }
    sqlite3_finalize(insert);
    return status;
}

/* "a, b": the columns that a table has in both, without some. */
static enum ib_status list_columns(struct copy *copy, const char *table, const char *without,
                                   const char **out)
{
    static const char sql[] =
        "SELECT group_concat(name, ', ') FROM pragma_table_info(?1, 'merged')"
        " WHERE instr(?2, '|' || name || '|') = 0 AND name IN (SELECT name FROM pragma_table_info(?1))";
    sqlite3_stmt *query = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(copy->db, sql, &query);
    if (status == IB_OK)
        status = ib_db_bind(query, IB_DB_VALUES(ib_db_text(table), ib_db_text(without)));
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    *out = row ? ib_column_text(query, 0, &copy->arena) : NULL;
    sqlite3_finalize(query);
    return status;
}

static enum ib_status copy_cases(struct copy *copy)
{
    const char *columns;
    IB_TRY(list_columns(copy, "cases", "|number|part|position|", &columns));
    return execute(copy->db, ib_arena_print(&copy->arena,
                                            "INSERT INTO merged.cases (number, part, position, %s)"
                                            " SELECT new_number, new_part, new_position, %s FROM temp.chosen"
                                            " CROSS JOIN cases ON number = old_number",
                                            columns, columns));
}

static enum ib_status copy_table(struct copy *copy, const char *table)
{
    const char *columns;
    IB_TRY(list_columns(copy, table, "|case_number|", &columns));
    return execute(copy->db, ib_arena_print(&copy->arena,
                                            "INSERT INTO merged.%s (case_number, %s) SELECT new_number, %s"
                                            " FROM temp.chosen CROSS JOIN %s ON case_number = old_number",
                                            table, columns, columns, table));
}

/* Those that the runs before it did not have, after theirs. */
static enum ib_status copy_repositories(struct copy *copy)
{
    const char *columns;
    IB_TRY(list_columns(copy, "sources", "|number|", &columns));
    return execute(
        copy->db,
        ib_arena_print(
            &copy->arena,
            "INSERT INTO merged.sources (number, %s)"
            " SELECT (SELECT count(*) FROM merged.sources) + row_number() OVER (ORDER BY number), %s"
            " FROM sources AS s WHERE NOT EXISTS (SELECT 1 FROM merged.sources AS m WHERE m.kind IS"
            " s.kind AND m.impl IS s.impl AND m.path IS s.path AND m.commit_hash IS s.commit_hash"
            " AND m.dirty IS s.dirty)",
            columns, columns));
}

/* All tables whose rows belong to a case. */
static enum ib_status copy_tables(struct copy *copy)
{
    static const char sql[] = "SELECT t.name FROM merged.sqlite_master t"
                              " JOIN pragma_table_info(t.name, 'merged') c"
                              " WHERE t.type = 'table' AND c.name = 'case_number'";
    sqlite3_stmt *query = NULL;
    bool row = true;
    enum ib_status status = ib_db_prepare(copy->db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row)
        status = copy_table(copy, ib_column_text(query, 0, &copy->arena));
    sqlite3_finalize(query);
    return status;
}

/* In one transaction: the source may be a run in progress. */
static enum ib_status copy_rows(struct copy *copy)
{
    IB_TRY(list_chosen(copy));
    IB_TRY(execute(copy->db, "BEGIN"));
    IB_TRY(copy_parts(copy));
    IB_TRY(copy_cases(copy));
    IB_TRY(copy_repositories(copy));
    IB_TRY(copy_tables(copy));
    return execute(copy->db, "COMMIT");
}

static enum ib_status attach(const struct copy *copy, const char *path)
{
    IB_TRY(ib_shadow_missing(copy->db));
    IB_TRY(ib_db_run_once(copy->db, "ATTACH ?1 AS merged", IB_DB_VALUES(ib_db_text(path))));
    return execute(copy->db, PRAGMAS("merged"));
}

static enum ib_status copy_source(const struct ib_merge_plan *plan, size_t source, const char *path)
{
    struct copy copy = {.plan = plan, .source = source};
    IB_TRY(ib_run_folder_open(plan->sources[source].dir, &copy.db));
    enum ib_status status = attach(&copy, ib_db_path(&copy.arena, path));
    if (status == IB_OK)
        status = copy_rows(&copy);
    sqlite3_close(copy.db);
    ib_arena_free(&copy.arena);
    return status;
}

/* ---- the run ---- */

/* The same for the same parts: the start of the first, and a hash of their ids. */
static const char *merged_id(const struct ib_merge_plan *plan, struct ib_arena *arena)
{
    enum { DIGITS = 8 };
    struct ib_hash hash;
    char hex[IB_HASH_HEX];
    const char *first = plan->parts[0].part->id;
    ib_hash_begin(&hash);
    for (size_t i = 0; i < plan->n_parts; i++)
        ib_hash_bytes(&hash, plan->parts[i].part->id, strlen(plan->parts[i].part->id) + 1);
    ib_hash_end(&hash, hex);
    return ib_arena_print(arena, "%.*s-%.*s", (int)strcspn(first, "-"), first, DIGITS, hex);
}

/* The implementation that speed-ups are over: of the first run that names one. */
static const char *reference_of(const struct ib_merge_plan *plan)
{
    for (size_t s = 0; s < plan->n_sources; s++)
        if (plan->sources[s].run.reference)
            return plan->sources[s].run.reference;
    return NULL;
}

/* What the parts have in common, and NULL for what they have not. */
static enum ib_status add_run(const struct ib_merge_plan *plan, sqlite3 *db, struct ib_arena *arena)
{
    static const char sql[] =
        "INSERT INTO run (id, name, started, finished, config_text, config_sha256, version, machine, "
        "reference,"
        " selection) SELECT ?1, ?2, min(started), CASE WHEN count(finished) = count(*) THEN max(finished) "
        "END,"
        " ?3, ?4, min(version), (SELECT machine FROM parts WHERE number = 1), ?5,"
        " CASE WHEN count(selection) = count(*) AND count(DISTINCT selection) = 1 THEN min(selection) END"
        " FROM parts";
    const struct ib_run_record *first = &plan->sources[0].run;
    return ib_db_run_once(db, sql,
                          IB_DB_VALUES(ib_db_text(merged_id(plan, arena)), ib_db_text(first->name),
                                       ib_db_text(first->config_text), ib_db_text(first->config_sha256),
                                       ib_db_text(reference_of(plan))));
}

static enum ib_status complete(const struct ib_merge_plan *plan, sqlite3 *db)
{
    struct ib_arena arena = {0};
    enum ib_status status = add_run(plan, db, &arena);
    if (status == IB_OK && plan->n_machines > 1)
        status = execute(db, ib_arena_print(&arena, "PRAGMA user_version = %d", IB_DATABASE_MACHINES));
    ib_arena_free(&arena);
    return status;
}

/* Opens the file for `fill`, which is one transaction. */
static enum ib_status with_file(const struct ib_merge_plan *plan, const char *path, int flags,
                                enum ib_status (*fill)(const struct ib_merge_plan *, sqlite3 *))
{
    sqlite3 *db;
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READWRITE | flags, &db));
    enum ib_status status = execute(db, PRAGMAS("main") "BEGIN");
    if (status == IB_OK)
        status = fill(plan, db);
    if (status == IB_OK)
        status = execute(db, "COMMIT");
    sqlite3_close(db);
    return status;
}

static enum ib_status make_tables(const struct ib_merge_plan *plan, sqlite3 *db)
{
    (void)plan;
    return ib_schema_apply(db);
}

static bool is_first_of_source(const struct ib_merge_plan *plan, size_t part)
{
    for (size_t p = 0; p < part; p++)
        if (plan->parts[p].source == plan->parts[part].source)
            return false;
    return true;
}

/* The runs come in the order of their first parts, whatever the order in which they were given. */
enum ib_status ib_merge_copy(const struct ib_merge_plan *plan, const char *path)
{
    IB_TRY(with_file(plan, path, SQLITE_OPEN_CREATE, make_tables));
    for (size_t p = 0; p < plan->n_parts; p++)
        if (is_first_of_source(plan, p))
            IB_TRY(copy_source(plan, plan->parts[p].source, path));
    return with_file(plan, path, 0, complete);
}
