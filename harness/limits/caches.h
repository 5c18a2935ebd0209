/* The caches for data, as the system describes them. */
#ifndef IB_LIMITS_CACHES_H
#define IB_LIMITS_CACHES_H

#include <stddef.h>

enum { IB_CACHE_LEVELS = 4 };

struct ib_cache {
    char name[8]; /* "L2" */
    size_t bytes; /* of one */
    unsigned n;   /* of them, among the CPUs that this process may use */
};

/* Sets the levels from the smallest; returns how many are known. */
size_t ib_caches_describe(struct ib_cache out[IB_CACHE_LEVELS]);

#endif
