/* Gates of measured rounds, judged by the gate's own tests. */
#include "gate/noise.h"

#include "base/rng.h"
#include "gate/slowdown_test.h"
#include "stats/binomial.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 5 }; /* neighbouring rounds that are drawn together */
#define COVERAGE 0.95

/* ---- a case of a gate, as its test reads it ---- */

struct replayed {
    struct ib_case_record record[2];
    struct ib_round_record *rounds[2];
    double *slices[2]; /* the only one of each round: the ratio of a pair comes from it */
};

struct replay {
    const struct ib_noise *noise;
    const struct ib_noise_table *table;
    struct replayed *cases;
    struct ib_slowdown_test *tests;
    size_t rounds; /* of a gate, all sets together */
    size_t *drawn; /* by round of the gate: the measured one */
    struct ib_rng rng;
    struct ib_arena arena;
};

static void open_replay(struct replay *r, const struct ib_noise *noise, const struct ib_noise_table *table)
{
    *r = (struct replay){.noise = noise, .table = table};
    r->rounds = table->rules->pairs * (table->rules->confirm + 1);
    r->cases = ib_arena_alloc(&r->arena, table->n_cases * sizeof *r->cases);
    r->tests = ib_arena_alloc(&r->arena, table->n_cases * sizeof *r->tests);
    r->drawn = ib_arena_alloc(&r->arena, r->rounds * sizeof *r->drawn);
    for (size_t c = 0; c < table->n_cases; c++)
        for (int i = 0; i < 2; i++) {
            struct replayed *to = &r->cases[c];
            to->rounds[i] = ib_arena_alloc(&r->arena, r->rounds * sizeof *to->rounds[i]);
            to->slices[i] = ib_arena_alloc(&r->arena, r->rounds * sizeof *to->slices[i]);
            to->record[i] = (struct ib_case_record){.rounds = to->rounds[i], .n_rounds = r->rounds};
        }
    ib_rng_seed(&r->rng, table->seed);
}

/* new_side: which of the pair takes the part of the new one. */
static void set_round(struct replayed *to, size_t i, const struct ib_noise_pair *pair, size_t new_side)
{
    to->slices[0][i] = new_side ? 1 / pair->ratio : pair->ratio;
    to->slices[1][i] = 1;
    for (size_t s = 0; s < 2; s++)
        to->rounds[s][i] = (struct ib_round_record){.round = i + 1,
                                                    .epoch_ns = pair->ns[s ^ new_side],
                                                    .slices = &to->slices[s][i],
                                                    .n_slices = 1,
                                                    .disturbed = pair->disturbed ? IB_YES : IB_NO};
}

/* `swaps`: of unchanged code, either of a pair might as well have been the new one. */
static void set_case(struct replay *r, size_t c, size_t level, bool swaps)
{
    const struct ib_noise *noise = r->noise;
    const struct ib_noise_case *from = &noise->cases[c % noise->n_cases];
    struct replayed *to = &r->cases[c];
    for (size_t i = 0; i < r->rounds; i++)
        set_round(to, i, &from->pairs[level * noise->n_rounds + r->drawn[i]],
                  swaps && level == 0 ? (size_t)ib_rng_below(&r->rng, 2) : 0);
    r->tests[c] = (struct ib_slowdown_test){.candidate = &to->record[0],
                                            .reference = &to->record[1],
                                            .randomised = true,
                                            .median = {.p = NAN, .p_confirm = NAN},
                                            .mean = {.p = NAN, .p_confirm = NAN}};
}

/* ---- a gate ---- */

/* Whether any case is called slower; with `planted` that one. SIZE_MAX: any. */
static bool judge(struct replay *r, size_t planted)
{
    const struct ib_gate_rules *rules = r->table->rules;
    bool found = false;
    for (uint64_t set = 0; set <= rules->confirm; set++)
        ib_slowdown_tests_judge(r->tests, r->table->n_cases, rules, set);
    ib_slowdown_tests_conclude(r->tests, r->table->n_cases, rules);
    for (size_t c = 0; c < r->table->n_cases; c++)
        found = found || (r->tests[c].speed.verdict == IB_SLOWER && (c == planted || planted == SIZE_MAX));
    return found;
}

/* `sample`: the rounds to draw from. Each case draws rounds of its own: several may stand for one. */
static bool draw_gate(struct replay *r, size_t level, const size_t *sample)
{
    const size_t n = r->noise->n_rounds, block = n < BLOCK ? n : BLOCK;
    const size_t planted = (size_t)ib_rng_below(&r->rng, r->table->n_cases);
    for (size_t c = 0; c < r->table->n_cases; c++) {
        for (size_t i = 0, at = 0; i < r->rounds; i++, at++) {
            if (i % block == 0)
                at = (size_t)ib_rng_below(&r->rng, n - block + 1);
            r->drawn[i] = sample[at];
        }
        set_case(r, c, c == planted ? level : 0, true);
    }
    return judge(r, level ? planted : SIZE_MAX);
}

