/* The f64 kernels of joined operations. Their names are C symbols, for cudaLaunchKernel. */
#include "../dialect.h"

#include "joined.h"

#define IB_REAL double
#define IB_TYPE f64
#include "joined.inc"
