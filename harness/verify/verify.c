#include "verify/verify.h"

#include "base/error.h"
#include "core/loss_schedule.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct ib_word ib_verdict_words[] = {
    {"unverified", IB_UNVERIFIED},
    {"ok", IB_RIGHT},
    {"wrong", IB_WRONG},
    {NULL, 0},
};

/* In a chaotic training, a different sample of rounding diverges from the truth somewhat earlier or later;
 * hence the drift of later epochs counts. In flat valleys, parameters diverge further than losses. Calibrated
 * in results/tolerances.md. */
enum {
    DRIFT_AHEAD = 2,   /* at epoch e, the drift up to this many times e counts */
    DRIFT_PARAMS = 10, /* once the losses drift, this multiple of their drift counts for parameters */
};

/* A training has diverged once its loss exceeds this multiple of the first. Truth and answer must diverge
 * within CROSSING_EPOCHS of each other, or within CROSSING_FACTOR times the distance between the truth and
 * the drift trajectory. */
#define DIVERGED 1e6
enum { CROSSING_EPOCHS = 2, CROSSING_FACTOR = 10 };

#define CLOSE 0.01 /* largest distance of parameters that have not diverged */

/* The largest |v - reference| relative to the largest |reference|; *where is its index. */
static double distance(uint64_t n, const double *v, const double *reference, uint64_t *where)
{
    const double norm = ib_max_norm(n, reference);
    double worst = 0;
    *where = 0;
    for (uint64_t i = 0; i < n && !isnan(worst); i++) {
        const double error = ib_relative_error(v[i] - reference[i], norm);
        if (ib_larger(worst, error) != worst)
            *where = i;
        worst = ib_larger(worst, error);
    }
    return worst;
}

/* ---- the state of a check ---- */

struct check {
    const struct ib_reference *ref;
    const struct ib_answer *answer;
    struct ib_verification *out;
    double drift; /* the largest error of the drift trajectory's losses so far */
    const double *predictor;
    bool diverged; /* the truth or the drift trajectory, as far as they go */
    bool unjudged; /* a step began with numbers too large to judge */
    bool compared; /* something that depends on an update; the first loss does not */
};

static bool is_wrong(const struct check *c, enum ib_part part)
{
    return c->out->deviation[part].fact[0] != '\0';
}

/* Marks a part as wrong, with one deviation in numbers. */
__attribute__((format(printf, 3, 4))) static void set_wrong(struct check *c, enum ib_part part,
                                                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->out->deviation[part].fact, sizeof c->out->deviation[part].fact, format, arguments);
    va_end(arguments);
}

/* The tolerance, given the drift. */
static double allowed(const struct check *c, double drift)
{
    return ib_tolerance_with(c->ref->spec->dtype, c->answer->tf32, drift);
}

/* ---- losses ---- */

/* The first epoch at which the training has diverged; epochs + 1 if it never does. */
static uint64_t crossing(const struct ib_curve *curve, uint64_t epochs)
{
    for (uint64_t i = 0; i < curve->n; i++)
        if (!(isfinite(curve->loss[i]) && curve->loss[i] <= DIVERGED * fabs(curve->loss[0])))
            return curve->epoch[i];
    return epochs + 1;
}

/* What the error of a loss is relative to, at the truth's i-th recorded epoch. */
static double loss_scale(const struct ib_curve *truth, enum ib_dtype type, uint64_t i)
{
    const double epsilon = type == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    return fmax(fabs(truth->loss[i]), epsilon * fabs(truth->loss[0]));
}

/* Losses so small that the type cannot hold them say nothing, and their drift excuses nothing. */
static bool underflows(const struct ib_curve *truth, enum ib_dtype type, uint64_t i)
{
    return loss_scale(truth, type, i) < (type == IB_F64 ? DBL_MIN : (double)FLT_MIN);
}

