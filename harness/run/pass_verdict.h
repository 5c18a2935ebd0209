/* A checked pass on its way from the training to the verdict; the steps of pass_checked.c. */
#ifndef IB_RUN_PASS_VERDICT_H
#define IB_RUN_PASS_VERDICT_H

#include "run/pass_context.h"

/* What the steps of one checked pass hand on. */
struct ib_checking {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_arena *arena;
    struct ib_checked_pass *out;
    struct ib_arrays arrays;
    struct ib_job job;
    struct ib_worker_process *worker;
    struct ib_outcome outcome;
};

/* One training of `epochs` epochs; its arrays, and what it reported. false: the outcome says why. */
bool ib_checking_train(struct ib_checking *, uint64_t epochs, struct ib_pass_result *, struct ib_arrays *,
                       uint64_t *reads);

/* The verdict on what the pass has trained, against the oracle; where its budget ended before the last epoch,
 * the implementation trains once more, that far, and single epochs are checked by themselves. */
void ib_pass_verify(struct ib_checking *);

#endif
