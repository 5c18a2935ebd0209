/* Kernels for CUDA alone, compiled for the emulator: those of cuda_fused, and of joined operations. */
#ifndef TESTS_CUDA_CUDA_KERNELS_H
#define TESTS_CUDA_CUDA_KERNELS_H

#include "machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: none of them has this name. */
const struct emu_kernel *mock_fused_kernel(const char *name);
const struct emu_kernel *mock_joined_kernel(const char *name);

#ifdef __cplusplus
}
#endif

#endif
