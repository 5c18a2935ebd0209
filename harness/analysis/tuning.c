#include "analysis/tuning.h"

#include "analysis/time_to_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values of the cases ---- */

bool ib_tuning_scores(const struct ib_tuning *sweep, const struct ib_case_record *c)
{
    return ib_case_record_verified(c) && c->check.convergence != IB_DIVERGED &&
           isfinite(c->metrics[sweep->metric]);
}

double ib_tuning_seconds(const struct ib_tuning *sweep, const struct ib_case_record *c)
{
    return c->ranked && !isnan(sweep->target) ? ib_time_to_loss(c, sweep->target).seconds : NAN;
}

size_t ib_tuning_place(const struct ib_tuning_axis *axis, const struct ib_case_record *c)
{
    size_t i = 0;
    while (i < axis->n && !(c->axis[axis->kind] && strcmp(axis->values[i], c->axis[axis->kind]) == 0))
        i++;
    return i;
}

/* ---- the axes ---- */

/* In the order in which they matter; the others follow in their own. */
static const enum ib_axis_kind foremost[] = {IB_AXIS_LR, IB_AXIS_HIDDEN, IB_AXIS_ACT, IB_AXIS_INIT,
                                             IB_AXIS_EPOCHS};
enum { FOREMOST = sizeof foremost / sizeof *foremost };

/* Cases of one sweep may differ on these. */
static bool is_setting(enum ib_axis_kind kind)
{
    return !ib_axis_rules[kind].is_solver && kind != IB_AXIS_MODEL && kind != IB_AXIS_DATASET &&
           kind != IB_AXIS_LOSS && kind != IB_AXIS_DTYPE && kind != IB_AXIS_LOG_EVERY;
}

static int by_number(const void *left, const void *right)
{
    const double a = strtod(*(const char *const *)left, NULL), b = strtod(*(const char *const *)right, NULL);
    return (a > b) - (a < b);
}

/* Adds an axis if it has several values. */
static void add_axis(struct ib_arena *arena, struct ib_tuning *sweep, enum ib_axis_kind kind)
{
    struct ib_tuning_axis axis = {.kind = kind};
    size_t capacity = 0;
    for (size_t i = 0; i < sweep->n; i++) {
        const struct ib_case_record *c = sweep->cases[i];
        if (!c->axis[kind] || ib_tuning_place(&axis, c) < axis.n)
            continue;
        axis.values = ib_arena_grow(arena, axis.values, sizeof *axis.values, axis.n, &capacity);
        axis.values[axis.n++] = c->axis[kind];
    }
    if (axis.n < 2)
        return;
    if (ib_axis_is_number(kind))
        qsort(axis.values, axis.n, sizeof *axis.values, by_number);
    sweep->axes[sweep->n_axes++] = axis;
}

static bool is_foremost(enum ib_axis_kind kind)
{
    for (int i = 0; i < FOREMOST; i++)
        if (foremost[i] == kind)
            return true;
    return false;
}

static void find_axes(struct ib_arena *arena, struct ib_tuning *sweep)
{
    for (int i = 0; i < FOREMOST; i++)
        add_axis(arena, sweep, foremost[i]);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (is_setting((enum ib_axis_kind)k) && !is_foremost((enum ib_axis_kind)k))
            add_axis(arena, sweep, (enum ib_axis_kind)k);
}

/* ---- the best ---- */

/* By the training that reaches the lowest loss. */
static double find_target(const struct ib_tuning *sweep)
{
    struct ib_loss_targets targets = {.lowest = INFINITY}, of_case;
    for (size_t i = 0; i < sweep->n; i++) {
        const struct ib_case_record *c = sweep->cases[i];
        if (c->ranked && ib_loss_targets_of(c->curve.loss, c->curve.n, &of_case) &&
            of_case.lowest < targets.lowest)
            targets = of_case;
    }
    return isfinite(targets.lowest) ? targets.loss[IB_LOSS_TARGET_99] : NAN;
}

