/* Patterns of a wrong loss curve. */
#include "core/loss_schedule.h"
#include "diagnose/patterns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static bool is_missing(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *truth = &e->reference->truth->curve;
    for (uint64_t i = 0; i < truth->n && !e->answer->sparse; i++) {
        const uint64_t epoch = truth->epoch[i];
        double loss;
        if (ib_checks_epoch(epoch, e->answer->epochs) && !ib_loss_find(&e->answer->curve, epoch, &loss)) {
            snprintf(text, n, "no loss was reported for epoch %" PRIu64, epoch);
            return true;
        }
    }
    return false;
}

/* Where the oracle's own loss in the type is not finite, that of the answer need not be. */
static bool is_not_finite(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *curve = &e->answer->curve, *drift = &e->reference->drift->curve;
    for (uint64_t i = 0; i < curve->n; i++)
        if (!isfinite(curve->loss[i]) && isfinite(ib_loss_at(drift, curve->epoch[i]))) {
            snprintf(text, n, "loss is %s from epoch %" PRIu64, isnan(curve->loss[i]) ? "NaN" : "infinite",
                     curve->epoch[i]);
            return true;
        }
    return false;
}

static bool is_constant(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *curve = &e->answer->curve;
    for (uint64_t i = 1; i < curve->n; i++)
        if (curve->loss[i] != curve->loss[0])
            return false;
    bool moved = false;
    for (uint32_t p = 0; p < ib_network_params(&e->reference->spec->net); p++)
        moved = moved || !ib_param_unmoved(e, p);
    snprintf(text, n, "%s",
             curve->loss[0] == 0 ? "loss is always 0: never written"
             : moved             ? "loss never changes, though the parameters do: stale"
                                 : "loss never changes: parameters are not updated");
    return curve->n > 1;
}

/* Whether the loss is constant from some epoch on, and correct before it. */
static bool is_frozen(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *curve = &e->answer->curve;
    uint64_t from = curve->n - 1;
    while (from > 0 && curve->loss[from - 1] == curve->loss[from])
        from--;
    snprintf(text, n, "loss stops changing at epoch %" PRIu64 ": training ended early", curve->epoch[from]);
    return curve->epoch[from] < e->first_divergent_epoch;
}

/* Whether each of the first losses equals the truth `behind` epochs earlier. */
static bool is_shifted(const struct ib_evidence *e, int behind)
{
    const struct ib_curve *curve = &e->answer->curve, *truth = &e->reference->truth->curve;
    struct ib_fit fit = {0};
    uint64_t compared = 0;
    for (uint64_t i = 0; i < curve->n && curve->epoch[i] <= IB_READ_FIRST; i++) {
        const double shifted = ib_loss_at(truth, curve->epoch[i] - (uint64_t)behind);
        if (isnan(shifted))
            continue;
        ib_fit_add_loss(&fit, curve->loss[i], shifted, ib_loss_at(truth, curve->epoch[i]));
        compared++;
    }
    return compared > 1 && ib_fit_is_clear(&fit);
}

static bool is_late(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "loss lags one epoch behind: stale");
    return is_shifted(e, 1);
}

static bool is_ahead(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "loss is one epoch ahead: computed after the update");
    return is_shifted(e, -1);
}

static bool is_scaled(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *curve = &e->answer->curve, *truth = &e->reference->truth->curve;
    const double factor = curve->loss[0] / ib_loss_at(truth, curve->epoch[0]);
    struct ib_fit fit = {0};
    for (uint64_t i = 0; i < curve->n && curve->epoch[i] <= IB_READ_FIRST; i++) {
        const double expected = ib_loss_at(truth, curve->epoch[i]);
        ib_fit_add_loss(&fit, curve->loss[i], factor * expected, expected);
    }
    snprintf(text, n, "loss is off by a constant factor (%.4g)", factor);
    return curve->n > 1 && ib_fit_is_clear(&fit);
}

/* The epoch at which the truth, while decreasing, reached this loss; 0 if it did not. */
static uint64_t epoch_of_loss(const struct ib_curve *truth, double loss)
{
    for (uint64_t i = 1; i < truth->n && truth->loss[i] <= truth->loss[i - 1]; i++)
        if (truth->loss[i] <= loss)
            return loss <= truth->loss[i - 1] ? truth->epoch[i] : 0;
    return 0;
}

/* Whether the loss is correct while every epoch is read, and later lags the truth until both have converged.
 */
static bool is_of_fewer_updates(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_curve *curve = &e->answer->curve, *truth = &e->reference->truth->curve;
    uint64_t last = 0, like = 0;
    for (uint64_t i = 0; i < curve->n; i++) {
        const double expected = ib_loss_at(truth, curve->epoch[i]);
        if (!(curve->loss[i] - expected >
              ib_tolerance(e->reference->spec->dtype, e->reference->spec->rows) * expected))
            continue;
        last = curve->epoch[i];
        like = epoch_of_loss(truth, curve->loss[i]);
        if (like == 0 || like > last)
            return false;
    }
    snprintf(text, n, "loss matches fewer updates: at epoch %" PRIu64 " that of about epoch %" PRIu64, last,
             like);
    return e->first_divergent_epoch > IB_READ_FIRST && like < last;
}

static bool diverges(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "loss diverges from the oracle at epoch %" PRIu64, e->first_divergent_epoch);
    return true;
}

ib_pattern *const ib_loss_patterns[] = {
    is_missing,
    is_constant,
    is_late,
    is_ahead,
    is_scaled,
    ib_params_stuck,
    ib_injected_mistake,
    is_not_finite,
    ib_has_fewer_digits,
    is_frozen,
    is_of_fewer_updates,
    diverges,
};
