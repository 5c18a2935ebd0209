#include "analysis/paired_ratio.h"

#include "analysis/member.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>

struct samples {
    const json_t *times, *slices, *rounds, *disturbed;
    bool all_disturbed; /* then they are all there is */
};

static struct samples samples_of(const json_t *c)
{
    struct samples s = {.times = ib_member(c, "time.epoch_ns.samples"),
                        .slices = ib_member(c, "time.epoch_ns.slices"),
                        .rounds = ib_member(c, "time.epoch_ns.rounds"),
                        .disturbed = ib_member(c, "time.epoch_ns.disturbed"),
                        .all_disturbed = true};
    for (size_t i = 0; i < json_array_size(s.times); i++)
        s.all_disturbed = s.all_disturbed && json_is_true(json_array_get(s.disturbed, i));
    return s;
}

/* The time of sample i; NaN where it does not count. */
static double time_of(const struct samples *s, size_t i)
{
    bool counts = s->all_disturbed || !json_is_true(json_array_get(s->disturbed, i));
    return counts ? json_number_value(json_array_get(s->times, i)) : NAN;
}

size_t ib_undisturbed_times(const json_t *c, double *out)
{
    struct samples s = samples_of(c);
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(s.times); i++) {
        double time = time_of(&s, i);
        if (time > 0)
            out[n++] = time;
    }
    return n;
}

/* The median of the ratios of slices that ran right after each other: an interruption spoils one of them, and
 * a drift both sides of each. NaN where they are no such slices. */
static double log_of_slices(const json_t *left, const json_t *right)
{
    double logs[IB_MOST_SLICES];
    const size_t n = json_array_size(left);
    if (n == 0 || n > IB_MOST_SLICES || n != json_array_size(right))
        return NAN;
    for (size_t k = 0; k < n; k++)
        logs[k] =
            log(json_number_value(json_array_get(left, k)) / json_number_value(json_array_get(right, k)));
    return ib_median(logs, n);
}

/* NaN where one of the times does not count. */
static double log_of_pair(const struct samples *left, size_t i, const struct samples *right, size_t j,
                          bool by_slice)
{
    const double whole = log(time_of(left, i) / time_of(right, j));
    const double sliced = by_slice && isfinite(whole) ? log_of_slices(json_array_get(left->slices, i),
                                                                      json_array_get(right->slices, j))
                                                      : NAN;
    return isfinite(sliced) ? sliced : whole;
}

/* Both lists of rounds ascend. */
size_t ib_paired_log_ratios(const json_t *left_case, const json_t *right_case, const struct ib_rounds *rounds,
                            double *out)
{
    struct samples left = samples_of(left_case), right = samples_of(right_case);
    size_t n = 0, i = 0, j = 0;
    left.all_disturbed |= rounds->disturbed_too;
    right.all_disturbed |= rounds->disturbed_too;
    while (i < json_array_size(left.rounds) && j < json_array_size(right.rounds)) {
        uint64_t a = (uint64_t)json_integer_value(json_array_get(left.rounds, i));
        uint64_t b = (uint64_t)json_integer_value(json_array_get(right.rounds, j));
        bool counts = a == b && a >= rounds->first && a <= rounds->last;
        double ratio = counts ? log_of_pair(&left, i, &right, j, rounds->by_slice) : NAN;
        if (isfinite(ratio))
            out[n++] = ratio;
        i += a <= b;
        j += b <= a;
    }
    return n;
}

struct ib_paired_ratio ib_paired_ratio_of(const json_t *left, const json_t *right)
{
    struct ib_paired_ratio ratio = {NAN, NAN, NAN, 0};
    const size_t n = json_array_size(ib_member(left, "time.epoch_ns.rounds"));
    double *logs = malloc((n + 1) * sizeof *logs), low, high;
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

json_t *ib_paired_ratio_json(const struct ib_paired_ratio *ratio)
{
    return json_pack("{s:o, s:o, s:o, s:I}", "median", ib_json_number(ratio->median), "low",
                     ib_json_number(ratio->low), "high", ib_json_number(ratio->high), "n",
                     (json_int_t)ratio->n);
}
