/* Divides a sweep into shards for several machines. All implementations of a problem are in the same shard,
 * so that their rounds alternate on one machine. The shards take about equally long, by an estimate that is
 * the same on every machine: whether an implementation is available here does not matter. */
#ifndef IB_RUN_SHARDS_H
#define IB_RUN_SHARDS_H

#include "config/sweep.h"

struct ib_division {
    uint64_t *shard_of; /* of each case, from 1 */
    struct ib_shard_share {
        size_t cases, problems;
        double ns;  /* all passes, and the oracle's */
    } * shares;     /* of each shard */
    const char *id; /* equal for equal divisions of equal cases */
};

/* Divides the cases, in the arena. earlier_ns: the times of an epoch in earlier runs, NaN where none is known
 * (store/run_history.h). IB_EINVAL at `flag`: there are fewer problems than shards. */
enum ib_status ib_divide(const struct ib_measure *, const struct ib_matrix *, const double *earlier_ns,
                         uint64_t shards, const char *flag, struct ib_arena *, struct ib_division *out);

/* Narrows a sweep to its shard, and notes the division. (One that is resumed keeps the cases that it began
 * with: what is known of earlier runs may have changed.) */
enum ib_status ib_shard_take(struct ib_sweep *);

#endif
