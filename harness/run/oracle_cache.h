/* The oracle's trajectories: each computed once, in a process of its own, and kept for all implementations
 * that are compared with it. */
#ifndef IB_RUN_ORACLE_CACHE_H
#define IB_RUN_ORACLE_CACHE_H

#include "base/npy.h"
#include "run/workspace.h"
#include "verify/verify_step.h"

struct ib_oracle_cache {
    struct ib_workspace *work;
    uint64_t budget_ns; /* of one trajectory */
    struct ib_kept_trajectory *kept;
    struct ib_arena arena; /* of their arrays */
};

/* What a case is compared with: the truth in f64, and the drift run in the case's own type (for f64 with the
 * rows reversed), over the same epochs: fewer than the case's where the budget ended them, none where it is
 * too short for one. false: the oracle failed; the outcome says why. */
bool ib_oracle_cache_get(struct ib_oracle_cache *, const struct ib_case *, const struct ib_trajectory **truth,
                         const struct ib_trajectory **drift, struct ib_outcome *);
/* One epoch by itself, from these parameters (ib_network_size elements, as the implementation has them; NULL:
 * from the case's start), in the same two ways. The sketches live as long as the oracle_cache. */
bool ib_oracle_cache_step(struct ib_oracle_cache *, const struct ib_case *, const double *from,
                          struct ib_sketched *truth, struct ib_sketched *drift, struct ib_outcome *);
/* Reads a loss.npy into the arena: rows of epoch and loss, in the order of the epochs. A third column, if
 * any, are the seconds since the training began; *seconds is NULL where there is none. IB_EINVAL: it is no
 * such table. */
enum ib_status ib_curve_read(const struct ib_npy *, struct ib_arena *, struct ib_curve *out,
                             const double **seconds);

void ib_oracle_cache_free(struct ib_oracle_cache *);

#endif
