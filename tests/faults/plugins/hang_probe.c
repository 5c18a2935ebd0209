/* Never comes back from its probe. */
#include "broken.h"

#include <unistd.h>

static enum ib_status probe(char *why, size_t n)
{
    (void)why, (void)n;
    while (pause() < 0)
        ;
    return IB_OK;
}

static void change(struct ib_impl *impl)
{
    impl->probe = probe;
}

BROKEN_PLUGIN("hang_probe", change)
