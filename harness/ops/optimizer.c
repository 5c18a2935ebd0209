#include "ops/optimizer.h"

static const struct ib_optimizer_rule rules[] = {
    [IB_SGD] = {.op = IB_OP_AXPY, .alpha = -1},
    [IB_MOMENTUM] = {.op = IB_OP_MOMENTUM_STEP,
                     .alpha = 1,
                     .beta1 = 0.9,
                     .moment = {{"v_", true}},
                     .n_moments = 1,
                     .gain = 1,
                     .needs = IB_DOES_MOMENTUM},
    [IB_ADAM] = {.op = IB_OP_ADAM_STEP,
                 .alpha = 1,
                 .beta1 = 0.9,
                 .beta2 = 0.999,
                 .epsilon = 1e-8,
                 .moment = {{"m_", true}, {"v_", false}},
                 .n_moments = 2,
                 .gain = 1 - 0.9,
                 .counts = true,
                 .needs = IB_DOES_ADAM},
};

const struct ib_optimizer_rule *ib_optimizer_rule(enum ib_optimizer optimizer)
{
    return &rules[optimizer];
}

uint32_t ib_updates_needed(enum ib_optimizer optimizer, double weight_decay)
{
    return rules[optimizer].needs | (weight_decay != 0 ? IB_DOES_WEIGHT_DECAY : 0);
}

struct ib_op_args ib_optimizer_args(const struct ib_optimizer_rule *rule, double lr)
{
    return (struct ib_op_args){
        .alpha = rule->alpha * lr, .beta = rule->beta1, .beta2 = rule->beta2, .epsilon = rule->epsilon};
}

/* Elements are updated in parts of this size. */
enum { PART = 512, MOST_OPERANDS = 2 + IB_MAX_MOMENTS + 1 };

struct part {
    long double at[MOST_OPERANDS][PART];
};

static bool update_part(const struct ib_optimizer_rule *rule, double lr, const struct ib_op_mutant *mutant,
                        const double *gradient, const struct ib_optimized *o, uint64_t first, uint64_t n)
{
    struct part part;
    struct ib_op_args args = ib_optimizer_args(rule, lr);
    struct ib_expected operands[MOST_OPERANDS];
    const uint32_t kept = 2 + rule->n_moments;
    for (uint32_t i = 0; i < kept; i++) {
        const double *from = i == 0 ? gradient : i == 1 ? o->param : o->moment[i - 2];
        operands[i] = (struct ib_expected){1, n, part.at[i]};
        for (uint64_t e = 0; e < n; e++)
            part.at[i][e] = from[first + e];
    }
    if (rule->counts) {
        operands[kept] = (struct ib_expected){1, 1, part.at[kept]};
        part.at[kept][0] = o->step;
    }
    if (mutant && !mutant->change(&args, operands))
        return false;
    ib_operations[rule->op]->reference(&args, operands);
    for (uint32_t i = 1; i < kept; i++)
        for (uint64_t e = 0; e < n; e++)
            (i == 1 ? o->param : o->moment[i - 2])[first + e] = (double)part.at[i][e];
    return true;
}

bool ib_optimizer_update(const struct ib_optimizer_rule *rule, double lr, const struct ib_op_mutant *mutant,
                         const double *gradient, const struct ib_optimized *o)
{
    bool shows = true;
    for (uint64_t first = 0; first < o->n && shows; first += PART)
        shows = update_part(rule, lr, mutant, gradient, o, first, o->n - first < PART ? o->n - first : PART);
    return shows;
}
