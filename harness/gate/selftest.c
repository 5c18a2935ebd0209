#include "gate/selftest.h"

#include <math.h>

enum {
    GATES = 200,      /* replayed of each level */
    AGAIN = 40,       /* samples of the rounds for an interval; */
    GATES_AGAIN = 40, /* of each of them, so many gates */
    GATES_COST = 100, /* of each level and number of pairs */
    /* A gate of many cases takes longer to judge. */
    FORECAST_TESTS = 4000,
    FORECAST_GATES_MIN = 20
};

static const uint64_t pair_counts[IB_SELFTEST_COSTS] = {20, 40, 80, 160};

static struct ib_noise_least least_of(const struct ib_noise *noise, const struct ib_noise_table *table)
{
    struct ib_noise_rate rates[IB_NOISE_LEVELS];
    for (size_t l = 0; l < noise->n_levels; l++)
        rates[l] = l ? ib_noise_replay(noise, table, l) : (struct ib_noise_rate){0};
    return ib_noise_least(rates, noise->n_levels);
}

static void judge_costs(const struct ib_noise *noise, struct ib_selftest *out)
{
    for (size_t i = 0; i < IB_SELFTEST_COSTS; i++) {
        struct ib_gate_rules rules = *out->rules;
        const struct ib_noise_table table = {&rules, noise->n_cases, GATES_COST, 3};
        rules.pairs = pair_counts[i];
        out->costs[i] = (struct ib_selftest_cost){.pairs = rules.pairs,
                                                  .least = least_of(noise, &table),
                                                  .minutes = noise->pair_ns * (double)rules.pairs *
                                                             (double)noise->n_cases / 60e9};
    }
}

void ib_selftest_judge(struct ib_arena *arena, const struct ib_noise *noise, double seconds,
                       struct ib_selftest *out)
{
    const struct ib_noise_table table = {&ib_gate_rules_default, noise->n_cases, GATES, 1},
                                again = {&ib_gate_rules_default, noise->n_cases, GATES_AGAIN, 2};
    struct ib_noise_rate rates[IB_NOISE_LEVELS];
    *out = (struct ib_selftest){.noise = *noise, .rules = &ib_gate_rules_default, .seconds = seconds};
    out->measured = ib_kept_now(arena);
    out->levels = ib_arena_alloc(arena, (noise->n_levels + 1) * sizeof *out->levels);
    for (size_t l = 0; l < noise->n_levels; l++) {
        struct ib_selftest_level *level = &out->levels[l];
        level->ratio = ib_noise_ratio(noise, l);
        level->measured = ib_noise_as_measured(noise, out->rules, l);
        level->rate = ib_noise_replay(noise, &table, l);
        ib_noise_widen(noise, &again, l, AGAIN, &level->rate);
        rates[l] = level->rate;
    }
    out->least = ib_noise_least(rates, noise->n_levels);
    judge_costs(noise, out);
}

/* ---- what a gate will see ---- */

static size_t gates_for(size_t n_cases)
{
    const size_t n = FORECAST_TESTS / (n_cases ? n_cases : 1);
    return n > GATES_COST ? GATES_COST : n < FORECAST_GATES_MIN ? FORECAST_GATES_MIN : n;
}

const char *ib_selftest_forecast(struct ib_arena *arena, const struct ib_selftest *self,
                                 const struct ib_gate_rules *rules, size_t n_cases)
{
    const struct ib_noise_table table = {rules, n_cases ? n_cases : 1, gates_for(n_cases), 4};
    const size_t level = least_of(&self->noise, &table).level;
    const char *found =
        level < self->noise.n_levels
            ? ib_arena_print(arena, "a slowdown of %.3g %% or more is found in 95 of 100 gates",
                             100 * self->noise.planted[level])
            : ib_arena_print(arena, "slowdowns of %.3g %% are missed in more than 5 of 100 gates",
                             100 * self->noise.planted[self->noise.n_levels - 1]);
    return ib_arena_print(
        arena, "by the self-test of %s, %s in one of %zu case%s with %llu pairs like its own", self->measured,
        found, n_cases, ib_plural(n_cases), (unsigned long long)rules->pairs);
}
