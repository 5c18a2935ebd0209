#include "report/paired.h"

#include "report/summary.h"
#include "stats.h"

#include <math.h>
#include <stdlib.h>

struct samples {
    const json_t *times, *rounds, *disturbed;
    bool all_disturbed; /* then they are all there is */
};

static struct samples samples_of(const json_t *c)
{
    struct samples s = {.times = ib_summary_member(c, "time.epoch_ns.samples"),
                        .rounds = ib_summary_member(c, "time.epoch_ns.rounds"),
                        .disturbed = ib_summary_member(c, "time.epoch_ns.disturbed"),
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

/* The logarithms of the ratios of the rounds that both have; both lists of rounds ascend. */
static size_t log_ratios(const struct samples *left, const struct samples *right, double *out)
{
    size_t n = 0, i = 0, j = 0;
    while (i < json_array_size(left->rounds) && j < json_array_size(right->rounds)) {
        json_int_t a = json_integer_value(json_array_get(left->rounds, i));
        json_int_t b = json_integer_value(json_array_get(right->rounds, j));
        double ratio = a == b ? time_of(left, i) / time_of(right, j) : NAN;
        if (ratio > 0)
            out[n++] = log(ratio);
        i += a <= b;
        j += b <= a;
    }
    return n;
}

struct ib_paired ib_paired_ratio(const json_t *left, const json_t *right)
{
    struct ib_paired ratio = {NAN, NAN, NAN, 0};
    struct samples l = samples_of(left), r = samples_of(right);
    double *logs = malloc((json_array_size(l.rounds) + 1) * sizeof *logs), low, high;
    if (!logs)
        return ratio;
    ratio.n = log_ratios(&l, &r, logs);
    ib_median_interval(logs, ratio.n, &low, &high);
    ratio.median = exp(ib_median(logs, ratio.n));
    ratio.low = exp(low);
    ratio.high = exp(high);
    free(logs);
    return ratio;
}
