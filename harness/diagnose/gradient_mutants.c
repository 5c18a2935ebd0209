/* Patterns visible in the first updates: trains a few epochs by the oracle's gradient with a mistake
 * injected. If the losses match the answer's, the mistake has been found. */
#include "core/batches.h"
#include "core/loss.h"
#include "diagnose/patterns.h"
#include "train/training_state.h"

#include <math.h>
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

/* Which rows the steps of an epoch take. */
enum rows {
    ROWS_OF_ORDER, /* as they should */
    ROWS_OF_DATA,
    ROWS_OF_FIRST_EPOCH,
    ROWS_ALL,
    ROWS_BUT_LAST_BATCH,
    ROWS_BUT_LAST_UPDATE /* the last batch counts for the loss alone */
};

static const struct {
    enum rows rows;
    const char *text;
} row_mistakes[] = {
    {ROWS_OF_DATA, "mini-batches take the rows in the order of the data, not in that of the epoch"},
    {ROWS_OF_FIRST_EPOCH, "mini-batches take the rows of every epoch in the order of the first"},
    {ROWS_ALL, "mini-batches are not made: each epoch is a single step with all rows"},
    {ROWS_BUT_LAST_BATCH, "the last batch of an epoch is left out"},
    {ROWS_BUT_LAST_UPDATE, "the last batch of an epoch is left out of the updates"},
};

struct mistake {
    bool drops_biases;                   /* in the forward pass */
    const struct distortion *distortion; /* NULL: none */
    uint32_t param;                      /* the affected one, or ALL_PARAMS */
    const struct ib_op_mutant *update;   /* in the optimiser's operation; NULL: none */
    bool drops_decay, decays_params;     /* weight decay is left out; it is subtracted from the parameter */
    enum rows rows;
};

struct mutant {
    const struct ib_oracle_problem *problem;
    uint64_t epochs;
    double *state;    /* ib_state_total elements (train/training_state.h) */
    double *gradient; /* ib_network_size elements each: */
    double *distorted;
    double *forward; /* the parameters as the forward pass sees them */
    double *x, *y;   /* the rows of a mini-batch */
};

static bool open_mutant(const struct ib_evidence *e, struct mutant *r)
{
    const struct ib_oracle_problem *problem = e->reference->problem;
    *r = (struct mutant){.problem = problem};
    if (!problem || !problem->x ||
        problem->spec.rows > IB_DIAGNOSE_WORK / ib_network_size(&problem->spec.net))
        return false;
    const uint64_t size = ib_network_size(&problem->spec.net), total = ib_state_total(&problem->spec);
    const uint64_t inputs = problem->spec.net.width[0], outputs = ib_network_outputs(&problem->spec.net);
    const uint64_t rows = problem->spec.batch ? problem->spec.rows : 0;
    r->state = malloc((total + 3 * size + rows * (inputs + outputs)) * sizeof *r->state);
    if (!r->state)
        return false;
    r->gradient = r->state + total;
    r->distorted = r->gradient + size;
    r->forward = r->distorted + size;
    r->x = r->forward + size;
    r->y = r->x + rows * inputs;
    r->epochs = e->answer->epochs < EPOCHS ? e->answer->epochs : EPOCHS;
    return true;
}

/* The gradient of all parameters with the mistake and with weight decay. */
static void distort(struct mutant *r, const struct mistake *mistake, uint64_t step_rows)
{
    const struct ib_training_spec *spec = &r->problem->spec;
    const struct ib_network *net = &spec->net;
    const double averaged = ib_loss_mean_count(net->loss, (double)step_rows, (double)ib_network_outputs(net));
    const double decay = mistake->drops_decay || mistake->decays_params ? 0 : spec->weight_decay;
    for (uint32_t p = 0; p < ib_network_params(net); p++) {
        const uint64_t rows = ib_network_param_rows(net, p), cols = ib_network_param_cols(net, p);
        const uint64_t first = ib_state_at(spec, p);
        const bool applies = mistake->distortion && (mistake->param == ALL_PARAMS || mistake->param == p);
        const struct distortion d = applies ? *mistake->distortion : (struct distortion){.factor = 1};
        const double factor = d.factor * (d.sums ? averaged : 1);
        const double *gradient = r->gradient + first;
        for (uint64_t i = 0; i < rows * cols; i++)
            r->distorted[first + i] = factor * gradient[d.transposes ? i % rows * cols + i / rows : i] +
                                      decay * r->state[first + i];
    }
}

