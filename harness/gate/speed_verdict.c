#include "gate/speed_verdict.h"

#include "stats/confidence_interval.h"

#include <math.h>
#include <stdlib.h>

#define COVERAGE  0.95
#define MOST_MORE 1000.0 /* times as many rounds is too long to wait */

/* On a busy machine, differences up to these count as none: if processor time confirms them, and if not. */
#define BUSY_FACTOR      2.0
#define BUSY_WALL_FACTOR 10.0

const struct ib_word ib_speed_words[] = {
    {"SAME", IB_SAME}, {"FASTER", IB_FASTER}, {"SLOWER", IB_SLOWER}, {"AMBIGUOUS", IB_AMBIGUOUS}, {NULL, 0}};

double ib_rounds_needed(size_t n, double median, double low, double high, double floor, double ceiling)
{
    double distance = fmin(fabs(median - floor), fabs(median - ceiling));
    double half = fmax(high - median, median - low);
    double times = pow(half / distance, 2);
    return times <= MOST_MORE ? ceil(fmax(times, 1) * (double)n) : NAN;
}

/* Which times of a case are compared. */
enum times { UNDISTURBED, ALL, PROCESSOR };

/* NaN: it does not count. */
static double time_of(const struct ib_sample *sample, enum times times)
{
    if (times == PROCESSOR)
        return sample->cpu_epoch_ns;
    return times == ALL || sample->disturbed != IB_YES ? sample->epoch_ns : NAN;
}

static struct ib_interval log_interval(const struct ib_case_record *c, enum times times)
{
    double *logs = malloc((c->n_rounds + 1) * sizeof *logs);
    struct ib_interval interval = {NAN, NAN, NAN, 0};
    if (!logs)
        return interval;
    size_t n = 0;
    for (size_t i = 0; i < c->n_rounds; i++) {
        const struct ib_sample sample = ib_case_record_sample(c, i);
        const double time = time_of(&sample, times);
        if (time > 0)
            logs[n++] = log(time);
    }
    interval = ib_interval_correlated(logs, n, COVERAGE);
    free(logs);
    return interval;
}

static struct ib_interval difference_of(const struct ib_case_record *old_case,
                                        const struct ib_case_record *new_case, enum times times)
{
    const struct ib_interval old = log_interval(old_case, times), new = log_interval(new_case, times);
    return ib_interval_difference(&old, &new);
}

/* Both ends are, or neither. */
static bool is_known(const struct ib_interval *d)
{
    return !isnan(d->low);
}

/* SLOWER or FASTER if the whole interval is beyond a limit, SAME if it is within both. */
static enum ib_speed_verdict judge(const struct ib_interval *d, double limit)
{
    if (!is_known(d))
        return IB_AMBIGUOUS;
    if (d->low > limit)
        return IB_SLOWER;
    if (d->high < -limit)
        return IB_FASTER;
    return d->low >= -limit && d->high <= limit ? IB_SAME : IB_AMBIGUOUS;
}

static const char *why_ambiguous(const struct ib_interval *d)
{
    if (is_known(d))
        return "the interval extends beyond the margin";
    return d->n ? "too few rounds: an interval needs at least 6 on each side" : "one side has no time";
}

static bool is_busy(const struct ib_case_record *c)
{
    const struct ib_disturbance d = ib_case_record_disturbance(c);
    return 3 * d.disturbed > d.timed;
}

static bool needs_disturbed(const struct ib_case_record *c)
{
    const struct ib_disturbance d = ib_case_record_disturbance(c);
    return ib_disturbed_too(d.timed, d.timed - d.disturbed);
}

/* Whether a difference is too large to come from other work on the machine. That makes times longer, and
 * processor time as well, since programs on one core share its caches and its units. */
static bool outweighs_disturbance(const struct ib_interval *wall, const struct ib_interval *processor,
                                  enum ib_speed_verdict verdict)
{
    return judge(wall, log(BUSY_WALL_FACTOR)) == verdict ||
           (judge(wall, log(BUSY_FACTOR)) == verdict && judge(processor, log(BUSY_FACTOR)) == verdict);
}

struct ib_speed ib_speed_unpaired(const struct ib_case_record *old_case,
                                  const struct ib_case_record *new_case, double margin)
{
    const bool all = needs_disturbed(old_case) || needs_disturbed(new_case);
    const bool busy = is_busy(old_case) || is_busy(new_case);
    const struct ib_interval d = difference_of(old_case, new_case, all ? ALL : UNDISTURBED),
                             processor = difference_of(old_case, new_case, PROCESSOR);
    struct ib_speed speed = {
        .ratio = exp(d.median), .low = exp(d.low), .high = exp(d.high), .n = d.n, .needed = NAN};
    const double limit = log1p(margin);
    speed.verdict = judge(&d, limit);
    if (speed.verdict == IB_AMBIGUOUS) {
        speed.reason = why_ambiguous(&d);
        if (!is_known(&d))
            speed.needed = d.n ? IB_INTERVAL_MIN : NAN;
        else
            speed.needed = ib_rounds_needed(d.n, d.median, d.low, d.high, -limit, limit);
    } else if (speed.verdict != IB_SAME && busy && !outweighs_disturbance(&d, &processor, speed.verdict)) {
        speed.verdict = IB_AMBIGUOUS;
        speed.reason = "over a third of the samples were disturbed by other work on the machine";
    }
    return speed;
}
