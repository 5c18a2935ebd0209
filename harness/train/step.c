#include "train/step.h"

/* One layer: out = act(in W + b); act == 0 for the last layer, which stays linear. */
static enum ib_status layer_forward(struct ib_dispatch *d, struct ib_tensor *in, struct ib_tensor *w,
                                    struct ib_tensor *b, enum ib_act act, struct ib_tensor *out)
{
    IB_TRY(ib_gemm(d, false, false, 1, in, w, 0, out));
    IB_TRY(ib_add_row(d, b, out));
    return act ? ib_act(d, act, out) : IB_OK;
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

/* From dL/dz, in the last activation's place, to the gradient of every parameter. */
static enum ib_status backward(struct ib_dispatch *d, const struct ib_network *net, struct ib_tensors *t)
{
    struct ib_tensor *delta = &t->acts[net->n_layers - 1];
    for (uint32_t l = net->n_layers; l-- > 0;) {
        struct ib_tensor *in = l ? &t->acts[l - 1] : &t->x;
        IB_TRY(ib_gemm(d, true, false, 1, in, delta, 0, &t->grads[2 * l]));
        IB_TRY(ib_col_sum(d, delta, &t->grads[2 * l + 1]));
        if (l == 0)
            break;
        struct ib_tensor *below = &t->deltas[l - 1];
        IB_TRY(ib_gemm(d, false, true, 1, delta, &t->params[2 * l], 0, below));
        IB_TRY(ib_act_grad(d, net->act, in, below));
        delta = below;
    }
    return IB_OK;
}

enum ib_status ib_network_step(struct ib_dispatch *d, const struct ib_training_spec *spec, bool with_loss,
                               struct ib_tensors *t)
{
    const struct ib_network *net = &spec->net;
    IB_TRY(forward(d, net, t->params, &t->x, t->acts));
    IB_TRY(ib_loss_grad(d, net->loss, &t->acts[net->n_layers - 1], &t->y, with_loss ? &t->loss : NULL));
    IB_TRY(backward(d, net, t));
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        IB_TRY(ib_axpy(d, -spec->lr, &t->grads[p], &t->params[p]));
    return IB_OK;
}

enum ib_status ib_network_predict(struct ib_dispatch *d, const struct ib_network *net,
                                  struct ib_tensor *params, struct ib_tensor *x, struct ib_tensor *acts)
{
    IB_TRY(forward(d, net, params, x, acts));
    return net->loss == IB_BCE ? ib_act(d, IB_SIGMOID, &acts[net->n_layers - 1]) : IB_OK;
}
