#include "verify/verify.h"

#include "base/error.h"
#include "core/batches.h"
#include "core/loss_schedule.h"
#include "verify/prediction_fit.h"
#include "verify/too_little.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

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
    DRIFT_AHEAD = 2,     /* at epoch e, the drift up to this many times e counts */
    DRIFT_PARAMS = 10,   /* once the losses drift, this multiple of their drift counts for parameters */
    UNEXCUSED_STEPS = 10 /* in so few steps, rounding does not grow much */
};

/* A training has diverged once its loss exceeds this multiple of the first. Truth and answer must diverge
 * within CROSSING_EPOCHS of each other, or within CROSSING_FACTOR times the distance between the truth and
 * the drift trajectory. */
#define DIVERGED 1e6
enum { CROSSING_EPOCHS = 2, CROSSING_FACTOR = 10 };

#define CLOSE 0.01 /* largest distance of parameters that have not diverged */

/* ---- the state of a check ---- */

struct check {
    const struct ib_reference *ref;
    const struct ib_answer *answer;
    struct ib_verification *out;
    double drift;     /* the largest error of the drift trajectory's losses so far */
    bool diverged;    /* the truth or the drift trajectory, as far as they go */
    bool beyond;      /* a step past the truth's last epoch began with numbers too large to judge */
    bool began, ends; /* an update was compared near the beginning, and one near the end: is_enough */
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
    return ib_tolerance_with(c->ref->spec->dtype, c->answer->products, ib_sum_terms(c->ref->spec), drift);
}

/* Whether a comparison with this drift shows anything. */
static bool says(const struct check *c, double drift)
{
    return allowed(c, drift) <= IB_TOLERANCE_CEILING;
}

/* Whether the truth reaches the end of the training. */
static bool is_whole(const struct check *c)
{
    return c->ref->truth->epochs >= c->ref->epochs;
}

/* ---- losses ---- */

/* The first epoch whose loss is over this multiple of the first, or not finite; epochs + 1 if there is none.
 */
static uint64_t passing(const struct ib_curve *curve, uint64_t epochs, double multiple)
{
    for (uint64_t i = 0; i < curve->n; i++)
        if (!(isfinite(curve->loss[i]) && curve->loss[i] <= multiple * fabs(curve->loss[0])))
            return curve->epoch[i];
    return epochs + 1;
}

/* The first epoch at which the training has diverged; epochs + 1 if it never does. */
static uint64_t crossing(const struct ib_curve *curve, uint64_t epochs)
{
    return passing(curve, epochs, DIVERGED);
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
        const bool shows = says(c, c->drift) && !underflows(truth, c->ref->spec->dtype, i);
        c->out->compared.epochs += shows;
        c->began |= shows && epoch > 1;
        c->ends |= shows && epoch == c->ref->truth->epochs && is_whole(c);
        const double error = loss_error(c, i, &c->answer->curve);
        c->out->loss_error = ib_larger(c->out->loss_error, error);
        if (!(error <= allowed(c, c->drift)) && !is_wrong(c, IB_PART_LOSS)) {
            c->out->first_divergent_epoch = epoch;
            set_wrong(c, IB_PART_LOSS, "epoch %" PRIu64 ": loss %.6g, expected %.6g", epoch,
                      ib_loss_at(&c->answer->curve, epoch), truth->loss[i]);
        }
    }
}

/* The first and last losses are read every epoch, others less often: what happens at an epoch shows when the
 * next is read. */
