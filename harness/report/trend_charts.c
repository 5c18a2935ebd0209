#include "report/trend_charts.h"

#include "base/error.h"
#include "base/file.h"
#include "base/slug.h"
#include "report/chart_batch.h"
#include "report/format.h"
#include "report/svg.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_SVG_BYTES = 16 << 20, MAX_BATCH = 32, MAX_TICKS = 7, TICK_CHARACTERS = 10 };

static const struct ib_chart_script script = {.name = "history/trend", .height = "236"};

struct drawing {
    struct ib_arena *arena;
    const char *scratch; /* folder of data and pictures */
    struct ib_plot plots[MAX_BATCH];
    struct ib_trend_chart *charts[MAX_BATCH]; /* that each plot is for */
    const char *ids[MAX_BATCH];               /* before the ids in its picture */
    size_t n;
    bool late; /* gnuplot hung */
};

/* ---- data ---- */

enum { PIXELS_WIDE = 780 };

/* What is drawn, and the unit of the vertical axis. */
struct drawn {
    struct ib_arena *arena;
    const struct ib_trend *trend;
    enum ib_trend_kind kind;
    double unit;
};

/* Positions count from 1. */
static double position(size_t index)
{
    return (double)index + 1;
}

static double value_at(const struct drawn *d, size_t i)
{
    return ib_trend_value(&d->trend->series->points[i], d->kind) / d->unit;
}

static double known_or(double value, double otherwise)
{
    return isnan(value) ? otherwise : value;
}

/* Position, value, interval, and whether files differed from the commit. */
static uint64_t write_points(FILE *out, const struct drawn *d)
{
    const struct ib_history_series *s = d->trend->series;
    uint64_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct ib_history_point *p = &s->points[i];
        const double value = value_at(d, i);
        const bool timed = d->kind == IB_TREND_TIME;
        if (!isfinite(value))
            continue;
        fprintf(out, "%g\t%.17g\t%.17g\t%.17g\t%d\n", position(i), value,
                timed ? known_or(p->result.low_ns / d->unit, value) : value,
                timed ? known_or(p->result.high_ns / d->unit, value) : value,
                p->source && p->source->dirty == IB_YES);
        n++;
    }
    return n;
}

/* Begin, end and height of the level between two changes. */
static void write_levels(FILE *out, const struct drawn *d)
{
    const struct ib_trend *t = d->trend;
    const struct ib_trend_extent known = ib_trend_extent_of(t->series, d->kind);
    double level = value_at(d, known.first);
    size_t begin = known.first;
    for (size_t i = 0; i < t->n; i++) {
        const struct ib_trend_change *c = &t->changes[i];
        if (c->kind != d->kind)
            continue;
        fprintf(out, "%g\t%g\t%.17g\n", position(begin), position(c->before), c->old / d->unit);
        begin = c->after;
        level = c->new / d->unit;
    }
    if (begin != known.first)
        fprintf(out, "%g\t%g\t%.17g\n", position(begin), position(known.last), level);
}

/* Labels of the horizontal axis, as many as there is room for. */
static void write_ticks(FILE *out, const struct drawn *d)
{
    const struct ib_history_series *s = d->trend->series;
    const size_t step = (s->n + MAX_TICKS - 1) / MAX_TICKS;
    for (size_t i = 0; i < s->n; i += step)
        fprintf(out, "%g\t%.*s\n", position(i), TICK_CHARACTERS, ib_trend_commit(d->arena, &s->points[i]));
}

/* Place and verdict. */
static size_t write_changes(FILE *out, const struct drawn *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->trend->n; i++) {
        const struct ib_trend_change *c = &d->trend->changes[i];
        if (c->kind == d->kind)
            fprintf(out, "%g\t%d\n", (position(c->before) + position(c->after)) / 2, (int)c->verdict);
        n += c->kind == d->kind ? 1 : 0;
    }
    return n;
}

/* What the script counts as series: its blocks of data, none of which has a name. */
#define BLOCK                                                                                                \
    {                                                                                                        \
        .label = "", .look = {.colour = "#000000", .shape = 1, .dash = 1 }                                   \
    }
static const struct ib_chart_series blocks[] = {BLOCK, BLOCK, BLOCK, BLOCK};

