/* The kernels of cuda_fused, compiled for the emulator. */
#ifndef TESTS_CUDA_FUSED_KERNELS_H
#define TESTS_CUDA_FUSED_KERNELS_H

#include "machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: none of them has this name. */
const struct emu_kernel *mock_fused_kernel(const char *name);

#ifdef __cplusplus
}
#endif

#endif
