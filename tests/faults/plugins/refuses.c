/* Serves no ABI at all. */
#include "broken.h"

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    (void)host_abi_major;
    *count = 1;
    return NULL;
}
