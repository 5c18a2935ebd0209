#include "train/work.h"

#include "train/step.h"

/* The shapes of all tensors, without memory. */
static void set_shapes(const struct ib_training_spec *spec, struct ib_tensors *out)
{
    const struct ib_network *net = &spec->net;
    const enum ib_dtype type = spec->dtype;
    *out = (struct ib_tensors){.x = {.rows = spec->rows, .cols = net->width[0], .type = type},
                               .y = {.rows = spec->rows, .cols = ib_network_outputs(net), .type = type}};
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        out->state[s] =
            (struct ib_tensor){.rows = ib_state_rows(spec, s), .cols = ib_state_cols(spec, s), .type = type};
    out->one = (struct ib_tensor){.rows = 1, .cols = 1, .type = type};
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        out->grads[p] = out->state[p];
    for (uint32_t l = 0; l < net->n_layers; l++)
        out->acts[l] = out->deltas[l] =
            (struct ib_tensor){.rows = spec->rows, .cols = net->width[l + 1], .type = type};
}

void ib_work_of(const struct ib_training_spec *spec, struct ib_work *out)
{
    const double element_bytes = spec->dtype == IB_F32 ? sizeof(float) : sizeof(double);
    const double columns = (double)spec->net.width[0] + (double)ib_network_outputs(&spec->net);
    struct ib_dispatch counting = {.counted = out->operations};
    struct ib_tensors tensors;
    *out = (struct ib_work){.bytes = element_bytes *
                                     ((double)spec->rows * columns + 2 * (double)ib_state_total(spec))};
    set_shapes(spec, &tensors);
    ib_network_step(&counting, spec, false, &tensors);
    for (int op = 0; op < IB_OP_COUNT; op++)
        out->flops += out->operations[op].flops;
}