/* Returns false if the mistake cannot show. */
static bool update(struct mutant *r, const struct mistake *mistake, uint64_t number)
{
    const struct ib_training_spec *spec = &r->problem->spec;
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t size = ib_network_size(&spec->net);
    const double kept = mistake->decays_params ? 1 - spec->lr * spec->weight_decay : 1;
    struct ib_optimized all = {.n = size, .param = r->state, .step = (double)number};
    for (uint32_t k = 0; k < rule->n_moments; k++)
        all.moment[k] = r->state + (k + 1) * size;
    for (uint64_t i = 0; i < size; i++)
        r->state[i] *= kept;
    return ib_optimizer_update(rule, spec->lr, mistake->update, r->distorted, &all);
}

/* The rows of a step: those of the data, or of a batch. */
struct step_rows {
    uint64_t n;
    const double *x, *y;
};

/* Takes n rows from the place `first` of an epoch's order; epoch from 0. */
static struct step_rows take_rows(struct mutant *r, enum rows mistake, uint64_t epoch, uint64_t first,
                                  uint64_t n)
{
    const struct ib_oracle_problem *problem = r->problem;
    const uint64_t inputs = problem->spec.net.width[0], outputs = ib_network_outputs(&problem->spec.net);
    if (problem->spec.batch == 0)
        return (struct step_rows){n, problem->x, problem->y};
    const uint32_t *order =
        problem->order + ib_order_at(&problem->spec, mistake == ROWS_OF_FIRST_EPOCH ? 0 : epoch);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t row = mistake == ROWS_OF_DATA ? first + i : order[first + i];
        memcpy(r->x + i * inputs, problem->x + row * inputs, inputs * sizeof *r->x);
        memcpy(r->y + i * outputs, problem->y + row * outputs, outputs * sizeof *r->y);
    }
    return (struct step_rows){n, r->x, r->y};
}

/* Makes step `number` of the training, with these rows, or only computes its loss, which it returns. */
static double step(struct mutant *r, const struct mistake *mistake, const struct step_rows *rows,
                   uint64_t number, bool updates)
{
    const struct ib_network *net = &r->problem->spec.net;
    memcpy(r->forward, r->state, ib_network_size(net) * sizeof *r->state);
    if (mistake->drops_biases)
        ib_params_drop_biases(net, r->forward);
    const double loss = ib_oracle_gradient(net, r->forward, rows->n, rows->x, rows->y, r->gradient);
    if (!updates)
        return loss;
    distort(r, mistake, rows->n);
    return update(r, mistake, number) ? loss : NAN;
}

/* Trains an epoch, from 0, and returns its loss. *number: of the last step so far. */
static double train_epoch(struct mutant *r, const struct mistake *mistake, uint64_t epoch, uint64_t *number)
{
    const struct ib_training_spec *spec = &r->problem->spec;
    const uint64_t batch = spec->batch && mistake->rows != ROWS_ALL ? spec->batch : spec->rows;
    double sum = 0;
    uint64_t counted = 0;
    for (uint64_t first = 0, n; first < spec->rows; first += n) {
        n = spec->rows - first < batch ? spec->rows - first : batch;
        const bool is_last = first + n == spec->rows;
        if (is_last && mistake->rows == ROWS_BUT_LAST_BATCH)
            break;
        const bool updates = !is_last || mistake->rows != ROWS_BUT_LAST_UPDATE;
        const struct step_rows rows = take_rows(r, mistake->rows, epoch, first, n);
        *number += updates;
        sum += (double)n * step(r, mistake, &rows, *number, updates);
        counted += n;
    }
    return sum / (double)counted;
}

