/* Patterns visible in the first updates: trains a few epochs by the oracle's gradient with a mistake
 * injected. If the losses match the answer's, the mistake has been found. */
#include "core/loss.h"
#include "diagnose/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The epochs trained with each mistake; some 30 mistakes then take about a second. */
enum { EPOCHS = 8 };

enum { ALL_PARAMS = IB_MAX_PARAMS };

/* A change to the gradient of one parameter or of all. */
static const struct distortion {
    const char *text;
    double factor;
    bool transposes;
    bool sums; /* the factor is also multiplied by the number of values in the mean */
} distortions[] = {
    {.text = "has the wrong sign", .factor = -1},
    {.text = "is transposed", .factor = 1, .transposes = true},
    {.text = "is twice as large as it should be", .factor = 2},
    {.text = "is half as large as it should be", .factor = 0.5},
    {.text = "is a sum over the rows, not a mean", .factor = 1, .sums = true},
};

struct mistake {
    bool drops_biases;                   /* in the forward pass */
    const struct distortion *distortion; /* NULL: none */
    uint32_t param;                      /* the affected one, or ALL_PARAMS */
};

struct mutant {
    const struct ib_oracle_problem *problem;
    uint64_t epochs;
    double *params; /* ib_network_size elements each: */
    double *gradient;
    double *forward; /* the parameters as the forward pass sees them */
};

static bool open_mutant(const struct ib_evidence *e, struct mutant *r)
{
    const struct ib_oracle_problem *problem = e->reference->problem;
    *r = (struct mutant){.problem = problem};
    if (!problem || !problem->x ||
        problem->spec.rows > IB_DIAGNOSE_WORK / ib_network_size(&problem->spec.net))
        return false;
    const uint64_t size = ib_network_size(&problem->spec.net);
    r->params = malloc(3 * size * sizeof *r->params);
    if (!r->params)
        return false;
    r->gradient = r->params + size;
    r->forward = r->gradient + size;
    r->epochs = e->answer->epochs < EPOCHS ? e->answer->epochs : EPOCHS;
    return true;
}

/* Trains one epoch; returns its loss. */
static double step(struct mutant *r, const struct mistake *mistake)
{
    const struct ib_oracle_problem *problem = r->problem;
    const struct ib_network *net = &problem->spec.net;
    memcpy(r->forward, r->params, ib_network_size(net) * sizeof *r->params);
    if (mistake->drops_biases)
        ib_params_drop_biases(net, r->forward);
    const double loss =
        ib_oracle_gradient(net, r->forward, problem->spec.rows, problem->x, problem->y, r->gradient);

    const double averaged =
        ib_loss_mean_count(net->loss, (double)problem->spec.rows, (double)ib_network_outputs(net));
    double *param = r->params;
    const double *gradient = r->gradient;
    for (uint32_t p = 0; p < ib_network_params(net); p++) {
        const uint64_t rows = ib_network_param_rows(net, p), cols = ib_network_param_cols(net, p);
        const bool applies = mistake->distortion && (mistake->param == ALL_PARAMS || mistake->param == p);
        const struct distortion d = applies ? *mistake->distortion : (struct distortion){.factor = 1};
        const double rate = problem->spec.lr * d.factor * (d.sums ? averaged : 1);
        for (uint64_t i = 0; i < rows * cols; i++)
            param[i] -= rate * gradient[d.transposes ? i % rows * cols + i / rows : i];
        param += rows * cols;
        gradient += rows * cols;
    }
    return loss;
}

/* Whether the mistake explains the losses or, if those are correct, the final parameters. */
static bool explains(const struct ib_evidence *e, struct mutant *r, const struct mistake *mistake)
{
    struct ib_fit fit = {0};
    memcpy(r->params, e->reference->start, e->reference->truth->size * sizeof *r->params);
    for (uint64_t epoch = 1; epoch <= r->epochs; epoch++) {
        const double loss = step(r, mistake);
        if (e->first_divergent_epoch)
            ib_fit_add_loss(&fit, ib_loss_at(&e->answer->curve, epoch), loss,
                            ib_loss_at(&e->reference->truth->curve, epoch));
    }
    for (uint64_t i = 0; !e->first_divergent_epoch && i < e->reference->truth->size; i++)
        ib_fit_add(&fit, e->answer->params[i], r->params[i], e->reference->truth->params[i]);
    return ib_fit_is_clear(&fit);
}

/* Tries a distortion on the gradient of all parameters, then of each one. */
static bool finds_distortion(const struct ib_evidence *e, struct mutant *r,
                             const struct distortion *distortion, char *text, size_t n)
{
    struct mistake mistake = {.distortion = distortion, .param = ALL_PARAMS};
    snprintf(text, n, "gradient %s", distortion->text);
    if (explains(e, r, &mistake))
        return true;
    for (mistake.param = 0; mistake.param < ib_network_params(&e->reference->spec->net); mistake.param++) {
        char name[8];
        snprintf(text, n, "gradient of %s %s", ib_param_text(&e->reference->spec->net, mistake.param, name),
                 distortion->text);
        if (explains(e, r, &mistake))
            return true;
    }
    return false;
}

bool ib_injected_mistake(const struct ib_evidence *e, char *text, size_t n)
{
    struct mutant r;
    bool found = false;
    if (e->first_divergent_epoch ? e->first_divergent_epoch > EPOCHS : e->answer->epochs > EPOCHS)
        return false; /* the first epochs were correct */
    if (open_mutant(e, &r)) {
        snprintf(text, n, "biases are not added in the forward pass");
        found = explains(e, &r, &(struct mistake){.drops_biases = true});
        for (size_t i = 0; !found && i < sizeof distortions / sizeof *distortions; i++)
            found = finds_distortion(e, &r, &distortions[i], text, n);
    }
    free(r.params);
    return found;
}

bool ib_params_late(const struct ib_evidence *e, char *text, size_t n)
{
    struct mutant r;
    struct ib_fit fit = {0};
    if (open_mutant(e, &r)) {
        const uint64_t size = e->reference->truth->size;
        memcpy(r.params, e->answer->params, size * sizeof *r.params);
        step(&r, &(struct mistake){0});
        for (uint64_t i = 0; i < size; i++)
            ib_fit_add(&fit, r.params[i], e->reference->truth->params[i], e->answer->params[i]);
        snprintf(text, n, "final parameters lack the last update: stale copy");
    }
    free(r.params);
    return ib_fit_is_clear(&fit);
}
