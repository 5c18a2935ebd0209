#include "run/pass_pace.h"

#include "run/pass_timed.h"
#include "run/unseen.h"
#include "stats/stats.h"

#include <math.h>

enum { TRIES = 4, SEEN = 0, UNSEEN = 1 };

/* The times of one try. */
struct pace_times {
    double least, most; /* per epoch, of what the implementation knows and of what it does not */
};

/* CPU time where it is known, since other work on the machine does not lengthen it. */
static double epoch_ns(const struct ib_timed_pass *timed)
{
    return timed->round.cpu_epoch_ns > 0 ? timed->round.cpu_epoch_ns : timed->round.epoch_ns;
}

static bool time_both(const struct ib_pass_context *context, const struct ib_case *c,
                      const struct ib_final *checked, int try, struct ib_arena *arena,
                      struct ib_timed_pass timed[2], struct ib_outcome *outcome)
{
    struct ib_timing timings[2];
    for (int i = 0; i < 2; i++)
        ib_timing_open(context, c, 0, i == SEEN ? IB_UNSEEN_NONE : IB_UNSEEN_MORE + (uint64_t)try, checked,
                       arena, &timings[i], &timed[i]);
    ib_timings_alternate(timings, (uint64_t)try, context->measure->min_time_ns);
    for (int i = 0; i < 2; i++)
        ib_timing_close(&timings[i]);
    for (int i = 0; i < 2; i++)
        if (timed[i].round.status != IB_CASE_OK)
            return ib_outcome_set(outcome, timed[i].round.status, "%s", timed[i].round.reason);
    return true;
}

static struct pace_times times_of(const struct ib_case *c, enum ib_pace_suspicion suspicion,
                                  const struct ib_timed_pass timed[2])
{
    const struct ib_round_record *unseen = &timed[UNSEEN].round;
    if (suspicion == IB_PACE_UNSEEN_SLOWER)
        return (struct pace_times){epoch_ns(&timed[SEEN]), epoch_ns(&timed[UNSEEN])};
    return (struct pace_times){ib_median(unseen->slices, unseen->n_slices),
                               timed[UNSEEN].first_ns / (double)c->epochs};
}

static bool is_even(enum ib_pace_suspicion suspicion, const struct pace_times *t)
{
    return t->most <= t->least * (suspicion == IB_PACE_UNSEEN_SLOWER ? IB_PACE_UNSEEN : IB_PACE_FIRST);
}

bool ib_pass_pace(const struct ib_pass_context *context, const struct ib_case *c,
                  enum ib_pace_suspicion suspicion, const struct ib_final *checked,
                  struct ib_outcome *outcome)
{
    char known[32], unknown[32];
    struct pace_times t = {0};
    bool even = suspicion == IB_PACE_EVEN;
    for (int try = 0; try < TRIES && !even; try++) {
        struct ib_arena arena = {0};
        struct ib_timed_pass timed[2];
        const bool timed_both = time_both(context, c, checked, try, &arena, timed, outcome);
        if (timed_both)
            t = times_of(c, suspicion, timed);
        ib_arena_free(&arena);
        if (!timed_both)
            return false;
        even = is_even(suspicion, &t);
    }
    ib_print_ns(t.least, known, sizeof known);
    ib_print_ns(t.most, unknown, sizeof unknown);
    if (even)
        return true;
    if (suspicion == IB_PACE_UNSEEN_SLOWER)
        return ib_outcome_set(
            outcome, IB_CASE_UNTRUSTED,
            "remembers answers: rounds of problems that it had seen took %s an epoch, those of unseen "
            "ones %s",
            known, unknown);
    return ib_outcome_set(
        outcome, IB_CASE_UNTRUSTED,
        "remembers answers: the first training of a process took %s an epoch, later ones %s", unknown, known);
}
