/* Two implementations, of which the first dies in its probe: the second is right all the same. */
#include "broken.h"

static enum ib_status probe(char *why, size_t n)
{
    (void)why, (void)n;
    crash();
    return IB_OK;
}

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_impl impls[2];
    static const struct ib_impl *const all[] = {&impls[0], &impls[1]};
    impls[0] = impls[1] = ib_impl_cpu_naive;
    impls[0].name = "half_crashing";
    impls[0].probe = probe;
    impls[1].name = "half_right";
    *count = 2;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
