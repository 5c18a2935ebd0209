#include "run/time_account.h"

#include <math.h>

/* Noise: time outside of the clock up to this, or up to this share of the training or of the time outside of
 * a shorter one. External programs exchange messages and write files there. */
static const struct noise {
    double step_ns, part, outside_part;
} noises[] = {{1e6, 0.02, 0.5}, {5e6, 0.1, 0.5}};

/* Of the time of a training, waiting for a CPU may be up to this share. A worker's is known only for the
 * whole request, much of which may be outside of the clock. */
#define WAITED          0.5
#define WAITED_EXTERNAL 0.99

#define RATIO_MOST 2.0 /* an epoch takes longer by more than this: not by noise */

/* Work in advance that takes as long as everything outside of the clock is used up by a training of this
 * share of that time, if it makes training much faster. */
#define BEFORE_PART    0.5
#define BEFORE_MOST_NS 250e6

static const struct noise *noise_of(const struct ib_time_account *a)
{
    return &noises[a->external ? 1 : 0];
}

/* What a single training took at least. The parent and an external program may wait at the same time, which
 * counts twice, so that waiting may leave less than the program ran. */
static double least_ns(const struct ib_pass_result *r, double trained_ns)
{
    const double ran_ns = r->external ? fmin((double)r->thread_cpu_ns, trained_ns) : 0;
    const double waited = r->external ? WAITED_EXTERNAL : WAITED;
    return fmax(fmax(trained_ns - (double)r->waited_ns, ran_ns), (1 - waited) * trained_ns);
}

/* One training may have been interrupted for longer than all others took together. */
static double mean_ns(const struct ib_pass_result *r)
{
    const bool known = r->repeats > 1 && r->longest_ns > 0 && r->longest_ns < r->trained_ns;
    return known ? (double)(r->trained_ns - r->longest_ns) / (double)(r->repeats - 1)
                 : (double)r->trained_ns / (double)r->repeats;
}

struct ib_time_account ib_time_account_of(const struct ib_pass_result *r, uint64_t epochs)
{
    const struct ib_outside *o = &r->outside;
    struct ib_time_account out = {
        .epochs = epochs, .external = r->external, .changed = o->changed, .at_start = o->at_start};
    out.trained_ns = fmax(r->median_ns, 1);
    out.wall_ns = out.trained_ns;
    out.mean_ns = r->repeats ? mean_ns(r) : out.trained_ns;
    out.least_ns = r->repeats == 1 ? least_ns(r, out.trained_ns) : out.trained_ns;
    if (r->external)
        out.trained_ns = out.least_ns; /* waiting is no work, and must not look like it */
    out.part_ns[IB_OUTSIDE_RESTART] = (double)o->restart_ns;
    out.part_ns[IB_OUTSIDE_READBACK] =
        o->readback_ns > o->idle_ns ? (double)(o->readback_ns - o->idle_ns) : 0;
    out.part_ns[IB_OUTSIDE_PREDICT] = (double)r->phases.predict_ns;
    out.part_ns[IB_OUTSIDE_AFTER] = (double)o->after_ns;
    const double warm_ns = (double)o->warmup_epochs * out.trained_ns / (double)epochs;
    out.before_ns = (double)o->opened_ns + fmax((double)o->warmup_ns - warm_ns, 0);
    return out;
}

/* The threads of a device's runtime have used up their share of a busy machine at the end of a training, and
 * wait for others: for some time slices, or this share of the training. */
#define SLICES_NS   15e6
#define SLICES_PART 0.25

void ib_forgive_waiting(struct ib_time_account *a)
{
    const double waiting_ns = fmax(SLICES_NS, SLICES_PART * a->trained_ns);
    a->part_ns[IB_OUTSIDE_READBACK] = fmax(a->part_ns[IB_OUTSIDE_READBACK] - waiting_ns, 0);
    a->part_ns[IB_OUTSIDE_PREDICT] = fmax(a->part_ns[IB_OUTSIDE_PREDICT] - waiting_ns, 0);
}

static double outside_ns(const struct ib_time_account *a)
{
    double sum = 0;
    for (int part = 0; part < IB_OUTSIDE_PARTS; part++)
        sum += a->part_ns[part];
    return sum;
}

static double allowed_ns(const struct ib_time_account *a)
{
    return fmax(noise_of(a)->step_ns, noise_of(a)->part * a->trained_ns);
}

bool ib_outside_matters(const struct ib_time_account *a)
{
    return outside_ns(a) > allowed_ns(a);
}

bool ib_outside_dominates(const struct ib_time_account *a)
{
    return outside_ns(a) > a->trained_ns;
}

double ib_outside_difference_ns(const struct ib_time_account *a, const struct ib_time_account *than,
                                enum ib_outside_part *most)
{
    double sum = 0, largest = -INFINITY;
    for (int part = 0; part < IB_OUTSIDE_PARTS; part++) {
        const double more = a->part_ns[part] - than->part_ns[part];
        if (more > largest)
            *most = (enum ib_outside_part)part;
        largest = fmax(more, largest);
        sum += more;
    }
    return sum;
}

double ib_outside_growth_ns(const struct ib_time_account *longer, const struct ib_time_account *shorter,
                            enum ib_outside_part *most)
{
    const double growth = ib_outside_difference_ns(longer, shorter, most);
    return growth > fmax(allowed_ns(longer), noise_of(longer)->outside_part * outside_ns(shorter)) ? growth
                                                                                                   : 0;
}

double ib_epoch_ratio(const struct ib_time_account *longer, const struct ib_time_account *shorter)
{
    return longer->least_ns / (double)longer->epochs / (shorter->trained_ns / (double)shorter->epochs);
}

bool ib_epoch_ratio_exceeds(double ratio)
{
    return !(ratio <= RATIO_MOST);
}

uint64_t ib_longer_epochs(const struct ib_time_account *first, const struct ib_time_account *last)
{
    const double before_ns = fmin(BEFORE_PART * (first->before_ns + outside_ns(first)), BEFORE_MOST_NS);
    const double target_ns = fmax(2 * noise_of(first)->step_ns, before_ns);
    if (last->trained_ns >= target_ns)
        return 0;
    /* By what further epochs took so far: a training may begin with work that does not depend on its length.
     * The times of an external program vary too much for that. */
    const bool grown = !last->external && last->epochs > first->epochs;
    const double known_epochs = (double)(last->epochs - (grown ? first->epochs : 0));
    const double known_ns = last->trained_ns - (grown ? first->trained_ns : 0);
    const double missing_ns = 1.2 * target_ns - last->trained_ns;
    const double more = known_ns > 0 ? missing_ns * known_epochs / known_ns : INFINITY;
    const double factor = fmin(fmax(1 + more / (double)last->epochs, 2), IB_LENGTH_STEP);
    return (uint64_t)(factor * (double)last->epochs);
}

uint64_t ib_epochs_within(const struct ib_time_account *last, uint64_t epochs, double limit_ns)
{
    const double most = limit_ns / last->wall_ns * (double)last->epochs;
    if ((double)epochs <= most)
        return epochs;
    return most >= 2.0 * (double)last->epochs ? (uint64_t)most : 0;
}
