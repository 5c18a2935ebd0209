/* The verdicts on slowdowns, on records made by hand. */
#include "fixtures/timed_case.h"
#include "gate/slowdown_test.h"
#include "stats/confidence_interval.h"
#include "stats/hypothesis_tests.h"

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

static void judge_one(const double *candidate, const bool *calm, const double *reference,
                      const bool *reference_calm, size_t n, uint64_t pairs, struct ib_slowdown_test *c)
{
    const struct ib_gate_rules rules = rules_of(pairs);
    static struct timed_case sides[2];
    c->candidate = time_case(&sides[0], candidate, calm, n);
    c->reference = time_case(&sides[1], reference, reference_calm, n);
    c->randomised = true;
    c->median = c->mean = (struct ib_suspicion){.p = NAN, .p_confirm = NAN};
    for (uint64_t set = 0; set * pairs < n; set++)
        ib_slowdown_tests_judge(c, 1, &rules, set);
    ib_slowdown_tests_conclude(c, 1, &rules);
}

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-12))
        fail_msg("%.17g, should be %.17g", is, should);
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
    assert_non_null(strstr(c.speed.reason, "slower in the first set of pairs, but not confirmed"));
    assert_near(c.median.p, ldexp(1, -12));
    assert_true(c.median.p_confirm > 0.5);
    assert_int_equal(c.speed.n, 12); /* the sizes are those of the first set */
    assert_near(c.speed.ratio, 1.1);
    assert_near(c.mean_ratio, 1.1);
    assert_true(c.speed.needed == 24); /* as many were not enough */
    fill(candidate + 12, 12, 110);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
    assert_true(isnan(c.speed.needed));
    fill(candidate, 12, 100);
    judge_one(candidate, NULL, reference, NULL, 24, 12, &c);
    assert_int_equal(c.speed.verdict, IB_SAME); /* whatever the second set says */
    assert_near(c.speed.ratio, 1);
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
    enum { ROUNDS = TIMED_ROUNDS };
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
                                   .median = {.p = NAN, .p_confirm = NAN},
                                   .mean = {.p = NAN, .p_confirm = NAN}};
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

/* ---- pairs of known ratios ---- */

/* Judges pairs of these ratios of medians and of means, in sets of rules->pairs. */
static void judge_pairs(const double *medians, const double *means, size_t n,
                        const struct ib_gate_rules *rules, struct ib_slowdown_test *c)
{
    static struct timed_case sides[2];
    static double slices[TIMED_ROUNDS], times[TIMED_ROUNDS], reference[TIMED_ROUNDS];
    for (size_t i = 0; i < n; i++) {
        slices[i] = 100 * medians[i];
        times[i] = 100 * means[i];
        reference[i] = 100;
    }
    c->candidate = time_case(&sides[0], times, NULL, n);
    c->reference = time_case(&sides[1], reference, NULL, n);
    for (size_t i = 0; i < n; i++) {
        sides[0].rounds[i].slices = &slices[i];
        sides[1].rounds[i].slices = &reference[i];
        sides[0].rounds[i].n_slices = sides[1].rounds[i].n_slices = 1;
    }
    c->median = c->mean = (struct ib_suspicion){.p = NAN, .p_confirm = NAN};
    for (uint64_t set = 0; set * rules->pairs < n; set++)
        ib_slowdown_tests_judge(c, 1, rules, set);
    ib_slowdown_tests_conclude(c, 1, rules);
}

static void judge_ratios(const double *ratios, size_t n, const struct ib_gate_rules *rules,
                         struct ib_slowdown_test *c)
{
    judge_pairs(ratios, ratios, n, rules, c);
}

