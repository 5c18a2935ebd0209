/* Crashes when its implementations are requested. */
#include "broken.h"

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    (void)host_abi_major, (void)count;
    crash();
    return NULL;
}
