/* The f32 kernels of joined operations. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#include "joined.h"

#define IB_REAL float
#define IB_TYPE f32
#include "joined.inc"
