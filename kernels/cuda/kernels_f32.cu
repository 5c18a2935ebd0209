/* The kernels of f32 for CUDA, and nothing else: a kernel's name is a symbol that cudaLaunchKernel takes from plain
 * C. */
#include "../dialect.h"

#define IB_REAL float
#define IB_TYPE f32
#include "../kernels.inc"
