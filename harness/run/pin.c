#include "run/pin.h"

#include "base/error.h"

#include <string.h>

static bool wants_threads(const struct ib_case *c)
{
    for (size_t i = 0; i < c->impl->n_settings; i++)
        if (strcmp(c->impl->settings[i].name, "threads") == 0 && strcmp(c->impl->settings[i].value, "1") != 0)
            return true;
    return false;
}

bool ib_pin_refused(void)
{
    cpu_set_t usable;
    return sched_getaffinity(0, sizeof usable, &usable) != 0 ||
           sched_setaffinity(0, sizeof usable, &usable) != 0;
}

static bool pin_last(cpu_set_t *out)
{
    cpu_set_t usable;
    size_t last = CPU_SETSIZE;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        return false;
    do
        last--;
    while (last > 0 && !CPU_ISSET(last, &usable));
    CPU_ZERO(out);
    CPU_SET(last, out);
    return true;
}

enum ib_status ib_pin_check(const struct ib_measure *measure)
{
    cpu_set_t usable;
    if (measure->pin != IB_PIN_CPUS || sched_getaffinity(0, sizeof usable, &usable) != 0)
        return IB_OK;
    for (size_t i = 0; i < measure->n_cpus; i++)
        if (!CPU_ISSET(measure->cpus[i], &usable))
            return ib_fail(IB_EINVAL, "measure.pin",
                           "CPU %u is not available to this process, which may use %d", measure->cpus[i],
                           CPU_COUNT(&usable));
    return IB_OK;
}

bool ib_pin(const struct ib_measure *measure, const struct ib_case *c, cpu_set_t *out)
{
    if (measure->pin == IB_PIN_NONE || (measure->pin == IB_PIN_AUTO && wants_threads(c)))
        return false;
    if (measure->pin == IB_PIN_AUTO)
        return pin_last(out);
    CPU_ZERO(out);
    for (size_t i = 0; i < measure->n_cpus; i++)
        CPU_SET(measure->cpus[i], out);
    return true;
}
