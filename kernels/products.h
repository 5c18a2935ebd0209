/* Products of matrices. */
#ifndef IB_PRODUCTS_H
#define IB_PRODUCTS_H

#include "ironbench/impl.h"

/* `gemm` of the contract. */
enum ib_status ib_kernel_gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                              const struct ib_view *a, const struct ib_view *b, double beta,
                              const struct ib_view *c);

#endif
