#include "run/timed_answer.h"

#include "run/give_problem.h"
#include "run/oracle_answer.h"
#include "run/pass.h"
#include "run/unseen.h"

#include <math.h>
#include <string.h>

double ib_difference(const double *is, const double *was, uint64_t n)
{
    double most = 0, scale = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (isfinite(was[i]) && fabs(was[i]) > scale)
            scale = fabs(was[i]);
        if (memcmp(&is[i], &was[i], sizeof *is) == 0 || (isnan(is[i]) && isnan(was[i])))
            continue;
        double d = fabs(is[i] - was[i]);
        most = d <= most ? most : isnan(d) ? INFINITY : d;
    }
    return scale > 0 ? most / scale : most;
}

/* How far an answer is from another one of the same training. */
struct apart {
    double params, predictions;
};

static struct apart apart(const struct ib_final *is, const struct ib_final *was)
{
    return (struct apart){ib_difference(is->params, was->params, was->n_params),
                          ib_difference(is->predictions, was->predictions, was->n_predictions)};
}

static bool is_within(const struct apart *d, double allowed)
{
    return d->params <= allowed && d->predictions <= allowed;
}

static bool is_random(const struct ib_case *c)
{
    return c->impl->info->algorithm && !(c->impl->info->flags & IB_DETERMINISTIC);
}

static bool repeats(const struct ib_case *c, bool exact, const struct ib_final *checked,
                    const struct ib_final *timed, struct ib_outcome *outcome)
{
    const double allowed = exact ? 0 : ib_tolerance(c->spec.dtype, c->spec.rows);
    const struct apart d = apart(timed, checked);
    if (is_random(c) || is_within(&d, allowed))
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED,
                          "the timed pass did not repeat the checked one: %s differ by %.2g%s",
                          d.params > allowed ? "final parameters" : "predictions",
                          d.params > allowed ? d.params : d.predictions,
                          exact ? ", although the implementation is declared deterministic" : "");
}

bool ib_pass_repeats(const struct ib_case *c, const struct ib_final *checked, const struct ib_final *timed,
                     struct ib_outcome *outcome)
{
    return repeats(c, c->impl->info->flags & IB_DETERMINISTIC, checked, timed, outcome);
}

bool ib_pass_repeats_mirrored(const struct ib_case *c, const struct ib_final *checked,
                              const struct ib_final *answer, struct ib_outcome *outcome)
{
    return repeats(c, false, checked, answer, outcome);
}

/* ---- answers ---- */

/* Gives an external program the problem itself; workers have it. */
static bool give_original(struct ib_timing *t)
{
    return !t->own.mirrored || (ib_outcome_error(&t->outcome, ib_mirrored_original(&t->mirrored)) &&
                                ib_pass_give(t->context, t->worker, &t->mirrored.job, &t->outcome));
}

/* Mirrored problems (core/mirror.h) have the same answer, but for the rounding of arithmetic that does not
 * treat both signs alike. If bits differ, the problem itself decides whether the implementation is
 * deterministic. */
static bool keeps_its_promise(struct ib_timing *t, const struct ib_final *answer)
{
    struct ib_pass_result result;
    struct ib_arrays arrays;
    struct ib_pass_context unchanged = t->own;
    struct ib_train_request request = {
        .pass = IB_PASS_TIMED, .epochs = t->c->epochs, .log_every = t->c->log_every};
    const struct apart d = apart(answer, t->checked);
    if (!(t->c->impl->info->flags & IB_DETERMINISTIC) || d.params + d.predictions == 0)
        return true;
    unchanged.mirrored = NULL;
    return give_original(t) &&
           ib_outcome_error(&t->outcome, ib_pass_folder(t->context, t->worker, &request.out)) &&
           ib_pass_train(&unchanged, t->c, t->worker, &request, &result, &t->outcome) &&
           ib_pass_load(&t->job, request.out, 0, t->arena, &arrays, &t->outcome) &&
           ib_pass_repeats(t->c, t->checked, &arrays.final, &t->outcome);
}

/* All trainings of a slice must have ended as the last one. A worker writes their extremes if there are
 * several. */
static bool all_alike(struct ib_timing *t, uint64_t repeats, const struct ib_arrays *arrays)
{
    const struct ib_final *last = &arrays->final;
    if (is_random(t->c))
        return true;
    if (!arrays->lowest)
        return repeats < 2 || t->c->impl->info->command ||
               ib_outcome_set(&t->outcome, IB_CASE_UNTRUSTED, "%s",
                              "the extremes of its trainings, spread.npy, are missing");
    const double low = ib_difference(arrays->lowest, last->params, last->n_params),
                 high = ib_difference(arrays->highest, last->params, last->n_params),
                 most = low > high ? low : high;
    if (most <= ib_tolerance(t->c->spec.dtype, t->c->spec.rows))
        return true;
    return ib_outcome_set(
        &t->outcome, IB_CASE_UNTRUSTED,
        "the trainings that a round repeats do not end alike: final parameters differ by %.2g", most);
}

static void use_mirrored(const struct ib_mirrored_problem *m, struct ib_arrays *arrays)
{
    ib_mirrored_restore(m, &arrays->final);
    arrays->lowest = m->spread.trainings ? m->spread.lowest : NULL;
    arrays->highest = m->spread.highest;
}

static bool is_right(struct ib_timing *t, const struct ib_final *answer)
{
    return ib_answer_is_right(t->context, t->c, t->variant, &t->job, answer, t->arena, &t->outcome);
}

/* Judges the last answer of a slice, and the extremes of all, by the oracle. */
static bool may_differ(const struct ib_timing *t, const struct ib_arrays *arrays)
{
    const double *const params[] = {arrays->final.params, arrays->lowest, arrays->highest};
    bool right = true;
    for (int i = 0; i < 3 && right; i++) {
        struct ib_final answer = arrays->final;
        answer.params = params[i];
        right =
            !answer.params || ib_answer_may_differ(t->context, t->c, t->variant, &t->job, &answer, t->arena);
    }
    return right;
}

bool ib_timing_verify(struct ib_timing *t, uint64_t repeats, struct ib_arrays *arrays)
{
    const struct ib_final *answer = &arrays->final;
    const bool seen = t->variant == IB_UNSEEN_NONE;
    if (t->own.mirrored)
        use_mirrored(&t->mirrored, arrays);
    const bool right =
        all_alike(t, repeats, arrays) &&
        (seen ? ib_pass_repeats_mirrored(t->c, t->checked, answer, &t->outcome) : is_right(t, answer));
    return (right || (may_differ(t, arrays) && ib_outcome_set(&t->outcome, IB_CASE_OK, "%s", ""))) &&
           (!seen || keeps_its_promise(t, answer));
}
