/* The f32 kernels for CUDA. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#define IB_REAL float
#define IB_TYPE f32
#include "../kernels.inc"
