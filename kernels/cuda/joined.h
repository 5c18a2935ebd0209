/* What the kernels of joined operations and their host code share; for nvcc and for the host's compilers. */
#ifndef IB_KERNELS_CUDA_JOINED_H
#define IB_KERNELS_CUDA_JOINED_H

#define JOINED_AXPY_THREADS 256
#define JOINED_MAX_PAIRS    18 /* IB_MAX_PAIRS */

/* Y += alpha X, of the kernel's type; contiguous matrices as a single row. */
struct joined_pair {
    const void *x;
    void *y;
    unsigned long long x_ld, y_ld, rows, cols;
};
struct joined_pairs {
    struct joined_pair at[JOINED_MAX_PAIRS];
};

#endif
