#include "train/transfer_model.h"

#include "core/batches.h"
#include "core/loss.h"
#include "train/training_state.h"

#include <stdio.h>
#include <string.h>

/* Copies in one direction, in elements. */
struct flow {
    uint64_t count, elements;
};

static void add(struct flow *f, uint64_t times, uint64_t elements)
{
    f->count += times;
    f->elements += times * elements;
}

/* The number of elements of the activations of layer l (l = 0: the features), of its weights and of its
 * bias. */
static uint64_t act(const struct ib_network *net, uint64_t rows, uint32_t l)
{
    return rows * net->width[l];
}

static uint64_t weights(const struct ib_network *net, uint32_t l)
{
    return net->width[l - 1] * net->width[l];
}

static uint64_t bias(const struct ib_network *net, uint32_t l)
{
    return net->width[l];
}

/* per_op, forward pass: product, bias and, except in the last layer, activation, with copies around each. */
static void forward(const struct ib_network *net, uint64_t rows, struct flow *up, struct flow *down)
{
    for (uint32_t l = 1; l <= net->n_layers; l++) {
        bool hidden = l < net->n_layers;
        add(up, 1, act(net, rows, l - 1));            /* gemm: input */
        add(up, 1, weights(net, l));                  /* gemm: weights */
        add(up, 1, bias(net, l));                     /* add_row: bias */
        add(up, hidden ? 2 : 1, act(net, rows, l));   /* add_row and act: in place */
        add(down, hidden ? 3 : 2, act(net, rows, l)); /* gemm, add_row, act */
    }
}

/* per_op, from the loss to the gradients. */
static void backward(const struct ib_network *net, uint64_t rows, struct flow *up, struct flow *down)
{
    uint32_t last = net->n_layers;
    add(up, 2, act(net, rows, last)); /* loss_grad: output and targets */
    add(down, 1, act(net, rows, last));
    for (uint32_t l = 1; l <= last; l++) {
        add(up, 1, act(net, rows, l - 1)); /* gemm for the weights' gradient */
        add(up, 2, act(net, rows, l));     /* gemm and col_sum: delta */
        add(down, 1, weights(net, l));     /* gemm */
        add(down, 1, bias(net, l));        /* col_sum */
    }
    for (uint32_t l = 2; l <= last; l++) { /* delta of the layer below */
        add(up, 1, act(net, rows, l));
        add(up, 1, weights(net, l));
        add(up, 2, act(net, rows, l - 1));   /* act_grad */
        add(down, 2, act(net, rows, l - 1)); /* gemm, act_grad */
    }
}

/* per_op, from the gradients to the updated parameters: weight decay is read from the parameter and added to
 * the gradient; the update reads the gradient, the parameter and what the optimiser keeps of it, and writes
 * all but the gradient. */
static void update(const struct ib_training_spec *spec, struct flow *up, struct flow *down)
{
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    const uint64_t decays = spec->weight_decay != 0;
    for (uint32_t p = 0; p < ib_network_params(&spec->net); p++) {
        const uint64_t size = ib_network_param_size(&spec->net, p);
        add(up, 2 * decays + 2 + rule->n_moments, size);
        add(down, decays + 1 + rule->n_moments, size);
        add(up, rule->counts, 1); /* the number of the step */
    }
    add(up, 2 * rule->counts, 1); /* axpy: one, and the number */
    add(down, rule->counts, 1);
}

/* per_op, the steps of an epoch: one for each batch, whose rows the host has gathered; the last may have
 * fewer.
 */
static void steps(const struct ib_training_spec *spec, struct flow *up, struct flow *down)
{
    uint64_t rows;
    for (uint64_t left = spec->rows, n = ib_steps_per_epoch(spec); n > 0; n--, left -= rows) {
        rows = spec->batch && spec->batch < left ? spec->batch : left;
        forward(&spec->net, rows, up, down);
        backward(&spec->net, rows, up, down);
        update(spec, up, down);
    }
}

static void all_params(const struct ib_network *net, struct flow *f)
{
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        add(f, 1, ib_network_param_size(net, p));
}

/* The parameters and what the optimiser keeps. */
static void all_state(const struct ib_training_spec *spec, struct flow *f)
{
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        add(f, 1, ib_state_size(spec, s));
}

static void repeat(struct flow *f, uint64_t times)
{
    f->count *= times;
    f->elements *= times;
}

