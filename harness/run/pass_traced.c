#include "run/pass_traced.h"

#include "run/pass_timed.h"
#include "run/unseen.h"

bool ib_pass_traced(const struct ib_pass_context *context, const struct ib_case *c,
                    const struct ib_final *checked, enum ib_truth *traced, struct ib_outcome *outcome)
{
    struct ib_arena arena = {0};
    struct ib_timed_pass timed;
    struct ib_pass_context watched = *context;
    watched.traced = true;
    ib_pass_timed(&watched, c, 0, IB_UNSEEN_NONE, checked, &arena, &timed);
    *traced = timed.round.traced;
    ib_outcome_set(outcome, timed.round.status, "%s", timed.round.reason);
    ib_arena_free(&arena);
    return outcome->status == IB_CASE_OK;
}

uint64_t ib_traced_round(uint64_t secret, const char *case_id, uint64_t rounds)
{
    struct ib_rng rng;
    ib_unseen_seed(~secret, case_id, &rng);
    return rounds ? 1 + ib_rng_below(&rng, rounds) : 0;
}
