#include "analysis/trend.h"

#include "analysis/problems.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>

#define CLEAR_SHARE (2.0 / 3) /* of pairs of values that differ in the same direction */

const char *const ib_trend_names[IB_TREND_COUNT] = {"time", "metric", "copies", "bytes"};
const struct ib_word ib_trend_verdict_words[] = {
    {"worse", IB_TREND_WORSE}, {"better", IB_TREND_BETTER}, {"unclear", IB_TREND_UNCLEAR}, {NULL, 0}};

/* The known values of a series, and the points that they are of. */
struct known {
    enum ib_trend_kind kind;
    double *values; /* as they are compared: logarithms of times */
    size_t *at, n;
};

/* ---- values ---- */

static double sum_of(int64_t up, int64_t down)
{
    return up < 0 || down < 0 ? NAN : (double)up + (double)down;
}

double ib_trend_value(const struct ib_history_point *point, enum ib_trend_kind kind)
{
    const struct ib_history_result *r = &point->result;
    switch (kind) {
    case IB_TREND_TIME:
        return r->epoch_ns;
    case IB_TREND_METRIC:
        return r->metric;
    case IB_TREND_COPIES:
        return sum_of(r->h2d_count, r->d2h_count);
    default:
        return sum_of(r->h2d_bytes, r->d2h_bytes);
    }
}

static double compared_value(const struct ib_history_point *point, enum ib_trend_kind kind)
{
    const double value = ib_trend_value(point, kind);
    return kind == IB_TREND_TIME ? log(value) : value;
}

static struct known known_values(struct ib_arena *arena, const struct ib_history_series *s,
                                 enum ib_trend_kind kind)
{
    struct known out = {.kind = kind,
                        .values = ib_arena_alloc(arena, (s->n + 1) * sizeof *out.values),
                        .at = ib_arena_alloc(arena, (s->n + 1) * sizeof *out.at)};
    for (size_t i = 0; i < s->n; i++) {
        const double value = compared_value(&s->points[i], kind);
        if (!isfinite(value))
            continue;
        out.values[out.n] = value;
        out.at[out.n++] = i;
    }
    return out;
}

struct ib_trend_extent ib_trend_extent_of(const struct ib_history_series *s, enum ib_trend_kind kind)
{
    struct ib_trend_extent out = {0};
    for (size_t i = 0; i < s->n; i++) {
        const double value = ib_trend_value(&s->points[i], kind);
        if (!isfinite(value))
            continue;
        out.first = out.n++ ? out.first : i;
        out.last = i;
        out.some |= value != 0;
    }
    return out;
}

/* ---- changes ---- */

static bool is_exact(enum ib_trend_kind kind)
{
    return kind == IB_TREND_COPIES || kind == IB_TREND_BYTES;
}

static struct ib_trend_change *add_change(struct ib_arena *arena, struct ib_trend *trend,
                                          enum ib_trend_kind kind)
{
    trend->changes = ib_arena_grow(arena, trend->changes, sizeof *trend->changes, trend->n, &trend->capacity);
    trend->changes[trend->n] = (struct ib_trend_change){.kind = kind, .low = NAN, .high = NAN, .p = NAN};
    return &trend->changes[trend->n++];
}

static void add_exact(struct ib_arena *arena, const struct known *known, struct ib_trend *trend)
{
    for (size_t i = 1; i < known->n; i++) {
        const double old = known->values[i - 1], new = known->values[i];
        if (old == new)
            continue;
        struct ib_trend_change *change = add_change(arena, trend, known->kind);
        change->before = known->at[i - 1];
        change->after = known->at[i];
        change->old = old;
        change->new = new;
        change->difference = new / old;
        change->verdict = new > old ? IB_TREND_WORSE : IB_TREND_BETTER;
    }
}

static bool higher_is_better(const struct ib_trend *trend, enum ib_trend_kind kind)
{
    return kind == IB_TREND_METRIC && ib_metrics[ib_metric_of_task(trend->series->c->task)]->higher_is_better;
}

