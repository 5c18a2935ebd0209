#include "report/charts.h"

#include "analysis/chart_tables.h"
#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/plain_text.h"
#include "base/slug.h"
#include "report/chart_batch.h"
#include "report/gnuplot.h"
#include "report/svg.h"
#include "store/run_folder.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More series cannot be told apart, and gnuplot reads the data once per series. */
enum { MAX_SVG_BYTES = 64 << 20, MAX_SERIES = 100, MAX_BATCH = 32 };

/* A chart whose data are written. */
struct waiting {
    size_t chart;      /* its index */
    uint64_t left_out; /* series beyond MAX_SERIES */
};

struct drawing {
    struct ib_arena *arena;
    sqlite3 *db;
    const char *dir;                   /* of the run */
    const char *scratch;               /* folder of data and pictures */
    struct ib_plot plots[MAX_BATCH];   /* to be drawn by the next gnuplot, */
    struct waiting waiting[MAX_BATCH]; /* and for which chart */
    size_t n_waiting;
    struct ib_chart *charts;
    size_t n, capacity;
    bool late; /* gnuplot hung */
};

/* ---- data ---- */

struct data {
    uint64_t rows, series, widest; /* widest: characters of the longest label */
    uint64_t left_out;             /* series beyond MAX_SERIES */
    const char *labels;            /* "'a', 'b'" */
};

/* Replaces double quotes, which are special to gnuplot, and infinities, which cannot be plotted. */
static void write_field(struct ib_arena *arena, FILE *out, sqlite3_stmt *row, int column)
{
    int type = sqlite3_column_type(row, column);
    if (type != SQLITE_TEXT) {
        double value = type == SQLITE_NULL ? NAN : sqlite3_column_double(row, column);
        fprintf(out, "%.17g", isfinite(value) ? value : NAN);
        return;
    }
    for (const char *at = ib_plain(arena, (const char *)sqlite3_column_text(row, column)); *at; at++)
        fputc(*at == '"' ? '\'' : *at, out);
}

static uint64_t characters(const char *text)
{
    uint64_t n = 0;
    for (; *text; text++)
        n += (*text & 0xC0) != 0x80;
    return n;
}

static void begin_series(struct drawing *d, FILE *out, const char *label, struct data *data)
{
    fputs(data->series ? "\n\n" : "", out);
    data->labels =
        ib_arena_print(d->arena, "%s%s%s", data->series ? data->labels : "", data->series ? ", " : "",
                       ib_gnuplot_quote(d->arena, ib_plain(d->arena, label)));
    data->widest = characters(label) > data->widest ? characters(label) : data->widest;
    data->series++;
}

/* Writes one row, after two empty lines if its first column names a series other than `label`. Returns the
 * name of its series. */
static const char *write_row(struct drawing *d, FILE *out, sqlite3_stmt *row, const char *label,
                             struct data *data)
{
    const char *first = (const char *)sqlite3_column_text(row, 0);
    if (!first)
        first = "";
    if (!label || strcmp(label, first) != 0) {
        label = ib_arena_copy(d->arena, first); /* the statement's text does not last */
        if (data->series == MAX_SERIES)
            data->left_out++;
        else
            begin_series(d, out, label, data);
    }
    if (data->left_out)
        return label;
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        fputs(i ? "\t" : "", out);
        write_field(d->arena, out, row, i);
    }
    fputc('\n', out);
    data->rows++;
    return label;
}

static enum ib_status write_data(struct drawing *d, const char *path, sqlite3_stmt *query, struct data *data)
{
    bool row = false;
    const char *label = NULL;
    FILE *out = fopen(path, "we");
    if (!out)
        return ib_fail_errno(path, "cannot write a chart's data");
    enum ib_status status;
    while ((status = ib_db_next(query, &row)) == IB_OK && row)
        label = write_row(d, out, query, label, data);
    bool written = !ferror(out);
    if ((fclose(out) != 0 || !written) && status == IB_OK)
        status = ib_fail_errno(path, "cannot write a chart's data");
    return status;
}

/* ---- one chart ---- */

/* Takes over a picture. */
static enum ib_status take_picture(struct drawing *d, const struct ib_plot *plot, uint64_t left_out,
                                   struct ib_chart *chart)
{
    struct ib_arena scratch = {0};
    char *document;
    size_t bytes;
    chart->note = plot->note;
    if (!chart->note && ib_file_read(&scratch, plot->picture, MAX_SVG_BYTES, &document, &bytes) == IB_OK)
        chart->svg = ib_svg_clean(d->arena, document, chart->name, chart->title);
    ib_arena_free(&scratch);
    if (!chart->note && !chart->svg)
        chart->note = "gnuplot drew nothing";
    if (chart->note)
        return IB_OK;
    if (left_out)
        chart->note = ib_arena_print(d->arena, "Only the first %d of %llu series are drawn.", MAX_SERIES,
                                     (unsigned long long)(plot->series + left_out));
    chart->file = ib_arena_print(d->arena, "charts/%s.svg", chart->name);
    return ib_run_folder_write(d->dir, chart->file, chart->svg);
}

