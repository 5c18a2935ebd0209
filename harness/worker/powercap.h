/* The energy of the processor's packages, from the kernel's powercap folder: a counter in microjoules of each
 * package, which wraps around. It counts all that runs there. Only root may read it on most systems. */
#ifndef IB_WORKER_POWERCAP_H
#define IB_WORKER_POWERCAP_H

#include "ironbench/impl.h"

#include <stddef.h>
#include <stdint.h>

enum { IB_POWERCAP_PACKAGES = 64 };

struct ib_powercap {
    size_t n; /* packages; 0: closed */
    struct ib_powercap_package {
        int fd;            /* of the counter */
        uint64_t range_uj; /* the counter wraps around to 0 after this value */
        uint64_t at_uj;    /* as last read */
    } package[IB_POWERCAP_PACKAGES];
};

/* The folder: IRONBENCH_POWERCAP if that is set, else that of the kernel. */
const char *ib_powercap_folder(void);

/* Opens the counters of all packages. IB_EUNAVAILABLE with the reason in why[n]: there is none, or one cannot
 * be read; nothing needs to be closed then. */
enum ib_status ib_powercap_open(const char *folder, struct ib_powercap *out, char *why, size_t n);
void ib_powercap_close(struct ib_powercap *);

/* Reads all counters; *since_uj: the microjoules since the last call or opening, for which a counter may have
 * wrapped around once. IB_EUNAVAILABLE: a counter cannot be read any more. */
enum ib_status ib_powercap_read(struct ib_powercap *, uint64_t *since_uj);

/* Within so many nanoseconds, no counter wraps around twice. */
double ib_powercap_longest_ns(const struct ib_powercap *);

#endif
