#include "report/charts.h"

#include "analysis/chart_tables.h"
#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/slug.h"
#include "report/chart_batch.h"
#include "report/chart_data.h"
#include "report/chart_series.h"
#include "report/impl_looks.h"
#include "report/svg.h"
#include "store/run_folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pixels of a chart as a file and in wide windows, and in narrow ones; and the longest labels. */
static const struct {
    int pixels, label;
} widths[] = {{780, 46}, {340, 36}};
enum { WIDE, NARROW, WIDTHS };

enum { MAX_SVG_BYTES = 64 << 20, PAGE_BYTES = 6 << 20, MAX_BATCH = 64 };

/* Panels of a chart; of series that need more than the first number, only some are drawn. */
enum { MAX_PANELS = 6, EXAMPLE_PANELS = 3 };

/* A chart whose data are written. */
struct waiting {
    size_t chart; /* its index */
    int width;    /* of widths */
};

struct drawing {
    struct ib_arena *arena;
    sqlite3 *db;
    const char *dir;                   /* of the run */
    const char *scratch;               /* folder of data and pictures */
    struct ib_looks looks;             /* of the implementations */
    struct ib_plot plots[MAX_BATCH];   /* to be drawn by the next gnuplot, */
    struct waiting waiting[MAX_BATCH]; /* and for which chart */
    size_t n_waiting;
    struct ib_chart *charts;
    size_t n, capacity;
    bool late; /* gnuplot hung */
};

/* ---- one chart ---- */

static struct ib_chart *new_chart(struct drawing *d, const struct ib_chart_script *script)
{
    d->charts = ib_arena_grow(d->arena, d->charts, sizeof *d->charts, d->n, &d->capacity);
    d->charts[d->n] = (struct ib_chart){.script = script, .title = script->title};
    return &d->charts[d->n++];
}

/* File systems may fold case. */
static bool is_taken(const struct drawing *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->charts[i].name && strcasecmp(d->charts[i].name, name) == 0)
            return true;
    return false;
}

static const char *name_of_its_own(struct drawing *d, const char *text)
{
    const char *slug = ib_slug(d->arena, text), *name = slug;
    for (int next = 2; is_taken(d, name); next++)
        name = ib_arena_print(d->arena, "%s-%d", slug, next);
    return name;
}

/* The names of its series, for the script of pages: one on each line. */
static const char *names_of(struct ib_arena *arena, const struct ib_plot *plot)
{
    const char *names = "";
    for (size_t i = 0; i < plot->n; i++)
        names = ib_arena_print(arena, "%s%s%s", names, i ? "\n" : "", plot->series[i].label);
    return names;
}

/* Takes over a picture. */
static void take_picture(struct drawing *d, const struct ib_plot *plot, struct ib_chart *chart, int width)
{
    struct ib_arena scratch = {0};
    char *document;
    size_t bytes;
    const char *svg = NULL;
    if (!plot->note && ib_file_read(&scratch, plot->picture, MAX_SVG_BYTES, &document, &bytes) == IB_OK)
        svg = ib_svg_clean(d->arena, document,
                           ib_arena_print(d->arena, "c%td%s", chart - d->charts, width == WIDE ? "" : "n"),
                           chart->title, names_of(&scratch, plot));
    ib_arena_free(&scratch);
    if (width == NARROW)
        chart->narrow = svg;
    else if (svg)
        chart->svg = svg;
    else
        chart->note = plot->note ? plot->note : "gnuplot drew nothing";
}

/* A faulty script loses its chart, not the report. */
static void note_fault(struct drawing *d, struct ib_chart *chart)
{
    chart->file = chart->svg = chart->narrow = NULL;
    chart->note = ib_arena_print(d->arena, "%s.gp: %s", chart->script->name, ib_last_error()->message);
}

static enum ib_status keep_file(struct drawing *d, struct ib_chart *chart)
{
    if (!chart->svg)
        return IB_OK;
    chart->file = ib_arena_print(d->arena, "charts/%s.svg", chart->name);
    return ib_run_folder_write(d->dir, chart->file, chart->svg);
}

/* Draws the charts whose data are written. */
static void draw_waiting(struct drawing *d)
{
    const enum ib_status drawn = ib_plots_draw(d->arena, d->scratch, d->plots, d->n_waiting, &d->late);
    for (size_t i = 0; i < d->n_waiting; i++) {
        struct ib_chart *chart = &d->charts[d->waiting[i].chart];
        if (drawn == IB_OK)
            take_picture(d, &d->plots[i], chart, d->waiting[i].width);
        if (drawn != IB_OK || (d->waiting[i].width == WIDE && keep_file(d, chart) != IB_OK))
            note_fault(d, chart);
        unlink(d->plots[i].data);
        unlink(d->plots[i].picture);
    }
    d->n_waiting = 0;
}

/* Data, and the panel of it that a chart shows. */
struct panel {
    const char *file;
    const struct ib_chart_data *data;
    size_t number, count; /* from 0; panels of these data */
    size_t first, n;      /* series */
    bool impls;           /* the chart's series differ by the looks of implementations */
};

