#include "train/work.h"

#include "train/batches.h"

#include <string.h>

/* The shapes of all tensors, without memory. */
static void set_shapes(const struct ib_training_spec *spec, struct ib_batches *all, struct ib_tensors *out)
{
    const struct ib_network *net = &spec->net;
    const enum ib_dtype type = spec->dtype;
    const uint64_t rows = ib_batch_rows(spec, 0);
    *all =
        (struct ib_batches){.x = {.rows = spec->rows, .cols = net->width[0], .type = type},
                            .y = {.rows = spec->rows, .cols = ib_network_outputs(net), .type = type},
                            .order = {.rows = 1, .cols = ib_order_count(spec) * spec->rows, .type = IB_U32}};
    *out = (struct ib_tensors){.x = {.rows = rows, .cols = net->width[0], .type = type},
                               .y = {.rows = rows, .cols = ib_network_outputs(net), .type = type}};
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        out->state[s] =
            (struct ib_tensor){.rows = ib_state_rows(spec, s), .cols = ib_state_cols(spec, s), .type = type};
    out->one = (struct ib_tensor){.rows = 1, .cols = 1, .type = type};
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        out->grads[p] = out->state[p];
    for (uint32_t l = 0; l < net->n_layers; l++)
        out->acts[l] = out->deltas[l] =
            (struct ib_tensor){.rows = rows, .cols = net->width[l + 1], .type = type};
}

/* Adds what step `step` of an epoch costs, `times` times: batches of as many rows cost the same. */
static void add_step(const struct ib_training_spec *spec, const bool *joins, uint64_t step, double times,
                     struct ib_work *out)
{
    struct ib_op_cost cost[IB_OP_COUNT] = {0};
    struct ib_dispatch counting = {.counted = cost};
    if (joins)
        memcpy(counting.joins, joins, sizeof counting.joins);
    struct ib_batches all;
    struct ib_tensors tensors;
    set_shapes(spec, &all, &tensors);
    if (spec->batch)
        ib_batches_step(&counting, spec, &all, step, false, &tensors);
    else
        ib_network_step(&counting, spec, false, &tensors);
    for (int op = 0; op < IB_OP_COUNT; op++) {
        out->operations[op].flops += times * cost[op].flops;
        out->operations[op].bytes += times * cost[op].bytes;
    }
}

void ib_work_of(const struct ib_training_spec *spec, const bool *joins, struct ib_work *out)
{
    const uint64_t steps = ib_steps_per_epoch(spec);
    const double columns = (double)spec->net.width[0] + (double)ib_network_outputs(&spec->net);
    *out = (struct ib_work){.bytes = (double)ib_dtype_bytes(spec->dtype) *
                                     ((double)spec->rows * columns + 2 * (double)ib_state_total(spec))};
    if (spec->batch)
        out->bytes += (double)spec->rows * sizeof(uint32_t); /* the order of the epoch */
    if (steps > 1)
        add_step(spec, joins, 0, (double)(steps - 1), out);
    add_step(spec, joins, steps - 1, 1, out);
    for (int op = 0; op < IB_OP_COUNT; op++)
        out->flops += out->operations[op].flops;
}
