/* Dies in its probe. */
#include "broken.h"

static enum ib_status probe(char *why, size_t n)
{
    (void)why, (void)n;
    crash();
    return IB_OK;
}

static void change(struct ib_impl *impl)
{
    impl->probe = probe;
}

BROKEN_PLUGIN("crash_probe", change)
