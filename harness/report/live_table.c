#include "report/live_table.h"

#include "report/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Widths of the columns after the name, in characters, with a blank before each. */
enum { MARK = 2, ROUNDS = 10, TIME = 10, INTERVAL = 10, OTHERS = MARK + ROUNDS + TIME + INTERVAL };
enum { FRAME = 3 }; /* lines for the head, the columns and what is not shown */

/* ---- names ---- */

/* Whether `part`, of `length` bytes, stands between hyphens in an id. */
static bool has_part(const char *id, const char *part, size_t length)
{
    for (const char *at = id; at; at = strchr(at, '-') ? strchr(at, '-') + 1 : NULL)
        if (strncmp(at, part, length) == 0 && (at[length] == '-' || !at[length]))
            return true;
    return false;
}

/* Joins the parts of an id but for its hash and those in `common`, which has none itself. NULL: none is left.
 */
static const char *join_others(struct ib_arena *arena, const char *id, const char *common)
{
    const char *joined = NULL, *hash = strrchr(id, '-');
    for (const char *part = id; part < hash; part += strcspn(part, "-") + 1) {
        const int length = (int)strcspn(part, "-");
        if (!has_part(common, part, (size_t)length))
            joined = joined ? ib_arena_print(arena, "%s-%.*s", joined, length, part)
                            : ib_arena_print(arena, "%.*s", length, part);
    }
    return joined;
}

/* The parts of a case's id that all cases of its model have. */
static const char *common_parts(struct ib_arena *arena, const struct ib_matrix *matrix,
                                const struct ib_case *of)
{
    const char *common = "", *hash = strrchr(of->id, '-');
    for (const char *part = of->id; part < hash; part += strcspn(part, "-") + 1) {
        const size_t length = strcspn(part, "-");
        bool shared = true;
        for (size_t i = 0; shared && i < matrix->n; i++)
            shared = matrix->cases[i].model != of->model || has_part(matrix->cases[i].id, part, length);
        if (shared)
            common = ib_arena_print(arena, "%s%.*s-", common, (int)length, part);
    }
    return common;
}

/* The case of the same model that comes first. */
static size_t first_of_model(const struct ib_matrix *matrix, size_t i)
{
    size_t first = 0;
    while (matrix->cases[first].model != matrix->cases[i].model)
        first++;
    return first;
}

/* Names a case by its model, if there are several, and by what differs between the cases of that model. */
static void name_rows(const struct ib_matrix *matrix, struct ib_live_table *table)
{
    struct ib_arena *arena = &table->arena;
    const char **common = ib_arena_alloc(arena, matrix->n * sizeof *common);
    bool one_model = true;
    for (size_t i = 0; i < matrix->n; i++)
        one_model = one_model && matrix->cases[i].model == matrix->cases[0].model;
    for (size_t i = 0; i < matrix->n; i++) {
        const size_t first = first_of_model(matrix, i);
        if (first == i)
            common[i] = common_parts(arena, matrix, &matrix->cases[i]);
        const char *rest = join_others(arena, table->rows[i].id, common[first]);
        const char *model = matrix->cases[i].model->name;
        if (one_model)
            table->rows[i].name = rest ? rest : table->rows[i].id;
        else
            table->rows[i].name = rest ? ib_arena_print(arena, "%s-%s", model, rest) : model;
    }
}

void ib_live_table_open(const struct ib_matrix *matrix, uint64_t max_rounds, struct ib_live_table *out)
{
    *out = (struct ib_live_table){.n = matrix->n, .max_rounds = max_rounds};
    out->rows = ib_arena_alloc(&out->arena, matrix->n * sizeof *out->rows);
    for (size_t i = 0; i < matrix->n; i++)
        out->rows[i] = (struct ib_live_row){
            .id = ib_arena_copy(&out->arena, matrix->cases[i].id), .epoch_ns = NAN, .half_interval = NAN};
    name_rows(matrix, out);
}

void ib_live_table_close(struct ib_live_table *table)
{
    ib_arena_free(&table->arena);
}

void ib_live_table_note(struct ib_live_table *table, const struct ib_run_progress *pass)
{
    for (size_t i = 0; i < table->n; i++) {
        struct ib_live_row *row = &table->rows[i];
        row->current = strcmp(row->id, pass->c->id) == 0;
        if (!row->current)
            continue;
        row->rounds = pass->rounds;
        row->epoch_ns = pass->epoch_ns;
        row->half_interval = pass->half_interval;
        row->precise = pass->precise;
        row->failed = pass->failed;
    }
}