/* A faulty script loses its chart, not the report. */
static void note_fault(struct drawing *d, struct ib_chart *chart)
{
    chart->file = NULL;
    chart->note = ib_arena_print(d->arena, "%s.gp: %s", chart->script->name, ib_last_error()->message);
}

/* Draws the charts whose data are written. */
static void draw_waiting(struct drawing *d)
{
    const enum ib_status drawn = ib_plots_draw(d->arena, d->scratch, d->plots, d->n_waiting, &d->late);
    for (size_t i = 0; i < d->n_waiting; i++) {
        struct ib_chart *chart = &d->charts[d->waiting[i].chart];
        if (drawn != IB_OK || take_picture(d, &d->plots[i], d->waiting[i].left_out, chart) != IB_OK)
            note_fault(d, chart);
        unlink(d->plots[i].data);
        unlink(d->plots[i].picture);
    }
    d->n_waiting = 0;
}

/* Writes the chart's data. It is drawn together with others. */
static enum ib_status draw_query(struct drawing *d, sqlite3_stmt *query, struct ib_chart *chart)
{
    struct data data = {0};
    const char *path = ib_arena_print(d->arena, "%s/data-%zu.tsv", d->scratch, d->n_waiting);
    enum ib_status status = write_data(d, path, query, &data);
    if (status != IB_OK || !data.rows) {
        unlink(path);
        chart->note = "nothing to draw: no case has these data";
        return status;
    }
    d->waiting[d->n_waiting] = (struct waiting){(size_t)(chart - d->charts), data.left_out};
    d->plots[d->n_waiting] = (struct ib_plot){
        .script = chart->script,
        .title = chart->title,
        .data = path,
        .picture = ib_arena_print(d->arena, "%s/chart-%zu.svg", d->scratch, d->n_waiting),
        .labels = data.labels,
        .rows = data.rows,
        .series = data.series,
        .widest = data.widest,
    };
    if (++d->n_waiting == MAX_BATCH)
        draw_waiting(d);
    return IB_OK;
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

/* Sets name, title, model and data set of the chart of one combination. */
static void name_chart(struct drawing *d, sqlite3_stmt *values, struct ib_chart *chart)
{
    const char *name = chart->script->name;
    chart->title = chart->script->title;
    for (int i = 0; chart->script->per[0] && i < sqlite3_column_count(values); i++) {
        const char *column = sqlite3_column_name(values, i);
        const char *value = ib_arena_copy(d->arena, (const char *)sqlite3_column_text(values, i));
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

static struct ib_chart *new_chart(struct drawing *d, const struct ib_chart_script *script)
{
    d->charts = ib_arena_grow(d->arena, d->charts, sizeof *d->charts, d->n, &d->capacity);
    d->charts[d->n] = (struct ib_chart){.script = script, .title = script->title};
    return &d->charts[d->n++];
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

/* Scripts see only the cases of the record, from which some may have been left out. */
static enum ib_status show_cases(sqlite3 *db, const struct ib_run_record *run)
{
    sqlite3_stmt *insert = NULL;
    if (sqlite3_exec(
            db,
            "CREATE TEMP TABLE shown (number INTEGER PRIMARY KEY);"
            "CREATE TEMP VIEW cases AS SELECT * FROM main.cases WHERE number IN (SELECT number FROM shown)",
            NULL, NULL, NULL) != SQLITE_OK)
        return ib_db_fail(db);
    enum ib_status status = ib_db_prepare(db, "INSERT INTO shown (number) VALUES (?)", &insert);
    for (size_t i = 0; i < run->n && status == IB_OK; i++)
        status = ib_db_run(insert, IB_DB_VALUES(ib_db_integer(run->cases[i].number)));
    sqlite3_finalize(insert);
    return status;
}

enum ib_status ib_charts_draw(struct ib_arena *arena, const char *dir, const struct ib_run_record *run,
                              const struct ib_derived *derived, struct ib_chart **out, size_t *n)
{
    struct drawing d = {.arena = arena, .dir = dir};
    struct ib_chart_script *scripts;
    size_t n_scripts;
    IB_TRY(ib_chart_scripts(arena, &scripts, &n_scripts));
    IB_TRY(ib_run_folder_open(dir, &d.db));
    enum ib_status status = ib_chart_tables(d.db, run, derived);
    if (status == IB_OK)
        status = show_cases(d.db, run);
    if (status == IB_OK)
        status = open_scratch(&d);
    for (size_t i = 0; i < n_scripts && status == IB_OK; i++)
        if (draw_script(&d, &scripts[i]) != IB_OK)
            note_fault(&d, new_chart(&d, &scripts[i]));
    if (d.n_waiting)
        draw_waiting(&d);
    if (d.scratch)
        rmdir(d.scratch);
    sqlite3_close(d.db);
    *out = d.charts;
    *n = d.n;
    return status;
}
