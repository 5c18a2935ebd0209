#include "report/gate_report.h"

#include "report/format.h"
#include "report/render.h"

#include <math.h>
#include <string.h>

/* Charts are text, because a comment cannot contain files. */
enum { CHART_COLUMNS = 41, NAME_COLUMNS = 44, MOST_LINES = 40 };

/* The name of a chart's line, padded to a column. */
static const char *name_column(struct ib_arena *arena, const struct ib_gate_case *c)
{
    const char *name =
        ib_text_shorten(arena, ib_arena_print(arena, "%s, %s", c->problem, c->name), NAME_COLUMNS);
    return ib_arena_print(arena, "%s%*s", name, (int)(NAME_COLUMNS - ib_text_width(name)), "");
}

/* ---- intervals of the ratios ---- */

/* The largest change to show, in either direction, as a logarithm; at least 0.01. */
static double widest(const struct ib_gate_result *result)
{
    double most = 0.01;
    for (size_t i = 0; i < result->n; i++) {
        const struct ib_speed *speed = &result->cases[i].speed;
        const double ends[] = {speed->low, speed->ratio, speed->high};
        for (size_t e = 0; e < 3; e++)
            most = fmax(most, fabs(log(ends[e]))); /* fmax ignores NaN */
    }
    return isfinite(most) ? most : 0.01;
}

/* The column of a ratio, limited to the chart. */
static int column_of(double ratio, double most)
{
    double place = (log(ratio) / most + 1) / 2;
    return (int)lround(fmin(fmax(place, 0), 1) * (CHART_COLUMNS - 1));
}

static const char *interval_text(struct ib_arena *arena, const struct ib_speed *speed, double most)
{
    char line[CHART_COLUMNS + 1];
    memset(line, ' ', CHART_COLUMNS);
    line[CHART_COLUMNS] = '\0';
    if (!isnan(speed->low) && !isnan(speed->high))
        for (int i = column_of(speed->low, most); i <= column_of(speed->high, most); i++)
            line[i] = '-';
    line[CHART_COLUMNS / 2] = '|';
    line[column_of(speed->ratio, most)] = 'o';
    return ib_arena_copy(arena, line);
}

static void add_ratios(struct ib_doc *doc, const struct ib_gate_result *result)
{
    struct ib_arena *arena = doc->arena;
    const double most = widest(result);
    const char *chart = "";
    size_t lines = 0;
    for (size_t i = 0; i < result->n; i++) {
        const struct ib_gate_case *c = &result->cases[i];
        if (c->speed.ratio > 0 && ++lines <= MOST_LINES)
            chart = ib_arena_print(arena, "%s%s%s %+.1f %%\n", chart, name_column(arena, c),
                                   interval_text(arena, &c->speed, most), 100 * (c->speed.ratio - 1));
    }
    if (!lines)
        return;
    ib_doc_paragraph(doc, "New over old time, with 95 % intervals; right of the line is slower:");
    chart = ib_arena_print(arena, "%s%*s%-*.3f1%*.3f\n", chart, NAME_COLUMNS, "", CHART_COLUMNS / 2,
                           exp(-most), CHART_COLUMNS / 2, exp(most));
    ib_doc_add(doc, IB_DOC_CODE, chart);
}

/* ---- times ---- */

static void add_times(struct ib_doc *doc, const struct ib_gate_result *result)
{
    static const char bar[CHART_COLUMNS + 1] = "=========================================";
    struct ib_arena *arena = doc->arena;
    double longest = 0, shortest = INFINITY;
    const char *chart = "";
    size_t lines = 0;
    for (size_t i = 0; i < result->n; i++) {
        longest = fmax(longest, result->cases[i].new_ns);
        shortest = fmin(shortest, result->cases[i].new_ns);
    }
    for (size_t i = 0; i < result->n; i++) {
        const double ns = result->cases[i].new_ns, span = log(longest / shortest);
        if (!(ns > 0) || ++lines > MOST_LINES)
            continue;
        int columns = 1 + (int)lround(span > 0 ? (CHART_COLUMNS - 1) * log(ns / shortest) / span : 0);
        chart = ib_arena_print(arena, "%s%s%.*s %s\n", chart, name_column(arena, &result->cases[i]), columns,
                               bar, ib_format_duration(arena, ns));
    }
    if (!lines)
        return;
    ib_doc_paragraph(doc, "Time per epoch, on a logarithmic scale:");
    ib_doc_add(doc, IB_DOC_CODE, chart);
}

void ib_gate_markdown(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    struct ib_doc doc = {.arena = arena};
    ib_gate_page(&doc, result);
    add_ratios(&doc, result);
    add_times(&doc, result);
    ib_render_markdown(out, &doc);
}
