/* How often a gate errs, replayed from pairs of times of identical code: this project's, and the usual rules
 * on the very same samples. A table of 20 cases takes a block of consecutive pairs, each case its own
 * recorded one (again and again where there are fewer); a planted slowdown multiplies the new times of one of
 * them, drawn anew for each table. Changes that the median does not show are planted as well: a longer mean,
 * and one process in four that takes ten times as long.
 *
 *   gate_simulate --record DIR… > recording.csv    of gates on identical code with --out DIR
 *   gate_simulate recording.csv [TABLES [PERCENT]]
 */
#include "base/error.h"
#include "base/rng.h"
#include "gate/slowdown_test.h"
#include "recording.h"
#include "stats/binomial.h"
#include "usual.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 20, PAIRS = 40, SETS = 2, USUAL_SAMPLES = 10, MOST_RULES = 8 };

enum planted { EACH_TRAINING, MEAN_ONLY, SOME_PROCESSES, PLANTED_COUNT };

struct tally {
    size_t alarms[MOST_RULES],
        found[MOST_RULES];            /* by rule, ours first: tables with an alarm; planted and found */
    size_t on_average[PLANTED_COUNT]; /* found by our rule */
    size_t alarms_on_average;         /* of `alarms`, those of the mean alone */
};

/* ---- drawing ---- */

static size_t shortest(const struct recording *r)
{
    size_t n = r->cases[0].n;
    for (size_t c = 1; c < r->n; c++)
        n = r->cases[c].n < n ? r->cases[c].n : n;
    return n;
}

/* One side of a case, with its rounds. */
struct timed_case {
    struct ib_case_record record;
    struct ib_round_record rounds[PAIRS * SETS];
    double medians[PAIRS * SETS]; /* of the only slice of each round, which the ratio of a pair comes from */
};

static const struct ib_case_record *fill_case(struct timed_case *out, const double *means,
                                              const struct pair *pairs)
{
    for (size_t i = 0; i < PAIRS * SETS; i++)
        out->rounds[i] = (struct ib_round_record){.round = i + 1,
                                                  .epoch_ns = means[i],
                                                  .slices = &out->medians[i],
                                                  .n_slices = 1,
                                                  .disturbed = pairs[i].disturbed ? IB_YES : IB_NO};
    out->record = (struct ib_case_record){.rounds = out->rounds, .n_rounds = PAIRS * SETS};
    return &out->record;
}

/* ---- this project's gate ---- */

/* The factor of a process's mean and of its median. */
static void plant(enum planted how, double factor, struct ib_rng *rng, double *mean, double *median)
{
    const bool slow = how != SOME_PROCESSES || ib_rng_below(rng, 4) == 0;
    *mean = slow ? factor : 1;
    *median = how == MEAN_ONLY ? 1 : *mean;
}

/* Draws again which of a pair is the new one. */
static void draw_slowdown(const struct recorded *c, size_t start, enum planted how, double factor,
                          struct ib_rng *rng, struct timed_case sides[2], struct ib_slowdown_test *out)
{
    double means[2][PAIRS * SETS];
    for (size_t i = 0; i < PAIRS * SETS; i++) {
        const struct pair *pair = &c->pairs[start + i];
        const size_t swap = (size_t)ib_rng_below(rng, 2);
        double mean, median;
        plant(how, factor, rng, &mean, &median);
        sides[0].medians[i] = median * (swap ? 1 / pair->ratio : pair->ratio);
        sides[1].medians[i] = 1;
        means[0][i] = mean * pair->ns[swap];
        means[1][i] = pair->ns[1 - swap];
    }
    *out = (struct ib_slowdown_test){.candidate = fill_case(&sides[0], means[0], c->pairs + start),
                                     .reference = fill_case(&sides[1], means[1], c->pairs + start),
                                     .randomised = true,
                                     .median = {.p = NAN, .p_confirm = NAN},
                                     .mean = {.p = NAN, .p_confirm = NAN}};
}

struct stopped {
    size_t cases, on_average; /* on_average: by the mean alone */
    bool planted;
};

static struct stopped gate_table(const struct recording *r, size_t start, size_t planted, enum planted how,
                                 double factor, struct ib_rng *rng)
{
    static struct timed_case sides[CASES][2];
    struct ib_slowdown_test slowdowns[CASES];
    struct ib_gate_rules rules = ib_gate_rules_default;
    struct stopped stopped = {0};
    rules.pairs = PAIRS;
    for (size_t c = 0; c < CASES; c++)
        draw_slowdown(&r->cases[c % r->n], start, how, c == planted ? factor : 1, rng, sides[c],
                      &slowdowns[c]);
    for (uint64_t set = 0; set < SETS; set++)
        ib_slowdown_tests_judge(slowdowns, CASES, &rules, set);
    ib_slowdown_tests_conclude(slowdowns, CASES, &rules);
    for (size_t c = 0; c < CASES; c++) {
        const bool slower = slowdowns[c].speed.verdict == IB_SLOWER;
        stopped.cases += slower ? 1 : 0;
        stopped.on_average += slower && !slowdowns[c].median.holds ? 1 : 0;
    }
    stopped.planted = slowdowns[planted].speed.verdict == IB_SLOWER;
    return stopped;
}

/* ---- the usual rules: one run, and another after it ---- */

