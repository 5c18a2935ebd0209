/* Its table forgets to say its size. */
#include "broken.h"

static void change(struct ib_impl *impl)
{
    impl->struct_size = 0;
}

BROKEN_PLUGIN("size_zero", change)
