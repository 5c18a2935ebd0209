/* Diagnosis of a wrong step. */
#include "diagnose/patterns.h"
#include "verify/verify_step.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct wrong_step {
    const struct ib_network *net;
    const struct ib_step *step;
    const struct ib_step_result *result;
    const struct ib_training_spec *spec;
    const double *got; /* the sketch of the answer's gradient */
};

/* The part of a sketch that shows parameter p best, and its size. */
static const double *part_of(const struct ib_network *net, const double *sketch, uint32_t p, uint64_t *size)
{
    const enum ib_sketch_part wanted = p % 2 ? IB_SKETCH_BIAS : IB_SKETCH_ROWS;
    for (uint32_t l = 0; l < p / 2; l++)
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++)
            sketch += ib_sketch_part_size(net, l, (enum ib_sketch_part)kind);
    for (int kind = 0; kind < (int)wanted; kind++)
        sketch += ib_sketch_part_size(net, p / 2, (enum ib_sketch_part)kind);
    *size = ib_sketch_part_size(net, p / 2, wanted);
    return sketch;
}

/* The least-squares factor from the correct gradients to the answer's, over all wrong parameters. */
static double factor_of(const struct wrong_step *c)
{
    double product = 0, square = 0;
    for (uint32_t p = 0; p < ib_network_params(c->net); p++) {
        uint64_t n;
        const double *got = part_of(c->net, c->got, p, &n),
                     *truth = part_of(c->net, c->step->truth.gradient, p, &n);
        for (uint64_t i = 0; i < n && c->result->param_wrong[p]; i++) {
            product += got[i] * truth[i];
            square += truth[i] * truth[i];
        }
    }
    return product / square;
}

/* Whether the factor explains the wrong gradients. */
static bool is_scaled(const struct wrong_step *c, double factor)
{
    struct ib_fit fit = {0};
    for (uint32_t p = 0; p < ib_network_params(c->net); p++) {
        uint64_t n;
        const double *got = part_of(c->net, c->got, p, &n),
                     *truth = part_of(c->net, c->step->truth.gradient, p, &n);
        for (uint64_t i = 0; i < n && c->result->param_wrong[p]; i++)
            ib_fit_add(&fit, got[i], factor * truth[i], truth[i]);
    }
    return ib_fit_is_clear(&fit);
}

static bool is_unmoved(const struct wrong_step *c, uint32_t p)
{
    const double *from = ib_param_at(c->net, c->step->from, p), *to = ib_param_at(c->net, c->step->to, p);
    for (uint64_t i = 0; i < ib_network_param_size(c->net, p); i++)
        if (from[i] != to[i])
            return false;
    return true;
}

static void name_place(const struct wrong_step *c, uint32_t p, char *text, size_t n)
{
    char name[8];
    const int used = snprintf(text, n, "gradient of %s is wrong", ib_param_text(c->net, p, name));
    if (p % 2 == 0)
        snprintf(text + used, n - (size_t)used, ", most in row %" PRIu64 " and column %" PRIu64,
                 c->result->worst_row[p / 2] + 1, c->result->worst_column[p / 2] + 1);
}

/* ---- the optimiser's rule ---- */

/* The mistake in the update that explains the step; NULL: none does. IB_ENOMEM. */
static enum ib_status find_mistake(const struct ib_training_spec *spec, const struct ib_step *step,
                                   const struct ib_op_mutant **out)
{
    const struct ib_op_mutant *mutant = ib_operations[ib_optimizer_rule(spec->optimizer)->op]->mutants;
    for (*out = NULL; mutant && mutant->text && !*out; mutant++) {
        struct ib_update_result result;
        IB_TRY(ib_update_check(spec, step->number, step->from, step->to, mutant, &result));
        *out = result.wrong ? NULL : mutant;
    }
    return IB_OK;
}

/* "adam: bias correction is missing", or what is wrong. */
static enum ib_status name_rule(const struct wrong_step *c, char *text, size_t n)
{
    const struct ib_op_mutant *mistake;
    const struct ib_training_spec *spec = c->spec;
    const struct ib_update_result *rule = &c->result->rule;
    const uint32_t p = ib_state_param(spec, rule->array);
    char param[8], name[8];
    IB_TRY(find_mistake(spec, c->step, &mistake));
    if (mistake)
        snprintf(text, n, "%s: %s", ib_word_of(ib_optimizer_words, (int)spec->optimizer), mistake->text);
    else
        snprintf(text, n, "%s[%" PRIu64 "] is %.6g after the update, expected %.6g from its gradient",
                 ib_state_name(spec, rule->array,
                               p < IB_MAX_PARAMS ? ib_param_text(&spec->net, p, param) : "", name),
                 rule->index, rule->got, rule->expected);
    return IB_OK;
}

