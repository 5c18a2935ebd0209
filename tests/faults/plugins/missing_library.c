/* Linked to a library that is nowhere. */
#include "broken.h"

int ironbench_not_there(void);

static void change(struct ib_impl *impl)
{
    if (ironbench_not_there())
        impl->flags = 0;
}

BROKEN_PLUGIN("missing_library", change)
