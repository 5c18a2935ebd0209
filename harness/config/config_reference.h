/* The reference of the configuration: every key that a file may have, from the tables that read it. */
#ifndef IB_CONFIG_CONFIG_REFERENCE_H
#define IB_CONFIG_CONFIG_REFERENCE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct ib_config_entry {
    const char *section; /* the map that holds the key: "measure", "datasets.NAME"; "": the root */
    const char *key;     /* within its section: "rounds", "whole_process.runs" */
    const char *type, *allowed, *initial, *example, *help; /* "": none */
    bool required;
};

/* Lists all keys by section, in the order of the reference; returns their number. */
size_t ib_config_reference(struct ib_arena *, struct ib_config_entry **out);

#endif
