#include "ops/operation.h"

#include <string.h>

const struct ib_operation *const ib_operations[IB_OPERATION_COUNT] = {
#define IB_OPERATION(constant, name) &ib_operation_##name,
#include "ops/operations.def"
#undef IB_OPERATION
};

const struct ib_word ib_op_words[] = {
#define IB_OPERATION(constant, name) {#name, IB_OP_##constant},
#include "ops/operations.def"
#undef IB_OPERATION
    {"steps", IB_OP_STEPS}, {"forward", IB_OP_FORWARD}, {"place", IB_OP_PLACE},
    {"read", IB_OP_READ},   {"other", IB_OP_OTHER},     {NULL, 0},
};

const struct ib_operation *ib_operation_find(const char *name)
{
    for (size_t i = 0; i < IB_OPERATION_COUNT; i++)
        if (strcmp(ib_operations[i]->name, name) == 0)
            return ib_operations[i];
    return NULL;
}

bool ib_operation_offered(const struct ib_operation *operation, const struct ib_tensor_ops *ops)
{
    void (*function)(void) = NULL;
    if (ops && ops->struct_size >= operation->member + sizeof function)
        memcpy(&function, (const char *)ops + operation->member, sizeof function);
    return function != NULL;
}

unsigned ib_operation_access(const struct ib_operation *operation, const struct ib_op_args *args,
                             uint32_t operand)
{
    const unsigned access = operation->operand[operand].access;
    const bool reads = access & IB_READS || (access & IB_READS_IF_BETA && args->beta != 0);
    return (access & IB_WRITES) | (reads ? IB_READS : 0);
}

struct ib_op_cost ib_operation_cost(const struct ib_operation *operation, const struct ib_op_args *args,
                                    const struct ib_view *operands)
{
    struct ib_op_cost cost = {0};
    double largest = 0;
    for (uint32_t i = 0; i < operation->n_operands; i++) {
        const struct ib_view *v = &operands[i];
        const unsigned access = ib_operation_access(operation, args, i);
        const double elements = (double)v->rows * (double)v->cols; /* 0: a missing operand */
        const double bytes = elements * (double)ib_dtype_bytes(v->type);
        largest = elements > largest ? elements : largest;
        cost.bytes += bytes * ((access & IB_READS ? 1 : 0) + (access & IB_WRITES ? 1 : 0));
    }
    if (operation->bytes)
        cost.bytes = operation->bytes(args, operands);
    cost.flops = operation->flops ? operation->flops(args, operands) : operation->flops_per_element * largest;
    return cost;
}