/* Sets old, new and their difference from the values begin … at - 1 and at … end - 1. */
static void measure(const struct known *known, size_t begin, size_t at, size_t end,
                    struct ib_trend_change *out)
{
    const struct ib_interval old = ib_interval(known->values + begin, at - begin, 0.95),
                             new = ib_interval(known->values + at, end - at, 0.95),
                             difference = ib_interval_difference(&old, &new);
    const bool logarithms = known->kind == IB_TREND_TIME;
    out->old = logarithms ? exp(old.median) : old.median;
    out->new = logarithms ? exp(new.median) : new.median;
    out->difference = logarithms ? exp(difference.median) : difference.median;
    out->low = logarithms ? exp(difference.low) : difference.low;
    out->high = logarithms ? exp(difference.high) : difference.high;
}

/* Of all pairs of a value begin … at - 1 and one at … end - 1, the share in which the second is larger; equal
 * ones count half. */
static double share_above(const struct known *known, size_t begin, size_t at, size_t end)
{
    double above = 0;
    for (size_t i = begin; i < at; i++)
        for (size_t k = at; k < end; k++) {
            const double old = known->values[i], new = known->values[k];
            above += new > old ? 1 : new == old ? 0.5 : 0;
        }
    return above / ((double)(at - begin) * (double)(end - at));
}

/* If only the scatter has changed, about half of the new values are above an old one. */
static enum ib_trend_verdict judge(const struct ib_trend *trend, enum ib_trend_kind kind, double above)
{
    const bool up = above > CLEAR_SHARE, down = 1 - above > CLEAR_SHARE;
    if (!up && !down)
        return IB_TREND_UNCLEAR;
    return up == higher_is_better(trend, kind) ? IB_TREND_BETTER : IB_TREND_WORSE;
}

static void add_found(struct ib_arena *arena, const struct known *known, const struct ib_change_rules *rules,
                      struct ib_trend *trend)
{
    struct ib_change_point *found = ib_arena_alloc(arena, (known->n + 1) * sizeof *found);
    const size_t n = ib_change_points(known->values, known->n, rules, found);
    for (size_t i = 0; i < n; i++) {
        struct ib_trend_change *change = add_change(arena, trend, known->kind);
        change->before = known->at[found[i].at - 1];
        change->after = known->at[found[i].at];
        change->p = found[i].p;
        const size_t begin = i ? found[i - 1].at : 0, end = i + 1 < n ? found[i + 1].at : known->n;
        measure(known, begin, found[i].at, end, change);
        change->verdict = judge(trend, known->kind, share_above(known, begin, found[i].at, end));
    }
}

void ib_trend_of(struct ib_arena *arena, const struct ib_history_series *s,
                 const struct ib_change_rules *rules, struct ib_trend *out)
{
    *out = (struct ib_trend){.series = s};
    for (enum ib_trend_kind kind = 0; kind < IB_TREND_COUNT; kind++) {
        const struct known known = known_values(arena, s, kind);
        if (is_exact(kind))
            add_exact(arena, &known, out);
        else
            add_found(arena, &known, rules, out);
    }
}

/* Adds the trends of all series of a case; they follow each other from *next on. */
static void add_case(struct ib_arena *arena, const struct ib_history *h, const struct ib_case_record *c,
                     size_t next, struct ib_trends *out)
{
    for (; next < h->n && h->series[next].c == c; next++) {
        struct ib_trend *trend = &out->list[out->n++];
        ib_trend_of(arena, &h->series[next], &out->rules, trend);
        out->n_changes += trend->n;
    }
}

void ib_trends_of(struct ib_arena *arena, const struct ib_history *h, const struct ib_change_rules *rules,
                  struct ib_trends *out)
{
    const struct ib_problems problems = ib_problems_of(arena, &h->cases);
    size_t *first = ib_arena_alloc(arena, (h->cases.n + 1) * sizeof *first); /* series of each case */
    *out = (struct ib_trends){
        .history = h, .rules = *rules, .list = ib_arena_alloc(arena, (h->n + 1) * sizeof *out->list)};
    for (size_t i = h->n; i-- > 0;)
        first[h->series[i].c - h->cases.cases] = i;
    for (size_t p = 0; p < problems.n; p++)
        for (size_t i = 0; i < problems.list[p].n; i++) {
            const struct ib_case_record *c = problems.list[p].cases[i];
            add_case(arena, h, c, first[c - h->cases.cases], out);
        }
}
