/* A share of a sweep: shard `index` of `count`. */
#ifndef IB_CORE_SHARD_H
#define IB_CORE_SHARD_H

#include <stdint.h>

struct ib_shard {
    uint64_t index, count; /* index: from 1; count: 0 for a sweep that is not divided */
};

#endif
