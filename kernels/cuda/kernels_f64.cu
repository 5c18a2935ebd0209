/* The kernels of f64 for CUDA, and nothing else: a kernel's name is a symbol that cudaLaunchKernel takes from plain
 * C. */
#include "../dialect.h"

#define IB_REAL double
#define IB_TYPE f64
#include "../kernels.inc"
