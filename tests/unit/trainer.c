#include "trainer.h"

#include "core/loss_schedule.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trainer {
    const struct ib_network *net;
    enum ib_dtype type;
    enum fault fault;
    int which;
    double *param[IB_MAX_PARAMS]; /* into one array of all */
    double *start;                /* copy of that array */
};

static double *doubles(uint64_t n)
{
    double *v = calloc(n + 1, sizeof *v);
    if (!v)
        abort();
    return v;
}

/* What a variable of the type would hold. */
static double rounded(const struct trainer *t, double v)
{
    return t->type == IB_F32 ? (double)(float)v : v;
}

static double activated(enum ib_act act, double z)
{
    return act == IB_RELU ? (z < 0 ? 0 : z) : act == IB_TANH ? tanh(z) : 1 / (1 + exp(-z));
}

static double slope(enum ib_act act, double a)
{
    return act == IB_RELU ? a > 0 : act == IB_TANH ? 1 - a * a : a * (1 - a);
}

/* value[l + 1] = activation(value[l] W + b) for all rows; value[0] is x. */
static void forward(const struct trainer *t, bool with_bias, uint64_t rows, double *value[])
{
    const struct ib_network *net = t->net;
    for (uint32_t l = 0; l < net->n_layers; l++) {
        const uint64_t in = net->width[l], out = net->width[l + 1];
        for (uint64_t r = 0; r < rows; r++)
            for (uint64_t j = 0; j < out; j++) {
                double z = with_bias ? t->param[2 * l + 1][j] : 0;
                for (uint64_t i = in; i-- > 0;)
                    z = rounded(t, z + value[l][r * in + i] * t->param[2 * l][i * out + j]);
                value[l + 1][r * out + j] = l + 1 < net->n_layers ? rounded(t, activated(net->act, z)) : z;
            }
    }
}

/* Turns z into the gradient by z; returns the loss. */
static double loss_gradient(const struct trainer *t, uint64_t n, double *z, const double *y)
{
    const enum ib_loss kind = t->net->loss;
    double loss = 0;
    for (uint64_t i = 0; i < n; i++) {
        const double error = z[i] - y[i];
        loss += kind == IB_BCE ? fmax(z[i], 0) - z[i] * y[i] + log1p(exp(-fabs(z[i]))) : error * error;
        z[i] = kind == IB_BCE ? 1 / (1 + exp(-z[i])) - y[i] : error;
        z[i] = rounded(t, z[i] * (kind == IB_MSE ? 2 : 1) / (double)n);
    }
    return rounded(t, loss / (double)n * (kind == IB_HALF_MSE ? 0.5 : 1));
}

/* out (in x n) = a' (rows x in) b (rows x n), from the last row to the first. */
static void product_over_rows(const struct trainer *t, uint64_t rows, uint64_t in, uint64_t n,
                              const double *a, const double *b, double *out)
{
    for (uint64_t i = 0; i < in; i++)
        for (uint64_t j = 0; j < n; j++) {
            double sum = 0;
            for (uint64_t r = rows; r-- > 0;)
                sum += (a ? a[r * in + i] : 1) * b[r * n + j];
            out[i * n + j] = rounded(t, sum);
        }
}

/* Updates parameter p by its gradient, as the fault will have it. */
static void update(const struct trainer *t, uint32_t p, uint64_t rows, double lr, const double *gradient)
{
    const uint64_t m = ib_network_param_rows(t->net, p), n = ib_network_param_cols(t->net, p);
    const bool applies = t->which < 0 || t->which == (int)p;
    const enum fault fault = applies ? t->fault : HONEST;
    const double factor = fault == GRADIENT_SIGN     ? -1
                          : fault == GRADIENT_TWICE  ? 2
                          : fault == GRADIENT_HALF   ? 0.5
                          : fault == GRADIENT_SUMMED ? (double)(rows * t->net->width[t->net->n_layers])
                          : fault == NOT_UPDATED     ? 0
                                                     : 1;
    for (uint64_t i = 0; i < m * n; i++) {
        const double g = gradient[fault == GRADIENT_TRANSPOSED ? i % m * n + i / m : i];
        t->param[p][i] = rounded(t, t->param[p][i] - rounded(t, rounded(t, lr) * factor * g));
    }
}

