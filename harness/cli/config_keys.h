/* Prints the keys of a configuration, for `ironbench list keys`. */
#ifndef IB_CLI_CONFIG_KEYS_H
#define IB_CLI_CONFIG_KEYS_H

#include "base/arena.h"

#include <jansson.h>

/* Appends an object for each key: section, name, summary, type, allowed, default, example, required. */
void ib_config_keys_json(struct ib_arena *, json_t *out);
/* Prints one of these objects as text. */
void ib_config_key_print(const json_t *);
/* Prints all keys as Markdown: a heading and a table for each section. */
void ib_config_keys_markdown(struct ib_arena *);

#endif
