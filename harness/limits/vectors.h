/* The innermost loops, compiled once for each instruction set and chosen at run time. */
#ifndef IB_LIMITS_VECTORS_H
#define IB_LIMITS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IB_FMA_CHAINS = 12 }; /* independent sums: they hide the latency, and fit in 16 registers */

struct ib_vectors {
    const char *name; /* "avx2" */
    size_t bytes;     /* of a register */
    bool (*is_supported)(void);
    /* n multiply-adds in each element of IB_FMA_CHAINS registers. */
    void (*fma_f32)(uint64_t n, float *out);
    void (*fma_f64)(uint64_t n, double *out);
    /* Reads whole blocks of 8 registers; *out depends on all of them. */
    void (*read)(const void *from, size_t bytes, uint64_t *out);
    /* The same from four places in turn, which memory serves faster than one. */
    void (*read_apart)(const void *from, size_t bytes, uint64_t *out);
};

/* Those of this architecture, the widest last; ends with a NULL name. */
extern const struct ib_vectors ib_vectors[];
/* Whether this processor has a unit for products of bf16 matrices (AMX). */
bool ib_vectors_matrix_unit(void);
/* The widest that this processor has. */
const struct ib_vectors *ib_vectors_widest(void);

#endif