/* One epoch; returns its loss. updates: change the parameters at all. */
static double epoch(const struct trainer *t, const struct ib_oracle_problem *problem, double *value[],
                    double *delta[], bool updates)
{
    const struct ib_network *net = t->net;
    const uint64_t rows = problem->spec.rows;
    double *gradient = doubles(ib_network_size(net));
    forward(t, t->fault != BIAS_SKIPPED, rows, value);
    memcpy(delta[net->n_layers], value[net->n_layers], rows * net->width[net->n_layers] * sizeof(double));
    const double loss = loss_gradient(t, rows * net->width[net->n_layers], delta[net->n_layers], problem->y);
    for (uint32_t l = net->n_layers; l-- > 0 && updates;) {
        const uint64_t in = net->width[l], out = net->width[l + 1];
        for (uint64_t k = 0; l > 0 && k < rows * in; k++) {
            double sum = 0;
            for (uint64_t j = 0; j < out; j++)
                sum = rounded(t, sum + delta[l + 1][k / in * out + j] * t->param[2 * l][k % in * out + j]);
            delta[l][k] = rounded(t, sum * slope(net->act, value[l][k]));
        }
        product_over_rows(t, rows, in, out, value[l], delta[l + 1], gradient);
        update(t, 2 * l, rows, problem->spec.lr, gradient);
        product_over_rows(t, rows, 1, out, NULL, delta[l + 1], gradient);
        update(t, 2 * l + 1, rows, problem->spec.lr, gradient);
    }
    free(gradient);
    return loss;
}

static void add_loss(struct ib_curve *curve, uint64_t number, double loss)
{
    curve->epoch[curve->n] = number;
    curve->loss[curve->n++] = loss;
}

/* The loss that is reported for an epoch that has the loss `loss`. */
static double reported(const struct trainer *t, uint64_t number, double loss, double before, double first)
{
    switch (t->fault) {
    case LOSS_STALE:
        return before;
    case LOSS_TWICE:
        return 2 * loss;
    case LOSS_ZERO:
        return 0;
    case LOSS_FIRST:
        return first;
    case TURNS_NAN:
        return number < (uint64_t)t->which ? loss : NAN;
    default:
        return loss;
    }
}

static bool is_updated(const struct trainer *t, uint64_t number)
{
    if (t->fault == ENDS_EARLY)
        return number < (uint64_t)t->which;
    return t->fault != FEWER_UPDATES || number <= IB_READ_FIRST || number % 2;
}

static void run_epochs(struct trainer *t, const struct ib_oracle_problem *problem, struct test_answer *out)
{
    const struct ib_network *net = t->net;
    double *value[IB_MAX_LAYERS + 1], *delta[IB_MAX_LAYERS + 1], *before_last = doubles(ib_network_size(net));
    for (uint32_t l = 0; l <= net->n_layers; l++) {
        value[l] = doubles(problem->spec.rows * net->width[l]);
        delta[l] = doubles(problem->spec.rows * net->width[l]);
    }
    for (uint64_t i = 0; i < problem->spec.rows * net->width[0]; i++)
        value[0][i] = rounded(t, problem->x[i]);

    double before = 0, first = 0;
    for (uint64_t number = 1; number <= problem->epochs; number++) {
        memcpy(before_last, t->param[0], ib_network_size(net) * sizeof *before_last);
        double loss = epoch(t, problem, value, delta, is_updated(t, number));
        if (number == 1)
            first = loss;
        if (t->fault == LOSS_AFTER)
            loss = epoch(t, problem, value, delta, false);
        if (ib_checks_epoch(number, problem->epochs) &&
            !(t->fault == LOSS_LEFT_OUT && number == (uint64_t)t->which))
            add_loss(&out->answer.curve, number, reported(t, number, loss, before, first));
        before = loss;
    }
    if (t->fault == PARAMS_STALE)
        memcpy(t->param[0], before_last, ib_network_size(net) * sizeof *before_last);
    for (uint32_t l = 0; l <= net->n_layers; l++) {
        free(value[l]);
        free(delta[l]);
    }
    free(before_last);
}

