#include "gate/slowdown_test.h"

#include "analysis/member.h"
#include "analysis/paired_ratio.h"
#include "stats/confidence_interval.h"
#include "stats/hypothesis_tests.h"

#include <math.h>
#include <stdlib.h>

#define COVERAGE 0.95

void ib_contest_leave(struct ib_contest *c, bool meaningless, const char *reason)
{
    c->is = c->beside = NULL;
    c->meaningless = meaningless;
    c->reason = reason;
}

static bool is_judged(const struct ib_contest *c)
{
    return c->is && c->beside;
}

/* Rounds in which something else had the processor. */
static size_t count_disturbed(const json_t *c, uint64_t first, uint64_t last)
{
    const json_t *rounds = ib_member(c, "time.epoch_ns.rounds"),
                 *disturbed = ib_member(c, "time.epoch_ns.disturbed");
    size_t i, n = 0;
    json_t *round;
    json_array_foreach (rounds, i, round) {
        uint64_t r = (uint64_t)json_integer_value(round);
        n += r >= first && r <= last && json_is_true(json_array_get(disturbed, i)) ? 1 : 0;
    }
    return n;
}

double *ib_contest_logs(const json_t *is, const json_t *beside, uint64_t first, uint64_t pairs, size_t *n)
{
    struct ib_rounds rounds = {.first = first, .last = first + pairs - 1, .by_slice = true};
    const size_t is_disturbed = count_disturbed(is, first, rounds.last),
                 beside_disturbed = count_disturbed(beside, first, rounds.last);
    double *logs = malloc((json_array_size(ib_member(is, "time.epoch_ns.rounds")) + 1) * sizeof *logs);
    *n = logs ? ib_paired_logs(is, beside, &rounds, logs) : 0;
    bool own_doing = 3 * is_disturbed > 3 * beside_disturbed + pairs;
    rounds.disturbed_too = own_doing || 3 * *n < pairs || *n < IB_SPEED_MIN_ROUNDS;
    if (logs && rounds.disturbed_too)
        *n = ib_paired_logs(is, beside, &rounds, logs);
    return logs;
}

static double *logs_of(const struct ib_contest *c, const struct ib_gate_rules *rules, uint64_t number,
                       size_t *n)
{
    return ib_contest_logs(c->is, c->beside, 1 + number * rules->pairs, rules->pairs, n);
}

/* The old ratio is not known better than its interval: only what lies above all of it, and above the
 * tolerated slowdown, is slower. */
static double limit_of(const struct ib_contest *c, const struct ib_gate_rules *rules)
{
    return c->was_high + log1p(rules->slowdown);
}

/* The probability of such a set if the case were no slower than is tolerated; with `faster`, if it were no
 * faster than it was. */
static double test(const struct ib_contest *c, const struct ib_gate_rules *rules, uint64_t number,
                   bool faster)
{
    size_t n;
    double *logs = logs_of(c, rules, number, &n);
    for (size_t i = 0; faster && i < n; i++)
        logs[i] = -logs[i];
    double inflation = c->randomised ? 1 : ib_inflation(logs, n);
    double p = ib_sign_test(logs, n, faster ? -c->was_low : limit_of(c, rules), inflation);
    free(logs);
    return p;
}

/* Of all contests that are still in question, by Holm; NaN for the others. NULL: out of memory. */
static double *test_all(const struct ib_contest *contests, size_t n, const struct ib_gate_rules *rules,
                        uint64_t number, bool faster)
{
    double *p = malloc((n + 1) * sizeof *p);
    for (size_t i = 0; p && i < n; i++)
        p[i] = is_judged(&contests[i]) && (number == 0 || contests[i].suspect)
                   ? test(&contests[i], rules, number, faster)
                   : NAN;
    if (p)
        ib_holm(p, n);
    return p;
}