/* Has a panel drawn in one width, together with others. Returns what all of its labels have in common. */
static const char *wait_for(struct drawing *d, const struct panel *panel, size_t chart, int width)
{
    struct ib_chart_series *series = ib_arena_alloc(d->arena, panel->n * sizeof *series);
    const char *common = ib_chart_series(d->arena, &d->looks, panel->data->labels + panel->first, panel->n,
                                         (size_t)widths[width].label, panel->impls, series);
    d->waiting[d->n_waiting] = (struct waiting){chart, width};
    d->plots[d->n_waiting] = (struct ib_plot){
        .script = d->charts[chart].script,
        .title = d->charts[chart].title,
        .data = panel->file,
        .picture = ib_arena_print(d->arena, "%s/chart-%zu.svg", d->scratch, d->n_waiting),
        .pixels_wide = widths[width].pixels,
        .rows = panel->data->rows,
        .first = panel->first,
        .series = series,
        .n = panel->n,
    };
    d->n_waiting++;
    return common;
}

/* "Loss by epoch: mlp, diabetes, lr=0.1 (2 of 3)" */
static void title_panel(struct drawing *d, const struct panel *panel, size_t chart, const char *common)
{
    struct ib_chart *c = &d->charts[chart];
    const char *joint = strchr(c->title, ':') ? ", " : ": ";
    if (common[0])
        c->title = ib_arena_print(d->arena, "%s%s%s", c->title, joint, common);
    if (panel->count > 1)
        c->title = ib_arena_print(d->arena, "%s (%zu of %zu)", c->title, panel->number + 1, panel->count);
    for (size_t i = 0; i < WIDTHS; i++)
        d->plots[d->n_waiting - 1 - i].title = c->title;
}

/* The chart of a panel: the given one for the first, else a new one of this name and a number. */
static size_t chart_of(struct drawing *d, const struct panel *panel, size_t first)
{
    if (!panel->number)
        return first;
    struct ib_chart *chart = new_chart(d, d->charts[first].script);
    *chart = d->charts[first];
    chart->panel = panel->number;
    chart->note = NULL;
    chart->name = NULL;
    chart->name = name_of_its_own(d, d->charts[first].name);
    return d->n - 1;
}

/* So many series to a panel, in at most MAX_PANELS; of more, only the first few are drawn. */
static void draw_panels(struct drawing *d, const char *file, const struct ib_chart_data *data, size_t chart)
{
    const int wanted = atoi(d->charts[chart].script->panel);
    const size_t size = wanted > 0 ? (size_t)wanted : data->series, count = (data->series + size - 1) / size;
    struct panel panel = {.file = file,
                          .data = data,
                          .count = count <= MAX_PANELS ? count : EXAMPLE_PANELS,
                          .impls = ib_series_show_impls(&d->looks, data->labels, data->series)};
    const char *title = d->charts[chart].title;
    const size_t drawn = panel.count * size < data->series ? panel.count * size : data->series;
    if (drawn < data->series + data->left_out)
        d->charts[chart].note = ib_arena_print(d->arena, "Only the first %zu of %llu series are drawn.",
                                               drawn, (unsigned long long)(data->series + data->left_out));
    if (d->n_waiting + WIDTHS * panel.count > MAX_BATCH)
        draw_waiting(d);
    for (; panel.number < panel.count; panel.number++) {
        const char *common = "";
        panel.first = panel.number * size;
        panel.n = data->series - panel.first < size ? data->series - panel.first : size;
        const size_t at = chart_of(d, &panel, chart);
        d->charts[at].title = title;
        for (int width = 0; width < WIDTHS; width++)
            common = wait_for(d, &panel, at, width);
        title_panel(d, &panel, at, common);
    }
}

/* Writes the chart's data. It is drawn together with others. */
static enum ib_status draw_query(struct drawing *d, sqlite3_stmt *query, struct ib_chart *chart)
{
    struct ib_chart_data *data = ib_arena_alloc(d->arena, sizeof *data);
    const size_t at = (size_t)(chart - d->charts);
    const char *path = ib_arena_print(d->arena, "%s/data-%zu.tsv", d->scratch, at);
    enum ib_status status = ib_chart_data_write(d->arena, path, query, data);
    if (status != IB_OK || !data->rows) {
        unlink(path);
        chart->note = "nothing to draw: no case has these data";
        return status;
    }
    draw_panels(d, path, data, at);
    return IB_OK;
}

