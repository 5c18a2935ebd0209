/* Prints a reason and ends the process in its probe, as some drivers do. */
#include "broken.h"

#include <stdio.h>

static enum ib_status probe(char *why, size_t n)
{
    (void)why, (void)n;
    fputs("starting\nno licence for this machine\n", stderr);
    exit(3);
}

static void change(struct ib_impl *impl)
{
    impl->probe = probe;
}

BROKEN_PLUGIN("exit_probe", change)
