/* The text of all kernels, for the emulator: the only file that must be compiled again when that text
 * changes. */
#include "dialect.h"

#include "bind.h"

#define IB_REAL float
#define IB_TYPE f32
#include "kernels.inc"
#undef IB_REAL
#undef IB_TYPE
#define IB_REAL double
#define IB_TYPE f64
#include "kernels.inc"

static const emu_kernel f32_kernels[] = {
#define IBK(name) emu_binding<ibk_##name##_f32>::kernel("ibk_" #name "_f32"),
#include "kernels.def"
#undef IBK
};

static const emu_kernel f64_kernels[] = {
#define IBK(name) emu_binding<ibk_##name##_f64>::kernel("ibk_" #name "_f64"),
#include "kernels.def"
#undef IBK
};

const emu_kernel *emu_kernel_of(enum ib_kernel kernel, enum ib_dtype type)
{
    return type == IB_F32 ? &f32_kernels[kernel] : &f64_kernels[kernel];
}
