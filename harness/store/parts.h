/* The parts of a run: where each was made, and which shard it is. */
#ifndef IB_STORE_PARTS_H
#define IB_STORE_PARTS_H

#include "store/store.h"

/* Where a run is made, and which part of a sweep it is. */
struct ib_origin {
    const char *node, *job; /* as in struct ib_run_part; NULL: unknown */
    struct ib_shard shard;
    const char *division;
};

/* Records the origin of a new run. */
enum ib_status ib_store_put_origin(struct ib_store *, const struct ib_origin *);
/* Adds the node and the job of a run that is resumed, where they are others. */
enum ib_status ib_store_add_origin(struct ib_store *, const struct ib_origin *);

/* "shard 3 of 4 is missing, shard 2 of 4 is not finished"; NULL: the run is complete. */
const char *ib_parts_missing(struct ib_arena *, const struct ib_run_record *);

#endif
