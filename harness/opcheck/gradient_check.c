#include "opcheck/gradient_check.h"

#include "base/rng.h"
#include "opcheck/guarded_buffer.h"

#include <math.h>
#include <stdio.h>

/* The network, in f64: h = act(x w1 + b1), z = h w2 + b2. */
enum { ROWS = 7, INPUTS = 3, HIDDEN = 5, OUTPUTS = 3, LARGEST = INPUTS * HIDDEN };
enum tensor { X, Y, W1, B1, W2, B2, H, Z, DH, DW1, DB1, DW2, DB2, LOSS, TENSORS };

static const struct {
    const char *name;
    uint64_t rows, cols;
} shapes[TENSORS] = {
    [X] = {"x", ROWS, INPUTS},       [Y] = {"y", ROWS, OUTPUTS},     [W1] = {"w1", INPUTS, HIDDEN},
    [B1] = {"b1", 1, HIDDEN},        [W2] = {"w2", HIDDEN, OUTPUTS}, [B2] = {"b2", 1, OUTPUTS},
    [H] = {"h", ROWS, HIDDEN},       [Z] = {"z", ROWS, OUTPUTS},     [DH] = {"dh", ROWS, HIDDEN},
    [DW1] = {"dw1", INPUTS, HIDDEN}, [DB1] = {"db1", 1, HIDDEN},     [DW2] = {"dw2", HIDDEN, OUTPUTS},
    [DB2] = {"db2", 1, OUTPUTS},     [LOSS] = {"loss", 1, 1},
};

static const struct {
    enum tensor parameter, gradient;
} derivatives[] = {{W1, DW1}, {B1, DB1}, {W2, DW2}, {B2, DB2}};

struct network {
    const struct ib_tensor_ops *ops;
    void *state;
    enum ib_act act;
    enum ib_loss loss;
    struct ib_guarded t[TENSORS];
    struct ib_view v[TENSORS];
};

static const double step = 1e-5;

static bool close_enough(double a, double b)
{
    return fabs(a - b) <= 1e-7 * fmax(1, fabs(b));
}

bool ib_gradient_offered(const struct ib_tensor_ops *ops)
{
    return IB_HAS(ops, gemm) && IB_HAS(ops, add_row) && IB_HAS(ops, act) && IB_HAS(ops, act_grad) &&
           IB_HAS(ops, loss_grad) && IB_HAS(ops, col_sum);
}

static void network_close(struct network *net)
{
    for (int t = 0; t < TENSORS; t++)
        ib_guarded_close(&net->t[t]);
}

/* Targets are 0 or 1; of IB_CE, a single 1 in each row. */
static void draw_targets(const struct network *net, struct ib_rng *rng, struct ib_guarded *y)
{
    for (uint64_t i = 0; i < y->rows; i++) {
        const uint64_t one = ib_rng_below(rng, y->cols);
        for (uint64_t j = 0; j < y->cols; j++)
            ib_guarded_set(y, i, j, net->loss == IB_CE ? j == one : (double)ib_rng_below(rng, 2));
    }
}

/* Draws inputs, targets and parameters; everything else is NaN until computed. */
static enum ib_status network_open(const struct ib_instance *instance, struct network *net)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, 1);
    for (int t = 0; t < TENSORS; t++) {
        struct ib_guarded *a = &net->t[t];
        IB_TRY(ib_guarded_open(instance, IB_F64, shapes[t].rows, shapes[t].cols, shapes[t].cols, IB_GUARD_NAN,
                               a));
        if (t == Y)
            draw_targets(net, &rng, a);
        for (uint64_t i = 0; t < H && t != Y && i < a->rows; i++)
            for (uint64_t j = 0; j < a->cols; j++)
                ib_guarded_set(a, i, j, ib_rng_normal(&rng));
        IB_TRY(ib_guarded_upload(a));
        net->v[t] = ib_guarded_view(a);
    }
    return IB_OK;
}

/* Computes the loss in LOSS, and its gradient with respect to z in Z. */
static enum ib_status forward(struct network *net)
{
    const struct ib_tensor_ops *ops = net->ops;
    const struct ib_view *v = net->v;
    IB_TRY(ops->gemm(net->state, false, false, 1, &v[X], &v[W1], 0, &v[H]));
    IB_TRY(ops->add_row(net->state, &v[B1], &v[H]));
    IB_TRY(ops->act(net->state, net->act, &v[H]));
    IB_TRY(ops->gemm(net->state, false, false, 1, &v[H], &v[W2], 0, &v[Z]));
    IB_TRY(ops->add_row(net->state, &v[B2], &v[Z]));
    return ops->loss_grad(net->state, net->loss, &v[Z], &v[Y], &v[Z], &v[LOSS]);
}

static enum ib_status backward(struct network *net)
{
    const struct ib_tensor_ops *ops = net->ops;
    const struct ib_view *v = net->v;
    IB_TRY(ops->gemm(net->state, true, false, 1, &v[H], &v[Z], 0, &v[DW2]));
    IB_TRY(ops->col_sum(net->state, &v[Z], &v[DB2]));
    IB_TRY(ops->gemm(net->state, false, true, 1, &v[Z], &v[W2], 0, &v[DH]));
    IB_TRY(ops->act_grad(net->state, net->act, &v[H], &v[DH]));
    IB_TRY(ops->gemm(net->state, true, false, 1, &v[X], &v[DH], 0, &v[DW1]));
    return ops->col_sum(net->state, &v[DH], &v[DB1]);
}

