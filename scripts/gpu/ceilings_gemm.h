/* Peak rates of matrix products. */
#ifndef GPU_CEILINGS_GEMM_H
#define GPU_CEILINGS_GEMM_H

#include <cuda_runtime_api.h>
#include <stddef.h>

/* TFLOP/s of products of square matrices of `size` rows; NAN with the reason in why[n] if cuBLAS is missing.
 */
struct gemm_rates {
    double f32, tf32, bf16, fp16, f64; /* bf16 and fp16: of factors, with sums and results in f32 */
};
struct gemm_rates measure_gemm(int size, cudaStream_t, char *why, size_t n);

#endif
