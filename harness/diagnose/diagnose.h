/* Diagnoses wrong answers: tries known patterns against the evidence, the most specific first. A pattern is
 * reported only if it fits the answer a hundred times better than the truth does. */
#ifndef IB_DIAGNOSE_DIAGNOSE_H
#define IB_DIAGNOSE_DIAGNOSE_H

#include "verify/verify.h"

/* Completes ib_verify's verdict on a wrong answer: the pattern of each deviation and the reason. IB_ENOMEM.
 */
enum ib_status ib_diagnose(const struct ib_reference *, const struct ib_answer *, struct ib_verification *);

/* Describes in text[n] what is wrong with one step: "epoch 1 alone (with mini-batches, step 1): gradient of
 * w2 is off by a constant factor (2)". IB_ENOMEM. */
enum ib_status ib_diagnose_step(const struct ib_training_spec *, const struct ib_step *,
                                const struct ib_step_result *, char *text, size_t n);

#endif
