/* Problems that no implementation has seen: a case's rows in another order, its targets dealt out anew
 * (of many rows, some are higher, so that each of those matters), another start. Shapes are the same, so an
 * epoch takes as long; the answer is another. They follow from the workspace's secret. */
#ifndef IB_RUN_UNSEEN_H
#define IB_RUN_UNSEEN_H

#include "base/rng.h"
#include "run/workspace.h"

/* Variants of a problem: the case's own, the one that unseen rounds train, a second one if the answer to that
 * is wrong, and from IB_UNSEEN_MORE on those that compare the pace. */
enum { IB_UNSEEN_NONE, IB_UNSEEN_VERIFIED, IB_UNSEEN_AGAIN, IB_UNSEEN_MORE };

/* Like ib_workspace_job, of a variant. */
enum ib_status ib_unseen_job(struct ib_workspace *, const struct ib_case *, enum ib_dtype, uint64_t variant,
                             struct ib_job *out);

/* Whether a round (from 1) of `rounds` is unseen, drawn by the secret: one in five, at least one of several.
 */
bool ib_unseen_round(uint64_t secret, const char *case_id, uint64_t round, uint64_t rounds);
/* What is drawn for a case by a secret. */
void ib_unseen_seed(uint64_t secret, const char *case_id, struct ib_rng *out);

#endif
