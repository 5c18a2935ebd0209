#include "gate/slowdown_test.h"

#include "analysis/paired_ratio.h"
#include "stats/confidence_interval.h"
#include "stats/hypothesis_tests.h"

#include <math.h>
#include <stdlib.h>

#define COVERAGE 0.95

void ib_slowdown_test_leave(struct ib_slowdown_test *c, bool meaningless, const char *reason)
{
    c->candidate = c->reference = NULL;
    c->meaningless = meaningless;
    c->reason = reason;
}

static bool is_judged(const struct ib_slowdown_test *c)
{
    return c->candidate && c->reference;
}

/* The ratios of set `number` of pairs. */
static double *logs_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, uint64_t number,
                       size_t *n)
{
    const uint64_t first = 1 + number * rules->pairs;
    const struct ib_rounds rounds = {
        .first = first, .last = first + rules->pairs - 1, .by_slice = true, .trusts_right = true};
    return ib_paired_log_ratios(c->candidate, c->reference, &rounds, n);
}

/* The old ratio is only known to be within its interval: a slower case must exceed the upper end by more than
 * the tolerated slowdown. */
static double limit_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    return c->old_high + log1p(rules->slowdown);
}

/* The p-value of a set, if the case were not slower than tolerated; with `faster`, if it were not faster than
 * before. */
static double test(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, uint64_t number,
                   bool faster)
{
    size_t n;
    double *logs = logs_of(c, rules, number, &n);
    for (size_t i = 0; faster && i < n; i++)
        logs[i] = -logs[i];
    double inflation = c->randomised ? 1 : ib_inflation(logs, n);
    double p = ib_sign_test(logs, n, faster ? -c->old_low : limit_of(c, rules), inflation);
    free(logs);
    return p;
}

/* The Holm-corrected p-values of all cases still in question; NaN for the others. NULL: out of memory. */
static double *test_all(const struct ib_slowdown_test *slowdowns, size_t n, const struct ib_gate_rules *rules,
                        uint64_t number, bool faster)
{
    double *p = malloc((n + 1) * sizeof *p);
    for (size_t i = 0; p && i < n; i++)
        p[i] = is_judged(&slowdowns[i]) && (number == 0 || slowdowns[i].suspect)
                   ? test(&slowdowns[i], rules, number, faster)
                   : NAN;
    if (p)
        ib_holm(p, n);
    return p;
}

void ib_slowdown_tests_judge(struct ib_slowdown_test *slowdowns, size_t n, const struct ib_gate_rules *rules,
                             uint64_t number)
{
    double *slower = test_all(slowdowns, n, rules, number, false);
    double *faster = number == 0 ? test_all(slowdowns, n, rules, number, true) : NULL;
    for (size_t i = 0; i < n; i++) {
        struct ib_slowdown_test *c = &slowdowns[i];
        double mine = slower ? slower[i] : NAN;
        if (number == 0) {
            c->p = mine;
            c->faster = faster && faster[i] <= rules->alpha;
        } else if (c->suspect) {
            c->p_confirm = fmax(c->p_confirm, mine); /* fmax ignores NaN */
        }
        c->suspect = (number == 0 || c->suspect) && mine <= ib_slowdown_test_level(rules);
    }
    free(slower);
    free(faster);
}

/* ---- verdicts ---- */

static const char *why_ambiguous(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    if (c->speed.n < IB_INTERVAL_MIN)
        return c->speed.n == 1 ? "one pair is not enough: an interval needs at least 6, and a gate more"
                               : "too few pairs: an interval needs at least 6";
    if (c->p <= ib_slowdown_test_level(rules))
        return "slower in the first set of pairs, but not confirmed by the next";
    return "the interval extends beyond the tolerated slowdown";
}

static enum ib_speed_verdict verdict_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    if (c->suspect)
        return IB_SLOWER;
    if (isnan(c->speed.low) || isnan(c->speed.high) || c->p <= ib_slowdown_test_level(rules))
        return IB_AMBIGUOUS;
    if (c->faster)
        return IB_FASTER;
    return c->speed.high <= 1 + rules->slowdown ? IB_SAME : IB_AMBIGUOUS;
}

static void measure(struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    size_t n;
    double *logs = logs_of(c, rules, 0, &n);
    struct ib_interval interval =
        c->randomised ? ib_interval(logs, n, COVERAGE) : ib_interval_correlated(logs, n, COVERAGE);
    const double limit = log1p(rules->slowdown);
    free(logs);
    c->speed.n = n;
    c->speed.ratio = exp(interval.median - c->old_log_ratio);
    c->speed.low = exp(interval.low - c->old_high);
    c->speed.high = exp(interval.high - c->old_low);
    c->speed.needed = ib_rounds_needed(n, interval.median - c->old_log_ratio, interval.low - c->old_high,
                                       interval.high - c->old_low, limit, limit);
}

void ib_slowdown_tests_conclude(struct ib_slowdown_test *slowdowns, size_t n,
                                const struct ib_gate_rules *rules)
{
    for (size_t i = 0; i < n; i++) {
        struct ib_slowdown_test *c = &slowdowns[i];
        c->speed = (struct ib_speed){IB_AMBIGUOUS, NAN, NAN, NAN, 0, NAN, c->reason};
        if (!is_judged(c))
            continue;
        measure(c, rules);
        c->speed.verdict = verdict_of(c, rules);
        if (c->speed.verdict == IB_AMBIGUOUS) {
            c->speed.reason = why_ambiguous(c, rules);
            if (c->speed.needed < 2.0 * (double)c->speed.n) /* this many were not enough */
                c->speed.needed = 2.0 * (double)c->speed.n;
        } else {
            c->speed.needed = NAN;
        }
    }
}

double ib_slowdown_test_level(const struct ib_gate_rules *rules)
{
    return pow(rules->alpha, 1 / (double)(rules->confirm + 1));
}

/* The smallest p-value of n pairs is 2^-n; Holm multiplies the smallest by the number of cases. */
uint64_t ib_slowdown_test_least_pairs(const struct ib_gate_rules *rules, size_t n)
{
    uint64_t least = (uint64_t)ceil(log2((double)(n ? n : 1) / ib_slowdown_test_level(rules)));
    return least > IB_INTERVAL_MIN ? least : IB_INTERVAL_MIN;
}