/* ---- which rows ---- */

/* How much a row is wanted: the current one, then the least known. */
static double urgency(const struct ib_live_row *row)
{
    if (row->current)
        return INFINITY;
    if (row->precise || row->failed)
        return -1;
    return isnan(row->half_interval) ? 1e9 : row->half_interval;
}

static int by_urgency(const void *a, const void *b)
{
    const struct ib_live_row *const *left = a, *const *right = b;
    const double l = urgency(*left), r = urgency(*right);
    return l != r ? (l < r) - (l > r) : (*left > *right) - (*left < *right);
}

static int by_plan(const void *a, const void *b)
{
    const struct ib_live_row *const *left = a, *const *right = b;
    return (*left > *right) - (*left < *right);
}

/* ---- text ---- */

static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Appends `text` to a line, moved to the right end of a column. */
static const char *right(struct ib_arena *arena, const char *line, int width, const char *text)
{
    const int blanks = width - (int)characters(text);
    return ib_arena_print(arena, "%s%*s%s", line, blanks > 0 ? blanks : 0, "", text);
}

static const char *left(struct ib_arena *arena, const char *line, int width, const char *text)
{
    char *shortened = ib_arena_alloc(arena, (size_t)width + 1);
    if ((int)characters(text) >
        width) /* an id is ASCII, and the mark that it was shortened has three bytes */
        text = ib_shorten(text, strlen(text), shortened, (size_t)width + 1);
    return ib_arena_print(arena, "%s%s%*s", line, text, width - (int)characters(text), "");
}

static const char *rounds_text(struct ib_arena *arena, const struct ib_live_table *table,
                               const struct ib_live_row *row)
{
    if (row->failed)
        return "failed";
    return ib_arena_print(arena, row->precise ? "%" PRIu64 " done" : "%" PRIu64 "/%" PRIu64, row->rounds,
                          table->max_rounds);
}

static const char *interval_text(struct ib_arena *arena, const struct ib_live_row *row)
{
    const double percent = 100 * row->half_interval;
    if (isnan(percent)) /* no sample counts yet, or too few */
        return row->rounds && isnan(row->epoch_ns) ? "disturbed" : IB_DASH;
    return ib_arena_print(arena, "±%.*f %%", percent < 9.95, percent);
}

static const char *row_text(struct ib_arena *arena, const struct ib_live_table *table,
                            const struct ib_live_row *row, int name_width)
{
    const char *line = left(arena, row->current ? "> " : "  ", name_width, row->name);
    line = right(arena, line, ROUNDS, rounds_text(arena, table, row));
    line = right(arena, line, TIME, ib_format_duration(arena, row->epoch_ns));
    return right(arena, line, INTERVAL, interval_text(arena, row));
}

const char *ib_live_table_text(struct ib_arena *arena, const struct ib_live_table *table, const char *head,
                               int width, int height)
{
    const int name_width = width - 1 - OTHERS;
    const size_t room = height - 1 > FRAME ? (size_t)(height - 1 - FRAME) : 1;
    const size_t shown = table->n < room ? table->n : room;
    const struct ib_live_row **rows = ib_arena_alloc(arena, table->n * sizeof *rows);
    for (size_t i = 0; i < table->n; i++)
        rows[i] = &table->rows[i];
    if (shown < table->n)
        qsort(rows, table->n, sizeof *rows, by_urgency);
    qsort(rows, shown, sizeof *rows, by_plan);
    const char *text = ib_arena_print(arena, "%.*s\n", width - 1, head);
    const char *columns = left(arena, "  ", name_width, "case");
    columns = right(arena, right(arena, columns, ROUNDS, "rounds"), TIME, "epoch");
    text = ib_arena_print(arena, "%s%s\n", text, right(arena, columns, INTERVAL, "interval"));
    for (size_t i = 0; i < shown; i++)
        text = ib_arena_print(arena, "%s%s\n", text, row_text(arena, table, rows[i], name_width));
    if (shown < table->n)
        text = ib_arena_print(arena, "%s  and %zu more case%s\n", text, table->n - shown,
                              ib_plural(table->n - shown));
    return text;
}
