/* Dies while it is loaded. */
#include "broken.h"

__attribute__((constructor)) static void begin(void)
{
    crash();
}

static void change(struct ib_impl *impl)
{
    (void)impl;
}

BROKEN_PLUGIN("crash_constructor", change)
