#include "report/format.h"
#include "report/gate_report.h"

#include <math.h>
#include <string.h>

/* Charts are drawn in letters: a comment can hold no files. */
enum { CHART_COLUMNS = 41, NAME_COLUMNS = 44, MOST_LINES = 40 };

static const char *chart_name(struct ib_arena *arena, const struct ib_gate_case *c)
{
    const char *name = ib_arena_print(arena, "%s, %s", c->problem, c->name);
    return ib_text_shorten(arena, name, NAME_COLUMNS);
}

static void print_name(FILE *out, struct ib_arena *arena, const struct ib_gate_case *c)
{
    const char *name = chart_name(arena, c);
    fprintf(out, "%s%*s", name, (int)(NAME_COLUMNS - ib_text_width(name)), "");
}

/* ---- intervals of the ratios ---- */

/* The largest change, either way, that must be shown; at least 1 %. */
static double widest(const struct ib_gate_result *result)
{
    double most = 0.01;
    for (size_t i = 0; i < result->n; i++) {
        const struct ib_speed *speed = &result->cases[i].speed;
        const double ends[] = {speed->low, speed->ratio, speed->high};
        for (size_t e = 0; e < 3; e++)
            most = fmax(most, fabs(log(ends[e]))); /* fmax leaves NaN out */
    }
    return isfinite(most) ? most : 0.01;
}

/* Within the chart, whatever the number. */
static int column_of(double ratio, double most)
{
    double place = (log(ratio) / most + 1) / 2;
    return (int)lround(fmin(fmax(place, 0), 1) * (CHART_COLUMNS - 1));
}

static void print_interval(FILE *out, const struct ib_speed *speed, double most)
{
    char line[CHART_COLUMNS + 1];
    memset(line, ' ', CHART_COLUMNS);
    line[CHART_COLUMNS] = '\0';
    if (!isnan(speed->low) && !isnan(speed->high))
        for (int i = column_of(speed->low, most); i <= column_of(speed->high, most); i++)
            line[i] = '-';
    line[CHART_COLUMNS / 2] = '|';
    line[column_of(speed->ratio, most)] = 'o';
    fputs(line, out);
}

static void print_ratios(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    const double most = widest(result);
    size_t lines = 0;
    fprintf(out, "New over old, with 95 %% intervals; right of the line is slower:\n\n```\n");
    for (size_t i = 0; i < result->n; i++) {
        const struct ib_gate_case *c = &result->cases[i];
        if (!(c->speed.ratio > 0) || ++lines > MOST_LINES)
            continue;
        print_name(out, arena, c);
        print_interval(out, &c->speed, most);
        fprintf(out, " %+.1f %%\n", 100 * (c->speed.ratio - 1));
    }
    fprintf(out, "%*s%-*.3f1%*.3f\n```\n\n", NAME_COLUMNS, "", CHART_COLUMNS / 2, exp(-most),
            CHART_COLUMNS / 2, exp(most));
}

/* ---- times ---- */

static void print_times(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    double longest = 0, shortest = INFINITY;
    size_t lines = 0;
    for (size_t i = 0; i < result->n; i++) {
        longest = fmax(longest, result->cases[i].new_ns);
        shortest = fmin(shortest, result->cases[i].new_ns);
    }
    fprintf(out, "Time of an epoch, on a logarithmic scale:\n\n```\n");
    for (size_t i = 0; i < result->n; i++) {
        const double ns = result->cases[i].new_ns, span = log(longest / shortest);
        if (!(ns > 0) || ++lines > MOST_LINES)
            continue;
        int columns = 1 + (int)lround(span > 0 ? (CHART_COLUMNS - 1) * log(ns / shortest) / span : 0);
        print_name(out, arena, &result->cases[i]);
        for (int k = 0; k < columns; k++)
            fputc('=', out);
        fprintf(out, " %s\n", ib_format_duration(arena, ns));
    }
    fprintf(out, "```\n");
}

void ib_gate_markdown(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    struct ib_doc doc = {.arena = arena};
    bool any_ratio = false, any_time = false;
    for (size_t i = 0; i < result->n; i++) {
        any_ratio = any_ratio || result->cases[i].speed.ratio > 0;
        any_time = any_time || result->cases[i].new_ns > 0;
    }
    ib_gate_page(&doc, result);
    ib_doc_markdown(out, &doc, "##");
    if (any_ratio)
        print_ratios(out, arena, result);
    if (any_time)
        print_times(out, arena, result);
}
