/* A name that cannot be part of a case's. */
#include "broken.h"

static void change(struct ib_impl *impl)
{
    impl->name = "Bad-Name";
}

BROKEN_PLUGIN("bad_name", change)
