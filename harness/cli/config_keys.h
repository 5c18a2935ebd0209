/* The keys of a configuration, as `ironbench list keys` prints them. */
#ifndef IB_CLI_CONFIG_KEYS_H
#define IB_CLI_CONFIG_KEYS_H

#include "base/arena.h"

#include <jansson.h>

/* Adds an object for each key: section, name, summary, type, allowed, default, example, required. */
void ib_config_keys_json(struct ib_arena *, json_t *out);
/* One of these objects, for people. */
void ib_config_key_print(const json_t *);
/* All of them as Markdown: a heading and a table for each section. */
void ib_config_keys_markdown(struct ib_arena *);

#endif