static size_t count(struct replay *r, size_t level, const size_t *sample, size_t gates)
{
    size_t k = 0;
    for (size_t i = 0; i < gates; i++)
        k += draw_gate(r, level, sample) ? 1 : 0;
    return k;
}

struct ib_noise_rate ib_noise_replay(const struct ib_noise *noise, const struct ib_noise_table *table,
                                     size_t level)
{
    struct replay r;
    struct ib_noise_rate rate = {.n = table->gates};
    open_replay(&r, noise, table);
    size_t *all = ib_arena_alloc(&r.arena, noise->n_rounds * sizeof *all);
    for (size_t i = 0; i < noise->n_rounds; i++)
        all[i] = i;
    rate.k = count(&r, level, all, rate.n);
    ib_clopper_pearson(rate.n, rate.k, COVERAGE, &rate.low, &rate.high);
    ib_arena_free(&r.arena);
    return rate;
}

/* ---- what another measurement might find ---- */

static int by_value(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Blocks in place of single rounds, as neighbours are alike. */
static void sample_rounds(struct replay *r, size_t *sample)
{
    const size_t n = r->noise->n_rounds, block = n < BLOCK ? n : BLOCK;
    for (size_t i = 0, at = 0; i < n; i++, at++) {
        if (i % block == 0)
            at = (size_t)ib_rng_below(&r->rng, n - block + 1);
        sample[i] = at;
    }
}

void ib_noise_widen(const struct ib_noise *noise, const struct ib_noise_table *table, size_t level,
                    size_t again, struct ib_noise_rate *rate)
{
    struct replay r;
    open_replay(&r, noise, table);
    size_t *sample = ib_arena_alloc(&r.arena, noise->n_rounds * sizeof *sample);
    size_t *found = ib_arena_alloc(&r.arena, (again + 1) * sizeof *found);
    for (size_t i = 0; i < again; i++) {
        sample_rounds(&r, sample);
        found[i] = count(&r, level, sample, table->gates);
    }
    qsort(found, again, sizeof *found, by_value);
    const size_t tail = (size_t)((1 - COVERAGE) / 2 * (double)again);
    const double n = (double)table->gates;
    rate->low = fmin(rate->low, (double)found[tail] / n);
    rate->high = fmax(rate->high, (double)found[again - 1 - tail] / n);
    ib_arena_free(&r.arena);
}

struct ib_noise_rate ib_noise_as_measured(const struct ib_noise *noise, const struct ib_gate_rules *rules,
                                          size_t level)
{
    const struct ib_noise_table table = {.rules = rules, .n_cases = noise->n_cases};
    struct replay r;
    struct ib_noise_rate rate = {.low = NAN, .high = NAN};
    open_replay(&r, noise, &table);
    for (size_t first = 0; first + r.rounds <= noise->n_rounds; first += r.rounds)
        for (size_t planted = 0; planted < (level ? noise->n_cases : 1); planted++) {
            for (size_t i = 0; i < r.rounds; i++)
                r.drawn[i] = first + i;
            for (size_t c = 0; c < noise->n_cases; c++)
                set_case(&r, c, c == planted ? level : 0, false);
            rate.k += judge(&r, level ? planted : SIZE_MAX) ? 1 : 0;
            rate.n++;
        }
    ib_arena_free(&r.arena);
    return rate;
}

/* ---- summaries ---- */

static double share(const struct ib_noise_rate *rate)
{
    return (double)rate->k / (double)rate->n;
}

static double low_end(const struct ib_noise_rate *rate)
{
    return rate->low;
}

static double high_end(const struct ib_noise_rate *rate)
{
    return rate->high;
}

static size_t least_by(const struct ib_noise_rate *rates, size_t n,
                       double (*value)(const struct ib_noise_rate *))
{
    size_t level = n;
    while (level > 1 && value(&rates[level - 1]) >= IB_NOISE_FOUND)
        level--;
    return level;
}

struct ib_noise_least ib_noise_least(const struct ib_noise_rate *rates, size_t n_levels)
{
    return (struct ib_noise_least){.level = least_by(rates, n_levels, share),
                                   .best = least_by(rates, n_levels, high_end),
                                   .worst = least_by(rates, n_levels, low_end)};
}

struct ib_paired_ratio ib_noise_ratio(const struct ib_noise *noise, size_t level)
{
    struct ib_paired_ratio out = {NAN, NAN, NAN, 0};
    double *ratios = malloc((noise->n_cases * noise->n_rounds + 1) * sizeof *ratios);
    for (size_t c = 0; ratios && c < noise->n_cases; c++)
        for (size_t r = 0; r < noise->n_rounds; r++)
            ratios[out.n++] = noise->cases[c].pairs[level * noise->n_rounds + r].ratio;
    if (ratios) {
        ib_median_interval(ratios, out.n, &out.low, &out.high);
        out.median = ib_median(ratios, out.n);
    }
    free(ratios);
    return out;
}
