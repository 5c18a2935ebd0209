/* The cases of a run: what they are, before anything is measured. */
#include "base/error.h"
#include "store/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The record's own copy of a case's description. */
static void describe(struct ib_arena *arena, const struct ib_case *c, struct ib_case_record *out)
{
    const struct ib_dataset *d = c->dataset;
    const struct ib_impl_info *impl = c->impl->info;
    struct ib_setting *options = ib_arena_alloc(arena, (c->impl->n_settings + 1) * sizeof *options);
    for (size_t i = 0; i < c->impl->n_settings; i++)
        options[i] = (struct ib_setting){ib_arena_copy(arena, c->impl->settings[i].name),
                                         ib_arena_copy(arena, c->impl->settings[i].value)};
    *out = (struct ib_case_record){
        .id = ib_arena_copy(arena, c->id),
        .residency = c->residency,
        .task = d->task,
        .dataset_sha256 = ib_arena_copy(arena, d->sha256),
        .rows = d->rows,
        .test_rows = d->test_rows,
        .cols = d->cols,
        .epochs = c->epochs,
        .options = options,
        .n_options = c->impl->n_settings,
        .label = ib_arena_copy(arena, c->impl->label),
        .libraries = impl->libraries && impl->libraries[0] ? ib_arena_copy(arena, impl->libraries) : NULL,
        .simulated = (impl->flags & IB_SIMULATED) != 0,
        .algorithm = impl->algorithm ? ib_arena_copy(arena, impl->algorithm) : NULL,
    };
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        out->axis[k] = ib_axis_text(arena, (enum ib_axis_kind)k, c);
    ib_case_record_clear(out);
}

static char *options_json(const struct ib_case_record *c)
{
    json_t *options = json_object();
    for (size_t i = 0; i < c->n_options; i++)
        json_object_set_new(options, c->options[i].name, json_string(c->options[i].value));
    char *out = json_dumps(options, JSON_COMPACT);
    json_decref(options);
    return out;
}

/* A column for each axis after those that every case has. */
static const char *insert_sql(struct ib_arena *arena)
{
    const char
        *names =
            "number, id, task, dataset_sha256, rows, test_rows, cols, options, label, libraries, simulated,"
            " algorithm",
        *marks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        names = ib_arena_print(arena, "%s, %s", names, ib_axis_rules[k].name);
        marks = ib_arena_print(arena, "%s, ?", marks);
    }
    return ib_arena_print(arena, "INSERT INTO cases (%s) VALUES (%s)", names, marks);
}

static enum ib_status insert_case(sqlite3_stmt *insert, const struct ib_case_record *c)
{
    enum { FIXED = 12 };
    char *options = options_json(c);
    struct ib_db_value values[FIXED + IB_AXIS_COUNT] = {
        ib_db_integer(c->number),
        ib_db_text(c->id),
        ib_db_text(ib_word_of(ib_task_words, (int)c->task)),
        ib_db_text(c->dataset_sha256),
        ib_db_integer(c->rows),
        ib_db_integer(c->test_rows),
        ib_db_integer(c->cols),
        ib_db_text(options),
        ib_db_text(c->label),
        ib_db_text(c->libraries),
        ib_db_integer(c->simulated),
        ib_db_text(c->algorithm),
    };
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        values[FIXED + k] = ib_db_text(c->axis[k]);
    enum ib_status status = ib_db_run(insert, values, FIXED + IB_AXIS_COUNT);
    free(options);
    return status;
}

static enum ib_status add_all(struct ib_store *store, sqlite3_stmt *insert, const struct ib_case *cases,
                              size_t n)
{
    struct ib_run_record *r = &store->record;
    for (size_t i = 0; i < r->n; i++)
        r->cases[i].name = NULL; /* names depend on all cases together */
    for (size_t i = 0; i < n; i++) {
        r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
        describe(&r->arena, &cases[i], &r->cases[r->n]);
        r->cases[r->n].number = r->n + 1;
        IB_TRY(insert_case(insert, &r->cases[r->n]));
        r->n++;
    }
    return IB_OK;
}

enum ib_status ib_store_add_cases(struct ib_store *store, const struct ib_case *cases, size_t n)
{
    struct ib_arena arena = {0};
    sqlite3_stmt *insert = NULL;
    free(store->by_id);
    store->by_id = NULL;
    IB_TRY(ib_store_begin(store));
    enum ib_status status = ib_db_prepare(store->db, insert_sql(&arena), &insert);
    if (status == IB_OK)
        status = add_all(store, insert, cases, n);
    sqlite3_finalize(insert);
    ib_arena_free(&arena);
    return ib_store_end(store, status);
}
