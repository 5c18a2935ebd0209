/* Timed trainings that a tracer watches: it finds copies that are made only where time is measured. A tracer
 * costs time, so these are not ranked. */
#ifndef IB_RUN_PASS_TRACED_H
#define IB_RUN_PASS_TRACED_H

#include "run/pass_context.h"

/* Trains as in a timed round. *traced: whether the tracer counted. false sets the outcome to untrusted, or to
 * how the pass failed. */
bool ib_pass_traced(const struct ib_pass_context *, const struct ib_case *, const struct ib_final *checked,
                    enum ib_truth *traced, struct ib_outcome *);

/* Before which of `rounds` (from 1), drawn by the secret, so that an implementation cannot tell by counting
 * its processes. 0: there are none. */
uint64_t ib_traced_round(uint64_t secret, const char *case_id, uint64_t rounds);

#endif
