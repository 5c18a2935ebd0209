/* The parts of a fault: copies of the tables of a correct implementation, in which it replaces what it
 * breaks. */
#ifndef FAULT_H
#define FAULT_H

#include "ironbench/impl.h"

extern const struct ib_impl ib_impl_cpu_naive, ib_impl_fakedev;

struct fault {
    struct ib_impl impl;
    struct ib_mem_ops mem;
    struct ib_tensor_ops ops;
    struct ib_fused fused;
};

/* Faults that strike in the middle of training do so at the update of this number. */
enum { FATEFUL_UPDATE = 20 };

/* Gives the fault whole steps, made of cpu_naive's operations. */
void fault_add_steps(struct fault *);

/* Element (i, j) of a matrix in host memory. */
static inline double fault_get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static inline void fault_set(const struct ib_view *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->ld + j;
    if (m->type == IB_F32)
        ((float *)m->p)[at] = (float)value;
    else
        ((double *)m->p)[at] = value;
}

#define FAULT(name, base, summary) void fault_##name(struct fault *);
#include "faults.def"
#undef FAULT

#endif
