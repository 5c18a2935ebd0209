/* cuBLAS on a CUDA device. */
#ifndef IB_CUDA_BLAS_H
#define IB_CUDA_BLAS_H

#include "cuda/cublas/epilogues.h"

#include <cublas_v2.h>

struct ib_cuda_blas {
    struct ib_cuda cuda; /* must be first */
    cublasHandle_t handle;
    void *workspace;
    int32_t half_format; /* of factors in f32: IBK_BF16 or IBK_FP16 (kernels/constants.inc); 0: they stay as
                            they are */
    void *halves;        /* memory for their copies; NULL: none yet */
    size_t halves_bytes;
    uint64_t piece_elements;             /* about as many as are copied at a time */
    struct ib_cuda_epilogues *epilogues; /* NULL: layers are a product and a kernel */
    char no_epilogues[192]; /* why not all or none of them are used, although they were asked for; "" */
};

/* Returns IB_OK for CUBLAS_STATUS_SUCCESS; otherwise reports "WHAT: NAME" and returns IB_ENOMEM or
 * IB_EDEVICE. */
enum ib_status ib_cuda_blas_check(const struct ib_cuda_blas *, const char *what, cublasStatus_t);

/* Products in the type of C, for row-major matrices. There are `batch` of them, a_step elements from one A
 * to the next, and so on: the As follow each other without a gap, as do the Bs, which are side by side
 * if they are transposed. All sizes > 0. */
struct ib_cuda_products {
    bool transpose_a, transpose_b;
    double alpha, beta;
    struct ib_view a, b, c; /* of the first product */
    uint64_t batch, a_step, b_step, c_step;
};
enum ib_status ib_cuda_blas_products(struct ib_cuda_blas *, const struct ib_cuda_products *);
/* The same for matrices in f32, whose factors are rounded to the half_format (halves.c). */
enum ib_status ib_cuda_blas_halves(struct ib_cuda_blas *, const struct ib_cuda_products *);

/* `gemm` of the contract (gemm.c); `state` is a struct ib_cuda_blas. */
enum ib_status ib_cuda_blas_gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                                 const struct ib_view *a, const struct ib_view *b, double beta,
                                 const struct ib_view *c);

/* The joined operations of the contract (joined.c). */
enum ib_status ib_cuda_blas_layer(void *state, enum ib_act, const struct ib_view *x, const struct ib_view *w,
                                  const struct ib_view *row, const struct ib_view *out);
enum ib_status ib_cuda_blas_act_grad_sum(void *state, enum ib_act, const struct ib_view *y,
                                         const struct ib_view *dy, const struct ib_view *row);
enum ib_status ib_cuda_blas_axpy_all(void *state, double alpha, uint32_t n, const struct ib_view *x,
                                     const struct ib_view *y);

#endif
