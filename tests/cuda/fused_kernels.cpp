/* The text of cuda_fused's kernels, for the emulator. */
#include "dialect.h"

#include "cuda/fused.h"

#include "bind.h"
#include "cuda_kernels.h"

#include <cstring>

#define IB_REAL   float
#define IB_TYPE   f32
#define IB_VECTOR float4
#include "cuda/fused.inc"
#undef IB_REAL
#undef IB_TYPE
#undef IB_VECTOR
#define IB_REAL   double
#define IB_TYPE   f64
#define IB_VECTOR double2
#include "cuda/fused.inc"

static const emu_kernel kernels[] = {
#define FUSED(name)                                                                                          \
    emu_binding<ibk_fused_##name##_f32>::kernel("ibk_fused_" #name "_f32"),                                  \
        emu_binding<ibk_fused_##name##_f64>::kernel("ibk_fused_" #name "_f64"),
#include "cuda/fused.def"
#undef FUSED
};

const emu_kernel *mock_fused_kernel(const char *name)
{
    for (const emu_kernel &k : kernels)
        if (strcmp(k.name, name) == 0)
            return &k;
    return nullptr;
}