/* The parameters, and nothing kept by the optimiser yet. */
static void start(struct mutant *r, const double *params)
{
    const uint64_t size = ib_network_size(&r->problem->spec.net);
    memset(r->state, 0, ib_state_total(&r->problem->spec) * sizeof *r->state);
    memcpy(r->state, params, size * sizeof *r->state);
}

/* Whether the mistake explains the losses or, if those are correct, the final parameters. */
static bool explains(const struct ib_evidence *e, struct mutant *r, const struct mistake *mistake)
{
    struct ib_fit fit = {0};
    uint64_t number = 0;
    start(r, e->reference->start);
    for (uint64_t epoch = 1; epoch <= r->epochs; epoch++) {
        const double loss = train_epoch(r, mistake, epoch - 1, &number);
        if (e->first_divergent_epoch)
            ib_fit_add_loss(&fit, ib_loss_at(&e->answer->curve, epoch), loss,
                            ib_loss_at(&e->reference->truth->curve, epoch));
    }
    for (uint64_t i = 0; !e->first_divergent_epoch && i < e->reference->truth->size; i++)
        ib_fit_add(&fit, e->answer->params[i], r->state[i], e->reference->truth->params[i]);
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

/* Tries mistakes in the optimiser's update. */
static bool finds_update(const struct ib_evidence *e, struct mutant *r, char *text, size_t n)
{
    const struct ib_training_spec *spec = e->reference->spec;
    const struct ib_op_mutant *mutant = ib_operations[ib_optimizer_rule(spec->optimizer)->op]->mutants;
    bool found = false;
    for (; spec->optimizer != IB_SGD && mutant && mutant->text && !found; mutant++) {
        snprintf(text, n, "%s: %s", ib_word_of(ib_optimizer_words, (int)spec->optimizer), mutant->text);
        found = explains(e, r, &(struct mistake){.update = mutant});
    }
    if (found || spec->weight_decay == 0)
        return found;
    snprintf(text, n, "weight decay is not applied");
    if (explains(e, r, &(struct mistake){.drops_decay = true}))
        return true;
    snprintf(text, n, "weight decay is subtracted from the parameters, not added to the gradient");
    return explains(e, r, &(struct mistake){.decays_params = true});
}

/* Tries other rows in the steps of an epoch. Without batches, or with one, there are none. */
static bool finds_rows(const struct ib_evidence *e, struct mutant *r, char *text, size_t n)
{
    bool found = false;
    for (size_t i = 0; !found && i < sizeof row_mistakes / sizeof *row_mistakes; i++) {
        snprintf(text, n, "%s", row_mistakes[i].text);
        found = ib_steps_per_epoch(e->reference->spec) > 1 &&
                explains(e, r, &(struct mistake){.rows = row_mistakes[i].rows});
    }
    return found;
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
        found = found || finds_update(e, &r, text, n) || finds_rows(e, &r, text, n);
    }
    free(r.state);
    return found;
}

bool ib_params_late(const struct ib_evidence *e, char *text, size_t n)
{
    struct mutant r;
    struct ib_fit fit = {0};
    if (e->reference->spec->optimizer != IB_SGD)
        return false; /* what it kept at the end is not known here */
    if (open_mutant(e, &r)) {
        const struct ib_training_spec *spec = &r.problem->spec;
        const uint64_t size = e->reference->truth->size, last = ib_steps_per_epoch(spec) - 1;
        const struct step_rows rows = take_rows(&r, ROWS_OF_ORDER, e->answer->epochs - 1,
                                                ib_batch_first(spec, last), ib_batch_rows(spec, last));
        start(&r, e->answer->params);
        step(&r, &(struct mistake){0}, &rows, 1, true);
        for (uint64_t i = 0; i < size; i++)
            ib_fit_add(&fit, r.state[i], e->reference->truth->params[i], e->answer->params[i]);
        snprintf(text, n, "final parameters lack the last update: stale copy");
    }
    free(r.state);
    return ib_fit_is_clear(&fit);
}
