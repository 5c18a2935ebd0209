/* The translated kernels of a library, by name. PTX_TARGET is the target whose code is run; if it has only
 * some of the kernels, the default target's stand in for the rest. EMU_ORDER is the order of threads, as for
 * emu.so. */
#include "ptx.h"

#include <cstdio>
#include <cstdlib>

namespace ptx
{

static const registration *first;

registration::registration(const kernel *kernels_, size_t count_)
    : kernels(kernels_), count(count_), next(first)
{
    first = this;
}

static constexpr char default_target[] = "90"; /* the PTX that is shipped */

/* A kernel of a target; any, if there is no name. */
static const emu_kernel *find(const char *target, const char *name)
{
    for (const registration *r = first; r != nullptr; r = r->next)
        for (size_t i = 0; i < r->count; i++)
            if (strcmp(r->kernels[i].target, target) == 0 &&
                (name == nullptr || strcmp(r->kernels[i].code.name, name) == 0))
                return &r->kernels[i].code;
    return nullptr;
}

/* Sets the order. A target or an order that there is not ends the program. */
static const char *chosen_target()
{
    const char *target = getenv("PTX_TARGET"), *order = getenv("EMU_ORDER");
    if (target == nullptr)
        target = default_target;
    if (find(target, nullptr) == nullptr)
        fprintf(stderr, "PTX_TARGET is \"%s\": no kernel was translated for that\n", target);
    else if (!emu_set_order(order))
        fprintf(stderr, "EMU_ORDER is \"%s\": use plain, reverse or shuffle:SEED\n", order);
    else
        return target;
    exit(2);
}

const emu_kernel *kernel_named(const char *name)
{
    static const char *const target = chosen_target();
    const emu_kernel *found = find(target, name);
    return found != nullptr ? found : find(default_target, name);
}

} // namespace ptx

/* For the mock of CUDA's runtime, which asks for kernels of the dialect like this. */
const emu_kernel *emu_kernel_of(enum ib_kernel kernel, enum ib_dtype type)
{
    static const char *const names[][2] = {
#define IBK(name) {"ibk_" #name "_f32", "ibk_" #name "_f64"},
#include "kernels.def"
#undef IBK
    };
    return ptx::kernel_named(names[kernel][type == IB_F32 ? 0 : 1]);
}

/* And for those of CUDA alone. */
extern "C" const emu_kernel *mock_fused_kernel(const char *name)
{
    return ptx::kernel_named(name);
}