static bool usual_case(usual_rule *slower, const struct recorded *c, size_t old_at, size_t new_at,
                       double factor)
{
    double old[USUAL_SAMPLES], new[USUAL_SAMPLES];
    for (size_t i = 0; i < USUAL_SAMPLES; i++) {
        old[i] = c->pairs[old_at + i].ns[1];
        new[i] = factor * c->pairs[new_at + i].ns[0];
    }
    return slower(old, new, USUAL_SAMPLES);
}

/* The cases of a sweep follow each other, so each is compared at another moment of the two runs. */
static size_t usual_table(usual_rule *slower, const struct recording *r, size_t old_at, size_t new_at,
                          size_t planted, double factor, bool *found)
{
    size_t stopped = 0;
    for (size_t c = 0; c < CASES; c++) {
        size_t later = (c / r->n) * USUAL_SAMPLES;
        bool stops = usual_case(slower, &r->cases[c % r->n], old_at + later, new_at + later,
                                c == planted ? factor : 1);
        stopped += stops ? 1 : 0;
        if (c == planted)
            *found = stops;
    }
    return stopped;
}

/* ---- all tables ---- */

static void replay_ours(const struct recording *r, size_t start, size_t planted, double factor,
                        struct ib_rng rng[2], struct tally *t)
{
    static const double factors[PLANTED_COUNT] = {[MEAN_ONLY] = 1.2, [SOME_PROCESSES] = 10};
    const struct stopped unchanged = gate_table(r, start, planted, EACH_TRAINING, 1, &rng[0]);
    t->alarms[0] += unchanged.cases ? 1 : 0;
    t->alarms_on_average += unchanged.on_average ? 1 : 0;
    t->found[0] += gate_table(r, start, planted, EACH_TRAINING, factor, &rng[0]).planted;
    for (enum planted how = MEAN_ONLY; how < PLANTED_COUNT; how++)
        t->on_average[how] += gate_table(r, start, planted, how, factors[how], &rng[1]).planted;
}

static void replay(const struct recording *r, size_t tables, double factor, struct tally *t)
{
    struct ib_rng rng[2]; /* the second plants what the other rules do not see */
    const size_t n = shortest(r), span = (CASES / r->n + 1) * USUAL_SAMPLES;
    ib_rng_seed(&rng[0], 1);
    ib_rng_seed(&rng[1], 2);
    for (size_t i = 0; i < tables; i++) {
        bool found = false;
        size_t planted = (size_t)ib_rng_below(rng, CASES);
        size_t start = (size_t)ib_rng_below(rng, n - PAIRS * SETS + 1);
        replay_ours(r, start, planted, factor, rng, t);
        size_t old_at = (size_t)ib_rng_below(rng, n - 2 * span + 1);
        size_t new_at = old_at + span + (size_t)ib_rng_below(rng, n - 2 * span - old_at + 1);
        for (size_t k = 0; usual_rules[k].name; k++) {
            t->alarms[k + 1] +=
                usual_table(usual_rules[k].slower, r, old_at, new_at, planted, 1, &found) ? 1 : 0;
            usual_table(usual_rules[k].slower, r, old_at, new_at, planted, factor, &found);
            t->found[k + 1] += found ? 1 : 0;
        }
    }
}

static void print_share(size_t n, size_t k)
{
    double low, high;
    ib_clopper_pearson(n, k, 0.95, &low, &high);
    printf(" %6.2f %% [%.2f, %.2f] |", 100 * (double)k / (double)n, 100 * low, 100 * high);
}

static void print_tally(const struct tally *t, size_t tables, double percent)
{
    printf(
        "| rule | tables of %d unchanged cases with a false alarm | planted %g %% found |\n|---|---|---|\n",
        CASES, percent);
    for (size_t k = 0; k == 0 || usual_rules[k - 1].name; k++) {
        printf("| %s |", k ? usual_rules[k - 1].name : "gate --against");
        print_share(tables, t->alarms[k]);
        print_share(tables, t->found[k]);
        printf("\n");
    }
    printf("\n| gate --against, by the mean alone | share of tables |\n|---|---|\n| a false alarm |");
    print_share(tables, t->alarms_on_average);
    printf("\n| planted in one case: the mean 20 %% longer, the median not |");
    print_share(tables, t->on_average[MEAN_ONLY]);
    printf("\n| planted in one case: one process in four takes ten times as long |");
    print_share(tables, t->on_average[SOME_PROCESSES]);
    printf("\n");
}

static int fail(void)
{
    fprintf(stderr, "gate_simulate: %s\n", ib_error_text());
    return 2;
}

int main(int argc, char **argv)
{
    struct recording recording;
    struct tally tally = {0};
    if (argc >= 3 && strcmp(argv[1], "--record") == 0) {
        if (recording_of_gates(argv + 2, (size_t)argc - 2, &recording) != IB_OK)
            return fail();
        recording_write(&recording);
        recording_free(&recording);
        return 0;
    }
    if (argc < 2 || recording_read(argv[1], &recording) != IB_OK)
        return fail();
    const size_t tables = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    const double percent = argc > 3 ? strtod(argv[3], NULL) : 3;
    if (tables && shortest(&recording) >= 2 * (CASES / recording.n + 1) * USUAL_SAMPLES &&
        shortest(&recording) >= PAIRS * SETS) {
        replay(&recording, tables, 1 + percent / 100, &tally);
        print_tally(&tally, tables, percent);
    } else {
        fprintf(stderr, "gate_simulate: too few pairs\n");
        return 2;
    }
    recording_free(&recording);
    return 0;
}
