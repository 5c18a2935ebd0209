#include "verify/verify_drifts.h"

#include <stdio.h>

bool ib_verify_drifts(struct ib_reference *reference, const struct ib_answer *answer,
                      const struct ib_drift_source *source, struct ib_verification *out,
                      struct ib_outcome *why)
{
    unsigned samples[IB_MOST_STEPS + 1] = {0}; /* of the trajectory, and of each step */
    ib_verify(reference, answer, out);
    while ((out->wrong_step || ib_verify_depends_on_drift(reference->spec, out)) &&
           ++samples[out->wrong_step] < IB_DRIFTS) {
        if (!source->draw(source->context, out->wrong_step, samples[out->wrong_step], reference, why)) {
            out->verdict = IB_UNVERIFIED;
            snprintf(out->reason, sizeof out->reason, "no reference: %.200s", why->reason);
            return false;
        }
        ib_verify(reference, answer, out);
    }
    return true;
}
