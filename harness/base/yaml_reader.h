/* YAML files, read strictly: one document in UTF-8 of at most 64 KiB, without anchors, aliases, tags,
 * duplicate keys or keys that are no plain names. Every
 * refusal names file:line and the key, and says what is allowed. */
#ifndef IB_BASE_YAML_READER_H
#define IB_BASE_YAML_READER_H

#include "base/arena.h"
#include "base/text.h"

#include <yaml.h>

enum { IB_YAML_MAX_BYTES = 64 * 1024 };

struct ib_yaml {
    const char *path, *text; /* the text ends with a NUL */
    size_t bytes;
    struct ib_arena *arena; /* where everything that is read from the document is stored */
    yaml_document_t tree;
};

enum ib_status ib_yaml_open(const char *path, struct ib_arena *, struct ib_yaml *out);
void ib_yaml_close(struct ib_yaml *);

const yaml_node_t *ib_yaml_root(const struct ib_yaml *);
/* "file:line" of a node. */
const char *ib_yaml_where(const struct ib_yaml *, const yaml_node_t *);

/* A list's items. A value that is no list is a list of itself. */
size_t ib_yaml_count(const yaml_node_t *list);
const yaml_node_t *ib_yaml_item(const struct ib_yaml *, const yaml_node_t *list, size_t i);

/* A map's pairs: 0 of them where the node is no map. */
size_t ib_yaml_pairs(const yaml_node_t *map);
const char *ib_yaml_key(const struct ib_yaml *, const yaml_node_t *map, size_t i);
const yaml_node_t *ib_yaml_value(const struct ib_yaml *, const yaml_node_t *map, size_t i);
/* The value of a key; NULL where the map has none such. */
const yaml_node_t *ib_yaml_find(const struct ib_yaml *, const yaml_node_t *map, const char *key);

/* IB_EINVAL at a node: "key `KEY`: …". `key` may be NULL. */
enum ib_status ib_yaml_fail(const struct ib_yaml *, const yaml_node_t *, const char *key, const char *format,
                            ...) __attribute__((format(printf, 4, 5)));
/* The commonest failure: "key `KEY`: `-5` is not ALLOWED". */
enum ib_status ib_yaml_refuse(const struct ib_yaml *, const yaml_node_t *, const char *key,
                              const char *allowed);
/* "unknown key `KEY` (did you mean `NEAREST`?); allowed: …" at pair i of a map. `names` ends with NULL. */
enum ib_status ib_yaml_unknown_key(const struct ib_yaml *, const yaml_node_t *map, size_t i,
                                   const char *const *names);

/* A scalar's text. IB_EINVAL for lists, maps, no value at all, and, where a number is wanted, for quoted
 * text. */
enum ib_status ib_yaml_scalar(const struct ib_yaml *, const yaml_node_t *, const char *key, bool number,
                              const char *allowed, const char **out);

/* IB_EINVAL unless a name that the file gives can stand in file names, globs and command lines. */
enum ib_status ib_yaml_check_name(const struct ib_yaml *, const yaml_node_t *, const char *key,
                                  const char *name);

#endif
