/* Rows of the tables: bound, read and copied as the lists of columns say. */
#include "base/truth.h"
#include "store/tables.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The length of an array, which follows its pointer. */
static size_t *length_of(void *array)
{
    return (size_t *)(void *)((char *)array + sizeof(void *));
}

/* ---- writing ---- */

/* "[12.5,12.6]". */
static const char *numbers_text(struct ib_arena *arena, const double *values, size_t n)
{
    const char *text = "";
    char number[32];
    for (size_t i = 0; i < n; i++)
        text = ib_arena_print(arena, "%s%s%s", text, i ? "," : "",
                              ib_print_real(values[i], number, sizeof number));
    return ib_arena_print(arena, "[%s]", text);
}

static const char *settings_text(struct ib_arena *arena, const struct ib_setting *settings, size_t n)
{
    json_t *json = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(json, settings[i].name, json_string(settings[i].value));
    char *text = json_dumps(json, JSON_COMPACT), *copy = ib_arena_copy(arena, text ? text : "{}");
    free(text);
    json_decref(json);
    return copy;
}

static struct ib_db_value word_value(const struct ib_word *words, int value)
{
    while (words->word && words->value != value)
        words++;
    return ib_db_text(words->word);
}

static struct ib_db_value array_value(const struct ib_column *column, const void *field,
                                      struct ib_arena *arena)
{
    const void *array = *(const void *const *)field;
    const size_t n = *length_of((void *)(uintptr_t)field);
    if (column->type == IB_COLUMN_SETTINGS)
        return ib_db_text(settings_text(arena, array, n));
    return ib_db_text(array ? numbers_text(arena, array, n) : NULL);
}

static struct ib_db_value integer_or_null(bool known, uint64_t value)
{
    return known ? ib_db_integer(value) : ib_db_null();
}

static struct ib_db_value value_of(const struct ib_column *column, const void *row, struct ib_arena *arena)
{
    const void *field = (const char *)row + column->offset;
    const uint64_t *integer = field;
    const char *const *text = field;
    const enum ib_truth *truth = field;
    switch (column->type) {
    case IB_COLUMN_TEXT:
        return ib_db_text(*text && **text ? *text : NULL);
    case IB_COLUMN_REAL:
        return ib_db_real(*(const double *)field);
    case IB_COLUMN_INTEGER:
        return ib_db_integer(*integer);
    case IB_COLUMN_MEASURED:
        return integer_or_null(*integer, *integer);
    case IB_COLUMN_COUNT:
        return integer_or_null(*(const int64_t *)field >= 0, *integer);
    case IB_COLUMN_BOOL:
        return ib_db_integer(*(const bool *)field);
    case IB_COLUMN_TRUTH:
        return integer_or_null(*truth != IB_UNKNOWN, *truth == IB_YES);
    case IB_COLUMN_WORD:
        return word_value(column->words, *(const int *)field);
    case IB_COLUMN_NUMBERS:
    case IB_COLUMN_SETTINGS:
        break;
    }
    return array_value(column, field, arena);
}

/* "case_number, a, b". */
static const char *column_names(struct ib_arena *arena, const struct ib_db_table *table)
{
    const char *names = table->key;
    for (const struct ib_column *column = table->columns; column->name; column++)
        names = ib_arena_print(arena, "%s, %s", names, column->name);
    return names;
}

const char *ib_insert_sql(struct ib_arena *arena, const struct ib_db_table *table)
{
    const char *marks = "?";
    for (const struct ib_column *column = table->columns; column->name; column++)
        marks = ib_arena_print(arena, "%s, ?", marks);
    return ib_arena_print(arena, "INSERT INTO %s (%s) VALUES (%s)", table->name, column_names(arena, table),
                          marks);
}

enum ib_status ib_row_put(sqlite3_stmt *insert, const struct ib_db_table *table, uint64_t case_number,
                          const void *row)
{
    struct ib_arena scratch = {0};
    size_t n = 0;
    while (table->columns[n].name)
        n++;
    struct ib_db_value *values = ib_arena_alloc(&scratch, (n + 1) * sizeof *values);
    values[0] = ib_db_integer(case_number);
    for (size_t i = 0; i < n; i++)
        values[i + 1] = value_of(&table->columns[i], row, &scratch);
    enum ib_status status = ib_db_run(insert, values, n + 1);
    ib_arena_free(&scratch);
    return status;
}

/* ---- reading ---- */

