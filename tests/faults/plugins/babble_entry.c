/* Writes into the answers of its worker when asked for its implementations. */
#include "broken.h"

#include <unistd.h>

static void change(struct ib_impl *impl)
{
    (void)impl;
    if (write(4, "hello\n", 6) < 0)
        abort();
}

BROKEN_PLUGIN("babble_entry", change)