static struct ib_tuning_best *best_of(struct ib_arena *arena, struct ib_tuning *sweep, const char *name)
{
    for (size_t i = 0; i < sweep->n_bests; i++)
        if (strcmp(sweep->bests[i].name, name) == 0)
            return &sweep->bests[i];
    sweep->bests =
        ib_arena_grow(arena, sweep->bests, sizeof *sweep->bests, sweep->n_bests, &sweep->bests_capacity);
    sweep->bests[sweep->n_bests] = (struct ib_tuning_best){.name = name, .seconds = NAN};
    return &sweep->bests[sweep->n_bests++];
}

static bool is_better(const struct ib_tuning *sweep, const struct ib_case_record *a,
                      const struct ib_case_record *b)
{
    const double x = a->metrics[sweep->metric], y = b->metrics[sweep->metric];
    return ib_metrics[sweep->metric]->higher_is_better ? x > y : x < y;
}

static void judge(struct ib_arena *arena, struct ib_tuning *sweep, const struct ib_case_record *c)
{
    struct ib_tuning_best *best = best_of(arena, sweep, c->name);
    const double seconds = ib_tuning_seconds(sweep, c);
    best->n++;
    best->n_diverged += c->check.convergence == IB_DIVERGED && ib_case_record_verified(c);
    if (ib_tuning_scores(sweep, c) && (!best->by_score || is_better(sweep, c, best->by_score)))
        best->by_score = c;
    if (!isnan(seconds) && !(seconds >= best->seconds)) {
        best->by_time = c;
        best->seconds = seconds;
    }
}

/* ---- finding them ---- */

static bool same(const struct ib_case_record *a, const struct ib_case_record *b, enum ib_axis_kind kind)
{
    const char *x = a->axis[kind], *y = b->axis[kind];
    return x && y ? strcmp(x, y) == 0 : x == y;
}

static bool belongs(const struct ib_tuning *sweep, const struct ib_case_record *c)
{
    const struct ib_case_record *first = sweep->cases[0];
    return same(first, c, IB_AXIS_MODEL) && same(first, c, IB_AXIS_DATASET) &&
           same(first, c, IB_AXIS_DTYPE) && same(first, c, IB_AXIS_LOSS);
}

/* Cases of the same problem stand together in the plan. */
static void add_case(struct ib_arena *arena, struct ib_tuning *sweep, const struct ib_case_record *c)
{
    sweep->cases = ib_arena_grow(arena, sweep->cases, sizeof(*sweep->cases), sweep->n, &sweep->capacity);
    sweep->n_problems += !sweep->n || strcmp(sweep->cases[sweep->n - 1]->problem, c->problem) != 0;
    sweep->cases[sweep->n++] = c;
}

static void finish(struct ib_arena *arena, struct ib_tuning *sweep)
{
    sweep->metric = ib_metric_of_task(sweep->cases[0]->task);
    sweep->target = find_target(sweep);
    find_axes(arena, sweep);
    for (size_t i = 0; i < sweep->n; i++)
        judge(arena, sweep, sweep->cases[i]);
}

size_t ib_tunings(struct ib_arena *arena, const struct ib_run_record *run, struct ib_tuning **out)
{
    struct ib_tuning *sweeps = NULL;
    size_t n = 0, capacity = 0, kept = 0;
    for (size_t i = 0; i < run->n; i++) {
        size_t s = 0;
        while (s < n && !belongs(&sweeps[s], &run->cases[i]))
            s++;
        if (s == n) {
            sweeps = ib_arena_grow(arena, sweeps, sizeof *sweeps, n, &capacity);
            sweeps[n++] = (struct ib_tuning){0};
        }
        add_case(arena, &sweeps[s], &run->cases[i]);
    }
    for (size_t s = 0; s < n; s++)
        if (sweeps[s].n_problems >= IB_TUNING_LEAST) {
            sweeps[kept] = sweeps[s];
            finish(arena, &sweeps[kept++]);
        }
    *out = sweeps;
    return kept;
}
