#include "verify/convergence.h"

#include "core/loss_schedule.h"
#include "stats/stats.h"

#include <math.h>

const struct ib_word ib_convergence_words[] = {
    {"converged", IB_CONVERGED},
    {"improving", IB_IMPROVING},
    {"oscillating", IB_OSCILLATING},
    {"diverged", IB_DIVERGED},
    {NULL, 0},
};

/* The smallest relative change of the loss that counts. */
#define MATERIAL 1e-3
/* Relative to the first loss: a rise within ROUNDING is ignored, and a loss below NEGLIGIBLE counts as zero,
 * since its jitter is only rounding, even in f32. */
#define ROUNDING   1e-6
#define NEGLIGIBLE 1e-9
/* A curve oscillates if more than this share of its steps change direction. */
#define TURNS 0.3

static bool is_diverged(const struct ib_curve *curve)
{
    for (uint64_t i = 0; i < curve->n; i++)
        if (!isfinite(curve->loss[i]))
            return true;
    return curve->loss[curve->n - 1] > curve->loss[0] + ROUNDING * fabs(curve->loss[0]);
}

/* The first point of the last `epochs` epochs; at least the last but one. */
static uint64_t tail_start(const struct ib_curve *curve, uint64_t epochs)
{
    uint64_t i = curve->n - 2;
    while (i > 0 && curve->epoch[curve->n - 1] - curve->epoch[i - 1] < epochs)
        i--;
    return i;
}

static bool is_oscillating(const struct ib_curve *curve)
{
    const uint64_t start = tail_start(curve, IB_READ_LAST), n = curve->n - start;
    const double *loss = curve->loss + start;
    double low = loss[0], high = loss[0];
    uint64_t turns = 0;
    for (uint64_t i = 1; i < n; i++) {
        low = fmin(low, loss[i]);
        high = fmax(high, loss[i]);
        turns += i > 1 && (loss[i] - loss[i - 1]) * (loss[i - 1] - loss[i - 2]) < 0;
    }
    const double scale = fmax(fabs(ib_median(loss, n)), NEGLIGIBLE * fabs(curve->loss[0]));
    return (double)turns > TURNS * (double)(n - 2) && high - low > MATERIAL * scale;
}

static bool is_converged(const struct ib_curve *curve)
{
    const uint64_t last = curve->n - 1, tenth = curve->epoch[last] / 10;
    const double before = curve->loss[tail_start(curve, tenth + 1)];
    const double scale = fmax(fabs(before), NEGLIGIBLE * fabs(curve->loss[0]));
    return before - curve->loss[last] <= MATERIAL * scale;
}

enum ib_convergence ib_convergence_of(const struct ib_curve *curve)
{
    if (curve->n < 2)
        return 0;
    if (is_diverged(curve))
        return IB_DIVERGED;
    if (is_oscillating(curve))
        return IB_OSCILLATING;
    return is_converged(curve) ? IB_CONVERGED : IB_IMPROVING;
}
