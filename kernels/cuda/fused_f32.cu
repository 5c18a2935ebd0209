/* The f32 kernels of cuda_fused. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#include "fused.h"

#define IB_REAL   float
#define IB_TYPE   f32
#define IB_VECTOR float4
#include "fused.inc"
