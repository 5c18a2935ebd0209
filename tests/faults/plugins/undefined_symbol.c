/* Calls an undefined function. */
#include "broken.h"

int ironbench_no_such_function(void);

static void change(struct ib_impl *impl)
{
    if (ironbench_no_such_function())
        impl->flags = 0;
}

BROKEN_PLUGIN("undefined_symbol", change)
