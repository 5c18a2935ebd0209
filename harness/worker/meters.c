#include "worker/meters.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Energy that is not known of a part is not known of the whole. */
__attribute__((format(printf, 2, 3))) static void give_up(struct ib_meters *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    m->energy = false;
    m->sum = (struct ib_energy){0};
    vsnprintf(m->sum.reason, sizeof m->sum.reason, format, args);
    va_end(args);
}

/* ---- the device ---- */

/* Reads the device's health since the last call, if the implementation reports it. Energy is not read unless
 * it is asked for: the struct then ends before it. */
static bool read_health(const struct ib_meters *m, struct ib_health *out)
{
    const struct ib_instance *instance = m->instance;
    const bool with_energy = m->energy && m->on_device;
    *out =
        (struct ib_health){.struct_size = with_energy ? sizeof *out : offsetof(struct ib_health, energy_mj)};
    const bool known =
        IB_HAS(instance->impl, health) && instance->impl->health(instance->state, out) == IB_OK;
    out->reason[sizeof out->reason - 1] = '\0';
    return known;
}

static void begin_device(struct ib_meters *m, const struct ib_health *health)
{
    m->device_mj = health->energy_mj;
    m->device_ns = ib_now_ns();
    if (!m->device_mj)
        give_up(m, "%s does not report the energy of its device", m->instance->impl->name);
}

static void end_device(struct ib_meters *m, const struct ib_health *health)
{
    if (health->energy_mj < m->device_mj) { /* gone, or its driver has been loaded anew */
        give_up(m, "the device's counter of energy went back");
        return;
    }
    m->sum = (struct ib_energy){.source = IB_ENERGY_DEVICE,
                                .joules = (double)(health->energy_mj - m->device_mj) / 1e3,
                                .ns = ib_now_ns() - m->device_ns,
                                .stretches = 1};
}

/* ---- the packages ---- */

static void begin_packages(struct ib_meters *m)
{
    char why[sizeof m->sum.reason];
    if (!m->packages.n && ib_powercap_open(ib_powercap_folder(), &m->packages, why, sizeof why) != IB_OK)
        give_up(m, "%s", why);
}

/* Returns whether the counters of the packages could be read. */
static bool read_packages(struct ib_meters *m, uint64_t *since_uj)
{
    const bool ok = ib_powercap_read(&m->packages, since_uj) == IB_OK;
    if (!ok)
        give_up(m, "the energy counter of a processor package cannot be read any more");
    return ok;
}

void ib_meters_training_begin(struct ib_meters *m)
{
    uint64_t before;
    if (m->energy && !m->on_device)
        read_packages(m, &before);
}

void ib_meters_training_end(struct ib_meters *m, uint64_t took_ns)
{
    uint64_t uj;
    if (!m->energy || m->on_device || !read_packages(m, &uj))
        return;
    if ((double)took_ns > ib_powercap_longest_ns(&m->packages)) {
        give_up(m, "the energy counters may wrap around more than once in a training of %.0f s",
                (double)took_ns / 1e9);
        return;
    }
    m->sum.source = IB_ENERGY_PACKAGES;
    m->sum.joules += (double)uj / 1e6;
    m->sum.ns += took_ns;
    m->sum.stretches++;
}

/* ---- a request ---- */

void ib_meters_begin(struct ib_meters *m, const struct ib_instance *instance, enum ib_residency residency,
                     bool energy)
{
    struct ib_health health;
    m->instance = instance;
    m->energy = energy;
    m->on_device = residency != IB_HOST;
    m->sum = (struct ib_energy){0};
    read_health(m, &health);
    if (energy && m->on_device)
        begin_device(m, &health);
    else if (energy)
        begin_packages(m);
}

void ib_meters_end(struct ib_meters *m, struct ib_pass_result *out)
{
    out->health_known = read_health(m, &out->health);
    if (m->energy && m->on_device)
        end_device(m, &out->health);
    out->energy = m->sum;
}

void ib_meters_close(struct ib_meters *m)
{
    ib_powercap_close(&m->packages);
}
