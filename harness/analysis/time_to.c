#include "analysis/time_to.h"

#include "analysis/member.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double ib_target_shares[IB_TARGET_COUNT] = {0.9, 0.99, 0.999};

static size_t curve_length(const json_t *c)
{
    return json_array_size(ib_member(c, "curve.loss"));
}

/* A number of the curve; NaN where there is none. */
static double curve_number(const json_t *c, const char *column, size_t i)
{
    const json_t *value = json_array_get(ib_member(c, column), i);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_other_algorithm(const json_t *c)
{
    return json_is_string(ib_member(c, "algorithm"));
}

/* ---- the losses asked for ---- */

/* False where the loss of this case does not go down, or its answer is not right. */
static bool set_targets(const json_t *c, struct ib_race *race)
{
    if (!ib_case_counts(c) || is_other_algorithm(c) || curve_length(c) == 0)
        return false;
    race->reference = c;
    race->first = race->lowest = curve_number(c, "curve.loss", 0);
    for (size_t i = 1; i < curve_length(c); i++)
        race->lowest = fmin(race->lowest, curve_number(c, "curve.loss", i)); /* skips NaN */
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        race->loss[t] = race->first - ib_target_shares[t] * (race->first - race->lowest);
    return race->lowest < race->first;
}

/* ---- the time to each ---- */

static struct ib_time_to time_to(const json_t *c, double loss)
{
    static const struct ib_time_to never = {NAN, NAN, NAN, NAN};
    size_t i = 0;
    while (i < curve_length(c) && !(curve_number(c, "curve.loss", i) <= loss))
        i++;
    if (i == curve_length(c))
        return never;
    const double epoch = curve_number(c, "curve.epoch", i), own = curve_number(c, "curve.seconds", i);
    if (!isnan(own) || is_other_algorithm(c))
        return (struct ib_time_to){epoch, own, NAN, NAN};
    return (struct ib_time_to){epoch, epoch * ib_member_number(c, "time.epoch_ns.median") / 1e9,
                               epoch * ib_member_number(c, "time.epoch_ns.ci_low") / 1e9,
                               epoch * ib_member_number(c, "time.epoch_ns.ci_high") / 1e9};
}

/* Ranked ones first, by the last loss, then by the one before; what does not get there comes behind. */
static int reading_order(const void *left, const void *right)
{
    const struct ib_racer *a = left, *b = right;
    if (a->ranked != b->ranked)
        return a->ranked ? -1 : 1;
    for (int t = IB_TARGET_COUNT - 1; t >= 0; t--) {
        const double x = a->at[t].seconds, y = b->at[t].seconds;
        if (isnan(x) != isnan(y))
            return isnan(x) ? 1 : -1;
        if (x < y || x > y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static void add_racer(struct ib_race *race, const json_t *c)
{
    struct ib_racer *racer = &race->racers[race->n++];
    *racer = (struct ib_racer){.record = c, .ranked = json_is_true(ib_member(c, "ranked"))};
    race->n_ranked += racer->ranked;
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        racer->at[t] = time_to(c, race->loss[t]);
}

static void fill(struct ib_arena *arena, const json_t *cases, struct ib_race *race)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++)
        n += strcmp(ib_member_text(json_array_get(cases, i), "problem"), race->problem) == 0;
    race->racers = ib_arena_alloc(arena, n * sizeof *race->racers);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (strcmp(ib_member_text(c, "problem"), race->problem) == 0 && curve_length(c) > 0)
            add_racer(race, c);
    }
    qsort(race->racers, race->n, sizeof *race->racers, reading_order);
}

static bool is_known(const struct ib_race *races, size_t n, const char *problem)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(races[i].problem, problem) == 0)
            return true;
    return false;
}

size_t ib_races(struct ib_arena *arena, const json_t *cases, struct ib_race **out)
{
    struct ib_race *races = ib_arena_alloc(arena, json_array_size(cases) * sizeof *races);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        races[n] = (struct ib_race){.problem = ib_member_text(c, "problem")};
        if (is_known(races, n, races[n].problem) || !set_targets(c, &races[n]))
            continue;
        fill(arena, cases, &races[n]);
        n++;
    }
    *out = races;
    return n;
}

json_t *ib_time_to_json(const struct ib_race *race, const struct ib_racer *racer)
{
    json_t *list = json_array();
    for (int t = 0; t < IB_TARGET_COUNT; t++) {
        const struct ib_time_to *at = &racer->at[t];
        json_array_append_new(list, json_pack("{s:f, s:f, s:o, s:o, s:o, s:o}", "share", ib_target_shares[t],
                                              "loss", race->loss[t], "epoch", ib_json_number(at->epoch),
                                              "seconds", ib_json_number(at->seconds), "low",
                                              ib_json_number(at->low), "high", ib_json_number(at->high)));
    }
    return list;
}
