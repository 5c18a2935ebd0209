/* The name of an implementation that ships. */
#include "broken.h"

static void change(struct ib_impl *impl)
{
    impl->name = "cpu_naive";
}

BROKEN_PLUGIN("taken_name", change)
