/* Joins runs into one: the shards of a sweep, and runs of one configuration on different machines. */
#ifndef IB_STORE_MERGE_H
#define IB_STORE_MERGE_H

#include "base/arena.h"
#include "ironbench/impl.h"

/* Writes the run in OUT from those in `dirs`, completely or not at all. A merged run that is already in OUT
 * is one of them, so that merging again changes nothing, and nothing is lost. A run that is there twice
 * counts once, as far as it has come; each case keeps its machine, and the cases are in the order of the
 * configuration.
 * IB_EINVAL: two runs have different configurations, were made by different builds, or are shards of
 * different divisions; both measured the same case on the same machine; or OUT holds a run that was not
 * merged. */
enum ib_status ib_merge(const char *const *dirs, size_t n, const char *out);

#endif
