#include "analysis/paired_ratio.h"

#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

/* The rounds that two cases share, and how many of them each was disturbed in. */
struct pairs {
    struct pair {
        struct ib_sample sample[2];
        size_t at[2]; /* their places among the rounds */
    } * list;
    size_t n, disturbed[2], quiet; /* quiet: neither was */
};

static bool is_disturbed(const struct ib_sample *sample)
{
    return sample->disturbed == IB_YES;
}

static void add_pair(struct pairs *pairs, const struct pair *pair)
{
    const bool left = is_disturbed(&pair->sample[0]), right = is_disturbed(&pair->sample[1]);
    pairs->list[pairs->n++] = *pair;
    pairs->disturbed[0] += left ? 1 : 0;
    pairs->disturbed[1] += right ? 1 : 0;
    pairs->quiet += left || right ? 0 : 1;
}

/* Merges the two lists of rounds, which are in ascending order. */
static void find_pairs(const struct ib_case_record *left, const struct ib_case_record *right,
                       const struct ib_rounds *rounds, struct pairs *out)
{
    size_t i = 0, j = 0;
    while (i < left->n_rounds && j < right->n_rounds) {
        const struct pair pair = {{ib_case_record_sample(left, i), ib_case_record_sample(right, j)}, {i, j}};
        const struct ib_sample *a = &pair.sample[0], *b = &pair.sample[1];
        if (a->round == b->round && a->round >= rounds->first && a->round <= rounds->last &&
            a->epoch_ns > 0 && b->epoch_ns > 0)
            add_pair(out, &pair);
        i += a->round <= b->round;
        j += b->round <= a->round;
    }
}

static bool all_count(const struct pairs *pairs, bool trusts_right)
{
    const size_t left = pairs->disturbed[0], right = pairs->disturbed[1];
    return pairs->n < IB_INTERVAL_MIN || ib_disturbed_too(pairs->n, pairs->quiet) ||
           3 * left > 3 * right + pairs->n || (!trusts_right && 3 * right > 3 * left + pairs->n);
}

/* The median of the ratios of slices that ran right after each other: an interruption spoils only one of
 * them, and drift affects both sides of each. NaN if the rounds have no such slices, or were not kept. */
static double log_of_slices(const struct ib_case_record *left, const struct ib_case_record *right,
                            const struct pair *pair)
{
    double logs[IB_MOST_SLICES];
    if (!left->rounds || !right->rounds)
        return NAN;
    const struct ib_round_record *a = &left->rounds[pair->at[0]], *b = &right->rounds[pair->at[1]];
    const size_t n = a->n_slices;
    if (n == 0 || n > IB_MOST_SLICES || n != b->n_slices)
        return NAN;
    for (size_t k = 0; k < n; k++)
        logs[k] = log(a->slices[k] / b->slices[k]);
    return ib_median(logs, n);
}

double *ib_paired_log_ratios(const struct ib_case_record *left, const struct ib_case_record *right,
                             const struct ib_rounds *rounds, size_t *n)
{
    struct pairs pairs = {.list = malloc((left->n_rounds + 1) * sizeof *pairs.list)};
    double *logs = malloc((left->n_rounds + 1) * sizeof *logs);
    *n = 0;
    if (pairs.list && logs)
        find_pairs(left, right, rounds, &pairs);
    const bool all = rounds->disturbed || all_count(&pairs, rounds->trusts_right);
    for (size_t i = 0; i < pairs.n; i++) {
        const struct ib_sample *a = &pairs.list[i].sample[0], *b = &pairs.list[i].sample[1];
        if (!all && (is_disturbed(a) || is_disturbed(b)))
            continue;
        const double sliced = rounds->by_slice ? log_of_slices(left, right, &pairs.list[i]) : NAN;
        logs[(*n)++] = isfinite(sliced) ? sliced : log(a->epoch_ns / b->epoch_ns);
    }
    free(pairs.list);
    return logs;
}

struct ib_paired_ratio ib_paired_ratio_of(const struct ib_case_record *left,
                                          const struct ib_case_record *right)
{
    struct ib_paired_ratio ratio = {NAN, NAN, NAN, 0};
    double *logs = ib_paired_log_ratios(left, right, &(struct ib_rounds){.last = UINT64_MAX}, &ratio.n);
    if (logs && ratio.n >= IB_INTERVAL_MIN) {
        double low, high;
        ib_median_interval(logs, ratio.n, &low, &high);
        ratio.median = exp(ib_median(logs, ratio.n));
        ratio.low = exp(low);
        ratio.high = exp(high);
    }
    free(logs);
    return ratio;
}
