#include "analysis/member.h"
#include "report/format.h"
#include "report/gate_report.h"

#include <math.h>
#include <string.h>

/* Charts are drawn in letters: a comment can hold no files. */
enum { CHART_COLUMNS = 41, NAME_COLUMNS = 44, MOST_LINES = 40 };

static const char *chart_name(struct ib_arena *arena, const json_t *c)
{
    const char *name =
        ib_arena_print(arena, "%s, %s", ib_member_text(c, "problem"), ib_member_text(c, "name"));
    return ib_text_shorten(arena, name, NAME_COLUMNS);
}

static void print_name(FILE *out, struct ib_arena *arena, const json_t *c)
{
    const char *name = chart_name(arena, c);
    fprintf(out, "%s%*s", name, (int)(NAME_COLUMNS - ib_text_width(name)), "");
}

/* ---- intervals of the ratios ---- */

/* The largest change, either way, that must be shown; at least 1 %. */
static double widest(const json_t *cases)
{
    double most = 0.01;
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c) {
        static const char *const ends[] = {"speed.ratio.low", "speed.ratio.median", "speed.ratio.high"};
        for (size_t e = 0; e < 3; e++)
            most = fmax(most, fabs(log(ib_member_number(c, ends[e])))); /* fmax leaves NaN out */
    }
    return isfinite(most) ? most : 0.01;
}

/* Within the chart, whatever the number. */
static int column_of(double ratio, double most)
{
    double place = (log(ratio) / most + 1) / 2;
    return (int)lround(fmin(fmax(place, 0), 1) * (CHART_COLUMNS - 1));
}

static void print_interval(FILE *out, const json_t *ratio, double most)
{
    char line[CHART_COLUMNS + 1];
    double low = ib_member_number(ratio, "low"), high = ib_member_number(ratio, "high");
    memset(line, ' ', CHART_COLUMNS);
    line[CHART_COLUMNS] = '\0';
    if (!isnan(low) && !isnan(high))
        for (int i = column_of(low, most); i <= column_of(high, most); i++)
            line[i] = '-';
    line[CHART_COLUMNS / 2] = '|';
    line[column_of(ib_member_number(ratio, "median"), most)] = 'o';
    fputs(line, out);
}

static void print_ratios(FILE *out, struct ib_arena *arena, const json_t *cases)
{
    const double most = widest(cases);
    size_t i, lines = 0;
    json_t *c;
    fprintf(out, "New over old, with 95 %% intervals; right of the line is slower:\n\n```\n");
    json_array_foreach (cases, i, c) {
        double ratio = ib_member_number(c, "speed.ratio.median");
        if (!(ratio > 0) || ++lines > MOST_LINES)
            continue;
        print_name(out, arena, c);
        print_interval(out, ib_member(c, "speed.ratio"), most);
        fprintf(out, " %+.1f %%\n", 100 * (ratio - 1));
    }
    fprintf(out, "%*s%-*.3f1%*.3f\n```\n\n", NAME_COLUMNS, "", CHART_COLUMNS / 2, exp(-most),
            CHART_COLUMNS / 2, exp(most));
}

/* ---- times ---- */

static void print_times(FILE *out, struct ib_arena *arena, const json_t *cases)
{
    double longest = 0, shortest = INFINITY;
    size_t i, lines = 0;
    json_t *c;
    json_array_foreach (cases, i, c) {
        double ns = ib_member_number(c, "new_ns");
        longest = fmax(longest, ns);
        shortest = fmin(shortest, ns);
    }
    fprintf(out, "Time of an epoch, on a logarithmic scale:\n\n```\n");
    json_array_foreach (cases, i, c) {
        double ns = ib_member_number(c, "new_ns"), span = log(longest / shortest);
        if (!(ns > 0) || ++lines > MOST_LINES)
            continue;
        int columns = 1 + (int)lround(span > 0 ? (CHART_COLUMNS - 1) * log(ns / shortest) / span : 0);
        print_name(out, arena, c);
        for (int k = 0; k < columns; k++)
            fputc('=', out);
        fprintf(out, " %s\n", ib_format_duration(arena, ns));
    }
    fprintf(out, "```\n");
}

static bool any(const json_t *cases, const char *member)
{
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c)
        if (ib_member_number(c, member) > 0)
            return true;
    return false;
}

void ib_gate_markdown(FILE *out, struct ib_arena *arena, const json_t *result)
{
    struct ib_doc doc = {.arena = arena};
    const json_t *cases = ib_member(result, "cases");
    ib_gate_page(&doc, result);
    ib_doc_markdown(out, &doc, "##");
    if (any(cases, "speed.ratio.median"))
        print_ratios(out, arena, cases);
    if (any(cases, "new_ns"))
        print_times(out, arena, cases);
}