bool ib_losses_decide(const struct ib_trajectory *truth, const struct ib_trajectory *drift,
                      enum ib_dtype type)
{
    const uint64_t end = crossing(&drift->curve, drift->epochs);
    bool decide = truth->epochs < 2 || !isfinite(truth->curve.loss[0]);
    for (uint64_t i = 0; i < truth->curve.n && !decide; i++) {
        const uint64_t epoch = truth->curve.epoch[i];
        decide = epoch > 1 && epoch < end && !underflows(&truth->curve, type, i);
    }
    return decide;
}

/* The error of a loss at that epoch. */
static double loss_error(const struct check *c, uint64_t i, const struct ib_curve *curve)
{
    const struct ib_curve *truth = &c->ref->truth->curve;
    const enum ib_dtype type = c->ref->spec->dtype;
    if (underflows(truth, type, i))
        return 0;
    return ib_relative_error(ib_loss_at(curve, truth->epoch[i]) - truth->loss[i], loss_scale(truth, type, i));
}

/* Compares the losses of the epochs before `end`. */
static void check_losses(struct check *c, uint64_t end)
{
    const struct ib_curve *truth = &c->ref->truth->curve;
    c->out->loss_error = 0;
    for (uint64_t i = 0, ahead = 0; i < truth->n && truth->epoch[i] < end; i++) {
        const uint64_t epoch = truth->epoch[i];
        while (ahead < truth->n && truth->epoch[ahead] <= DRIFT_AHEAD * epoch && truth->epoch[ahead] < end)
            c->drift = fmax(c->drift, loss_error(c, ahead++, &c->ref->drift->curve));
        if (!ib_checks_epoch(epoch, c->answer->epochs))
            continue; /* the truth ended early and was recorded for a longer training */
        double read;
        if (c->answer->sparse && !ib_loss_find(&c->answer->curve, epoch, &read))
            continue;
        c->compared = c->compared || (epoch > 1 && !underflows(truth, c->ref->spec->dtype, i));
        const double error = loss_error(c, i, &c->answer->curve);
        c->out->loss_error = ib_larger(c->out->loss_error, error);
        if (!(error <= allowed(c, c->drift)) && !is_wrong(c, IB_PART_LOSS)) {
            c->out->first_divergent_epoch = epoch;
            set_wrong(c, IB_PART_LOSS, "epoch %" PRIu64 ": loss %.6g, expected %.6g", epoch,
                      ib_loss_at(&c->answer->curve, epoch), truth->loss[i]);
        }
    }
}

/* The first and last losses are read every epoch, others less often: the epoch of a crossing is known to this
 * precision. */
