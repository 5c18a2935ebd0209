#include "analysis/time_to_loss.h"

#include "analysis/member.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct ib_word ib_time_by_words[] = {
    {"epochs", IB_BY_EPOCHS},
    {"stops", IB_BY_STOPS},
    {"itself", IB_BY_ITSELF},
    {NULL, 0},
};

static size_t curve_length(const json_t *c)
{
    return json_array_size(ib_member(c, "curve.loss"));
}

/* A number of the curve; NaN where there is none. */
static double curve_number(const json_t *c, const char *column, size_t i)
{
    return ib_json_value(json_array_get(ib_member(c, column), i));
}

static bool is_other_algorithm(const json_t *c)
{
    return json_is_string(ib_member(c, "algorithm"));
}

/* Is this the reference of its problem? False where its answer is not right, or its loss does not go down. */
static bool set_targets(struct ib_arena *arena, const json_t *c, struct ib_loss_group *race)
{
    const size_t n = curve_length(c);
    if (!ib_case_counts(c) || is_other_algorithm(c) || n == 0)
        return false;
    double *losses = ib_arena_alloc(arena, n * sizeof *losses);
    for (size_t i = 0; i < n; i++)
        losses[i] = curve_number(c, "curve.loss", i);
    race->reference = c;
    return ib_loss_targets_of(losses, n, &race->targets);
}

/* ---- the time to each ---- */

static const struct ib_time_to never = {NAN, NAN, NAN, NAN, NAN, IB_BY_NONE, NULL};

/* By the losses that were read. */
static struct ib_time_to by_curve(const json_t *c, double loss)
{
    size_t i = 0;
    while (i < curve_length(c) && !(curve_number(c, "curve.loss", i) <= loss))
        i++;
    if (i == curve_length(c))
        return never;
    const double epoch = curve_number(c, "curve.epoch", i), own = curve_number(c, "curve.seconds", i);
    if (!isnan(own) || is_other_algorithm(c))
        return (struct ib_time_to){epoch, own, NAN, NAN, epoch, IB_BY_ITSELF, NULL};
    return (struct ib_time_to){epoch,
                               epoch * ib_member_number(c, "time.epoch_ns.median") / 1e9,
                               epoch * ib_member_number(c, "time.epoch_ns.ci_low") / 1e9,
                               epoch * ib_member_number(c, "time.epoch_ns.ci_high") / 1e9,
                               epoch,
                               IB_BY_EPOCHS,
                               NULL};
}

/* What its stop at this loss says; NULL: it was never searched for. */
static const json_t *find_stop(const json_t *c, double loss)
{
    const json_t *stops = ib_member(c, "stops");
    for (size_t i = 0; i < json_array_size(stops); i++)
        if (ib_member_number(json_array_get(stops, i), "loss") == loss)
            return json_array_get(stops, i);
    return NULL;
}

/* Its own curve has a point for it, if at all, where it says that it comes so low. */
static struct ib_time_to by_stop(const json_t *c, const json_t *stop, double loss)
{
    const double epochs = ib_member_number(stop, "epochs"), median = ib_member_number(stop, "median_ns");
    struct ib_time_to at = never;
    at.reason = json_string_value(ib_member(stop, "reason"));
    at.by = IB_BY_STOPS;
    /* In most rounds it did not get there: that is no time. */
    if (isnan(epochs) || (isnan(median) && ib_member_number(stop, "rounds") > 0))
        return at;
    at.epoch = epochs;
    at.seconds = median / 1e9;
    at.low = ib_member_number(stop, "ci_low_ns") / 1e9;
    at.high = ib_member_number(stop, "ci_high_ns") / 1e9;
    at.at = by_curve(c, loss).at;
    return at;
}

static struct ib_time_to time_to(const json_t *c, double loss)
{
    const json_t *stop = is_other_algorithm(c) ? find_stop(c, loss) : NULL;
    return stop ? by_stop(c, stop, loss) : by_curve(c, loss);
}

/* Ranked ones first, by the last loss, then by the one before; what does not get there comes behind. */
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

static void add_entry(struct ib_loss_group *race, const json_t *c)
{
    struct ib_loss_entry *entry = &race->entries[race->n++];
    *entry = (struct ib_loss_entry){.record = c, .ranked = json_is_true(ib_member(c, "ranked"))};
    race->n_ranked += entry->ranked;
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        entry->at[t] = time_to(c, race->targets.loss[t]);
}

static void fill(struct ib_arena *arena, const json_t *cases, struct ib_loss_group *race)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++)
        n += strcmp(ib_member_text(json_array_get(cases, i), "problem"), race->problem) == 0;
    race->entries = ib_arena_alloc(arena, n * sizeof *race->entries);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (strcmp(ib_member_text(c, "problem"), race->problem) == 0 && curve_length(c) > 0)
            add_entry(race, c);
    }
    qsort(race->entries, race->n, sizeof *race->entries, reading_order);
}

static bool is_known(const struct ib_loss_group *loss_groups, size_t n, const char *problem)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(loss_groups[i].problem, problem) == 0)
            return true;
    return false;
}

size_t ib_loss_groups(struct ib_arena *arena, const json_t *cases, struct ib_loss_group **out)
{
    struct ib_loss_group *loss_groups = ib_arena_alloc(arena, json_array_size(cases) * sizeof *loss_groups);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        loss_groups[n] = (struct ib_loss_group){.problem = ib_member_text(c, "problem")};
        if (is_known(loss_groups, n, loss_groups[n].problem) || !set_targets(arena, c, &loss_groups[n]))
            continue;
        fill(arena, cases, &loss_groups[n]);
        n++;
    }
    *out = loss_groups;
    return n;
}

json_t *ib_time_to_json(const struct ib_loss_group *race, const struct ib_loss_entry *entry)
{
    json_t *list = json_array();
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        const struct ib_time_to *at = &entry->at[t];
        json_array_append_new(
            list, json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:s?, s:s?}", "share", ib_loss_target_shares[t],
                            "loss", race->targets.loss[t], "epoch", ib_json_number(at->epoch), "seconds",
                            ib_json_number(at->seconds), "low", ib_json_number(at->low), "high",
                            ib_json_number(at->high), "by",
                            at->by ? ib_word_of(ib_time_by_words, (int)at->by) : NULL, "reason", at->reason));
    }
    return list;
}
