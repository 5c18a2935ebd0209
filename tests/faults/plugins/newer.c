/* Correct, as built by a later minor version: its tables are longer, with unknown fields after the known
 * ones. */
#include "broken.h"

static struct {
    struct ib_impl known;
    const void *later[4];
} impl;

static struct {
    struct ib_tensor_ops known;
    const void *later[4];
} ops;

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&impl.known};
    ops.known = *ib_impl_cpu_naive.ops;
    ops.known.struct_size = sizeof ops;
    impl.known = ib_impl_cpu_naive;
    impl.known.struct_size = sizeof impl;
    impl.known.name = "newer";
    impl.known.ops = &ops.known;
    for (int i = 0; i < 4; i++)
        impl.later[i] = ops.later[i] = &all;
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
