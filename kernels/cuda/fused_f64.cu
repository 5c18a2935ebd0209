/* The f64 kernels of cuda_fused. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#include "fused.h"

#define IB_REAL   double
#define IB_TYPE   f64
#define IB_VECTOR double2
#include "fused.inc"
