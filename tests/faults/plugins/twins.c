/* Two implementations of one name. */
#include "broken.h"

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_impl impl;
    static const struct ib_impl *const all[] = {&impl, &impl};
    impl = ib_impl_cpu_naive;
    impl.name = "twin";
    *count = 2;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
