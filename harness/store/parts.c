#include "store/parts.h"

#include "store/writer.h"

#include <inttypes.h>
#include <string.h>

/* ---- writing ---- */

static enum ib_status load_again(struct ib_store *store)
{
    store->record.machines = NULL;
    store->record.n_machines = 0;
    return ib_load_parts(store->db, &store->record);
}

enum ib_status ib_store_put_origin(struct ib_store *store, const struct ib_origin *origin)
{
    const bool sharded = origin->shard.count > 0;
    IB_TRY(ib_db_run_once(
        store->db,
        "INSERT OR REPLACE INTO parts (number, node, job, shard, shards, division) VALUES (1, ?, ?, ?, ?, ?)",
        IB_DB_VALUES(ib_db_text(origin->node), ib_db_text(origin->job),
                     sharded ? ib_db_integer(origin->shard.index) : ib_db_null(),
                     sharded ? ib_db_integer(origin->shard.count) : ib_db_null(),
                     ib_db_text(origin->division))));
    return load_again(store);
}

/* "a1", or "a1, a2" if that is not among them. */
static const char *join(struct ib_arena *arena, const char *list, const char *name)
{
    if (!name || !list)
        return list ? list : name;
    const size_t length = strlen(name);
    for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ','))
            return list;
    return ib_arena_print(arena, "%s, %s", list, name);
}

enum ib_status ib_store_add_origin(struct ib_store *store, const struct ib_origin *origin)
{
    const struct ib_run_part *part = &store->record.parts[0];
    struct ib_arena *arena = &store->record.arena;
    IB_TRY(ib_db_run_once(store->db,
                          "INSERT INTO parts (number, node, job) VALUES (1, ?1, ?2)"
                          " ON CONFLICT (number) DO UPDATE SET node = ?1, job = ?2",
                          IB_DB_VALUES(ib_db_text(join(arena, part->node, origin->node)),
                                       ib_db_text(join(arena, part->job, origin->job)))));
    return load_again(store);
}

/* ---- reading ---- */

/* The columns, in the order of IB_PARTS_COLUMNS. */
enum {
    ID,
    STARTED,
    FINISHED,
    VERSION,
    MACHINE,
    SELECTION,
    IDENTITIES,
    NODE,
    JOB,
    SHARD,
    SHARDS,
    DIVISION,
    MERGED
};

static void read_part(sqlite3_stmt *row, struct ib_run_record *run)
{
    struct ib_arena *arena = &run->arena;
    struct ib_run_part *part = &run->parts[run->n_parts++];
    *part = (struct ib_run_part){
        .id = ib_column_text(row, ID, arena),
        .started = ib_column_text(row, STARTED, arena),
        .finished = ib_column_text(row, FINISHED, arena),
        .version = ib_column_text(row, VERSION, arena),
        .selection = ib_column_text(row, SELECTION, arena),
        .identities = ib_column_text(row, IDENTITIES, arena),
        .node = ib_column_text(row, NODE, arena),
        .job = ib_column_text(row, JOB, arena),
        .shard = {(uint64_t)sqlite3_column_int64(row, SHARD), (uint64_t)sqlite3_column_int64(row, SHARDS)},
        .division = ib_column_text(row, DIVISION, arena),
    };
    json_t *machine = json_loads((const char *)sqlite3_column_text(row, MACHINE), 0, NULL);
    ib_machine_from_json(machine, arena, &part->machine);
    json_decref(machine);
    run->merged = sqlite3_column_int(row, MERGED);
}

enum ib_status ib_load_parts(sqlite3 *db, struct ib_run_record *run)
{
    static const char sql[] = "SELECT " IB_PARTS_COLUMNS ", merged FROM (" IB_PARTS_SQL ") ORDER BY number";
    sqlite3_stmt *query = NULL;
    size_t capacity = 0;
    bool row = true;
    run->parts = NULL;
    run->n_parts = 0;
    enum ib_status status = ib_db_prepare(db, sql, &query);
    while (status == IB_OK && (status = ib_db_next(query, &row)) == IB_OK && row) {
        run->parts = ib_arena_grow(&run->arena, run->parts, sizeof *run->parts, run->n_parts, &capacity);
        read_part(query, run);
    }
    sqlite3_finalize(query);
    return status;
}

/* ---- what is missing ---- */

static bool has_shard(const struct ib_run_record *run, const struct ib_shard *shard)
{
    for (size_t i = 0; i < run->n_parts; i++)
        if (run->parts[i].shard.index == shard->index && run->parts[i].shard.count == shard->count)
            return true;
    return false;
}

/* The number of shards, if the parts are shards; else 0. */
static uint64_t count_shards(const struct ib_run_record *run)
{
    uint64_t count = 0;
    for (size_t i = 0; i < run->n_parts; i++)
        count = run->parts[i].shard.count ? run->parts[i].shard.count : count;
    return count;
}

static const char *name_of(struct ib_arena *arena, const struct ib_run_part *part)
{
    const struct ib_shard *shard = &part->shard;
    return shard->count ? ib_arena_print(arena, "shard %" PRIu64 " of %" PRIu64, shard->index, shard->count)
                        : ib_arena_print(arena, "run %s", part->id);
}

static const char *add_missing(struct ib_arena *arena, const char *list, const char *name, const char *what)
{
    return ib_arena_print(arena, "%s%s%s %s", list, list[0] ? ", " : "", name, what);
}

const char *ib_parts_missing(struct ib_arena *arena, const struct ib_run_record *run)
{
    const char *list = "";
    for (struct ib_run_part part = {.shard = {1, count_shards(run)}}; part.shard.index <= part.shard.count;
         part.shard.index++)
        if (!has_shard(run, &part.shard))
            list = add_missing(arena, list, name_of(arena, &part), "is missing");
    for (const struct ib_run_part *part = run->parts; part < run->parts + run->n_parts; part++)
        if (!part->finished)
            list = add_missing(arena, list, name_of(arena, part), "is not finished");
    return list[0] ? list : NULL;
}
