/* The losses that all trainings of a problem are asked for: where its reference, a right training by the
 * contract's algorithm, has made so much of its improvement. One function, so that the run stops other
 * algorithms at the very losses that the analysis asks for. */
#ifndef IB_VERIFY_LOSS_TARGETS_H
#define IB_VERIFY_LOSS_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

/* Of the improvement from the reference's first loss to its lowest. The last stands for its end. */
enum { IB_LOSS_TARGET_COUNT = 3 };
extern const double ib_loss_target_shares[IB_LOSS_TARGET_COUNT]; /* 0.9 0.99 0.999 */

struct ib_loss_targets {
    double first, lowest;              /* loss of the reference */
    double loss[IB_LOSS_TARGET_COUNT]; /* descending */
};

/* From the n losses that were read of the reference, in the order of its epochs. false: they do not go down.
 */
bool ib_loss_targets_of(const double *losses, size_t n, struct ib_loss_targets *out);

#endif