static void train_phase(const struct ib_transfer_model_case *c, struct flow *up, struct flow *down)
{
    const struct ib_network *net = &c->spec.net;
    uint64_t outputs = ib_network_outputs(net);
    if (c->residency == IB_PER_OP && c->fused) {
        add(up, 1, c->spec.rows * net->width[0]);
        add(up, 1, c->spec.rows * outputs);
        all_state(&c->spec, up);
        all_state(&c->spec, down);
    } else if (c->residency == IB_PER_OP) {
        steps(&c->spec, up, down);
    }
    repeat(up, c->epochs);
    repeat(down, c->epochs);
    add(down, c->reads * (c->fused ? 1 : ib_steps_per_epoch(&c->spec)), 1);
}

static void predict_phase(const struct ib_transfer_model_case *c, struct flow *up, struct flow *down)
{
    const struct ib_network *net = &c->spec.net;
    uint64_t outputs = ib_training_spec_predictions(&c->spec);
    if (c->residency == IB_RESIDENT || c->fused_predict) {
        add(up, 1, c->spec.test_rows * net->width[0]);
        add(down, 1, outputs);
        if (c->residency == IB_PER_OP)
            all_params(net, up);
        return;
    }
    forward(net, c->spec.test_rows, up, down);
    if (ib_loss_gives_probability(net->loss)) { /* sigmoid or softmax, in place */
        add(up, 1, outputs);
        add(down, 1, outputs);
    }
}

void ib_transfer_model(const struct ib_transfer_model_case *c, struct ib_traffic out[IB_PHASE_COUNT])
{
    const struct ib_network *net = &c->spec.net;
    struct flow up[IB_PHASE_COUNT] = {0}, down[IB_PHASE_COUNT] = {0};
    memset(out, 0, IB_PHASE_COUNT * sizeof *out);
    if (c->residency == IB_HOST)
        return;
    if (c->residency == IB_RESIDENT) {
        add(&up[IB_SETUP], 1, c->spec.rows * net->width[0]);
        add(&up[IB_SETUP], 1, c->spec.rows * ib_network_outputs(net));
        all_state(&c->spec, &up[IB_SETUP]);
        add(&up[IB_SETUP], ib_optimizer_rule(c->spec.optimizer)->counts && !c->fused, 1); /* one */
        all_state(&c->spec, &down[IB_READBACK]); /* under per_op they are already on the host */
    }
    train_phase(c, &up[IB_TRAIN], &down[IB_TRAIN]);
    predict_phase(c, &up[IB_PREDICT], &down[IB_PREDICT]);

    const uint64_t element_bytes = ib_dtype_bytes(c->spec.dtype);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        out[phase] = (struct ib_traffic){up[phase].count, up[phase].elements * element_bytes,
                                         down[phase].count, down[phase].elements * element_bytes};
    if (c->residency == IB_RESIDENT && c->spec.batch) { /* the order of the rows */
        out[IB_SETUP].h2d_count++;
        out[IB_SETUP].h2d_bytes += ib_order_count(&c->spec) * c->spec.rows * sizeof(uint32_t);
    }
}

static void describe(char *why, size_t n, enum ib_phase phase, const struct ib_traffic *actual,
                     const struct ib_traffic *expected)
{
    snprintf(
        why, n,
        "%s: %llu uploads (%llu bytes) and %llu downloads (%llu bytes); expected %llu (%llu) and %llu (%llu)",
        ib_word_of(ib_phase_words, (int)phase), (unsigned long long)actual->h2d_count,
        (unsigned long long)actual->h2d_bytes, (unsigned long long)actual->d2h_count,
        (unsigned long long)actual->d2h_bytes, (unsigned long long)expected->h2d_count,
        (unsigned long long)expected->h2d_bytes, (unsigned long long)expected->d2h_count,
        (unsigned long long)expected->d2h_bytes);
}

bool ib_transfer_model_matches(const struct ib_transfer_model_case *c,
                               const struct ib_transfer_log *transfer_log, char *why, size_t n)
{
    struct ib_traffic expected[IB_PHASE_COUNT];
    ib_transfer_model(c, expected);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        struct ib_traffic actual = ib_transfer_log_phase(transfer_log, (enum ib_phase)phase);
        if (!ib_traffic_equal(&actual, &expected[phase])) {
            describe(why, n, (enum ib_phase)phase, &actual, &expected[phase]);
            return false;
        }
    }
    return true;
}
