/* What the two files of the plugin share. */
#pragma once

#include "ironbench/impl.h"

#include <stddef.h>

struct state {
    const struct ib_host *host;
    char *staging; /* host memory through which the device copies */
    size_t staging_bytes;
    struct ib_copies copies; /* as the driver of a real device counts them */
    double watched;          /* a weight, with -DWATCH */
};

/* The device's memory: mended.c, and wrong.c with a bug. */
extern const struct ib_mem_ops memory;
