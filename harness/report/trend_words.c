#include "report/trend_words.h"

#include "report/commit_words.h"
#include "report/format.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_HEIGHT 0.1 /* of a line of blocks: a share of the median */

/* ---- values ---- */

static enum ib_metric_index metric_of(const struct ib_history_series *s)
{
    return ib_metric_of_task(s->c->task);
}

const char *ib_trend_text(struct ib_arena *arena, const struct ib_history_series *s, enum ib_trend_kind kind,
                          double value)
{
    if (isnan(value))
        return IB_DASH;
    switch (kind) {
    case IB_TREND_TIME:
        return ib_format_duration(arena, value);
    case IB_TREND_METRIC:
        return ib_format_metric(arena, metric_of(s), value);
    case IB_TREND_COPIES:
        return ib_format_count(arena, value);
    default:
        return ib_format_bytes(arena, value);
    }
}

const char *ib_trend_title(const struct ib_history_series *s, enum ib_trend_kind kind)
{
    static const char *const titles[IB_TREND_COUNT] = {"time per epoch", NULL, "copies", "bytes copied"};
    return kind == IB_TREND_METRIC ? ib_metrics[metric_of(s)]->label : titles[kind];
}

/* ---- commits ---- */

const char *ib_trend_commit(struct ib_arena *arena, const struct ib_history_point *point)
{
    const char *commit = ib_short_commit(arena, point->source), *started = point->run->started;
    const int day = strlen("2026-01-31"), minute = strlen("12:00");
    if (commit || strlen(started) < strlen("2026-01-31T12:00"))
        return commit ? commit : started;
    return ib_arena_print(arena, "%.*s %.*s", day, started, minute, started + day + 1);
}

const char *ib_trend_range(struct ib_arena *arena, const struct ib_history_series *s,
                           const struct ib_trend_change *change)
{
    return ib_arena_print(arena, "%s..%s", ib_trend_commit(arena, &s->points[change->before]),
                          ib_trend_commit(arena, &s->points[change->after]));
}

/* ---- changes ---- */

enum ib_doc_style ib_trend_style(const struct ib_trend_change *change)
{
    return change->verdict == IB_TREND_WORSE    ? IB_BAD
           : change->verdict == IB_TREND_BETTER ? IB_GOOD
                                                : IB_IDLE;
}

/* " [4.2 %, 6.0 %]", or "" without an interval. Both ends have the sign that the word before says. */
static const char *interval(struct ib_arena *arena, double low, double high)
{
    return isnan(low) || isnan(high) ? "" : ib_arena_print(arena, " [%.1f %%, %.1f %%]", low, high);
}

static const char *time_difference(struct ib_arena *arena, const struct ib_trend_change *c)
{
    const double percent = 100 * (c->difference - 1), low = 100 * (c->low - 1), high = 100 * (c->high - 1);
    const bool slower = percent > 0;
    if (c->verdict == IB_TREND_UNCLEAR)
        return ib_arena_print(arena, "other scatter, %+.1f %%%s", percent, interval(arena, low, high));
    return ib_arena_print(arena, "%.1f %% %s%s", fabs(percent), slower ? "slower" : "faster",
                          slower ? interval(arena, low, high) : interval(arena, -high, -low));
}

static const char *other_difference(struct ib_arena *arena, const struct ib_history_series *s,
                                    const struct ib_trend_change *c)
{
    const double change = c->new - c->old;
    const char *amount = ib_trend_text(arena, s, c->kind, fabs(change)), *title = ib_trend_title(s, c->kind);
    if (c->verdict == IB_TREND_UNCLEAR)
        return ib_arena_print(arena, "%s with other scatter", title);
    if (c->kind == IB_TREND_METRIC)
        return ib_arena_print(arena, "%s %s %s", title, amount, change > 0 ? "higher" : "lower");
    return ib_arena_print(arena, "%s %s %s", amount, change > 0 ? "more" : "fewer", title);
}

const char *ib_trend_difference(struct ib_arena *arena, const struct ib_history_series *s,
                                const struct ib_trend_change *change)
{
    return change->kind == IB_TREND_TIME ? time_difference(arena, change)
                                         : other_difference(arena, s, change);
}

/* ---- the line of blocks ---- */

static const char *block(double height)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    enum { BLOCKS = sizeof blocks / sizeof *blocks };
    const double at = floor(height * BLOCKS);
    return blocks[at < 0 ? 0 : at >= BLOCKS ? BLOCKS - 1 : (int)at];
}

/* The times that are known, in order. */
static double *known_times(struct ib_arena *arena, const struct ib_history_series *s, size_t *n)
{
    double *out = ib_arena_alloc(arena, (s->n + 1) * sizeof *out);
    *n = 0;
    for (size_t i = 0; i < s->n; i++) {
        out[*n] = ib_trend_value(&s->points[i], IB_TREND_TIME);
        *n += out[*n] > 0 ? 1 : 0;
    }
    return out;
}

const char *ib_trend_line(struct ib_arena *arena, const struct ib_history_series *s, size_t width)
{
    size_t n;
    const double *times = known_times(arena, s, &n);
    const char *line = "";
    if (n < 2)
        return line;
    const size_t places = n < width ? n : width;
    const double median = ib_median(times, n);
    double low = median * (1 - LEAST_HEIGHT / 2), high = median * (1 + LEAST_HEIGHT / 2);
    for (size_t i = 0; i < places; i++) {
        const size_t first = i * n / places, end = (i + 1) * n / places;
        low = fmin(low, ib_median(times + first, end - first));
        high = fmax(high, ib_median(times + first, end - first));
    }
    for (size_t i = 0; i < places; i++) {
        const size_t first = i * n / places, end = (i + 1) * n / places;
        const double height = (ib_median(times + first, end - first) - low) / (high - low);
        line = ib_arena_print(arena, "%s%s", line, block(height));
    }
    return line;
}
