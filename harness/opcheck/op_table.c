#include "base/text.h"
#include "opcheck/op_cases.h"
#include "opcheck/op_reference.h"

static enum ib_status call_gemm(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                const struct ib_view *v)
{
    return ops->gemm(state, c->transpose_a, c->transpose_b, c->alpha, &v[0], &v[1], c->beta, &v[2]);
}

static enum ib_status call_add_row(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                   const struct ib_view *v)
{
    (void)c;
    return ops->add_row(state, &v[0], &v[1]);
}

static enum ib_status call_act(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                               const struct ib_view *v)
{
    return ops->act(state, (enum ib_act)c->kind, &v[0]);
}

static enum ib_status call_act_grad(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                    const struct ib_view *v)
{
    return ops->act_grad(state, (enum ib_act)c->kind, &v[0], &v[1]);
}

static enum ib_status call_loss_grad(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                     const struct ib_view *v)
{
    return ops->loss_grad(state, (enum ib_loss)c->kind, &v[0], &v[1], &v[2],
                          c->n_operands == 4 ? &v[3] : NULL);
}

static enum ib_status call_col_sum(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                   const struct ib_view *v)
{
    (void)c;
    return ops->col_sum(state, &v[0], &v[1]);
}

static enum ib_status call_axpy(const struct ib_tensor_ops *ops, void *state, const struct ib_op_test *c,
                                const struct ib_view *v)
{
    return ops->axpy(state, c->alpha, &v[0], &v[1]);
}

#define OFFERED(name, kinds)                                                                                 \
    static bool offers_##name(const struct ib_tensor_ops *ops)                                               \
    {                                                                                                        \
        return IB_HAS(ops, name);                                                                            \
    }
#define OPERATION(name, kinds)                                                                               \
    {#name, kinds, offers_##name, call_##name, ib_op_reference_##name, ib_op_cases_##name},

#define EACH_OPERATION(X)                                                                                    \
    X(gemm, NULL)                                                                                            \
    X(add_row, NULL)                                                                                         \
    X(act, ib_act_words)                                                                                     \
    X(act_grad, ib_act_words)                                                                                \
    X(loss_grad, ib_loss_words)                                                                              \
    X(col_sum, NULL)                                                                                         \
    X(axpy, NULL)

EACH_OPERATION(OFFERED)

const struct ib_operation ib_operations[IB_OPERATION_COUNT] = {EACH_OPERATION(OPERATION)};

void ib_op_cases_visit(const struct ib_operation *operation, enum ib_dtype type, struct ib_visitor *visitor)
{
    const struct ib_op_test start = {.operation = operation, .type = type, .alpha = 1, .scale = 1};
    operation->trials(&start, visitor);
}
