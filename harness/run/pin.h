/* Which CPUs a case's worker may use. */
#ifndef IB_RUN_PIN_H
#define IB_RUN_PIN_H

#include "config/config.h"

#include <sched.h>

/* IB_EINVAL when the configuration names a CPU that this process may not use. */
enum ib_status ib_pin_check(const struct ib_measure *);

/* false: all that this process may use. With `auto`, a case that asks for several threads is left alone; any
 * other gets the last usable CPU, away from interrupts, which most systems send to the first. */
bool ib_pin(const struct ib_measure *, const struct ib_case *, cpu_set_t *out);

#endif
