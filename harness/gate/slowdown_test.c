#include "gate/slowdown_test.h"

#include "analysis/paired_ratio.h"
#include "stats/confidence_interval.h"
#include "stats/hypothesis_tests.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

#define COVERAGE  0.95
#define MEAN_PART 0.1 /* of alpha; the rest is the median's, which finds small slowdowns */
#define TRIMMED   0.1

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

bool ib_slowdown_test_suspects(const struct ib_slowdown_test *c)
{
    return c->median.holds || c->mean.holds;
}

/* The ratios of set `number` of pairs. A mean must contain the slow trainings, also those that look
 * disturbed; chance alone puts disturbances on either side. */
static double *logs_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, uint64_t number,
                       bool of_mean, size_t *n)
{
    const uint64_t first = 1 + number * rules->pairs;
    const struct ib_rounds rounds = {.first = first,
                                     .last = first + rules->pairs - 1,
                                     .by_slice = !of_mean,
                                     .disturbed = of_mean,
                                     .trusts_right = true};
    return ib_paired_log_ratios(c->candidate, c->reference, &rounds, n);
}

/* The old ratio is only known to be within its interval: a slower case must exceed the upper end by more than
 * the tolerated slowdown. */
static double limit_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, bool of_mean)
{
    return of_mean ? c->old_mean_high + log1p(rules->mean) : c->old_high + log1p(rules->slowdown);
}

/* The p-value of a set, if the case were not slower than tolerated; with `faster`, if it were not faster than
 * before. */
static double test(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, uint64_t number,
                   bool faster)
{
    size_t n;
    double *logs = logs_of(c, rules, number, false, &n);
    for (size_t i = 0; faster && i < n; i++)
        logs[i] = -logs[i];
    double inflation = c->randomised ? 1 : ib_inflation(logs, n);
    double p = ib_sign_test(logs, n, faster ? -c->old_low : limit_of(c, rules, false), inflation);
    free(logs);
    return p;
}

/* The same for the mean. Only in random order are the signs of the deviations those of a coin. */
static double test_mean(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules, uint64_t number)
{
    size_t n;
    double *logs = logs_of(c, rules, number, true, &n), limit = limit_of(c, rules, true);
    double p = isnan(limit)    ? NAN
               : c->randomised ? ib_sign_flip_test(logs, n, limit)
                               : ib_sign_test(logs, n, limit, ib_inflation(logs, n));
    free(logs);
    return p;
}

enum hypothesis { SLOWER_MEDIAN, SLOWER_MEAN, FASTER };

/* The Holm-corrected p-values of all cases still in question; NaN for the others. NULL: out of memory. */
static double *test_all(const struct ib_slowdown_test *slowdowns, size_t n, const struct ib_gate_rules *rules,
                        uint64_t number, enum hypothesis what)
{
    double *p = malloc((n + 1) * sizeof *p);
    for (size_t i = 0; p && i < n; i++) {
        const struct ib_slowdown_test *c = &slowdowns[i];
        const bool open = number == 0 || (what == SLOWER_MEAN ? c->mean : c->median).holds;
        p[i] = !is_judged(c) || !open ? NAN
               : what == SLOWER_MEAN  ? test_mean(c, rules, number)
                                      : test(c, rules, number, what == FASTER);
    }
    if (p)
        ib_holm(p, n);
    return p;
}

static void update(struct ib_suspicion *s, double p, double level, uint64_t number)
{
    if (number == 0) {
        s->p = p;
        s->arose = s->holds = p <= level;
    } else if (s->holds) {
        s->p_confirm = fmax(s->p_confirm, p); /* fmax ignores NaN */
        s->holds = p <= level;
    }
}

void ib_slowdown_tests_judge(struct ib_slowdown_test *slowdowns, size_t n, const struct ib_gate_rules *rules,
                             uint64_t number)
{
    const double level = ib_slowdown_test_level(rules, false),
                 mean_level = ib_slowdown_test_level(rules, true);
    double *median = test_all(slowdowns, n, rules, number, SLOWER_MEDIAN),
           *mean = test_all(slowdowns, n, rules, number, SLOWER_MEAN),
           *faster = number == 0 ? test_all(slowdowns, n, rules, number, FASTER) : NULL;
    for (size_t i = 0; i < n; i++) {
        struct ib_slowdown_test *c = &slowdowns[i];
        update(&c->median, median ? median[i] : NAN, level, number);
        update(&c->mean, mean ? mean[i] : NAN, mean_level, number);
        if (number == 0)
            c->faster = faster && faster[i] <= rules->alpha;
    }
    free(median);
    free(mean);
    free(faster);
}

/* ---- verdicts ---- */

static const char *why_ambiguous(const struct ib_slowdown_test *c)
{
    if (c->speed.n < IB_INTERVAL_MIN)
        return c->speed.n == 1 ? "one pair is not enough: an interval needs at least 6, and a gate more"
                               : "too few pairs: an interval needs at least 6";
    if (c->median.arose)
        return "slower in the first set of pairs, but not confirmed by the next";
    if (c->mean.arose)
        return "slower on average in the first set of pairs, but not confirmed by the next";
    return "the interval extends beyond the tolerated slowdown";
}

static enum ib_speed_verdict verdict_of(const struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    if (ib_slowdown_test_suspects(c))
        return IB_SLOWER;
    if (isnan(c->speed.high) || c->median.arose || c->mean.arose)
        return IB_AMBIGUOUS;
    if (c->faster)
        return IB_FASTER;
    return c->speed.high <= 1 + rules->slowdown ? IB_SAME : IB_AMBIGUOUS;
}

static void measure(struct ib_slowdown_test *c, const struct ib_gate_rules *rules)
{
    size_t n;
    double *means = logs_of(c, rules, 0, true, &n);
    c->mean_ratio = exp(ib_trimmed_mean(means, n, TRIMMED) - c->old_mean_high);
    free(means);
    double *logs = logs_of(c, rules, 0, false, &n);
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
        c->mean_ratio = NAN;
        if (!is_judged(c))
            continue;
        measure(c, rules);
        c->speed.verdict = verdict_of(c, rules);
        if (c->speed.verdict == IB_AMBIGUOUS) {
            c->speed.reason = why_ambiguous(c);
            if (c->speed.needed < 2.0 * (double)c->speed.n) /* this many were not enough */
                c->speed.needed = 2.0 * (double)c->speed.n;
        } else {
            c->speed.needed = NAN;
        }
    }
}

double ib_slowdown_test_level(const struct ib_gate_rules *rules, bool of_mean)
{
    return pow((of_mean ? MEAN_PART : 1 - MEAN_PART) * rules->alpha, 1 / (double)(rules->confirm + 1));
}

/* The smallest p-value of n pairs is 2^-n; Holm multiplies the smallest by the number of cases. */
uint64_t ib_slowdown_test_least_pairs(const struct ib_gate_rules *rules, size_t n)
{
    uint64_t least = (uint64_t)ceil(log2((double)(n ? n : 1) / ib_slowdown_test_level(rules, false)));
    return least > IB_INTERVAL_MIN ? least : IB_INTERVAL_MIN;
}
