#include "gate/speed_verdict.h"

#include "analysis/paired_ratio.h"
#include "stats/confidence_interval.h"

#include <math.h>
#include <stdlib.h>

#define COVERAGE  0.95
#define MOST_MORE 1000.0 /* times as many rounds is too long to wait */

const struct ib_word ib_speed_words[] = {
    {"SAME", IB_SAME}, {"FASTER", IB_FASTER}, {"SLOWER", IB_SLOWER}, {"AMBIGUOUS", IB_AMBIGUOUS}, {NULL, 0}};

double ib_rounds_needed(size_t n, double median, double low, double high, double floor, double ceiling)
{
    double distance = fmin(fabs(median - floor), fabs(median - ceiling));
    double half = fmax(high - median, median - low);
    double times = pow(half / distance, 2);
    return times <= MOST_MORE ? ceil(fmax(times, 1) * (double)n) : NAN;
}

static struct ib_interval log_interval(const struct ib_case_record *c)
{
    double *times = malloc((c->n_rounds + 1) * sizeof *times);
    struct ib_interval interval = {NAN, NAN, NAN, 0};
    if (!times)
        return interval;
    const size_t n = ib_undisturbed_times(c, times);
    for (size_t i = 0; i < n; i++)
        times[i] = log(times[i]);
    interval = ib_interval_correlated(times, n, COVERAGE);
    free(times);
    return interval;
}

static const char *why_unknown(const struct ib_interval *difference)
{
    return difference->n ? "too few rounds: an interval needs at least 6 on each side"
                         : "one side has no time";
}

/* SLOWER or FASTER if the whole interval is beyond a limit, SAME if it is within both. */
static enum ib_speed_verdict judge(const struct ib_interval *d, double limit)
{
    if (d->low > limit)
        return IB_SLOWER;
    if (d->high < -limit)
        return IB_FASTER;
    return d->low >= -limit && d->high <= limit ? IB_SAME : IB_AMBIGUOUS;
}

struct ib_speed ib_speed_unpaired(const struct ib_case_record *old_case,
                                  const struct ib_case_record *new_case, double margin)
{
    const struct ib_interval old = log_interval(old_case), new = log_interval(new_case);
    const struct ib_interval d = ib_interval_difference(&old, &new);
    struct ib_speed speed = {.ratio = exp(d.median), .low = exp(d.low), .high = exp(d.high), .n = d.n};
    const double limit = log1p(margin);
    const bool known = !isnan(d.low) && !isnan(d.high);
    speed.verdict = known ? judge(&d, limit) : IB_AMBIGUOUS;
    speed.needed = NAN;
    if (!known && d.n)
        speed.needed = IB_INTERVAL_MIN;
    else if (speed.verdict == IB_AMBIGUOUS)
        speed.needed = ib_rounds_needed(d.n, d.median, d.low, d.high, -limit, limit);
    if (speed.verdict == IB_AMBIGUOUS)
        speed.reason = known ? "the interval extends beyond the margin" : why_unknown(&d);
    return speed;
}
