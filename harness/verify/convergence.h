/* What a loss curve looks like at its end. */
#ifndef IB_VERIFY_CONVERGENCE_H
#define IB_VERIFY_CONVERGENCE_H

#include "base/text.h"
#include "oracle/oracle.h"

enum ib_convergence { IB_CONVERGED = 1, IB_IMPROVING, IB_OSCILLATING, IB_DIVERGED };
extern const struct ib_word ib_convergence_words[];

/* diverged: not finite, or the end above the start; oscillating: over 30 % sign changes of the loss's steps
 * in the last 64 epochs, with an amplitude over 1e-3 of their median; converged: the last tenth of the epochs
 * improves by less than 1e-3 of the loss; else improving. 0 for a curve of fewer than 2 points. */
enum ib_convergence ib_convergence_of(const struct ib_curve *);

#endif
