/* The text of the kernels of joined operations, for the emulator. */
#include "dialect.h"

#include "cuda/joined.h"

#include "bind.h"
#include "cuda_kernels.h"

#include <cstring>

#define IB_REAL float
#define IB_TYPE f32
#include "cuda/joined.inc"
#undef IB_REAL
#undef IB_TYPE
#define IB_REAL double
#define IB_TYPE f64
#include "cuda/joined.inc"

static const emu_kernel kernels[] = {
#define JOINED(name)                                                                                         \
    emu_binding<ibk_joined_##name##_f32>::kernel("ibk_joined_" #name "_f32"),                                \
        emu_binding<ibk_joined_##name##_f64>::kernel("ibk_joined_" #name "_f64"),
#include "cuda/joined.def"
#undef JOINED
};

const emu_kernel *mock_joined_kernel(const char *name)
{
    for (const emu_kernel &k : kernels)
        if (strcmp(k.name, name) == 0)
            return &k;
    return nullptr;
}