/* Four blocks; without changes, the two of levels and changes are missing. */
static enum ib_status write_data(const struct drawn *d, struct ib_plot *plot)
{
    size_t n_changes = 0;
    FILE *out = fopen(plot->data, "we");
    if (!out)
        return ib_fail_errno(plot->data, "cannot write a chart's data");
    for (size_t i = 0; i < d->trend->n; i++)
        n_changes += d->trend->changes[i].kind == d->kind ? 1 : 0;
    plot->rows = d->trend->series->n;
    write_points(out, d);
    fputs("\n\n", out);
    write_ticks(out, d);
    if (n_changes) {
        fputs("\n\n", out);
        write_levels(out, d);
        fputs("\n\n", out);
        write_changes(out, d);
    }
    plot->series = blocks;
    plot->n = n_changes ? 4 : 2;
    const bool written = !ferror(out);
    return fclose(out) == 0 && written ? IB_OK : ib_fail_errno(plot->data, "cannot write a chart's data");
}

/* ---- drawing ---- */

static void take_picture(struct drawing *d, size_t i)
{
    struct ib_trend_chart *chart = d->charts[i];
    struct ib_arena scratch = {0};
    char *document;
    size_t bytes;
    chart->note = d->plots[i].note;
    if (!chart->note &&
        ib_file_read(&scratch, d->plots[i].picture, MAX_SVG_BYTES, &document, &bytes) == IB_OK)
        chart->svg = ib_svg_clean(d->arena, document, d->ids[i], chart->title, NULL);
    if (!chart->note && !chart->svg)
        chart->note = "gnuplot drew nothing";
    ib_arena_free(&scratch);
}

static enum ib_status draw_batch(struct drawing *d)
{
    const enum ib_status status = ib_plots_draw(d->arena, d->scratch, d->plots, d->n, &d->late);
    for (size_t i = 0; i < d->n; i++) {
        if (status == IB_OK)
            take_picture(d, i);
        unlink(d->plots[i].data);
        unlink(d->plots[i].picture);
    }
    d->n = 0;
    return status;
}

/* A name of time's unit, which fits the shortest; *unit: its length. */
static const char *axis_title(const struct drawn *d, double *unit)
{
    const struct ib_history_series *s = d->trend->series;
    double least = INFINITY;
    *unit = 1;
    for (size_t i = 0; i < s->n; i++)
        least = fmin(least, ib_trend_value(&s->points[i], d->kind));
    if (d->kind == IB_TREND_TIME)
        return ib_arena_print(d->arena, "Time per epoch [%s]", ib_unit_of_ns(least, unit));
    return d->kind == IB_TREND_METRIC ? ib_trend_title(s, d->kind)
                                      : "Copies of a training and its prediction";
}

static enum ib_status add_chart(struct drawing *d, const struct ib_trend *trend, enum ib_trend_kind kind,
                                size_t number, struct ib_trend_charts *out)
{
    struct drawn drawn = {.arena = d->arena, .trend = trend, .kind = kind};
    struct ib_trend_chart *chart = &out->list[out->n++];
    chart->title = axis_title(&drawn, &drawn.unit);
    d->charts[d->n] = chart;
    d->ids[d->n] = ib_arena_print(d->arena, "trend-%zu-%s", number, ib_trend_names[kind]);
    struct ib_plot *plot = &d->plots[d->n];
    *plot = (struct ib_plot){.script = &script,
                             .title = chart->title,
                             .data = ib_arena_print(d->arena, "%s/data-%zu.tsv", d->scratch, d->n),
                             .picture = ib_arena_print(d->arena, "%s/chart-%zu.svg", d->scratch, d->n),
                             .pixels_wide = PIXELS_WIDE};
    d->n++;
    IB_TRY(write_data(&drawn, plot));
    return d->n == MAX_BATCH ? draw_batch(d) : IB_OK;
}

static enum ib_status add_series(struct drawing *d, const struct ib_trend *trend, size_t number,
                                 struct ib_trend_charts *out)
{
    for (enum ib_trend_kind kind = 0; kind < IB_TREND_BYTES; kind++) {
        const struct ib_trend_extent known = ib_trend_extent_of(trend->series, kind);
        if (known.n && (kind != IB_TREND_COPIES || known.some))
            IB_TRY(add_chart(d, trend, kind, number, out));
    }
    return IB_OK;
}

enum ib_status ib_trend_charts_draw(struct ib_arena *arena, const struct ib_trends *trends,
                                    struct ib_trend_charts **out)
{
    struct drawing *d = ib_arena_alloc(arena, sizeof *d);
    char *scratch;
    d->arena = arena;
    *out = ib_arena_alloc(arena, (trends->n + 1) * sizeof **out);
    IB_TRY(ib_temporary_folder(arena, "ironbench-charts", NULL, &scratch));
    d->scratch = scratch;
    enum ib_status status = IB_OK;
    for (size_t i = 0; i < trends->n && status == IB_OK; i++)
        status = add_series(d, &trends->list[i], i + 1, &(*out)[i]);
    if (status == IB_OK && d->n)
        status = draw_batch(d);
    ib_folder_remove(scratch);
    return status;
}