static uint64_t reading_interval(const struct ib_curve *curve, uint64_t epoch)
{
    uint64_t interval = 1;
    for (uint64_t i = 1; i < curve->n && curve->epoch[i] <= epoch; i++)
        interval = curve->epoch[i] - curve->epoch[i - 1];
    return interval;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* If the truth diverges, the answer must diverge at about the same epoch. */
static void check_crossing(struct check *c, uint64_t expected, uint64_t drifted)
{
    const uint64_t epochs = c->ref->truth->epochs, crossed = crossing(&c->answer->curve, epochs);
    const struct ib_curve *rarer = c->answer->sparse ? &c->answer->curve : &c->ref->truth->curve;
    uint64_t apart_at_most = reading_interval(rarer, expected);
    if (apart_at_most < CROSSING_EPOCHS)
        apart_at_most = CROSSING_EPOCHS;
    if (apart_at_most < CROSSING_FACTOR * apart(expected, drifted))
        apart_at_most = CROSSING_FACTOR * apart(expected, drifted);
    if (is_wrong(c, IB_PART_LOSS) || apart(crossed, expected) <= apart_at_most)
        return;
    c->out->first_divergent_epoch = crossed < expected ? crossed : expected;
    if (crossed > epochs)
        set_wrong(c, IB_PART_LOSS, "the oracle diverges at epoch %" PRIu64 ", this training never", expected);
    else
        set_wrong(c, IB_PART_LOSS, "the oracle diverges at epoch %" PRIu64 ", this training at %" PRIu64,
                  expected, crossed);
}

/* ---- parameters and predictions ---- */

static void check_params(struct check *c)
{
    const struct ib_trajectory *truth = c->ref->truth;
    uint64_t where, unused;
    const bool parted = allowed(c, c->drift) > ib_tolerance(c->ref->spec->dtype);
    const double drift = fmax(parted ? DRIFT_PARAMS * c->drift : 0,
                              distance(truth->size, c->ref->drift->params, truth->params, &unused));
    const double error = distance(truth->size, c->answer->params, truth->params, &where);
    c->out->params_error = error;
    c->compared = true;
    if (error <= allowed(c, drift) || is_wrong(c, IB_PART_LOSS))
        return; /* a consequence of wrong losses, not a second finding */

    uint32_t p = 0;
    uint64_t index = where;
    while (index >= ib_network_param_size(&c->ref->spec->net, p))
        index -= ib_network_param_size(&c->ref->spec->net, p++);
    char name[8];
    set_wrong(c, IB_PART_PARAMS, "%s[%" PRIu64 "]: %.6g, expected %.6g",
              ib_param_text(&c->ref->spec->net, p, name), index, c->answer->params[where],
              truth->params[where]);
}

/* The comparison of predictions with those of their parameters. */
struct fit {
    bool judged; /* false: diverged, so that predictions cannot be compared */
    bool wrong;
    double error;   /* NaN unless judged */
    uint64_t where; /* of the largest error */
};

/* expected: predictions of the parameters; rounded: the same in f32. */
static struct fit fit_of(const struct ib_training_spec *spec, bool tf32, const double *params,
                         const double *predictions, const double *expected, const double *rounded)
{
    const uint64_t n = ib_training_spec_predictions(spec);
    const double largest =
        ib_larger(ib_max_norm(n, expected), ib_max_norm(ib_network_size(&spec->net), params));
    struct fit fit = {.error = NAN};
    uint64_t unused;
    fit.judged = n > 0 && largest <= ib_largest_safe(spec->dtype);
    if (!fit.judged)
        return fit;
    const double drift = spec->dtype == IB_F32 ? distance(n, rounded, expected, &unused) : 0;
    fit.error = distance(n, predictions, expected, &fit.where);
    fit.wrong = !(fit.error <= ib_tolerance_with(spec->dtype, tf32, drift));
    return fit;
}

/* Computes the predictions of the parameters, in f64 and in f32 or TF32. */
static void predict(const struct ib_training_spec *spec, bool tf32, const double *params,
                    const double *x_test, double *expected, double *rounded)
{
    ib_oracle_predict(&spec->net, params, spec->test_rows, x_test, expected);
    ib_oracle_predict_f32(&spec->net, params, tf32, spec->test_rows, x_test, rounded);
}

bool ib_predictions_fit(const struct ib_training_spec *spec, const double *params, const double *x_test,
                        const double *predictions, double *error)
{
    const uint64_t n = ib_training_spec_predictions(spec);
    double *expected = malloc((2 * n + 1) * sizeof *expected);
    *error = NAN;
    if (!expected)
        return false;
    predict(spec, false, params, x_test, expected, expected + n);
    const struct fit fit = fit_of(spec, false, params, predictions, expected, expected + n);
    free(expected);
    *error = fit.error;
    return !fit.wrong;
}

static void check_predictions(struct check *c, const double *expected, const double *rounded)
{
    const uint64_t outputs = ib_network_outputs(&c->ref->spec->net);
    const struct fit fit =
        fit_of(c->ref->spec, c->answer->tf32, c->predictor, c->answer->predictions, expected, rounded);
    if (!fit.judged)
        return;
    c->out->prediction_error = fit.error;
    if (fit.wrong)
        set_wrong(c, IB_PART_PREDICTIONS, "test row %" PRIu64 ": %.6g, expected %.6g",
                  fit.where / outputs + 1, c->answer->predictions[fit.where], expected[fit.where]);
}

/* ---- steps ---- */

/* IB_ENOMEM. */
static enum ib_status check_steps(struct check *c)
{
    for (size_t i = 0; i < c->ref->n_steps && !c->diverged; i++) {
        struct ib_step_result step;
        IB_TRY(ib_step_check(c->ref->spec, c->answer->tf32, &c->ref->steps[i], &step));
        c->unjudged = c->unjudged || (!step.judged && c->ref->steps[i].epoch > c->ref->truth->epochs);
        c->compared = c->compared || step.judged;
        if (c->ref->truth->epochs == 0 && step.judged) {
            c->out->loss_error = ib_larger(fmax(c->out->loss_error, 0), step.loss_error);
            c->out->params_error = ib_larger(fmax(c->out->params_error, 0), step.update_error);
        }
        if (step.wrong && !c->out->wrong_step) {
            c->out->wrong_step = i + 1;
            c->out->deviation[IB_PART_PARAMS].fact[0] = '\0'; /* a consequence of this */
            if (!c->out->first_divergent_epoch)
                c->out->first_divergent_epoch = c->ref->steps[i].epoch;
        }
    }
    return IB_OK;
}

/* ---- the verdict ---- */

static void leave_unverified(struct ib_verification *out, const char *reason)
{
    out->verdict = IB_UNVERIFIED;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
}

/* The losses of the drift trajectory overflow, but not its parameters, which stay close to the truth. */
static bool only_losses_overflow(const struct ib_reference *ref)
{
    uint64_t unused;
    return distance(ref->truth->size, ref->drift->params, ref->truth->params, &unused) <= CLOSE;
}

static void check_trajectory(struct check *c)
{
    const struct ib_reference *ref = c->ref;
    const uint64_t epochs = ref->truth->epochs;
    const uint64_t truth_end = crossing(&ref->truth->curve, epochs);
    const uint64_t drift_end = crossing(&ref->drift->curve, epochs);

    check_losses(c, truth_end < drift_end ? truth_end : drift_end);
    c->diverged = truth_end <= epochs || (drift_end <= epochs && !only_losses_overflow(ref));
    if (truth_end <= epochs)
        check_crossing(c, truth_end, drift_end);
    else if (!c->diverged)
        check_params(c);
}

static void judge(struct check *c, double *expected, double *rounded)
{
    const struct ib_reference *ref = c->ref;
    if (ref->truth->epochs > 0)
        check_trajectory(c);
    if (check_steps(c) != IB_OK) {
        leave_unverified(c->out, "out of memory while checking single steps");
        return;
    }
    predict(ref->spec, c->answer->tf32, c->predictor, ref->x_test, expected, rounded);
    check_predictions(c, expected, rounded);

    c->out->verdict = c->out->wrong_step ? IB_WRONG : IB_RIGHT;
    for (int part = 0; part < IB_PART_COUNT; part++)
        if (is_wrong(c, (enum ib_part)part))
            c->out->verdict = IB_WRONG;
    if (c->out->verdict != IB_WRONG && c->unjudged)
        leave_unverified(c->out, "the training diverges after the epochs that the oracle had time for");
    else if (c->out->verdict != IB_WRONG && !c->compared)
        leave_unverified(c->out, "the training diverges before the result of an update can be compared");
}

void ib_verify(const struct ib_reference *ref, const struct ib_answer *answer, struct ib_verification *out)
{
    *out = (struct ib_verification){.loss_error = NAN, .params_error = NAN, .prediction_error = NAN};
    const bool trained = ref->truth->epochs > 0;
    if (!trained && ref->n_steps == 0) {
        leave_unverified(out, "the oracle's time budget is too short for a single epoch");
        return;
    }
    if (trained && (ref->truth->curve.n == 0 || ref->drift->epochs != ref->truth->epochs ||
                    answer->epochs != ref->truth->epochs)) {
        leave_unverified(out, "the oracle has no trajectory of the same length");
        return;
    }
    const uint64_t n = ib_training_spec_predictions(ref->spec);
    double *expected = malloc((2 * n + 1) * sizeof *expected);
    if (!expected) {
        leave_unverified(out, "out of memory for the oracle's predictions");
        return;
    }
    const double *predictor = answer->predictor ? answer->predictor : answer->params;
    judge(&(struct check){.ref = ref, .answer = answer, .out = out, .predictor = predictor}, expected,
          expected + n);
    free(expected);
}
