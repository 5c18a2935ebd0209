/* Strict YAML reader: one UTF-8 document of at most 64 KiB, without anchors, aliases, tags, duplicate keys
 * or non-scalar keys. Every error names file:line, the key and what is allowed. */
#ifndef IB_BASE_YAML_READER_H
#define IB_BASE_YAML_READER_H

#include "base/arena.h"
#include "base/text.h"

#include <yaml.h>

enum { IB_YAML_MAX_BYTES = 64 * 1024 };

struct ib_yaml {
    const char *path, *text; /* the text is NUL-terminated */
    size_t bytes;
    struct ib_arena *arena; /* owns everything read from the document */
    yaml_document_t tree;
};

enum ib_status ib_yaml_open(const char *path, struct ib_arena *, struct ib_yaml *out);
void ib_yaml_close(struct ib_yaml *);

const yaml_node_t *ib_yaml_root(const struct ib_yaml *);
/* Returns "file:line" of a node. */
const char *ib_yaml_where(const struct ib_yaml *, const yaml_node_t *);

/* The items of a list. Any other value counts as a list of one item. */
size_t ib_yaml_count(const yaml_node_t *list);
const yaml_node_t *ib_yaml_item(const struct ib_yaml *, const yaml_node_t *list, size_t i);

/* The pairs of a map; 0 if the node is not a map. */
size_t ib_yaml_pairs(const yaml_node_t *map);
const char *ib_yaml_key(const struct ib_yaml *, const yaml_node_t *map, size_t i);
const yaml_node_t *ib_yaml_value(const struct ib_yaml *, const yaml_node_t *map, size_t i);
/* Returns the value of a key; NULL if the map does not contain it. */
const yaml_node_t *ib_yaml_find(const struct ib_yaml *, const yaml_node_t *map, const char *key);

/* Records IB_EINVAL at a node: "key `KEY`: …". `key` may be NULL. */
enum ib_status ib_yaml_fail(const struct ib_yaml *, const yaml_node_t *, const char *key, const char *format,
                            ...) __attribute__((format(printf, 4, 5)));
/* Records that a value is not allowed: "key `KEY`: `-5` is not ALLOWED". */
enum ib_status ib_yaml_refuse(const struct ib_yaml *, const yaml_node_t *, const char *key,
                              const char *allowed);
/* Records "unknown key `KEY` (did you mean `NEAREST`?); allowed: …" at pair i of a map. `names` ends with
 * NULL. */
enum ib_status ib_yaml_unknown_key(const struct ib_yaml *, const yaml_node_t *map, size_t i,
                                   const char *const *names);

/* Reads the text of a scalar. IB_EINVAL for lists, maps and empty values and, with `number`, for quoted
 * text. */
enum ib_status ib_yaml_scalar(const struct ib_yaml *, const yaml_node_t *, const char *key, bool number,
                              const char *allowed, const char **out);

/* The same rule as an expression. */
#define IB_YAML_NAME_PATTERN "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
/* IB_EINVAL unless `name` can be used in file names, globs and command lines. */
enum ib_status ib_yaml_check_name(const struct ib_yaml *, const yaml_node_t *, const char *key,
                                  const char *name);

#endif
