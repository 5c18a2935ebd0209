/* The target losses of a problem: those at which its reference, a correct training by the contract's
 * algorithm, has achieved given shares of its improvement. The run and the analysis share this function, so
 * that other algorithms are stopped at exactly the losses that are analysed. */
#ifndef IB_VERIFY_LOSS_TARGETS_H
#define IB_VERIFY_LOSS_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

/* Shares of the improvement from the reference's first loss to its lowest; the last counts as its end. */
enum { IB_LOSS_TARGET_99 = 1, IB_LOSS_TARGET_COUNT = 3 };
extern const double ib_loss_target_shares[IB_LOSS_TARGET_COUNT]; /* 0.9 0.99 0.999 */

struct ib_loss_targets {
    double first, lowest;              /* losses of the reference */
    double loss[IB_LOSS_TARGET_COUNT]; /* descending */
};

/* Computes the targets from n losses of the reference, in epoch order. Returns false if they do not decrease.
 */
bool ib_loss_targets_of(const double *losses, size_t n, struct ib_loss_targets *out);

#endif