/* Seven of 64 choices of signs are as good as five of six. */
static void each_further_set_must_confirm(void **state)
{
    (void)state;
    static const double agree[] = {1.1, 1.1, 1.1, 1.1, 1.1, 1.1}, nearly[] = {1.1, 1.1, 0.9, 1.1, 1.1, 1.1},
                        refute[] = {0.9, 0.9, 0.9, 0.9, 0.9, 0.9};
    const struct {
        const double *second, *third;
        double p_confirm;
        bool holds;
    } sets[] = {{agree, nearly, 7 / 64.0, true},
                {nearly, agree, 7 / 64.0, true},
                {agree, refute, 1, false},
                {refute, agree, 1, false}}; /* once refuted, a suspicion does not come back */
    struct ib_gate_rules rules = rules_of(6);
    rules.confirm = 2;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        double ratios[18];
        struct ib_slowdown_test c = {.randomised = true};
        memcpy(ratios, agree, sizeof agree);
        memcpy(ratios + 6, sets[i].second, sizeof agree);
        memcpy(ratios + 12, sets[i].third, sizeof agree);
        judge_ratios(ratios, 18, &rules, &c);
        assert_near(c.median.p, 1 / 64.0);
        assert_near(c.median.p_confirm, sets[i].p_confirm);
        assert_int_equal(c.median.holds, sets[i].holds);
        assert_true(c.median.arose);
    }
}

/* Six of seven: 8 of 128 choices of signs. That is below the level of the median, above that of the mean. */
static void the_mean_must_be_surer_than_the_median(void **state)
{
    (void)state;
    double same[14], slower[14];
    const struct ib_gate_rules rules = rules_of(7);
    struct ib_slowdown_test c = {.randomised = true};
    for (size_t i = 0; i < 14; i++) {
        same[i] = 1;
        slower[i] = 1.05 * (i % 7 == 3 ? 1 / 1.1 : 1.1);
    }
    judge_pairs(slower, same, 14, &rules, &c);
    assert_near(c.median.p, 8 / 128.0);
    assert_true(c.median.holds && !c.mean.holds);
    assert_int_equal(c.speed.verdict, IB_SLOWER);
    judge_pairs(same, slower, 14, &rules, &c);
    assert_near(c.mean.p, 8 / 128.0);
    assert_true(!c.median.holds && !c.mean.holds);
    assert_int_equal(c.speed.verdict, IB_SAME);
}

static void levels_of_all_sets_multiply_to_alpha(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    rules.alpha = 0.02;
    for (rules.confirm = 0; rules.confirm < 4; rules.confirm++) {
        const double sets = (double)(rules.confirm + 1);
        assert_near(pow(ib_slowdown_test_level(&rules, false), sets), 0.018);
        assert_near(pow(ib_slowdown_test_level(&rules, true), sets), 0.002);
    }
}

static void a_p_value_on_the_level_is_enough(void **state)
{
    (void)state;
    static const double slower[] = {1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1},
                        faster[] = {0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9};
    struct ib_gate_rules rules = rules_of(7);
    struct ib_slowdown_test c = {.randomised = true};
    rules.confirm = 0;
    judge_ratios(slower, 7, &rules, &c);
    const double p = c.median.p;
    rules.alpha = p / 0.9;
    for (int i = 0; i < 10 && ib_slowdown_test_level(&rules, false) != p; i++)
        rules.alpha = nextafter(rules.alpha, ib_slowdown_test_level(&rules, false) < p);
    assert_true(ib_slowdown_test_level(&rules, false) == p);
    judge_ratios(slower, 7, &rules, &c);
    assert_true(c.median.holds);
    rules.alpha *= 0.999;
    judge_ratios(slower, 7, &rules, &c);
    assert_false(c.median.holds);

    rules.alpha = p; /* the same number of pairs, all faster */
    judge_ratios(faster, 7, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_FASTER);
    rules.alpha *= 0.999;
    judge_ratios(faster, 7, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_SAME);
}

