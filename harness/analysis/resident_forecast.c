#include "analysis/resident_forecast.h"

#include <math.h>

/* Sums of a profile over its epochs. compute is limited to the waits: what the device did while an operation
 * was still being submitted is already in the time of its launch. */
struct sums {
    double copies, launch, wait, compute;
};

static struct sums sum_profile(const struct ib_profile_record *p)
{
    struct sums sum = {0};
    for (size_t i = 0; i < p->n_copies; i++)
        sum.copies += (double)(p->copies[i].h2d_ns + p->copies[i].d2h_ns);
    for (size_t i = 0; i < p->n_operations; i++) {
        const struct ib_operation_record *o = &p->operations[i];
        sum.launch += (double)o->launch_ns;
        sum.wait += (double)o->wait_ns;
        sum.compute += (double)(o->compute_ns > o->wait_ns ? o->wait_ns : o->compute_ns);
    }
    return sum;
}

struct ib_forecast ib_forecast_resident(const struct ib_case_record *c)
{
    if (!c->profile.epochs)
        return (struct ib_forecast){NAN, NAN, NAN, NAN};
    const struct sums sum = sum_profile(&c->profile);
    /* The profile is one short training: only the shares of its times count. */
    const double whole = sum.copies + sum.launch + sum.wait;
    return (struct ib_forecast){.compute_ns = c->epoch_ns.median * sum.compute / whole,
                                .launch_ns = c->epoch_ns.median * sum.launch / whole,
                                .low_ns = c->epoch_ns.low * fmax(sum.compute, sum.launch) / whole,
                                .high_ns = c->epoch_ns.high * (sum.launch + sum.wait) / whole};
}