static uint64_t reading_interval(const struct ib_curve *curve, uint64_t epoch)
{
    uint64_t interval = 1;
    for (uint64_t i = 1; i < curve->n && curve->epoch[i - 1] < epoch; i++)
        interval = curve->epoch[i] - curve->epoch[i - 1];
    return interval;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* Where the truth's loss passes a multiple of the first, the answer's must at about the same epoch. */
static void check_passing(struct check *c, double multiple, uint64_t expected, uint64_t drifted)
{
    const uint64_t epochs = c->ref->truth->epochs, passed = passing(&c->answer->curve, epochs, multiple);
    const struct ib_curve *rarer = c->answer->sparse ? &c->answer->curve : &c->ref->truth->curve;
    const uint64_t apart_at_most = larger(larger(CROSSING_EPOCHS, reading_interval(rarer, expected)),
                                          CROSSING_FACTOR * apart(expected, drifted));
    if (is_wrong(c, IB_PART_LOSS) || apart(passed, expected) <= apart_at_most)
        return;
    const char *what = multiple > DIVERGED ? "diverges further" : "diverges";
    c->out->first_divergent_epoch = passed < expected ? passed : expected;
    if (passed > epochs)
        set_wrong(c, IB_PART_LOSS, "the oracle %s at epoch %" PRIu64 ", this training never", what, expected);
    else
        set_wrong(c, IB_PART_LOSS, "the oracle %s at epoch %" PRIu64 ", this training at %" PRIu64, what,
                  expected, passed);
}

/* A training that has diverged goes on to diverge, through every further multiple of the first loss that its
 * type holds. */
static void check_divergence(struct check *c)
{
    const struct ib_trajectory *truth = c->ref->truth, *drift = c->ref->drift;
    const double most = (c->ref->spec->dtype == IB_F64 ? DBL_MAX : (double)FLT_MAX) /
                        (double)c->ref->spec->rows / fabs(truth->curve.loss[0]);
    for (double multiple = DIVERGED; multiple == DIVERGED || multiple < most; multiple *= DIVERGED) {
        const uint64_t expected = passing(&truth->curve, truth->epochs, multiple),
                       drifted = passing(&drift->curve, truth->epochs, multiple);
        if (expected > truth->epochs || (multiple > DIVERGED && drifted > truth->epochs))
            return;
        check_passing(c, multiple, expected, drifted);
        c->ends |= is_whole(c) && c->began;
    }
}

/* ---- parameters and predictions ---- */

static void check_params(struct check *c)
{
    const struct ib_trajectory *truth = c->ref->truth;
    const double *drifted = c->ref->drift->params;
    uint64_t where, unused;
    const bool parted = allowed(c, c->drift) > ib_tolerance(c->ref->spec->dtype, ib_sum_terms(c->ref->spec));
    const double drift = fmax(parted ? DRIFT_PARAMS * c->drift : 0,
                              ib_distance(truth->size, drifted, truth->params, drifted, &unused));
    const double error = ib_distance(truth->size, c->answer->params, truth->params, drifted, &where);
    c->out->params_error = error;
    if (says(c, drift)) {
        c->out->compared.params = truth->size;
        c->ends |= is_whole(c);
        c->began |= c->ref->truth->epochs == 1;
    }
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

/* IB_ENOMEM. */
static enum ib_status check_predictions(struct check *c)
{
    const struct ib_training_spec *spec = c->ref->spec;
    const struct ib_answer *answer = c->answer;
    const double *predictor = answer->predictor ? answer->predictor : answer->params;
    struct ib_prediction_fit fit;
    IB_TRY(ib_prediction_fit(spec, answer->products, predictor, c->ref->x_test, answer->predictions, &fit));
    if (!fit.judged)
        return IB_OK;
    c->out->compared.predictions = ib_training_spec_predictions(spec);
    c->out->prediction_error = fit.error;
    if (fit.wrong)
        set_wrong(c, IB_PART_PREDICTIONS, "test row %" PRIu64 ": %.6g, expected %.6g",
                  fit.where / ib_network_outputs(&spec->net) + 1, answer->predictions[fit.where],
                  fit.expected);
    return IB_OK;
}

/* ---- steps ---- */

static void count_step(struct check *c, const struct ib_step_result *step, uint64_t number)
{
    if (!step->judged) {
        c->beyond |= ib_epoch_of_step(c->ref->spec, number) > c->ref->truth->epochs;
        return;
    }
    c->out->compared.steps++;
    c->began |= number == 1;
    c->ends |= 2 * number > c->ref->epochs * ib_steps_per_epoch(c->ref->spec);
    if (c->ref->truth->epochs == 0) {
        c->out->loss_error = ib_larger(fmax(c->out->loss_error, 0), step->loss_error);
        c->out->params_error = ib_larger(fmax(c->out->params_error, 0), step->update_error);
    }
}

/* IB_ENOMEM. */
static enum ib_status check_steps(struct check *c)
{
    size_t doubtful = 0, first_doubtful = 0;
    for (size_t i = 0; i < c->ref->n_steps; i++) {
        struct ib_step_result step;
        IB_TRY(ib_step_check(c->ref->spec, c->answer->products, &c->ref->steps[i], &step));
        count_step(c, &step, c->ref->steps[i].number);
        if (step.wrong && step.doubtful && doubtful++ == 0)
            first_doubtful = i + 1;
        if (step.wrong && !step.doubtful && !c->out->wrong_step)
            c->out->wrong_step = i + 1;
    }
    if (!c->out->wrong_step && (doubtful > 1 || doubtful == c->ref->n_steps))
        c->out->wrong_step = first_doubtful;
    if (c->out->wrong_step) {
        if (!is_whole(c))
            c->out->deviation[IB_PART_PARAMS].fact[0] = '\0'; /* a consequence of this */
        const uint64_t epoch = ib_epoch_of_step(c->ref->spec, c->ref->steps[c->out->wrong_step - 1].number);
        if (!c->out->first_divergent_epoch)
            c->out->first_divergent_epoch = epoch;
    }
    return IB_OK;
}

/* ---- the verdict ---- */

/* The verdict is none from the start. */
static void leave_unverified(struct ib_verification *out, const char *reason)
{
    snprintf(out->reason, sizeof out->reason, "%.255s", reason);
}

/* The losses of the drift trajectory overflow, but not its parameters, which stay close to the truth. */
static bool only_losses_overflow(const struct ib_reference *ref)
{
    uint64_t unused;
    return ib_distance(ref->truth->size, ref->drift->params, ref->truth->params, NULL, &unused) <= CLOSE;
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
        check_divergence(c);
    else if (!c->diverged)
        check_params(c);
}

/* What `ok` needs at the least, for any training: an update that was compared at its beginning (the loss of
 * an epoch after the first, or epoch 1 alone), where mistakes show before rounding hides them, and one at its
 * end (the last loss, the final parameters, an epoch of the second half alone, or divergence to the end), as
 * an implementation may do less where it is not looked at. Comparisons above IB_TOLERANCE_CEILING do not
 * count. */
static bool is_enough(const struct check *c)
{
    return c->began && c->ends;
}

static void explain_too_little(struct check *c)
{
    struct ib_verification *out = c->out;
    char why[128];
    ib_why_too_little(c->ref->truth, c->ref->drift, c->answer->products, c->beyond, c->diverged || !c->began,
                      why, sizeof why);
    snprintf(out->reason, sizeof out->reason,
             "nothing to compare: %s (tried: %" PRIu64 " losses, the final parameters, %zu single steps)",
             why, c->ref->truth->curve.n, c->ref->n_steps);
}

static enum ib_status judge(struct check *c)
{
    if (c->ref->truth->epochs > 0)
        check_trajectory(c);
    IB_TRY(check_steps(c));
    IB_TRY(check_predictions(c));

    bool wrong = c->out->wrong_step > 0;
    for (int part = 0; part < IB_PART_COUNT; part++)
        wrong = wrong || is_wrong(c, (enum ib_part)part);
    c->out->verdict = wrong ? IB_WRONG : is_enough(c) ? IB_RIGHT : IB_UNVERIFIED;
    if (c->out->verdict == IB_UNVERIFIED)
        explain_too_little(c);
    return IB_OK;
}

void ib_verify(const struct ib_reference *ref, const struct ib_answer *answer, struct ib_verification *out)
{
    *out = (struct ib_verification){.loss_error = NAN, .params_error = NAN, .prediction_error = NAN};
    const bool trained = ref->truth->epochs > 0;
    out->compared.of_params = ib_network_size(&ref->spec->net);
    out->compared.of_predictions = ib_training_spec_predictions(ref->spec);
    struct check check = {.ref = ref, .answer = answer, .out = out};
    if (!trained && ref->n_steps == 0)
        leave_unverified(out, "the oracle's time budget is too short for a single epoch");
    else if (trained && (ref->truth->curve.n == 0 || ref->drift->epochs != ref->truth->epochs ||
                         answer->epochs != ref->truth->epochs))
        leave_unverified(out, "the oracle has no trajectory of the same length");
    else if (judge(&check) != IB_OK)
        leave_unverified(out, ib_last_error()->message);
}

bool ib_verify_depends_on_drift(const struct ib_training_spec *spec, const struct ib_verification *v)
{
    const bool parts = *v->deviation[IB_PART_LOSS].fact || *v->deviation[IB_PART_PARAMS].fact;
    const uint64_t steps = v->first_divergent_epoch * ib_steps_per_epoch(spec);
    const bool late = steps == 0 || steps > UNEXCUSED_STEPS;
    return v->verdict == IB_WRONG && parts && late && v->wrong_step == 0;
}
