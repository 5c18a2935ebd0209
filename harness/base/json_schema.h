/* Parts of JSON Schemas (draft-07, which editors know) of YAML files. A plain scalar such as 5 or true may be
 * a number or a boolean to an editor where a reader takes it for text. Empty values, null in JSON, are never
 * allowed, as in base/yaml_reader.h. */
#ifndef IB_BASE_JSON_SCHEMA_H
#define IB_BASE_JSON_SCHEMA_H

#include "base/text.h"

#include <jansson.h>

json_t *ib_schema_text(void);
json_t *ib_schema_integer(uint64_t min, uint64_t max);
/* Finite numbers from `min`, which may be excluded, to `max` (INFINITY: no limit). */
json_t *ib_schema_number(double min, bool without_min, double max);
/* Text that matches a regular expression. */
json_t *ib_schema_pattern(const char *expression);
/* One of the words; true and false also as booleans. */
json_t *ib_schema_words(const struct ib_word *);
json_t *ib_schema_names(const char *const *names); /* ends with NULL */
/* What either of them allows. Takes over both, as do the following. */
json_t *ib_schema_either(json_t *, json_t *);
/* Lists of at least `least` items; or also a single item without its list. */
json_t *ib_schema_list(json_t *item, int least);
json_t *ib_schema_list_or_one(json_t *item, int least);
/* Maps with any keys that match the expression (NULL: any). */
json_t *ib_schema_map_of(const char *key_expression, json_t *value);

#endif