void ib_contests_judge(struct ib_contest *contests, size_t n, const struct ib_gate_rules *rules,
                       uint64_t number)
{
    double *slower = test_all(contests, n, rules, number, false);
    double *faster = number == 0 ? test_all(contests, n, rules, number, true) : NULL;
    for (size_t i = 0; i < n; i++) {
        struct ib_contest *c = &contests[i];
        double mine = slower ? slower[i] : NAN;
        if (number == 0) {
            c->p = mine;
            c->faster = faster && faster[i] <= rules->alpha;
        } else if (c->suspect) {
            c->p_confirm = fmax(c->p_confirm, mine); /* fmax leaves NaN out */
        }
        c->suspect = (number == 0 || c->suspect) && mine <= ib_contest_level(rules);
    }
    free(slower);
    free(faster);
}

/* ---- verdicts ---- */

static const char *why_ambiguous(const struct ib_contest *c, const struct ib_gate_rules *rules)
{
    if (c->speed.n < IB_SPEED_MIN_ROUNDS)
        return c->speed.n == 1 ? "one pair cannot decide: 6 or more give an interval, and a gate needs more"
                               : "too few pairs: 6 or more give an interval";
    if (c->p <= ib_contest_level(rules))
        return "slower in the first set of pairs, which the next did not confirm";
    return "the interval reaches over the tolerated slowdown";
}

static enum ib_speed_verdict verdict_of(const struct ib_contest *c, const struct ib_gate_rules *rules)
{
    if (c->suspect)
        return IB_SLOWER;
    if (isnan(c->speed.low) || isnan(c->speed.high) || c->p <= ib_contest_level(rules))
        return IB_AMBIGUOUS;
    if (c->faster)
        return IB_FASTER;
    return c->speed.high <= 1 + rules->slowdown ? IB_SAME : IB_AMBIGUOUS;
}

static void measure(struct ib_contest *c, const struct ib_gate_rules *rules)
{
    size_t n;
    double *logs = logs_of(c, rules, 0, &n);
    struct ib_interval interval =
        c->randomised ? ib_interval(logs, n, COVERAGE) : ib_interval_correlated(logs, n, COVERAGE);
    const double limit = log1p(rules->slowdown);
    free(logs);
    c->speed.n = n;
    c->speed.ratio = exp(interval.median - c->was);
    c->speed.low = exp(interval.low - c->was_high);
    c->speed.high = exp(interval.high - c->was_low);
    c->speed.needed = ib_rounds_needed(n, interval.median - c->was, interval.low - c->was_high,
                                       interval.high - c->was_low, limit, limit);
}

void ib_contests_conclude(struct ib_contest *contests, size_t n, const struct ib_gate_rules *rules)
{
    for (size_t i = 0; i < n; i++) {
        struct ib_contest *c = &contests[i];
        c->speed = (struct ib_speed){IB_AMBIGUOUS, NAN, NAN, NAN, 0, NAN, c->reason};
        if (!is_judged(c))
            continue;
        measure(c, rules);
        c->speed.verdict = verdict_of(c, rules);
        if (c->speed.verdict == IB_AMBIGUOUS) {
            c->speed.reason = why_ambiguous(c, rules);
            if (c->speed.needed < 2.0 * (double)c->speed.n) /* as many were not enough */
                c->speed.needed = 2.0 * (double)c->speed.n;
        } else {
            c->speed.needed = NAN;
        }
    }
}

double ib_contest_level(const struct ib_gate_rules *rules)
{
    return pow(rules->alpha, 1 / (double)(rules->confirm + 1));
}

/* The smallest probability that n pairs can give is 2^-n; Holm takes the smallest times the cases. */
uint64_t ib_contest_least_pairs(const struct ib_gate_rules *rules, size_t n)
{
    uint64_t least = (uint64_t)ceil(log2((double)(n ? n : 1) / ib_contest_level(rules)));
    return least > IB_SPEED_MIN_ROUNDS ? least : IB_SPEED_MIN_ROUNDS;
}
