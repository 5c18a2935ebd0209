/* The network of all models: layers of weights and biases with an activation between them, and a
 * loss. Linear, logistic and softmax regression have one layer. Parameters are numbered w1 b1 w2 b2 …: p =
 * 2*layer is the weight matrix (in x out), p = 2*layer + 1 the bias row (1 x out). */
#ifndef IB_CORE_NETWORK_H
#define IB_CORE_NETWORK_H

#include "ironbench/impl.h"

enum { IB_MAX_PARAMS = 2 * IB_MAX_LAYERS };

struct ib_network {
    uint32_t n_layers;
    uint64_t width[IB_MAX_LAYERS + 1]; /* width[0] = features, width[n_layers] = outputs */
    enum ib_act act;                   /* of the hidden layers */
    enum ib_loss loss;
};

static inline uint64_t ib_network_outputs(const struct ib_network *net)
{
    return net->width[net->n_layers];
}

static inline uint32_t ib_network_params(const struct ib_network *net)
{
    return 2 * net->n_layers;
}

static inline uint64_t ib_network_param_rows(const struct ib_network *net, uint32_t p)
{
    return p % 2 ? 1 : net->width[p / 2];
}

static inline uint64_t ib_network_param_cols(const struct ib_network *net, uint32_t p)
{
    return net->width[p / 2 + 1];
}

static inline uint64_t ib_network_param_size(const struct ib_network *net, uint32_t p)
{
    return ib_network_param_rows(net, p) * ib_network_param_cols(net, p);
}

/* Returns true if layers, activation and loss are the same. */
static inline bool ib_network_equal(const struct ib_network *a, const struct ib_network *b)
{
    bool equal = a->n_layers == b->n_layers && a->act == b->act && a->loss == b->loss;
    for (uint32_t l = 0; equal && l <= a->n_layers; l++)
        equal = a->width[l] == b->width[l];
    return equal;
}

/* The total number of elements of all parameters. */
static inline uint64_t ib_network_size(const struct ib_network *net)
{
    uint64_t total = 0;
    for (uint32_t p = 0; p < ib_network_params(net); p++)
        total += ib_network_param_size(net, p);
    return total;
}

/* Parameter p within an array of all parameters. */
static inline const double *ib_param_at(const struct ib_network *net, const double *params, uint32_t p)
{
    for (uint32_t q = 0; q < p; q++)
        params += ib_network_param_size(net, q);
    return params;
}

/* Writes "w", "b" for a single layer or "w1", "b1" … for several to text[8]. Returns text. */
const char *ib_param_text(const struct ib_network *, uint32_t p, char text[8]);

#endif
