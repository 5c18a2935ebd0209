/* The f64 kernels for CUDA. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#define IB_REAL double
#define IB_TYPE f64
#include "../kernels.inc"
