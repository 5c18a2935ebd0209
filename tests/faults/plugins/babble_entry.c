/* Writes into its worker's answers when its implementations are requested. */
#include "broken.h"

#include <unistd.h>

static void change(struct ib_impl *impl)
{
    (void)impl;
    if (write(4, "hello\n", 6) < 0)
        abort();
}

BROKEN_PLUGIN("babble_entry", change)
