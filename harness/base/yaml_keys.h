/* Reads YAML maps by a table of their keys: how each value is read, where it is stored, and how the
 * configuration reference describes it. */
#ifndef IB_BASE_YAML_KEYS_H
#define IB_BASE_YAML_KEYS_H

#include "base/json_schema.h"
#include "base/yaml_reader.h"

struct ib_yaml_key {
    const char *name;
    enum ib_status (*read)(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                           void *field);
    size_t offset; /* of its field in the output struct */
    bool required;
    uint64_t min, max;              /* of integers, durations (ns) and sizes (bytes) */
    const struct ib_word *words;    /* for ib_yaml_read_word */
    const struct ib_yaml_key *keys; /* of its value, if that is a map; else NULL */
    /* What `read` allows, as a JSON Schema; NULL if it is one of the readers below, or only reads `keys`. */
    json_t *(*schema)(const struct ib_yaml_key *);
    /* For the reference. Type, allowed values and default may be NULL if `read` is one of the readers below
     * and the field contains the default. */
    const char *help, *example;           /* one line; a value as written in a file */
    const char *type, *allowed, *initial; /* "integer"; "from 1 to 10"; "10" */
};

/* Reads a map by its table of keys, which ends with a NULL name. Fields of absent keys are unchanged. `key`
 * is the map's own key, NULL for the root. */
enum ib_status ib_yaml_read_map(const struct ib_yaml *, const yaml_node_t *, const char *key,
                                const struct ib_yaml_key *keys, void *out);

/* Return a key's entries in the reference, "" if empty. `defaults` is a struct with the default values, or
 * NULL. text[n] is written and returned. */
const char *ib_yaml_key_type(const struct ib_yaml_key *);
const char *ib_yaml_key_allowed(const struct ib_yaml_key *, char *text, size_t n);
const char *ib_yaml_key_initial(const struct ib_yaml_key *, const void *defaults, char *text, size_t n);

/* The JSON Schema of a map with these keys, each with its entry in the reference as description. A key
 * without a schema allows nothing. */
json_t *ib_yaml_map_schema(const struct ib_yaml_key *keys, const void *defaults);
/* That of an integer from key->min to key->max. */
json_t *ib_yaml_u64_schema(const struct ib_yaml_key *);

/* Readers for tables. In this order, the field is a const char *, a uint64_t, an enumeration (int), a
 * uint64_t of nanoseconds ("20ms"), a uint64_t of bytes ("2GB"), a double above 0 and below 1 ("1%" or
 * 0.01), and a const char *const * that ends with NULL. */
enum ib_status ib_yaml_read_text(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                 void *);
enum ib_status ib_yaml_read_u64(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                void *);
enum ib_status ib_yaml_read_word(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                 void *);
enum ib_status ib_yaml_read_duration(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                     void *);
enum ib_status ib_yaml_read_bytes(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                  void *);
enum ib_status ib_yaml_read_share(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                  void *);
enum ib_status ib_yaml_read_texts(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                                  void *);

#endif
