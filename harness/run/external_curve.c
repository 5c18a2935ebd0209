#include "run/external_pass.h"

#include "core/loss_schedule.h"

/* Keeps the losses at which `keep` is true. */
static void thin(struct ib_arrays *arrays, struct ib_arena *arena,
                 bool (*keep)(const struct ib_curve *, uint64_t i, uint64_t epochs), uint64_t epochs)
{
    const struct ib_curve all = arrays->curve;
    double *seconds = arrays->seconds ? ib_arena_alloc(arena, all.n * sizeof *seconds) : NULL;
    uint64_t n = 0;
    for (uint64_t i = 0; i < all.n; i++) {
        if (!keep(&all, i, epochs))
            continue;
        if (seconds)
            seconds[n] = arrays->seconds[i];
        arrays->curve.epoch[n] = all.epoch[i]; /* n <= i: already read */
        arrays->curve.loss[n++] = all.loss[i];
    }
    arrays->curve.n = n;
    arrays->seconds = seconds;
}

static bool is_checked(const struct ib_curve *curve, uint64_t i, uint64_t epochs)
{
    return ib_checks_epoch(curve->epoch[i], epochs);
}

/* Iterations are counted by the program, so they are selected by position. */
static bool is_checked_iteration(const struct ib_curve *curve, uint64_t i, uint64_t epochs)
{
    (void)epochs;
    return ib_checks_epoch(i + 1, curve->n);
}

static bool has_ends(const struct ib_curve *curve, uint64_t epochs, struct ib_outcome *outcome)
{
    uint64_t i = 0;
    for (uint64_t epoch = 1; epoch <= epochs; epoch++) {
        if (epoch == IB_READ_FIRST + 1 && epochs > IB_READ_FIRST + IB_READ_LAST)
            epoch = epochs - IB_READ_LAST + 1;
        while (i < curve->n && curve->epoch[i] < epoch)
            i++;
        if (i == curve->n || curve->epoch[i] != epoch)
            return ib_outcome_set(
                outcome, IB_CASE_FAILED,
                "loss.npy: epoch %llu of %llu is missing; the first %d and the last %d epochs are required",
                (unsigned long long)epoch, (unsigned long long)epochs, IB_READ_FIRST, IB_READ_LAST);
    }
    return true;
}

static bool has_seconds(const struct ib_arrays *arrays, struct ib_outcome *outcome)
{
    for (uint64_t i = 0; arrays->seconds && i < arrays->curve.n; i++)
        if (!(arrays->seconds[i] >= (i ? arrays->seconds[i - 1] : 0)))
            return ib_outcome_set(
                outcome, IB_CASE_FAILED,
                "loss.npy: the third column must be ascending seconds from 0; row %llu has %g",
                (unsigned long long)i + 1, arrays->seconds[i]);
    return arrays->seconds ||
           ib_outcome_set(
               outcome, IB_CASE_FAILED,
               "loss.npy: another algorithm needs a third column, the seconds since the training began");
}

bool ib_external_curve(const struct ib_case *c, uint64_t epochs, struct ib_arena *arena,
                       struct ib_arrays *arrays, struct ib_outcome *outcome)
{
    if (c->impl->info->algorithm) {
        if (!has_seconds(arrays, outcome))
            return false;
        thin(arrays, arena, is_checked_iteration, 0);
        return true;
    }
    if (!has_ends(&arrays->curve, epochs, outcome))
        return false;
    arrays->seconds = NULL;
    thin(arrays, arena, is_checked, epochs);
    return true;
}
