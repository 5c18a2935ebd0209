/* Measures the host: arithmetic and memory. */
#ifndef IB_LIMITS_HOST_H
#define IB_LIMITS_HOST_H

#include "limits/rate.h"

/* Takes about `seconds`, and a moment to fill the memory that is read. Texts are in the arena. */
enum ib_status ib_limits_of_host(double seconds, struct ib_arena *, struct ib_rates *out);

#endif
