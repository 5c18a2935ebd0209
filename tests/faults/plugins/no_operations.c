/* Nothing to train with. */
#include "broken.h"

static void change(struct ib_impl *impl)
{
    impl->ops = NULL;
}

BROKEN_PLUGIN("no_operations", change)
