/* Classifies the end of a loss curve. */
#ifndef IB_VERIFY_CONVERGENCE_H
#define IB_VERIFY_CONVERGENCE_H

#include "base/text.h"
#include "oracle/oracle.h"

enum ib_convergence { IB_CONVERGED = 1, IB_IMPROVING, IB_OSCILLATING, IB_DIVERGED };
extern const struct ib_word ib_convergence_words[];

/* diverged: not finite, or the end is above the start. oscillating: over 30 % of the steps in the last 64
 * epochs change direction, with an amplitude above 1e-3 of the median loss there. converged: the last tenth
 * of the epochs improves by less than 1e-3 of the loss. Otherwise improving. 0 for a curve of fewer than 2
 * points. */
enum ib_convergence ib_convergence_of(const struct ib_curve *);

#endif