static const char *select_sql(struct ib_arena *arena, const struct ib_db_table *table, const char *of)
{
    return ib_arena_print(arena, "SELECT %s FROM %s WHERE %s AND %s ORDER BY %s%s%s",
                          column_names(arena, table), table->name, of, table->where ? table->where : "1",
                          table->key, table->order ? ", " : "", table->order ? table->order : "");
}

const char *ib_select_sql(struct ib_arena *arena, const struct ib_db_table *table, uint64_t case_number)
{
    return select_sql(arena, table,
                      case_number ? ib_arena_print(arena, "%s = %" PRIu64, table->key, case_number) : "1");
}

const char *ib_select_from_sql(struct ib_arena *arena, const struct ib_db_table *table)
{
    return select_sql(arena, table, ib_arena_print(arena, "%s >= ?", table->key));
}

const char *ib_column_text(sqlite3_stmt *row, int column, struct ib_arena *arena)
{
    char number[32];
    const char *text = sqlite3_column_type(row, column) == SQLITE_FLOAT
                           ? ib_print_real(sqlite3_column_double(row, column), number, sizeof number)
                           : (const char *)sqlite3_column_text(row, column);
    return text ? ib_arena_copy(arena, text) : NULL;
}

static const double *get_numbers(const char *text, struct ib_arena *arena, size_t *n)
{
    size_t most = 1; /* a run may have millions of these lists */
    for (const char *at = text; at && *at; at++)
        most += *at == ',';
    double *list = text ? ib_arena_alloc(arena, most * sizeof *list) : NULL;
    for (char *end; text && *text && *text != ']'; text = end) {
        list[*n] = strtod(text + 1, &end);
        if (end == text + 1)
            break;
        ++*n;
    }
    return list;
}

static const struct ib_setting *get_settings(const char *text, struct ib_arena *arena, size_t *n)
{
    json_t *json = text ? json_loads(text, 0, NULL) : NULL, *value;
    const char *name;
    struct ib_setting *list = ib_arena_alloc(arena, (json_object_size(json) + 1) * sizeof *list);
    json_object_foreach (json, name, value)
        list[(*n)++] =
            (struct ib_setting){ib_arena_copy(arena, name),
                                ib_arena_copy(arena, json_is_string(value) ? json_string_value(value) : "")};
    json_decref(json);
    return list;
}

/* Prints numbers: only for columns of text. */
static const char *text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

/* No count, size or time in nanoseconds is negative, or beyond 2^53 (104 days, 9 petabytes): a file that says
 * so does not know. */
static int64_t get_integer(sqlite3_stmt *row, int at, bool count)
{
    const int64_t value = sqlite3_column_int64(row, at);
    return value >= 0 && value <= (1ll << 53) ? value : count ? IB_NO_COUNT : 0;
}

/* The field starts as zero, which is also what NULL is for the other types. */
static void get_null(const struct ib_column *column, void *field)
{
    if (column->type == IB_COLUMN_REAL)
        *(double *)field = NAN;
    else if (column->type == IB_COLUMN_COUNT)
        *(int64_t *)field = IB_NO_COUNT;
    else if (column->type == IB_COLUMN_TRUTH)
        *(enum ib_truth *)field = IB_UNKNOWN;
}

/* Of a value that is not NULL. */
static void get_value(sqlite3_stmt *row, int at, const struct ib_column *column, struct ib_arena *arena,
                      void *field)
{
    switch (column->type) {
    case IB_COLUMN_TEXT:
        *(const char **)field = ib_column_text(row, at, arena);
        break;
    case IB_COLUMN_REAL:
        *(double *)field = sqlite3_column_double(row, at);
        break;
    case IB_COLUMN_INTEGER:
    case IB_COLUMN_MEASURED:
    case IB_COLUMN_COUNT:
        *(int64_t *)field = get_integer(row, at, column->type == IB_COLUMN_COUNT);
        break;
    case IB_COLUMN_BOOL:
        *(bool *)field = sqlite3_column_int(row, at);
        break;
    case IB_COLUMN_TRUTH:
        *(enum ib_truth *)field = ib_truth_of(true, sqlite3_column_int(row, at));
        break;
    case IB_COLUMN_WORD:
        ib_word_value(column->words, text_of(row, at), field);
        break;
    case IB_COLUMN_NUMBERS:
        *(const double **)field = get_numbers(text_of(row, at), arena, length_of(field));
        break;
    case IB_COLUMN_SETTINGS:
        *(const struct ib_setting **)field = get_settings(text_of(row, at), arena, length_of(field));
        break;
    }
}

