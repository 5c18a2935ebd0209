/* Which CPUs a case's worker may use. */
#ifndef IB_RUN_PIN_H
#define IB_RUN_PIN_H

#include "config/config.h"

#include <sched.h>

/* IB_EINVAL if the configuration names a CPU that this process may not use. */
enum ib_status ib_pin_check(const struct ib_measure *);

/* Returns whether the system refuses to bind processes to CPUs at all. */
bool ib_pin_refused(void);

/* Sets the CPUs of the case; false: all that this process may use. With `auto`, cases with several threads
 * are not pinned; others get the last usable CPU, away from interrupts, which most systems handle on the
 * first. */
bool ib_pin(const struct ib_measure *, const struct ib_case *, cpu_set_t *out);

#endif
