/* Dies in open, which is called to ask for its libraries, too. */
#include "broken.h"

static enum ib_status open_and_crash(const struct ib_host *host, void **state)
{
    (void)host, (void)state;
    crash();
    return IB_OK;
}

static enum ib_status describe(void *state, char *text, size_t n)
{
    (void)state, (void)text, (void)n;
    return IB_EUNSUPPORTED;
}

static void change(struct ib_impl *impl)
{
    impl->open = open_and_crash;
    impl->describe = describe;
}

BROKEN_PLUGIN("crash_open", change)