/* Computes the loss with one element of a parameter set to `value`, and restores the element. */
static enum ib_status loss_at(struct network *net, struct ib_guarded *parameter, uint64_t i, uint64_t j,
                              double value, double *out)
{
    const double start = ib_guarded_start(parameter, i, j);
    ib_guarded_set(parameter, i, j, value);
    IB_TRY(ib_guarded_upload(parameter));
    IB_TRY(forward(net));
    IB_TRY(ib_guarded_download(&net->t[LOSS]));
    *out = ib_guarded_get(&net->t[LOSS], 0, 0);
    ib_guarded_set(parameter, i, j, start);
    return ib_guarded_upload(parameter);
}

/* A gradient with respect to a parameter: the computed one, and central differences of the loss. */
struct derivative {
    const char *name; /* of the parameter */
    uint64_t rows, cols;
    double got[LARGEST], expected[LARGEST];
};

static enum ib_status measure(struct network *net, size_t d, struct derivative *out)
{
    struct ib_guarded *parameter = &net->t[derivatives[d].parameter];
    *out = (struct derivative){
        .name = shapes[derivatives[d].parameter].name, .rows = parameter->rows, .cols = parameter->cols};
    for (uint64_t e = 0; e < out->rows * out->cols; e++) {
        const uint64_t i = e / out->cols, j = e % out->cols;
        const double start = ib_guarded_start(parameter, i, j);
        double above, below;
        IB_TRY(loss_at(net, parameter, i, j, start + step, &above));
        IB_TRY(loss_at(net, parameter, i, j, start - step, &below));
        out->got[e] = ib_guarded_get(&net->t[derivatives[d].gradient], i, j);
        out->expected[e] = (above - below) / (2 * step);
    }
    return IB_OK;
}

static bool all_zero(const double *values, uint64_t n)
{
    uint64_t i = 0;
    while (i < n && values[i] == 0)
        i++;
    return i == n;
}

static bool is_scaled(const struct derivative *d, double factor)
{
    for (uint64_t e = 0; e < d->rows * d->cols; e++)
        if (!(fabs(d->got[e] - factor * d->expected[e]) <= 1e-6 * fmax(1, fabs(d->expected[e]))))
            return false;
    return true;
}

/* Describes a wrong gradient, of which element `first` is the first wrong one. */
static void name_derivative(const struct derivative *d, uint64_t first, struct ib_gradient_finding *out)
{
    const uint64_t n = d->rows * d->cols;
    const double factor = d->got[first] / d->expected[first];
    const bool nan = isnan(d->got[first]) || isnan(d->expected[first]);
    snprintf(out->detail, sizeof out->detail, "%s[%llu, %llu]: %.6g, but central differences give %.6g",
             d->name, (unsigned long long)(first / d->cols), (unsigned long long)(first % d->cols),
             d->got[first], d->expected[first]);
    if (nan) {
        out->detail[0] = '\0';
        snprintf(out->pattern, sizeof out->pattern, "the gradient with respect to %s, or the loss, is NaN",
                 d->name);
    } else if (all_zero(d->expected, n))
        snprintf(out->pattern, sizeof out->pattern, "the loss does not depend on %s", d->name);
    else if (all_zero(d->got, n))
        snprintf(out->pattern, sizeof out->pattern, "the gradient with respect to %s is all zero", d->name);
    else if (is_scaled(d, -1))
        snprintf(out->pattern, sizeof out->pattern, "the gradient with respect to %s has the wrong sign",
                 d->name);
    else if (isfinite(factor) && is_scaled(d, factor))
        snprintf(out->pattern, sizeof out->pattern,
                 "the gradient with respect to %s is a constant factor (%.4g) off", d->name, factor);
    else
        snprintf(out->pattern, sizeof out->pattern, "the gradient with respect to %s is wrong", d->name);
}

static enum ib_status compare_all(struct network *net, struct ib_gradient_finding *out)
{
    struct derivative derivative;
    for (size_t d = 0; d < sizeof derivatives / sizeof *derivatives; d++)
        IB_TRY(ib_guarded_download(&net->t[derivatives[d].gradient]));
    for (size_t d = 0; d < sizeof derivatives / sizeof *derivatives && !out->pattern[0]; d++) {
        IB_TRY(measure(net, d, &derivative));
        const uint64_t n = derivative.rows * derivative.cols;
        uint64_t e = 0;
        while (e < n && close_enough(derivative.got[e], derivative.expected[e]))
            e++;
        if (e < n || all_zero(derivative.expected, n))
            name_derivative(&derivative, e % n, out);
    }
    return IB_OK;
}

enum ib_status ib_gradient_run(const struct ib_instance *instance, enum ib_act act, enum ib_loss loss,
                               struct ib_gradient_finding *out)
{
    struct network net = {.ops = instance->impl->ops, .state = instance->state, .act = act, .loss = loss};
    *out = (struct ib_gradient_finding){0};
    enum ib_status status = network_open(instance, &net);
    if (status == IB_OK)
        status = forward(&net);
    if (status == IB_OK)
        status = backward(&net);
    if (status == IB_OK)
        status = compare_all(&net, out);
    network_close(&net);
    return status;
}