/* Sets name, title, model and data set of the chart of one combination. */
static void name_chart(struct drawing *d, sqlite3_stmt *values, struct ib_chart *chart)
{
    const char *name = chart->script->name;
    chart->title = chart->script->title;
    for (int i = 0; chart->script->per[0] && i < sqlite3_column_count(values); i++) {
        const char *column = sqlite3_column_name(values, i);
        const char *value = ib_arena_copy(d->arena, (const char *)sqlite3_column_text(values, i));
        if (!value[0])
            continue;
        name = ib_arena_print(d->arena, "%s-%s", name, value);
        chart->title = ib_arena_print(d->arena, "%s%s%s%s", chart->title, i ? ", " : ": ", value,
                                      strcmp(column, "cols") == 0 ? " columns" : "");
        if (strcmp(column, "model") == 0)
            chart->model = value;
        if (strcmp(column, "dataset") == 0)
            chart->dataset = value;
    }
    chart->name = name_of_its_own(d, name);
}

static void bind_values(sqlite3_stmt *query, sqlite3_stmt *values, struct drawing *d)
{
    for (int i = 0; i < sqlite3_column_count(values); i++) {
        const char *parameter = ib_arena_print(d->arena, ":%s", sqlite3_column_name(values, i));
        int index = sqlite3_bind_parameter_index(query, parameter);
        if (index) /* a query need not use them all */
            sqlite3_bind_value(query, index, sqlite3_column_value(values, i));
    }
}

static void draw_one(struct drawing *d, const struct ib_chart_script *script, sqlite3_stmt *values,
                     sqlite3_stmt *query)
{
    struct ib_chart *chart = new_chart(d, script);
    name_chart(d, values, chart);
    sqlite3_reset(query);
    bind_values(query, values, d);
    if (draw_query(d, query, chart) != IB_OK)
        note_fault(d, chart);
}

/* Selects the combinations that a script draws a chart for, in plan order. */
static const char *values_query(struct ib_arena *arena, const struct ib_chart_script *script)
{
    const char *condition = script->condition[0] ? script->condition : "true";
    return script->per[0]
               ? ib_arena_print(arena, "SELECT %s FROM cases WHERE %s GROUP BY %s ORDER BY min(number)",
                                script->per, condition, script->per)
               : ib_arena_print(arena, "SELECT 1 FROM cases WHERE %s LIMIT 1", condition);
}

static enum ib_status draw_script(struct drawing *d, const struct ib_chart_script *script)
{
    sqlite3_stmt *values = NULL, *query = NULL;
    bool row = false;
    if (script->fault)
        return ib_fail(IB_EINVAL, script->path, "%s", script->fault);
    enum ib_status status = ib_db_prepare(d->db, values_query(d->arena, script), &values);
    if (status == IB_OK)
        status = ib_db_prepare(d->db, script->sql, &query);
    while (status == IB_OK && (status = ib_db_next(values, &row)) == IB_OK && row)
        draw_one(d, script, values, query);
    sqlite3_finalize(values);
    sqlite3_finalize(query);
    return status;
}

/* ---- all charts ---- */

static enum ib_status open_scratch(struct drawing *d)
{
    char *scratch = NULL, absolute[PATH_MAX];
    IB_TRY(ib_temporary_folder(d->arena, "ironbench-charts", d->dir, &scratch));
    d->scratch = scratch;
    if (!realpath(scratch, absolute)) /* gnuplot runs elsewhere */
        return ib_fail_errno(scratch, "cannot be resolved");
    d->scratch = ib_arena_copy(d->arena, absolute);
    return IB_OK;
}

static size_t bytes_of(const struct ib_chart *chart)
{
    return (chart->svg ? strlen(chart->svg) : 0) + (chart->narrow ? strlen(chart->narrow) : 0);
}

/* Takes charts into the page while there is room, first those whose panel a reader sees without unfolding. */
static void fill_page(struct drawing *d)
{
    size_t bytes = 0;
    for (int folded = 0; folded < 2; folded++)
        for (struct ib_chart *chart = d->charts; chart < d->charts + d->n; chart++) {
            if ((chart->panel > 0) != folded)
                continue;
            bytes += bytes_of(chart);
            chart->apart = bytes > PAGE_BYTES;
        }
}

enum ib_status ib_charts_draw(struct ib_arena *arena, const char *dir, const struct ib_run_record *run,
                              const struct ib_derived *derived, struct ib_chart **out, size_t *n)
{
    struct drawing d = {.arena = arena, .dir = dir, .looks = ib_looks_of(arena, run)};
    struct ib_chart_script *scripts;
    size_t n_scripts;
    IB_TRY(ib_chart_scripts(arena, &scripts, &n_scripts));
    IB_TRY(ib_run_folder_open(dir, &d.db));
    enum ib_status status = ib_chart_tables(d.db, run, derived);
    if (status == IB_OK)
        status = ib_chart_cases(d.db, run);
    if (status == IB_OK)
        status = open_scratch(&d);
    for (size_t i = 0; i < n_scripts && status == IB_OK; i++)
        if (draw_script(&d, &scripts[i]) != IB_OK)
            note_fault(&d, new_chart(&d, &scripts[i]));
    if (d.n_waiting)
        draw_waiting(&d);
    fill_page(&d);
    if (d.scratch)
        rmdir(d.scratch);
    sqlite3_close(d.db);
    *out = d.charts;
    *n = d.n;
    return status;
}
