/* Built for an ABI that this program does not have. */
#include "broken.h"

static void change(struct ib_impl *impl)
{
    impl->abi_major = IB_ABI_MAJOR + 1;
}

BROKEN_PLUGIN("other_abi", change)
