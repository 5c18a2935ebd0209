/* Proof that the clock of a timed pass covers its trainings: the worker's clock is right, a training is over
 * when its clock stops, and nothing of it is done before or afterwards. Each is judged in several tries, of
 * which one that agrees suffices. */
#ifndef IB_RUN_TIME_PROOF_H
#define IB_RUN_TIME_PROOF_H

#include "run/pass_context.h"
#include "run/time_account.h"

struct ib_time_proof {
    const struct ib_pass_context *context;
    const struct ib_case *c;
    struct ib_worker_process *worker;
    struct ib_outcome *outcome;
    const char *folder; /* for arrays that are not looked at; NULL: not needed so far */
};

/* Trains as requested; *out is the result of a try that agrees. false: see the outcome, which is untrusted if
 * no try agreed. */
bool ib_train_provably(struct ib_time_proof *, const struct ib_train_request *, struct ib_pass_result *out);

/* Compares a result with trainings of other lengths, if its own are too short to show work outside of the
 * clock. false: see the outcome. */
bool ib_prove_by_length(struct ib_time_proof *, const struct ib_train_request *,
                        const struct ib_pass_result *);

/* Whether this round is one of those that are proven by length: one of all rounds, and one in eight of the
 * others, which nothing outside of this process can know. */
bool ib_is_proven_by_length(const struct ib_case *, uint64_t round, uint64_t rounds);

#endif
