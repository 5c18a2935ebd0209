/* The verdict of a checked pass: trains as often as it takes to compare the answer with the oracle, from the
 * beginning to the end. */
#ifndef IB_RUN_PASS_EVIDENCE_H
#define IB_RUN_PASS_EVIDENCE_H

#include "run/pass_context.h"

/* The state of a checked pass. */
struct ib_checked_state {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_arena *arena;
    struct ib_checked_pass *out;
    struct ib_arrays arrays; /* of the whole training */
    struct ib_job job;
    struct ib_worker_process *worker;
    struct ib_outcome outcome;
};

/* Trains `epochs` epochs in this worker (last_steps: ib_train_request); returns the result, the arrays and
 * the number of losses read. false: see the outcome. */
bool ib_checked_train(struct ib_checked_state *, struct ib_worker_process *, uint64_t epochs,
                      uint64_t last_steps, struct ib_pass_result *result, struct ib_arrays *,
                      uint64_t *reads);

/* Sets the verification of a whole training. With mini-batches, a step is checked alone where this speaks of
 * an epoch that is. It is compared
 *
 * - with the oracle's trajectory, as far as the oracle's budget goes;
 * - epoch 1 alone, and the last;
 * - with itself: another process, which trains from the state of a secret epoch on (the parameters, and what
 * the optimiser keeps), must come to the same end, bit by bit if the implementation is declared
 * deterministic. What depends on more, such as a number of epochs that is not part of the state, shows. If
 * not deterministic, the first epoch of that process is checked alone;
 * - where the trajectory does not decide, the secret epoch alone; with mini-batches, always a step of it.
 *
 * Of two trainings that differ in one epoch the longer comes first, so that the implementation does not know
 * the epoch in question while it is trained. An end of its own sets the outcome to untrusted. */
void ib_checked_verify(struct ib_checked_state *);

#endif
