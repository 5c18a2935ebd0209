/* A device that can be written to and never read. */
#include "broken.h"

static const struct ib_mem_ops mem = {.struct_size = sizeof mem};

static void change(struct ib_impl *impl)
{
    impl->mem = &mem;
}

BROKEN_PLUGIN("half_memory", change)
