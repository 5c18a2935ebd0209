#include "train/step.h"

#include "core/loss.h"

_Static_assert((int)IB_MAX_PARAMS <= (int)IB_MAX_PAIRS, "axpy_all takes all parameters");

/* Calls an operation on these tensors, in the order of its operands. */
#define CALL(d, op, args, ...) ib_call(d, op, args, (struct ib_tensor *const[IB_MAX_OPERANDS]){__VA_ARGS__})

static const struct ib_op_args plain = {.alpha = 1};

/* out = op(a) op(b) */
static enum ib_status product(struct ib_dispatch *d, bool transpose_a, struct ib_tensor *a, bool transpose_b,
                              struct ib_tensor *b, struct ib_tensor *out)
{
    const struct ib_op_args args = {.transpose_a = transpose_a, .transpose_b = transpose_b, .alpha = 1};
    return CALL(d, IB_OP_GEMM, &args, a, b, out);
}

static enum ib_status activate(struct ib_dispatch *d, enum ib_act act, struct ib_tensor *t)
{
    const struct ib_op_args args = {.kind = (int)act, .alpha = 1};
    return CALL(d, IB_OP_ACT, &args, t);
}

/* One layer: out = act(in W + b); act == 0 for the last layer, which stays linear. */
static enum ib_status layer_forward(struct ib_dispatch *d, struct ib_tensor *in, struct ib_tensor *w,
                                    struct ib_tensor *b, enum ib_act act, struct ib_tensor *out)
{
    const struct ib_op_args args = {.kind = (int)act, .alpha = 1};
    if (d->joins[IB_OP_LAYER])
        return CALL(d, IB_OP_LAYER, &args, in, w, b, out);
    IB_TRY(product(d, false, in, false, w, out));
    IB_TRY(CALL(d, IB_OP_ADD_ROW, &plain, b, out));
    return act ? activate(d, act, out) : IB_OK;
}

static enum ib_status forward(struct ib_dispatch *d, const struct ib_network *net, struct ib_tensor *params,
                              struct ib_tensor *x, struct ib_tensor *acts)
{
    uint32_t last = net->n_layers - 1;
    for (uint32_t l = 0; l <= last; l++)
        IB_TRY(layer_forward(d, l ? &acts[l - 1] : x, &params[2 * l], &params[2 * l + 1],
                             l < last ? net->act : 0, &acts[l]));
    return IB_OK;
}

/* From dL/d act(z), in place: dL/dz of a hidden layer, whose output is y, and the gradient of its bias. */
static enum ib_status layer_backward(struct ib_dispatch *d, enum ib_act act, struct ib_tensor *y,
                                     struct ib_tensor *delta, struct ib_tensor *bias_grad)
{
    const struct ib_op_args slope = {.kind = (int)act, .alpha = 1};
    if (d->joins[IB_OP_ACT_GRAD_SUM])
        return CALL(d, IB_OP_ACT_GRAD_SUM, &slope, y, delta, bias_grad);
    IB_TRY(CALL(d, IB_OP_ACT_GRAD, &slope, y, delta));
    return CALL(d, IB_OP_COL_SUM, &plain, delta, bias_grad);
}

/* Computes the gradient of every parameter from dL/dz, which replaces the last activation. */
static enum ib_status backward(struct ib_dispatch *d, const struct ib_network *net, struct ib_tensors *t)
{
    uint32_t l = net->n_layers - 1;
    struct ib_tensor *delta = &t->acts[l];
    IB_TRY(CALL(d, IB_OP_COL_SUM, &plain, delta, &t->grads[2 * l + 1]));
    for (; l > 0; l--) {
        struct ib_tensor *in = &t->acts[l - 1], *below = &t->deltas[l - 1];
        IB_TRY(product(d, true, in, false, delta, &t->grads[2 * l]));
        IB_TRY(product(d, false, delta, true, &t->state[2 * l], below));
        IB_TRY(layer_backward(d, net->act, in, below, &t->grads[2 * l - 1]));
        delta = below;
    }
    return product(d, true, &t->x, false, delta, &t->grads[0]);
}

