/* The decisions of a gate, on records made by hand: rules, and how often they err. */
#include "base/rng.h"
#include "gate/ab_pairs.h"
#include "gate/record_diff.h"
#include "gate/slowdown_test.h"
#include "gate/violations.h"
#include "made_record.h"

#include <jansson.h>
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

/* A case with these times in rounds from 1 on; where `calm` is not NULL, false marks a disturbed round. */
static json_t *timed_case(const double *times, const bool *calm, size_t n)
{
    json_t *samples = json_array(), *rounds = json_array(), *disturbed = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(samples, json_real(times[i]));
        json_array_append_new(rounds, json_integer((json_int_t)i + 1));
        json_array_append_new(disturbed, json_boolean(calm && !calm[i]));
    }
    return json_pack("{s:{s:{s:o, s:o, s:o}}}", "time", "epoch_ns", "samples", samples, "rounds", rounds,
                     "disturbed", disturbed);
}

/* ---- how often it errs ---- */

enum { CASES = 20, PAIRS = 30, SETS = 2 };

struct table {
    struct ib_slowdown_test slowdowns[CASES];
    json_t *records[CASES][2];
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
        for (size_t side = 0; side < 2; side++)
            t->records[c][side] = timed_case(times[side], NULL, PAIRS * SETS);
        t->slowdowns[c] = (struct ib_slowdown_test){.candidate = t->records[c][0],
                                                    .reference = t->records[c][1],
                                                    .randomised = true,
                                                    .p = NAN,
                                                    .p_confirm = NAN};
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
    for (size_t c = 0; c < CASES; c++) {
        slower += t->slowdowns[c].speed.verdict == IB_SLOWER ? 1 : 0;
        json_decref(t->records[c][0]);
        json_decref(t->records[c][1]);
    }
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
                      const bool *beside_calm, size_t n, uint64_t pairs, struct ib_slowdown_test *c)
{
    const struct ib_gate_rules rules = rules_of(pairs);
    json_t *left = timed_case(candidate, calm, n), *right = timed_case(reference, beside_calm, n);
    c->candidate = left;
    c->reference = right;
    c->randomised = true;
    c->p = c->p_confirm = NAN;
    for (uint64_t set = 0; set * pairs < n; set++)
        ib_slowdown_tests_judge(c, 1, &rules, set);
    ib_slowdown_tests_conclude(c, 1, &rules);
    json_decref(left);
    json_decref(right);
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
    assert_non_null(strstr(c.speed.reason, "did not confirm"));
    assert_true(c.p < 0.01 && c.p_confirm > 0.5);
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
    assert_non_null(strstr(c.speed.reason, "one pair cannot decide"));
}

/* What a baseline knows of the ratio to its control is an interval, and all of it is given the benefit. */
static void the_old_ratio_is_not_certain(void **state)
{
    (void)state;
    double candidate[24], reference[24];
    struct ib_slowdown_test c = {.old_log_ratio = log(1.0), .old_low = log(0.9), .old_high = log(1.1)};
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

static void so_many_pairs_are_needed(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 1), 6);
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 8);
    rules.confirm = 0;
    assert_int_equal(ib_slowdown_test_least_pairs(&rules, 20), 11);
}

/* ---- differences ---- */

static json_t *case_with(double mse, double skill, double accuracy)
{
    return json_pack("{s:s, s:i, s:{s:f, s:f, s:f, s:f, s:f, s:f}}", "id", "x", "test_rows", 100, "metrics",
                     "train_loss", mse, "mse", mse, "rmse", sqrt(mse), "mae", sqrt(mse), "skill", skill,
                     "accuracy", accuracy);
}

static size_t count_differences(json_t *was, json_t *candidate, double tolerance)
{
    json_t *list = ib_metric_differences(was, candidate, tolerance);
    size_t n = json_array_size(list);
    json_decref(list);
    json_decref(was);
    json_decref(candidate);
    return n;
}

static void metrics_differ_both_ways(void **state)
{
    (void)state;
    assert_int_equal(count_differences(case_with(4, 0.5, 0.9), case_with(4.001, 0.5, 0.9), 0.001), 0);
    assert_int_equal(count_differences(case_with(4, 0.5, 0.9), case_with(4.1, 0.5, 0.9), 0.001), 4);
    assert_int_equal(count_differences(case_with(4, 0.5, 0.9), case_with(3.9, 0.5, 0.9), 0.001), 4);
    assert_int_equal(count_differences(case_with(4, 0.5, 0.9), case_with(4, 0.5, 0.91), 0.001),
                     0); /* a row */
    assert_int_equal(count_differences(case_with(4, 0.5, 0.9), case_with(4, 0.5, 0.92), 0.001), 1);
}

static void rounding_is_no_difference(void **state)
{
    (void)state;
    assert_int_equal(count_differences(case_with(1e-30, 1, 1), case_with(3e-28, 1, 1), 0.001), 0);
    assert_int_equal(count_differences(case_with(1e-9, 1, 1), case_with(0.5, 0.5, 1), 0.001), 4);
    assert_int_equal(count_differences(case_with(NAN, NAN, NAN), case_with(1, 0, 0), 0.001), 5);
}

static void unknown_copies_are_equal_to_any(void **state)
{
    (void)state;
    json_t *was = json_pack("{s:{s:n, s:i}}", "transfers", "h2d_count", "d2h_count", 4);
    json_t *candidate = json_pack("{s:{s:i, s:i}}", "transfers", "h2d_count", 3, "d2h_count", 5);
    json_t *list = ib_copy_differences(was, candidate);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
    json_decref(was);
    json_decref(candidate);
}

/* ---- exit status ---- */

static int status_of(const char *kinds, bool strict)
{
    json_t *findings = json_array();
    for (const char *k = kinds; *k; k++)
        ib_violation_add(findings,
                         *k == 'a'   ? IB_ACCURACY
                         : *k == 'c' ? IB_COPIES
                         : *k == 'f' ? IB_FAILED
                         : *k == 'm' ? IB_MISSING
                         : *k == 's' ? IB_SLOWER_CASE
                                     : IB_AMBIGUOUS_CASE,
                         NULL, "%s", "made");
    int status = ib_violations_exit_status(findings, strict);
    json_decref(findings);
    return status;
}

static void several_findings_give_the_gravest_status(void **state)
{
    (void)state;
    static const struct {
        const char *kinds;
        int lax, strict;
    } known[] = {{"", 0, 0},   {"u", 0, 5},   {"us", 1, 1},    {"sm", 4, 4}, {"uf", 4, 4},
                 {"sa", 3, 3}, {"fsc", 3, 3}, {"umsfa", 3, 3}, {"c", 3, 3},  {"m", 4, 4}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(status_of(known[i].kinds, false), known[i].lax);
        assert_int_equal(status_of(known[i].kinds, true), known[i].strict);
    }
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
        cmocka_unit_test(so_many_pairs_are_needed),
        cmocka_unit_test(metrics_differ_both_ways),
        cmocka_unit_test(rounding_is_no_difference),
        cmocka_unit_test(unknown_copies_are_equal_to_any),
        cmocka_unit_test(several_findings_give_the_gravest_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
