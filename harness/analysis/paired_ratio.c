#include "analysis/paired_ratio.h"

#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>

/* Were all rounds that have a time disturbed? Then they all count. */
static bool all_disturbed(const struct ib_case_record *c)
{
    for (size_t i = 0; i < c->n_rounds; i++)
        if (c->rounds[i].epoch_ns > 0 && c->rounds[i].disturbed != IB_YES)
            return false;
    return true;
}

/* The round's time; NaN if it does not count. */
static double time_of(const struct ib_round_record *round, bool disturbed_too)
{
    return disturbed_too || round->disturbed != IB_YES ? round->epoch_ns : NAN;
}

size_t ib_undisturbed_times(const struct ib_case_record *c, double *out)
{
    const bool disturbed_too = all_disturbed(c);
    size_t n = 0;
    for (size_t i = 0; i < c->n_rounds; i++) {
        double time = time_of(&c->rounds[i], disturbed_too);
        if (time > 0)
            out[n++] = time;
    }
    return n;
}

/* The median of the ratios of slices that ran right after each other: an interruption spoils only one of
 * them, and drift affects both sides of each. NaN if the rounds have no such slices. */
static double log_of_slices(const struct ib_round_record *left, const struct ib_round_record *right)
{
    double logs[IB_MOST_SLICES];
    const size_t n = left->n_slices;
    if (n == 0 || n > IB_MOST_SLICES || n != right->n_slices)
        return NAN;
    for (size_t k = 0; k < n; k++)
        logs[k] = log(left->slices[k] / right->slices[k]);
    return ib_median(logs, n);
}

/* Merges the two lists of rounds, which are in ascending order. */
size_t ib_paired_log_ratios(const struct ib_case_record *left, const struct ib_case_record *right,
                            const struct ib_rounds *rounds, double *out)
{
    const bool left_all = rounds->disturbed_too || all_disturbed(left),
               right_all = rounds->disturbed_too || all_disturbed(right);
    size_t n = 0, i = 0, j = 0;
    while (i < left->n_rounds && j < right->n_rounds) {
        const struct ib_round_record *a = &left->rounds[i], *b = &right->rounds[j];
        const bool counts = a->round == b->round && a->round >= rounds->first && a->round <= rounds->last;
        const double whole = counts ? log(time_of(a, left_all) / time_of(b, right_all)) : NAN;
        const double sliced = rounds->by_slice && isfinite(whole) ? log_of_slices(a, b) : NAN;
        if (isfinite(whole))
            out[n++] = isfinite(sliced) ? sliced : whole;
        i += a->round <= b->round;
        j += b->round <= a->round;
    }
    return n;
}

struct ib_paired_ratio ib_paired_ratio_of(const struct ib_case_record *left,
                                          const struct ib_case_record *right)
{
    struct ib_paired_ratio ratio = {NAN, NAN, NAN, 0};
    double *logs = malloc((left->n_rounds + 1) * sizeof *logs), low, high;
    if (!logs)
        return ratio;
    ratio.n = ib_paired_log_ratios(left, right, &(struct ib_rounds){.last = UINT64_MAX}, logs);
    ib_median_interval(logs, ratio.n, &low, &high);
    ratio.median = exp(ib_median(logs, ratio.n));
    ratio.low = exp(low);
    ratio.high = exp(high);
    free(logs);
    return ratio;
}
