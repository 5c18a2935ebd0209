/* The verdicts on speed, on records made by hand: rules, and how often they err. */
#include "base/rng.h"
#include "gate/slowdown_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_gate_rules rules_of(uint64_t pairs)
{
    struct ib_gate_rules rules = ib_gate_rules_default;
    rules.pairs = pairs;
    return rules;
}

enum { CASES = 20, PAIRS = 30, SETS = 2, MOST_ROUNDS = PAIRS * SETS };

struct timed_case {
    struct ib_case_record record;
    struct ib_round_record rounds[MOST_ROUNDS];
};

/* A case with these times in rounds from 1 on; where `calm` is not NULL, false marks a disturbed round. */
static const struct ib_case_record *time_case(struct timed_case *out, const double *times, const bool *calm,
                                              size_t n)
{
    for (size_t i = 0; i < n; i++)
        out->rounds[i] = (struct ib_round_record){
            .round = i + 1, .epoch_ns = times[i], .disturbed = calm && !calm[i] ? IB_YES : IB_NO};
    out->record = (struct ib_case_record){.rounds = out->rounds, .n_rounds = n};
    return &out->record;
}

/* ---- how often it errs ---- */

struct table {
    struct ib_slowdown_test slowdowns[CASES];
    struct timed_case sides[CASES][2];
};

/* What all passes of some seconds share, and what each has for itself: 1 %, correlated; 1 % and, now and
 * then, much more. */
static void make_table(struct ib_rng *rng, double slowdown_of_last, struct table *t)
{
    for (size_t c = 0; c < CASES; c++) {
        double times[2][PAIRS * SETS], drift = 0;
        for (size_t r = 0; r < PAIRS * SETS; r++) {
            drift = 0.5 * drift + 0.01 * ib_rng_normal(rng);
            for (size_t side = 0; side < 2; side++) {
                double own = 0.009 * ib_rng_normal(rng) + (ib_rng_uniform(rng) < 0.02 ? 0.5 : 0);
                double slower = side == 0 && c == CASES - 1 ? slowdown_of_last : 0;
                times[side][r] = 1000 * (1 + slower) * exp(drift + own);
            }
        }
        t->slowdowns[c] = (struct ib_slowdown_test){
            .candidate = time_case(&t->sides[c][0], times[0], NULL, MOST_ROUNDS),
            .reference = time_case(&t->sides[c][1], times[1], NULL, MOST_ROUNDS),
            .randomised = true,
            .median = {NAN, NAN, false},
            .mean = {NAN, NAN, false},
        };
    }
}

/* How many cases are slower; *last: the last one is. */
static size_t decide(struct table *t, bool *last)
{
    const struct ib_gate_rules rules = rules_of(PAIRS);
    size_t slower = 0;
    ib_slowdown_tests_judge(t->slowdowns, CASES, &rules, 0);
    ib_slowdown_tests_judge(t->slowdowns, CASES, &rules, 1);
    ib_slowdown_tests_conclude(t->slowdowns, CASES, &rules);
    for (size_t c = 0; c < CASES; c++)
        slower += t->slowdowns[c].speed.verdict == IB_SLOWER ? 1 : 0;
    *last = t->slowdowns[CASES - 1].speed.verdict == IB_SLOWER;
    return slower;
}

static void identical_code_gives_no_alarm(void **state)
{
    (void)state;
    enum { TABLES = 300 };
    static struct table table;
    struct ib_rng rng;
    bool last;
    ib_rng_seed(&rng, 1);
    for (int i = 0; i < TABLES; i++) {
        make_table(&rng, 0, &table);
        assert_int_equal(decide(&table, &last), 0);
    }
}

static void a_slowdown_of_3_percent_is_found(void **state)
{
    (void)state;
    enum { TABLES = 200 };
    static struct table table;
    struct ib_rng rng;
    int found = 0;
    ib_rng_seed(&rng, 2);
    for (int i = 0; i < TABLES; i++) {
        bool last;
        make_table(&rng, 0.03, &table);
        size_t slower = decide(&table, &last);
        assert_int_equal(slower, last ? 1 : 0);
        found += last;
    }
    print_message("found %d of %d\n", found, TABLES);
    assert_true(found >= 190);
}

