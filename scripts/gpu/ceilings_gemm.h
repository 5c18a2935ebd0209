/* The ceilings of matrix products. */
#ifndef GPU_CEILINGS_GEMM_H
#define GPU_CEILINGS_GEMM_H

#include <stddef.h>

/* TFLOP/s of a product of square matrices; NAN with the reason in why[n] where cuBLAS cannot be had. */
struct gemm_rates {
    double f32, tf32, f64;
};
struct gemm_rates measure_gemm(char *why, size_t n);

#endif
