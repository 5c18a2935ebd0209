#include "analysis/time_to_loss.h"

#include "analysis/problems.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct ib_word ib_time_by_words[] = {
    {"epochs", IB_BY_EPOCHS},
    {"stops", IB_BY_STOPS},
    {"itself", IB_BY_ITSELF},
    {NULL, 0},
};

/* Sets the targets from a case. Returns false if it is not verified or its loss does not decrease. */
static bool set_targets(const struct ib_case_record *c, struct ib_loss_group *group)
{
    if (!ib_case_record_counts(c) || c->algorithm || c->curve.n == 0)
        return false;
    group->reference = c;
    return ib_loss_targets_of(c->curve.loss, c->curve.n, &group->targets);
}

/* ---- times ---- */

static const struct ib_time_to never = {NAN, NAN, NAN, NAN, NAN, IB_BY_NONE, NULL};

/* The time from the losses that were read. */
static struct ib_time_to by_curve(const struct ib_case_record *c, double loss)
{
    size_t i = 0;
    while (i < c->curve.n && !(c->curve.loss[i] <= loss))
        i++;
    if (i == c->curve.n)
        return never;
    const double epoch = (double)c->curve.epoch[i], own = c->seconds ? c->seconds[i] : NAN;
    if (!isnan(own) || c->algorithm)
        return (struct ib_time_to){epoch, own, NAN, NAN, epoch, IB_BY_ITSELF, NULL};
    const struct ib_epoch_times *t = &c->epoch_ns;
    return (struct ib_time_to){
        epoch, epoch * t->median / 1e9, epoch * t->low / 1e9, epoch * t->high / 1e9, epoch, IB_BY_EPOCHS,
        NULL};
}

/* The case's stop at this loss; NULL if it was not searched for. */
static const struct ib_stop_summary *find_stop(const struct ib_case_record *c, double loss)
{
    for (size_t i = 0; i < c->n_stops; i++)
        if (c->stops[i].loss == loss)
            return &c->stop_summaries[i];
    return NULL;
}

/* The time from a stop. `at` is the epoch, if any, at which the case's own curve reaches the loss. */
static struct ib_time_to by_stop(const struct ib_case_record *c, const struct ib_stop_summary *stop,
                                 double loss)
{
    struct ib_time_to at = never;
    at.reason = stop->reason;
    at.by = IB_BY_STOPS;
    /* Without a median, most rounds did not reach the loss. */
    if (!stop->stop->epochs || (isnan(stop->median_ns) && stop->rounds > 0))
        return at;
    at.epoch = (double)stop->stop->epochs;
    at.seconds = stop->median_ns / 1e9;
    at.low = stop->low_ns / 1e9;
    at.high = stop->high_ns / 1e9;
    at.at = by_curve(c, loss).at;
    return at;
}

struct ib_time_to ib_time_to_loss(const struct ib_case_record *c, double loss)
{
    const struct ib_stop_summary *stop = c->algorithm ? find_stop(c, loss) : NULL;
    return stop ? by_stop(c, stop, loss) : by_curve(c, loss);
}

/* Ranked entries first, by the time to the last loss, then to the one before; those that miss it come last.
 */
static int reading_order(const void *left, const void *right)
{
    const struct ib_loss_entry *a = left, *b = right;
    if (a->ranked != b->ranked)
        return a->ranked ? -1 : 1;
    for (int t = IB_LOSS_TARGET_COUNT - 1; t >= 0; t--) {
        const double x = a->at[t].seconds, y = b->at[t].seconds;
        if (isnan(x) != isnan(y))
            return isnan(x) ? 1 : -1;
        if (x < y || x > y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static void add_entry(struct ib_loss_group *group, const struct ib_case_record *c)
{
    struct ib_loss_entry *entry = &group->entries[group->n++];
    *entry = (struct ib_loss_entry){.record = c, .ranked = c->ranked};
    group->n_ranked += entry->ranked ? 1 : 0;
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        entry->at[t] = ib_time_to_loss(c, group->targets.loss[t]);
}

static void fill(struct ib_arena *arena, const struct ib_problem_cases *problem, struct ib_loss_group *group)
{
    group->entries = ib_arena_alloc(arena, problem->n * sizeof *group->entries);
    for (size_t i = 0; i < problem->n; i++)
        if (problem->cases[i]->curve.n > 0)
            add_entry(group, problem->cases[i]);
    qsort(group->entries, group->n, sizeof *group->entries, reading_order);
}

/* By the first case of the problem that has targets. */
static bool set_group(const struct ib_problem_cases *problem, struct ib_loss_group *group)
{
    *group = (struct ib_loss_group){.problem = problem->cases[0]->problem};
    for (size_t i = 0; i < problem->n; i++)
        if (set_targets(problem->cases[i], group))
            return true;
    return false;
}

size_t ib_loss_groups(struct ib_arena *arena, const struct ib_run_record *run, struct ib_loss_group **out)
{
    const struct ib_problems problems = ib_problems_of(arena, run);
    struct ib_loss_group *groups = ib_arena_alloc(arena, (problems.n + 1) * sizeof *groups);
    size_t n = 0;
    for (size_t p = 0; p < problems.n; p++)
        if (set_group(&problems.list[p], &groups[n]))
            fill(arena, &problems.list[p], &groups[n++]);
    *out = groups;
    return n;
}
