/* Patterns of wrong final parameters. */
#include "diagnose/patterns.h"

#include <math.h>
#include <stdio.h>

static bool are_not_finite(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "final parameters are not finite");
    for (uint64_t i = 0; i < e->reference->truth->size; i++)
        if (!isfinite(e->answer->params[i]))
            return true;
    return false;
}

/* Whether parameter p kept its initial values although the truth changed them. */
static bool is_stuck(const struct ib_evidence *e, uint32_t p)
{
    const struct ib_reference *ref = e->reference;
    const double *start = ib_param_at(&ref->spec->net, ref->start, p);
    const double *truth = ib_param_at(&ref->spec->net, ref->truth->params, p);
    bool moved = false;
    for (uint64_t i = 0; i < ib_network_param_size(&ref->spec->net, p); i++)
        moved =
            moved || fabs(truth[i] - start[i]) >
                         ib_tolerance(e->reference->spec->dtype, e->reference->spec->rows) * fabs(truth[i]);
    return moved && ib_param_unmoved(e, p);
}

bool ib_params_stuck(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_network *net = &e->reference->spec->net;
    uint32_t stuck[2] = {0, 0}, first = IB_MAX_PARAMS; /* weights and biases */
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        if (is_stuck(e, p)) {
            stuck[p % 2]++;
            first = p < first ? p : first;
        }
    char name[8];
    if (stuck[0] == net->n_layers && stuck[1] == net->n_layers)
        snprintf(text, n, "final parameters equal the initial ones: never updated, or a stale copy");
    else if (stuck[0] + stuck[1] > 1)
        snprintf(text, n, "%s keep their initial values: never updated",
                 stuck[0] == 0   ? "biases"
                 : stuck[1] == 0 ? "weights"
                                 : "some weights and biases");
    else if (first < IB_MAX_PARAMS)
        snprintf(text, n, "%s %s keeps its initial values: never updated", first % 2 ? "bias" : "weight",
                 ib_param_text(net, first, name));
    return first < IB_MAX_PARAMS;
}

static bool are_zero(const struct ib_evidence *e, char *text, size_t n)
{
    snprintf(text, n, "final parameters are all zero");
    for (uint64_t i = 0; i < e->reference->truth->size; i++)
        if (e->answer->params[i] != 0)
            return false;
    return true;
}

/* Whether one weight matrix is the transpose of the truth's. */
static bool is_transposed(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_network *net = &e->reference->spec->net;
    for (uint32_t p = 0; p < ib_network_params(net); p += 2) {
        const uint64_t rows = ib_network_param_rows(net, p), cols = ib_network_param_cols(net, p);
        const double *got = ib_param_at(net, e->answer->params, p);
        const double *truth = ib_param_at(net, e->reference->truth->params, p);
        struct ib_fit fit = {0};
        char name[8];
        for (uint64_t i = 0; i < rows * cols; i++)
            ib_fit_add(&fit, got[i], truth[i % rows * cols + i / rows], truth[i]);
        snprintf(text, n, "%s is transposed", ib_param_text(net, p, name));
        if (ib_fit_is_clear(&fit))
            return true;
    }
    return false;
}

static bool are_off(const struct ib_evidence *e, char *text, size_t n)
{
    (void)e;
    snprintf(text, n, "final parameters are wrong");
    return true;
}

ib_pattern *const ib_params_patterns[] = {
    are_not_finite, ib_params_stuck,     are_zero, is_transposed, ib_injected_mistake,
    ib_params_late, ib_has_fewer_digits, are_off,
};
