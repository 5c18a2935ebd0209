/* The optimisers, in one table: the operation by which each updates a parameter, its constants, and what it
 * keeps from step to step. Weight decay is added to the gradient before, as PyTorch does for each of them. */
#ifndef IB_OPS_OPTIMIZER_H
#define IB_OPS_OPTIMIZER_H

#include "ops/operation.h"

struct ib_optimizer_rule {
    /* Its operands are the gradient, the parameter, the moments, and the number of the step if it `counts`;
     * its scalars those below. */
    enum ib_op op;
    double alpha; /* the operation's alpha is this multiple of the learning rate */
    double beta1, beta2, epsilon;
    struct {
        const char *prefix; /* of its arrays' names: "m_" for m_w1 */
        bool has_sign;      /* it changes its sign with the gradient */
    } moment[IB_MAX_MOMENTS];
    uint32_t n_moments; /* arrays in the shape of each parameter that it keeps, initially zeros */
    double gain;        /* the first of them becomes beta1 * itself + gain * gradient */
    bool counts;        /* it also keeps the number of steps, in one array for all parameters */
    uint32_t needs;     /* enum ib_updates: what fused steps must know for it */
};
const struct ib_optimizer_rule *ib_optimizer_rule(enum ib_optimizer);

/* What fused steps must know for it and for this weight decay. */
uint32_t ib_updates_needed(enum ib_optimizer, double weight_decay);

/* The scalars of the update. */
struct ib_op_args ib_optimizer_args(const struct ib_optimizer_rule *, double lr);

/* A parameter and what the optimiser keeps of it: n elements each. */
struct ib_optimized {
    uint64_t n;
    double *param, *moment[IB_MAX_MOMENTS];
    double step; /* from 1 */
};
/* Updates them by the operation's reference, with a mistake of it or, if NULL, without. Returns false if the
 * mistake cannot show. */
bool ib_optimizer_update(const struct ib_optimizer_rule *, double lr, const struct ib_op_mutant *,
                         const double *gradient, const struct ib_optimized *);

#endif
