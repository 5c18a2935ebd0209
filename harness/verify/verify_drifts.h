/* The verdict by several samples of drift. */
#ifndef IB_VERIFY_VERIFY_DRIFTS_H
#define IB_VERIFY_VERIFY_DRIFTS_H

#include "core/case_status.h"
#include "verify/verify.h"

enum { IB_MOST_STEPS = 4 }; /* of a reference */

/* Where further samples come from. */
struct ib_drift_source {
    /* Replaces the drift of what is wrong by its n-th sample, from 1: that of the reference's step
     * `wrong_step`, from 1 as well, or, if it is 0, the drift trajectory. false: it cannot be made, for the
     * reason in *why. */
    bool (*draw)(void *context, size_t wrong_step, unsigned n, struct ib_reference *, struct ib_outcome *why);
    void *context;
};

/* Compares as ib_verify does. Drift is a sample of rounding errors: what is wrong must be wrong by up to
 * IB_DRIFTS samples, of which the reference contains the first. Returns false, and leaves the answer
 * unverified, if one cannot be made. */
bool ib_verify_drifts(struct ib_reference *, const struct ib_answer *, const struct ib_drift_source *,
                      struct ib_verification *out, struct ib_outcome *why);

#endif
