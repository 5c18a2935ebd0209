#include "analysis/forecast.h"

#include "analysis/member.h"

#include <math.h>

/* The sum of a number over a list of the profile, an epoch. */
static double per_epoch(const json_t *profile, const char *list, const char *number)
{
    const json_t *items = json_object_get(profile, list);
    double sum = 0;
    for (size_t i = 0; i < json_array_size(items); i++)
        sum += ib_member_number(json_array_get(items, i), number);
    return sum / ib_member_number(profile, "epochs");
}

/* The device's work beyond the launches: what it did while an operation was still being handed over is in the
 * time of its launch. */
static double compute_per_epoch(const json_t *profile)
{
    const json_t *operations = json_object_get(profile, "operations");
    double sum = 0;
    for (size_t i = 0; i < json_array_size(operations); i++) {
        const json_t *operation = json_array_get(operations, i);
        double compute = ib_member_number(operation, "compute_ns"),
               wait = ib_member_number(operation, "wait_ns");
        sum += compute > wait ? wait : compute;
    }
    return sum / ib_member_number(profile, "epochs");
}

struct ib_forecast ib_forecast_resident(const json_t *c)
{
    const json_t *profile = ib_member(c, "profile");
    const double copies = per_epoch(profile, "copies", "h2d_ns") + per_epoch(profile, "copies", "d2h_ns");
    const double launch = per_epoch(profile, "operations", "launch_ns");
    const double wait = per_epoch(profile, "operations", "wait_ns");
    const double compute = compute_per_epoch(profile);
    /* The profile is one short training, so that its times are shares of the measured one. */
    const double scale = ib_member_number(c, "time.epoch_ns.median") / (copies + launch + wait);
    return (struct ib_forecast){.compute_ns = scale * compute,
                                .launch_ns = scale * launch,
                                .epoch_ns = scale * fmax(compute, launch)};
}