/* Whether the first moment is the gradient alone, without what was kept from the epoch before. */
static bool keeps_nothing(const struct wrong_step *c)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(c->spec->optimizer);
    const uint64_t size = ib_network_size(c->net), sketch_size = ib_sketch_size(c->net);
    struct ib_fit fit = {0};
    if (rule->n_moments == 0)
        return false;
    double *gradient = malloc(size * sizeof *gradient), *sketch = malloc(sketch_size * sizeof *sketch);
    for (uint64_t i = 0; gradient && i < size; i++)
        gradient[i] = c->step->to[size + i] / rule->gain - c->spec->weight_decay * c->step->from[i];
    if (gradient && sketch && ib_sketch_of(c->net, gradient, sketch) == IB_OK)
        for (uint64_t i = 0; i < sketch_size; i++)
            ib_fit_add(&fit, c->step->truth.gradient[i], sketch[i], c->got[i]);
    free(sketch);
    free(gradient);
    return ib_fit_is_clear(&fit);
}

/* Whether weight decay has not been added to the gradient. */
static bool lacks_decay(const struct wrong_step *c)
{
    const uint64_t size = ib_network_size(c->net), sketch_size = ib_sketch_size(c->net);
    struct ib_fit fit = {0};
    double *decay = malloc(size * sizeof *decay), *sketch = malloc(sketch_size * sizeof *sketch);
    for (uint64_t i = 0; decay && i < size; i++)
        decay[i] = -c->spec->weight_decay * c->step->from[i];
    if (decay && sketch && c->spec->weight_decay != 0 && ib_sketch_of(c->net, decay, sketch) == IB_OK)
        for (uint64_t i = 0; i < sketch_size; i++)
            ib_fit_add(&fit, c->got[i], c->step->truth.gradient[i] + sketch[i], c->step->truth.gradient[i]);
    free(sketch);
    free(decay);
    return ib_fit_is_clear(&fit);
}

/* ---- the gradient ---- */

/* Describes the wrong parameter nearest to the output, where the mistake originates, or all of them if they
 * share one factor. */
static void name_gradient(const struct wrong_step *c, char *text, size_t n)
{
    char name[8];
    uint32_t p = 0, wrong = 0;
    for (uint32_t q = 0; q < ib_network_params(c->net); q++) {
        p = c->result->param_wrong[q] ? q : p;
        wrong += c->result->param_wrong[q];
    }
    const double factor = factor_of(c);
    const bool all = wrong == ib_network_params(c->net);
    ib_param_text(c->net, p, name);
    if (is_unmoved(c, p))
        snprintf(text, n, "%s %s is unchanged: not updated", p % 2 ? "bias" : "weight", name);
    else if (!isfinite(ib_max_norm(ib_network_param_size(c->net, p), ib_param_at(c->net, c->step->to, p))))
        snprintf(text, n, "%s is not finite after the update", name);
    else if (is_scaled(c, factor))
        snprintf(text, n, "gradient%s%s is off by a constant factor (%.4g)", all ? "" : " of ",
                 all ? "" : name, factor);
    else
        name_place(c, p, text, n);
}

/* What the optimiser does wrong comes first: it shows in the gradient as well. */
static enum ib_status name_update(const struct wrong_step *c, char *text, size_t n)
{
    if (keeps_nothing(c))
        snprintf(text, n, "momentum is not applied");
    else if (lacks_decay(c))
        snprintf(text, n, "weight decay is left out of the gradient");
    else if (c->result->rule.wrong)
        return name_rule(c, text, n);
    else
        name_gradient(c, text, n);
    return IB_OK;
}

enum ib_status ib_diagnose_step(const struct ib_training_spec *spec, const struct ib_step *step,
                                const struct ib_step_result *result, char *text, size_t n)
{
    char what[144];
    double *got = NULL;
    enum ib_status status = IB_OK;
    if (result->loss_wrong) {
        snprintf(what, sizeof what, "loss is %.6g, expected %.6g", step->loss, step->truth.loss);
    } else {
        status = ib_step_sketch(spec, step, &got);
        if (status == IB_OK)
            status =
                name_update(&(struct wrong_step){&spec->net, step, result, spec, got}, what, sizeof what);
    }
    if (status == IB_OK)
        snprintf(text, n, "%s %" PRIu64 " alone: %s", spec->batch ? "step" : "epoch", step->number, what);
    free(got);
    return status;
}