void ib_row_get(sqlite3_stmt *select, const struct ib_db_table *table, struct ib_arena *arena, void *row)
{
    memset(row, 0, table->row_bytes);
    for (int i = 0; table->columns[i].name; i++) {
        const struct ib_column *column = &table->columns[i];
        void *field = (char *)row + column->offset;
        if (sqlite3_column_type(select, i + 1) == SQLITE_NULL)
            get_null(column, field);
        else
            get_value(select, i + 1, column, arena, field);
    }
}

/* ---- in memory ---- */

/* What the offsets of a table are in. */
static char *owner_of(struct ib_arena *arena, const struct ib_db_table *table, struct ib_case_record *c)
{
    if (!table->owner_bytes)
        return (char *)c;
    char **owner = (char **)(void *)((char *)c + table->owner_at);
    if (!*owner)
        *owner = ib_arena_alloc(arena, table->owner_bytes);
    return *owner;
}

void *ib_row_add(struct ib_arena *arena, const struct ib_db_table *table, struct ib_case_record *c)
{
    char *at = owner_of(arena, table, c);
    if (!table->n_at)
        return at + table->at;
    char **list = (char **)(void *)(at + table->at);
    size_t *n = (size_t *)(void *)(at + table->n_at), *capacity = (size_t *)(void *)(at + table->capacity_at);
    *list = ib_arena_grow(arena, *list, table->row_bytes, *n, capacity);
    return *list + (*n)++ * table->row_bytes;
}

void ib_row_set(struct ib_arena *arena, const struct ib_db_table *table, struct ib_case_record *c,
                const void *rows, size_t n)
{
    if (!n && table->owner_bytes && !*(char **)(void *)((char *)c + table->owner_at))
        return;
    char *at = owner_of(arena, table, c);
    if (!table->n_at) {
        if (n)
            memcpy(at + table->at, (const char *)rows + (n - 1) * table->row_bytes, table->row_bytes);
        return;
    }
    char **list = (char **)(void *)(at + table->at);
    size_t *count = (size_t *)(void *)(at + table->n_at),
           *capacity = (size_t *)(void *)(at + table->capacity_at);
    if (n > *capacity) {
        *list = ib_arena_alloc(arena, n * table->row_bytes);
        *capacity = n;
    }
    if (n)
        memcpy(*list, rows, n * table->row_bytes);
    *count = n;
}

void ib_row_lend(const struct ib_db_table *table, struct ib_case_record *c, void *rows, size_t n)
{
    char *at = (char *)c;
    *(void **)(void *)(at + table->at) = rows;
    *(size_t *)(void *)(at + table->n_at) = *(size_t *)(void *)(at + table->capacity_at) = n;
}

static void *keep_bytes(struct ib_arena *arena, const void *from, size_t bytes)
{
    return from ? memcpy(ib_arena_alloc(arena, bytes + 1), from, bytes) : NULL;
}

static const char *keep_text(struct ib_arena *arena, struct ib_text_pool *pool, const char *text)
{
    if (!text || !*text)
        return NULL;
    return pool ? ib_text_share(pool, text) : ib_arena_copy(arena, text);
}

static void keep_settings(struct ib_arena *arena, struct ib_setting **settings, size_t n)
{
    *settings = keep_bytes(arena, *settings, n * sizeof **settings);
    for (size_t i = 0; i < n; i++)
        (*settings)[i] = (struct ib_setting){ib_arena_copy(arena, (*settings)[i].name),
                                             ib_arena_copy(arena, (*settings)[i].value)};
}

void ib_row_keep(struct ib_arena *arena, struct ib_text_pool *pool, const struct ib_db_table *table,
                 void *row)
{
    for (const struct ib_column *column = table->columns; column->name; column++) {
        void *field = (char *)row + column->offset;
        const char **text = field;
        const double **numbers = field;
        if (column->type == IB_COLUMN_TEXT)
            *text = keep_text(arena, pool, *text);
        if (column->type == IB_COLUMN_NUMBERS)
            *numbers = keep_bytes(arena, *numbers, *length_of(field) * sizeof **numbers);
        if (column->type == IB_COLUMN_SETTINGS)
            keep_settings(arena, field, *length_of(field));
    }
}