static void an_interval_may_end_on_the_limit(void **state)
{
    (void)state;
    double ratios[12];
    struct ib_gate_rules rules = rules_of(12);
    struct ib_slowdown_test c = {.randomised = true};
    for (size_t i = 0; i < 12; i++)
        ratios[i] = i % 2 ? 1.005 : 1;
    judge_ratios(ratios, 12, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_SAME);
    rules.slowdown = c.speed.high - 1;
    judge_ratios(ratios, 12, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_SAME);
    rules.slowdown = 0.999 * rules.slowdown;
    judge_ratios(ratios, 12, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
}

static void an_undecided_case_says_how_many_pairs_it_needs(void **state)
{
    (void)state;
    static const double ratios[] = {1.2, 0.9, 1.2, 0.9, 1.2, 0.9};
    const struct ib_gate_rules rules = rules_of(6);
    struct ib_slowdown_test c = {.randomised = true};
    const double limit = log1p(rules.slowdown), low = log(0.9), high = log(1.2);
    judge_ratios(ratios, 6, &rules, &c);
    assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
    assert_string_equal(c.speed.reason, "the interval extends beyond the tolerated slowdown");
    assert_true(c.speed.needed == ib_rounds_needed(6, (low + high) / 2, low, high, limit, limit));
    assert_true(c.speed.needed > 12);
}

static void sizes_are_relative_to_the_old_ratio(void **state)
{
    (void)state;
    static const double ends[][2] = {{0.95, 1.1}, {1.04, 1.3}}; /* the farther one is below, or above */
    double ratios[12];
    const struct ib_gate_rules rules = rules_of(12);
    for (size_t i = 0; i < 12; i++)
        ratios[i] = 1.1;
    for (size_t i = 0; i < 2; i++) {
        const double low = 1.1 / ends[i][1], high = 1.1 / ends[i][0], limit = log1p(rules.slowdown);
        struct ib_slowdown_test c = {.randomised = true,
                                     .old_log_ratio = log(1.05),
                                     .old_low = log(ends[i][0]),
                                     .old_high = log(ends[i][1]),
                                     .old_mean_high = log(1.08)};
        judge_ratios(ratios, 12, &rules, &c);
        assert_near(c.speed.ratio, 1.1 / 1.05);
        assert_near(c.speed.low, low);
        assert_near(c.speed.high, high);
        assert_near(c.mean_ratio, 1.1 / 1.08);
        assert_int_equal(c.speed.verdict, IB_AMBIGUOUS);
        assert_near(c.speed.needed, ib_rounds_needed(12, log(1.1 / 1.05), log(low), log(high), limit, limit));
        assert_true(c.speed.needed > 24);
    }
}

/* Where the order was not drawn, neighbours that are alike prove less. */
static void an_order_that_was_not_drawn_is_allowed_for(void **state)
{
    (void)state;
    double ratios[12], logs[12];
    const struct ib_gate_rules rules = rules_of(12);
    struct ib_slowdown_test c = {.randomised = false};
    for (size_t i = 0; i < 12; i++) {
        ratios[i] = i < 6 ? 1.06 : 1.1;
        logs[i] = log(100 * ratios[i] / 100);
    }
    judge_ratios(ratios, 12, &rules, &c);
    const double inflation = ib_inflation(logs, 12);
    const struct ib_interval interval = ib_interval_correlated(logs, 12, 0.95);
    assert_true(inflation > 2);
    assert_near(c.median.p, ib_sign_test(logs, 12, log1p(rules.slowdown), inflation));
    assert_near(c.mean.p, ib_sign_test(logs, 12, log1p(rules.mean), inflation));
    assert_near(c.speed.low, exp(interval.low));
    assert_near(c.speed.high, exp(interval.high));
}

/* ---- tables ---- */

static void every_case_of_a_table_makes_chance_likelier(void **state)
{
    (void)state;
    enum { TABLE = 3 };
    static struct timed_case sides[2];
    double candidate[12], reference[12];
    struct ib_slowdown_test table[TABLE];
    const struct ib_gate_rules rules = rules_of(12);
    fill(candidate, 12, 110);
    fill(reference, 12, 100);
    for (size_t i = 0; i < TABLE; i++)
        table[i] = (struct ib_slowdown_test){.candidate = time_case(&sides[0], candidate, NULL, 12),
                                             .reference = time_case(&sides[1], reference, NULL, 12),
                                             .randomised = true};
    ib_slowdown_tests_judge(table, TABLE, &rules, 0);
    for (size_t i = 0; i < TABLE; i++)
        assert_near(table[i].median.p, 3 * ldexp(1, -12));
}

/* A case that is left out, and a new one, which has nothing to be compared with. */
static void what_is_not_judged_has_no_verdict(void **state)
{
    (void)state;
    static struct timed_case sides[2];
    double candidate[12], reference[12];
    struct ib_slowdown_test table[3];
    const struct ib_gate_rules rules = rules_of(12);
    fill(candidate, 12, 110);
    fill(reference, 12, 100);
    for (size_t i = 0; i < 3; i++)
        table[i] = (struct ib_slowdown_test){.candidate = time_case(&sides[0], candidate, NULL, 12),
                                             .reference = time_case(&sides[1], reference, NULL, 12),
                                             .randomised = true,
                                             .median = {.p = NAN, .p_confirm = NAN},
                                             .mean = {.p = NAN, .p_confirm = NAN}};
    ib_slowdown_test_leave(&table[0], true, "simulated");
    table[1].reference = NULL;
    table[1].reason = "new";
    ib_slowdown_tests_judge(table, 3, &rules, 0);
    ib_slowdown_tests_conclude(table, 3, &rules);
    for (size_t i = 0; i < 2; i++) {
        const struct ib_slowdown_test *c = &table[i];
        assert_int_equal(c->speed.verdict, IB_AMBIGUOUS);
        assert_int_equal(c->speed.n, 0);
        assert_true(isnan(c->speed.ratio) && isnan(c->speed.needed) && isnan(c->mean_ratio));
        assert_true(isnan(c->median.p) && isnan(c->mean.p));
        assert_false(ib_slowdown_test_suspects(c));
        assert_int_equal(c->meaningless, i == 0);
    }
    assert_string_equal(table[0].speed.reason, "simulated");
    assert_string_equal(table[1].speed.reason, "new");
    assert_int_equal(table[2].speed.verdict, IB_SLOWER);
    assert_near(table[2].median.p, ldexp(1, -12)); /* the others do not count */
}

static void so_many_pairs_are_needed(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 1), 6);
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 8);
    rules.confirm = 0;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 12);
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 1), 7);
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 0), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_set_must_confirm),
        cmocka_unit_test(other_verdicts),
        cmocka_unit_test(the_old_ratio_is_not_certain),
        cmocka_unit_test(disturbed_pairs_are_left_out),
        cmocka_unit_test(code_that_begins_to_sleep_is_slower),
        cmocka_unit_test(the_mean_shows_what_the_median_does_not),
        cmocka_unit_test(a_baseline_without_means_judges_none),
        cmocka_unit_test(each_further_set_must_confirm),
        cmocka_unit_test(the_mean_must_be_surer_than_the_median),
        cmocka_unit_test(levels_of_all_sets_multiply_to_alpha),
        cmocka_unit_test(a_p_value_on_the_level_is_enough),
        cmocka_unit_test(an_interval_may_end_on_the_limit),
        cmocka_unit_test(an_undecided_case_says_how_many_pairs_it_needs),
        cmocka_unit_test(sizes_are_relative_to_the_old_ratio),
        cmocka_unit_test(an_order_that_was_not_drawn_is_allowed_for),
        cmocka_unit_test(every_case_of_a_table_makes_chance_likelier),
        cmocka_unit_test(what_is_not_judged_has_no_verdict),
        cmocka_unit_test(so_many_pairs_are_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
