/* Ceilings: what this machine's GPU can do at best, measured and not read from a data sheet, so that a
 * training's time can be given as a share of it. */
#ifndef GPU_CEILINGS_H
#define GPU_CEILINGS_H

#include <cuda_runtime_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One piece of work, queued or done; false after an error, which is then kept by the runtime. */
typedef bool work_fn(void *context);

/* The nanoseconds of one call, median of several measurements of `calls` calls and a wait for the device. */
double measure_ns(work_fn *, void *context, uint64_t calls);

/* TFLOP/s of a product of square matrices; NAN with the reason in why[n] where cuBLAS cannot be had. */
struct gemm_rates {
    double f32, tf32, f64;
};
struct gemm_rates measure_gemm(char *why, size_t n);

#endif