static void a_tolerated_slowdown_is_no_alarm(void **state)
{
    (void)state;
    static struct table table;
    struct ib_rng rng;
    int found = 0;
    ib_rng_seed(&rng, 3);
    for (int i = 0; i < 200; i++) {
        bool last;
        make_table(&rng, 0.01, &table); /* just on the limit */
        decide(&table, &last);
        found += last;
    }
    assert_true(found <= 3); /* 1 % of them in the long run, if all 20 cases were on it */
}

/* ---- single decisions ---- */

static void judge_one(const double *candidate, const bool *calm, const double *reference,
                      const bool *reference_calm, size_t n, uint64_t pairs, struct ib_slowdown_test *c)
{
    const struct ib_gate_rules rules = rules_of(pairs);
    static struct timed_case sides[2];
    c->candidate = time_case(&sides[0], candidate, calm, n);
    c->reference = time_case(&sides[1], reference, reference_calm, n);
    c->randomised = true;
    c->median = c->mean = (struct ib_suspicion){NAN, NAN, false};
    for (uint64_t set = 0; set * pairs < n; set++)
        ib_slowdown_tests_judge(c, 1, &rules, set);
    ib_slowdown_tests_conclude(c, 1, &rules);
}

static void fill(double *out, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value * (1 + 0.001 * (double)((i * 7) % 5));
}

static void the_second_set_must_confirm(void **state)
{
    (void)state;
    double candidate[24], reference[24];
    struct ib_slowdown_test c = {0};
    fill(reference, 24, 100);
    fill(candidate, 12, 110);
    fill(candidate + 12, 12, 100);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
    assert_non_null(strstr(c.speed.reason, "not confirmed"));
    assert_true(c.median.p < 0.01 && c.median.p_confirm > 0.5);
    fill(candidate + 12, 12, 110);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
}

static void other_verdicts(void **state)
{
    (void)state;
    double candidate[12], reference[12];
    struct ib_slowdown_test c = {0};
    fill(reference, 12, 100);
    fill(candidate, 12, 100.5);
    judge_one(candidate, NULL, reference, NULL, 12, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SAME); /* slower, by less than is tolerated */
    fill(candidate, 12, 90);
    judge_one(candidate, NULL, reference, NULL, 12, 12, &c);
    assert_int_equal(c.speed.verdict, IB_FASTER);
    judge_one(candidate, NULL, reference, NULL, 1, 1, &c);
    assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
    assert_non_null(strstr(c.speed.reason, "one pair is not enough"));
}

/* A baseline contains an interval of the ratio to its control; the test allows for all of it. */
static void the_old_ratio_is_not_certain(void **state)
{
    (void)state;
    double candidate[24], reference[24];
    struct ib_slowdown_test c = {
        .old_log_ratio = log(1.0), .old_low = log(0.9), .old_high = log(1.1), .old_mean_high = log(1.1)};
    fill(reference, 24, 100);
    fill(candidate, 24, 109);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
    fill(candidate, 24, 115);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
}

static void disturbed_pairs_are_left_out(void **state)
{
    (void)state;
    double candidate[12], reference[12];
    bool calm[12];
    struct ib_slowdown_test c = {0};
    fill(reference, 12, 100);
    fill(candidate, 12, 100);
    for (int i = 0; i < 12; i++)
        calm[i] = i >= 6;
    judge_one(candidate, calm, reference, calm, 12, 12, &c);
    assert_int_equal(c.speed.n, 6);
    judge_one(candidate, calm, reference, NULL, 12, 12, &c); /* only the new side: its own doing */
    assert_int_equal(c.speed.n, 12);
    judge_one(candidate, NULL, reference, calm, 12, 12, &c);
    assert_int_equal(c.speed.n, 6);
    calm[6] = false; /* too few would remain */
    judge_one(candidate, calm, reference, calm, 12, 12, &c);
    assert_int_equal(c.speed.n, 12);
}

