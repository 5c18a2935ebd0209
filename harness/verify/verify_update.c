#include "verify/verify_update.h"

#include "base/error.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How much rounding may displace a number after an update, in units of its last place: of the number itself,
 * before or after, and of what is added to it, which is a product of several. */
enum { UNITS_OF_NUMBER = 2, UNITS_OF_CHANGE = 64 };

static double unit_of(enum ib_dtype type)
{
    return type == IB_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
}

/* ---- the gradient ---- */

/* Element i of the first moment, or without one of the parameters. */
static uint64_t moment_at(const struct ib_training_spec *spec, uint64_t i)
{
    return ib_optimizer_rule(spec->optimizer)->n_moments ? ib_network_size(&spec->net) + i : i;
}

/* With weight decay. */
static double decayed_gradient(const struct ib_training_spec *spec, const double *from, const double *to,
                               uint64_t i)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t at = moment_at(spec, i);
    return rule->n_moments ? (to[at] - rule->beta1 * from[at]) / rule->gain : (from[at] - to[at]) / spec->lr;
}

void ib_update_gradient(const struct ib_training_spec *spec, const double *from, const double *to,
                        double *gradient)
{
    for (uint64_t i = 0; i < ib_network_size(&spec->net); i++)
        gradient[i] = decayed_gradient(spec, from, to, i) - spec->weight_decay * from[i];
}

double ib_update_magnitude(const struct ib_training_spec *spec, const double *from, const double *to,
                           uint64_t i)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t at = moment_at(spec, i);
    const double decay = spec->weight_decay * fabs(from[i]);
    return decay + (rule->n_moments ? (fabs(to[at]) + rule->beta1 * fabs(from[at])) / rule->gain
                                    : fmax(fabs(from[at]), fabs(to[at])) / spec->lr);
}

/* ---- the rule ---- */

/* A parameter, and updates of it and its moments by the gradient, and by that and its rounding error. */
enum { EXACT, ABOVE, BELOW, UPDATES };

struct rule_check {
    const struct ib_training_spec *spec;
    uint64_t number; /* of the step */
    const double *from, *to;
    const struct ib_op_mutant *mutant;
    double *gradient, *updated[UPDATES]; /* updated: (1 + n_moments) * size each */
    struct ib_update_result *out;
};

/* The state's array for moment k of parameter p; k = 0: the parameter itself. */
static uint32_t array_of(const struct rule_check *c, uint32_t p, uint32_t k)
{
    return k * ib_network_params(&c->spec->net) + p;
}

static bool update(struct rule_check *c, uint32_t p, int which)
{
    const struct ib_training_spec *spec = c->spec;
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t n = ib_state_size(spec, p), first = ib_state_at(spec, p);
    const double unit = unit_of(spec->dtype) * (which == ABOVE ? 1 : which == BELOW ? -1 : 0);
    struct ib_optimized o = {.n = n, .param = c->updated[which], .step = (double)c->number};
    for (uint64_t i = 0; i < n; i++)
        c->gradient[i] = decayed_gradient(spec, c->from, c->to, first + i) +
                         unit * ib_update_magnitude(spec, c->from, c->to, first + i);
    memcpy(o.param, c->from + first, n * sizeof *o.param);
    for (uint32_t k = 1; k <= rule->n_moments; k++) {
        o.moment[k - 1] = c->updated[which] + k * n;
        memcpy(o.moment[k - 1], c->from + ib_state_at(spec, array_of(c, p, k)), n * sizeof *o.param);
    }
    return ib_optimizer_update(rule, spec->lr, c->mutant, c->gradient, &o);
}

static void note(struct rule_check *c, uint32_t array, uint64_t index, double got, double expected)
{
    if (!c->out->wrong)
        *c->out = (struct ib_update_result){true, array, index, got, expected};
}

/* Compares moment k of parameter p; k = 0: the parameter itself. */
static void compare(struct rule_check *c, uint32_t p, uint32_t k)
{
    const enum ib_dtype type = c->spec->dtype;
    const double unit = unit_of(type), most = type == IB_F64 ? DBL_MAX : (double)FLT_MAX,
                 least = type == IB_F64 ? DBL_MIN : (double)FLT_MIN;
    const uint32_t array = array_of(c, p, k);
    const uint64_t n = ib_state_size(c->spec, p), first = ib_state_at(c->spec, array);
    for (uint64_t i = 0; i < n; i++) {
        const double before = c->from[first + i],
                     got = c->to[first + i], *const *u = (const double *const *)c->updated;
        const double expected = u[EXACT][k * n + i];
        const double spread =
            fmax(fabs(u[ABOVE][k * n + i] - expected), fabs(u[BELOW][k * n + i] - expected));
        const double allowed = UNITS_OF_NUMBER * unit * fmax(fabs(before), fabs(expected)) +
                               UNITS_OF_CHANGE * unit * fabs(expected - before) + spread + least;
        if (fabs(expected) <= most && !(fabs(got - expected) <= allowed))
            note(c, array, i, got, expected);
    }
}

/* Compares the parameter last, so that a wrong moment is named first. */
static bool check_param(struct rule_check *c, uint32_t p)
{
    bool shows = true;
    for (int which = 0; which < UPDATES; which++)
        shows = shows && update(c, p, which);
    for (uint32_t k = 1; k <= ib_optimizer_rule(c->spec->optimizer)->n_moments; k++)
        compare(c, p, k);
    compare(c, p, 0);
    return shows;
}

static void check_count(struct rule_check *c)
{
    const uint64_t at = ib_state_total(c->spec) - 1;
    const double number = c->spec->dtype == IB_F64 ? (double)c->number : (double)(float)c->number;
    if (c->to[at] != number && c->to[at] < 1 / unit_of(c->spec->dtype)) /* beyond that, it cannot count */
        note(c, ib_state_count(c->spec) - 1, 0, c->to[at], number);
}

static uint64_t largest_param(const struct ib_training_spec *spec)
{
    uint64_t most = 0;
    for (uint32_t p = 0; p < ib_network_params(&spec->net); p++)
        most = ib_state_size(spec, p) > most ? ib_state_size(spec, p) : most;
    return most;
}

enum ib_status ib_update_check(const struct ib_training_spec *spec, uint64_t number, const double *from,
                               const double *to, const struct ib_op_mutant *mutant,
                               struct ib_update_result *out)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t n = largest_param(spec), each = (1 + rule->n_moments) * n;
    struct rule_check c = {
        .spec = spec, .number = number, .from = from, .to = to, .mutant = mutant, .out = out};
    *out = (struct ib_update_result){0};
    if (rule->n_moments == 0)
        return IB_OK;
    c.gradient = malloc((n + UPDATES * each) * sizeof *c.gradient);
    if (!c.gradient)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for an update of %" PRIu64 " elements", n);
    for (int which = 0; which < UPDATES; which++)
        c.updated[which] = c.gradient + n + (uint64_t)which * each;
    if (rule->counts)
        check_count(&c);
    for (uint32_t p = 0; p < ib_network_params(&spec->net); p++)
        if (!check_param(&c, p))
            out->wrong = true; /* this mistake cannot show */
    free(c.gradient);
    return IB_OK;
}
