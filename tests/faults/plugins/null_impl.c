/* Counts one more than it brings. */
#include "broken.h"

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&ib_impl_cpu_naive, NULL};
    (void)host_abi_major;
    *count = 2;
    return all;
}