/* Every pass but a few sleeps: not busy with the processor, so each looks disturbed. */
static void code_that_begins_to_sleep_is_slower(void **state)
{
    (void)state;
    double candidate[24], reference[24];
    bool calm[24];
    struct ib_slowdown_test c = {0};
    fill(reference, 24, 100);
    for (int i = 0; i < 24; i++) {
        calm[i] = i % 6 == 0;
        candidate[i] = calm[i] ? 100 : 150;
    }
    judge_one(candidate, calm, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
}

/* The slices' medians do not differ; of the processes, some are slower, or all are now and then. */
static void judge_means(double factor, size_t every, struct ib_slowdown_test *c)
{
    enum { ROUNDS = MOST_ROUNDS };
    static double medians[ROUNDS];
    static struct timed_case sides[2];
    double times[2][ROUNDS];
    const struct ib_gate_rules rules = rules_of(ROUNDS / 2);
    for (size_t i = 0; i < ROUNDS; i++) {
        const double noise = 0.01 * sin(7.0 * (double)i), odd = i % 11 == 4 ? 30 : 1; /* a tenth */
        medians[i] = 100;
        times[0][i] = 100 * (1 + noise) * (i % every == 0 ? factor : 1) * (i % 2 ? odd : 1);
        times[1][i] = 100 * (1 - noise) * (i % 2 ? 1 : odd);
    }
    for (size_t s = 0; s < 2; s++) {
        time_case(&sides[s], times[s], NULL, ROUNDS);
        for (size_t i = 0; i < ROUNDS; i++) {
            sides[s].rounds[i].slices = &medians[i];
            sides[s].rounds[i].n_slices = 1;
        }
    }
    *c = (struct ib_slowdown_test){.candidate = &sides[0].record,
                                   .reference = &sides[1].record,
                                   .randomised = true,
                                   .median = {NAN, NAN, false},
                                   .mean = {NAN, NAN, false}};
    ib_slowdown_tests_judge(c, 1, &rules, 0);
    ib_slowdown_tests_judge(c, 1, &rules, 1);
    ib_slowdown_tests_conclude(c, 1, &rules);
}

static void the_mean_shows_what_the_median_does_not(void **state)
{
    (void)state;
    struct ib_slowdown_test c;
    judge_means(1, 1, &c);
    assert_int_equal(c.speed.verdict, IB_SAME);
    judge_means(1.04, 1, &c); /* tolerated */
    assert_int_equal(c.speed.verdict, IB_SAME);
    judge_means(1.3, 1, &c);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
    assert_true(c.mean.holds && !c.median.holds);
    assert_true(c.mean_ratio > 1.2 && c.mean_ratio < 1.4);
    assert_true(c.speed.ratio == 1);
    judge_means(20, 3, &c); /* every third process */
    assert_int_equal(c.speed.verdict, IB_SLOWER);
    assert_true(c.mean.holds && !c.median.holds);
}

static void a_baseline_without_means_judges_none(void **state)
{
    (void)state;
    double candidate[24], reference[24];
    struct ib_slowdown_test c = {.old_mean_high = NAN};
    fill(reference, 24, 100);
    fill(candidate, 24, 100);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SAME);
    assert_true(isnan(c.mean.p));
}

static void so_many_pairs_are_needed(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 1), 6);
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 8);
    rules.confirm = 0;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identical_code_gives_no_alarm),
        cmocka_unit_test(a_slowdown_of_3_percent_is_found),
        cmocka_unit_test(a_tolerated_slowdown_is_no_alarm),
        cmocka_unit_test(the_second_set_must_confirm),
        cmocka_unit_test(other_verdicts),
        cmocka_unit_test(the_old_ratio_is_not_certain),
        cmocka_unit_test(disturbed_pairs_are_left_out),
        cmocka_unit_test(code_that_begins_to_sleep_is_slower),
        cmocka_unit_test(the_mean_shows_what_the_median_does_not),
        cmocka_unit_test(a_baseline_without_means_judges_none),
        cmocka_unit_test(so_many_pairs_are_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
