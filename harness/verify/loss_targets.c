#include "verify/loss_targets.h"

#include <math.h>

const double ib_loss_target_shares[IB_LOSS_TARGET_COUNT] = {0.9, 0.99, 0.999};

bool ib_loss_targets_of(const double *losses, size_t n, struct ib_loss_targets *out)
{
    if (n == 0)
        return false;
    out->first = out->lowest = losses[0];
    for (size_t i = 1; i < n; i++)
        out->lowest = fmin(out->lowest, losses[i]); /* skips NaN */
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        out->loss[t] = out->first - ib_loss_target_shares[t] * (out->first - out->lowest);
    return out->lowest < out->first;
}