static void spoil_params(struct trainer *t)
{
    const struct ib_network *net = t->net;
    const uint64_t size = ib_network_size(net);
    if (t->fault == PARAMS_START)
        memcpy(t->param[0], t->start, size * sizeof(double));
    if (t->fault == PARAMS_ZERO)
        memset(t->param[0], 0, size * sizeof(double));
    if (t->fault == PARAMS_TRANSPOSED) {
        const uint32_t p = (uint32_t)t->which;
        const uint64_t m = ib_network_param_rows(net, p), n = ib_network_param_cols(net, p);
        double *copy = doubles(m * n);
        memcpy(copy, t->param[p], m * n * sizeof *copy);
        for (uint64_t i = 0; i < m * n; i++)
            t->param[p][i] = copy[i % m * n + i / m];
        free(copy);
    }
}

static double spoiled(enum fault fault, double predicted, uint64_t i, uint64_t n)
{
    switch (fault) {
    case PREDICTS_ZERO:
        return 0;
    case PREDICTS_ZERO_TAIL:
        return i < n / 2 ? predicted : 0;
    case PREDICTS_NAN:
        return i < 2 ? predicted : NAN;
    case PREDICTS_SIGN:
        return -predicted;
    case PREDICTS_TWICE:
        return 2 * predicted;
    case PREDICTS_SHIFTED:
        return predicted - 3.2;
    case PREDICTS_ONE_WRONG:
        return i == 3 ? predicted + 0.01 : predicted;
    default:
        return predicted;
    }
}

static void predict(struct trainer *t, const struct test_problem *p, struct test_answer *out)
{
    const struct ib_network *net = t->net;
    const uint64_t n = ib_training_spec_predictions(&p->oracle.spec);
    double *value[IB_MAX_LAYERS + 1];
    for (uint32_t l = 0; l <= net->n_layers; l++)
        value[l] = doubles(p->oracle.spec.test_rows * net->width[l]);
    memcpy(value[0], p->x_test, p->oracle.spec.test_rows * net->width[0] * sizeof(double));
    if (t->fault == PREDICTS_BY_START)
        memcpy(t->param[0], t->start, ib_network_size(net) * sizeof(double));
    forward(t, t->fault != PREDICTS_WITHOUT_BIAS, p->oracle.spec.test_rows, value);
    for (uint64_t i = 0; i < n; i++) {
        double z = value[net->n_layers][i];
        if (net->loss == IB_BCE && t->fault != PREDICTS_LOGITS)
            z = rounded(t, 1 / (1 + exp(t->fault == PREDICTS_SIGN ? z : -z)));
        out->predictions[i] =
            net->loss == IB_BCE && t->fault == PREDICTS_SIGN ? z : spoiled(t->fault, z, i, n);
    }
    for (uint32_t l = 0; l <= net->n_layers; l++)
        free(value[l]);
}

void test_train(const struct test_problem *p, enum ib_dtype type, enum fault fault, int which,
                struct test_answer *out)
{
    const struct ib_network *net = &p->oracle.spec.net;
    const uint64_t size = ib_network_size(net), epochs = p->oracle.epochs;
    struct trainer t = {.net = net, .type = type, .fault = fault, .which = which, .start = doubles(size)};
    double *params = doubles(size);
    for (uint64_t i = 0; i < size; i++)
        t.start[i] = params[i] = rounded(&t, p->start[i]);
    for (uint64_t q = 0, at = 0; q < ib_network_params(net); at += ib_network_param_size(net, (uint32_t)q++))
        t.param[q] = params + at;

    *out = (struct test_answer){.params = doubles(size),
                                .predictions = doubles(ib_training_spec_predictions(&p->oracle.spec))};
    out->answer.curve.epoch = calloc(epochs, sizeof *out->answer.curve.epoch);
    out->answer.curve.loss = doubles(epochs);
    if (!out->answer.curve.epoch)
        abort();
    run_epochs(&t, &p->oracle, out);
    spoil_params(&t);
    memcpy(out->params, params, size * sizeof *params);
    predict(&t, p, out);
    out->answer.epochs = epochs;
    out->answer.params = out->params;
    out->answer.predictions = out->predictions;
    free(params);
    free(t.start);
}

void test_answer_free(struct test_answer *a)
{
    ib_curve_free(&a->answer.curve);
    free(a->params);
    free(a->predictions);
}

void test_judge(const struct ib_reference *reference, const struct ib_answer *answer,
                struct ib_verification *out)
{
    ib_verify(reference, answer, out);
    if (ib_diagnose(reference, answer, out) != IB_OK)
        abort();
}