/* to[p] += alpha * from[p], for all parameters. */
static enum ib_status add_to_all(struct ib_dispatch *d, uint32_t n_params, double alpha,
                                 struct ib_tensor *from, struct ib_tensor *to)
{
    const struct ib_op_args args = {.alpha = alpha};
    struct ib_tensor *pairs[IB_MAX_OPERANDS] = {NULL};
    for (uint32_t p = 0; p < n_params; p++) {
        pairs[2 * p] = &from[p];
        pairs[2 * p + 1] = &to[p];
    }
    if (d->joins[IB_OP_AXPY_ALL])
        return ib_call(d, IB_OP_AXPY_ALL, &args, pairs);
    for (uint32_t p = 0; p < n_params; p++)
        IB_TRY(ib_call(d, IB_OP_AXPY, &args, &pairs[2 * p]));
    return IB_OK;
}

/* Updates a parameter by its gradient and what the optimiser keeps. */
static enum ib_status update(struct ib_dispatch *d, const struct ib_training_spec *spec, uint32_t p,
                             struct ib_tensors *t)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const struct ib_op_args args = ib_optimizer_args(rule, spec->lr);
    struct ib_tensor *operands[IB_MAX_OPERANDS] = {&t->grads[p], &t->state[p]};
    uint32_t n = 2;
    for (uint32_t k = 1; k <= rule->n_moments; k++)
        operands[n++] = &t->state[k * ib_network_params(&spec->net) + p];
    if (rule->counts)
        operands[n] = &t->state[ib_state_moments_end(spec)];
    return ib_call(d, rule->op, &args, operands);
}

/* The number of steps is counted in the implementation's memory, where recorded work (struct ib_capture)
 * finds another in each repetition. */
static enum ib_status update_all(struct ib_dispatch *d, const struct ib_training_spec *spec,
                                 struct ib_tensors *t)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint32_t n_params = ib_network_params(&spec->net);
    if (rule->counts)
        IB_TRY(CALL(d, IB_OP_AXPY, &plain, &t->one, &t->state[ib_state_moments_end(spec)]));
    if (spec->weight_decay != 0)
        IB_TRY(add_to_all(d, n_params, spec->weight_decay, t->state, t->grads));
    if (rule->op == IB_OP_AXPY)
        return add_to_all(d, n_params, ib_optimizer_args(rule, spec->lr).alpha, t->grads, t->state);
    for (uint32_t p = 0; p < n_params; p++)
        IB_TRY(update(d, spec, p, t));
    return IB_OK;
}

enum ib_status ib_network_step(struct ib_dispatch *d, const struct ib_training_spec *spec, bool with_loss,
                               struct ib_tensors *t)
{
    const struct ib_network *net = &spec->net;
    const struct ib_op_args loss = {.kind = (int)net->loss, .alpha = 1};
    struct ib_tensor *out = &t->acts[net->n_layers - 1];
    IB_TRY(forward(d, net, t->state, &t->x, t->acts));
    IB_TRY(CALL(d, IB_OP_LOSS_GRAD, &loss, out, &t->y, out, with_loss ? &t->loss : NULL));
    IB_TRY(backward(d, net, t));
    return update_all(d, spec, t);
}

enum ib_status ib_network_predict(struct ib_dispatch *d, const struct ib_network *net,
                                  struct ib_tensor *params, struct ib_tensor *x, struct ib_tensor *acts)
{
    IB_TRY(forward(d, net, params, x, acts));
    switch (ib_loss_rule(net->loss)->output) {
    case IB_OUTPUT_AS_IS:
        break;
    case IB_OUTPUT_SIGMOID:
        return activate(d, IB_SIGMOID, &acts[net->n_layers - 1]);
    case IB_OUTPUT_SOFTMAX:
        return CALL(d, IB_OP_SOFTMAX, &plain, &acts[net->n_layers - 1]);
    }
    return IB_OK;
}
