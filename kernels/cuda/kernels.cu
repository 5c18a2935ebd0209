/* The kernels for CUDA, and nothing else: a kernel's name is a symbol that cudaLaunchKernel takes from plain C. */
#include "../dialect.h"

#define IB_REAL float
#define IB_TYPE f32
#include "../kernels.inc"
#undef IB_REAL
#undef IB_TYPE

#ifndef IB_F32_ONLY /* with it, nvcc can be asked whether anything in f32 slips into double */
#define IB_REAL double
#define IB_TYPE f64
#include "../kernels.inc"
#endif
