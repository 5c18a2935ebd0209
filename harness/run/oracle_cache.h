/* The oracle's trajectories: each is computed once, in its own process, and kept for all implementations. */
#ifndef IB_RUN_ORACLE_CACHE_H
#define IB_RUN_ORACLE_CACHE_H

#include "base/npy_input.h"
#include "run/workspace.h"
#include "verify/verify_step.h"

struct ib_oracle_cache {
    struct ib_workspace *work;
    uint64_t budget_ns; /* of one trajectory */
    struct ib_kept_trajectory *kept;
    struct ib_arena arena; /* of their arrays */
};

/* Gets the references of a case: the truth in f64 and the first drift trajectory (ib_drift_arithmetic), over
 * the same epochs: fewer than the case's if the budget ended early, 0 if it is too
 * short for one. Returns false if the oracle failed, with the reason in the outcome. */
bool ib_oracle_cache_get(struct ib_oracle_cache *, const struct ib_case *, const struct ib_trajectory **truth,
                         const struct ib_trajectory **drift, struct ib_outcome *);
/* Gets the n-th drift trajectory of a variant over so many epochs, which the truth has. */
bool ib_oracle_cache_drift(struct ib_oracle_cache *, const struct ib_case *, uint64_t variant,
                           uint64_t epochs, unsigned n, const struct ib_trajectory **out,
                           struct ib_outcome *);
/* The same of a variant of the case's problem (run/unseen.h). */
bool ib_oracle_cache_get_variant(struct ib_oracle_cache *, const struct ib_case *, uint64_t variant,
                                 const struct ib_trajectory **truth, const struct ib_trajectory **drift,
                                 struct ib_outcome *);
/* Gets the references of a single step, by its number in the training, from these parameters (ib_network_size
 * elements, as the implementation has them; NULL: the initial ones), in the same two ways. The sketches live
 * as long as the cache. */
bool ib_oracle_cache_step(struct ib_oracle_cache *, const struct ib_case *, const double *from,
                          uint64_t number, struct ib_sketched *truth, struct ib_sketched *drift,
                          struct ib_outcome *);
/* Gets the n-th drift of that step alone. */
bool ib_oracle_cache_step_drift(struct ib_oracle_cache *, const struct ib_case *, const double *from,
                                uint64_t number, unsigned n, struct ib_sketched *out, struct ib_outcome *);
/* Reads a loss.npy into the arena: rows of epoch and loss, in epoch order, at most one for each of `epochs`
 * and one for the start. An optional third column gives the seconds since the training began; *seconds is
 * NULL without it. IB_EINVAL, before anything is allocated: wrong shape or type; or else wrong order. */
enum ib_status ib_curve_read(const struct ib_npy_input *, uint64_t epochs, struct ib_arena *,
                             struct ib_curve *out, const double **seconds);

void ib_oracle_cache_free(struct ib_oracle_cache *);

#endif
