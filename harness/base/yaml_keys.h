/* Maps in YAML files, by a table of the keys that they may have: how each value is read, where it goes, and
 * what the reference says of it. */
#ifndef IB_BASE_YAML_KEYS_H
#define IB_BASE_YAML_KEYS_H

#include "base/yaml_reader.h"

struct ib_yaml_key {
    const char *name;
    enum ib_status (*read)(const struct ib_yaml *, const struct ib_yaml_key *, const yaml_node_t *,
                           void *field);
    size_t offset; /* of its field in the struct that is read into */
    bool required;
    uint64_t min, max;              /* of integers, and of durations in nanoseconds */
    const struct ib_word *words;    /* of ib_yaml_read_word */
    const struct ib_yaml_key *keys; /* those of its value, a map; or NULL */
    /* For the reference. Type, allowed values and default may be NULL where `read` is one of the readers
     * below and the field holds the default. */
    const char *help, *example;           /* one line; a value as a file spells it */
    const char *type, *allowed, *initial; /* "integer"; "from 1 to 10"; "10" */
};

/* Reads a map by its table of keys, which ends with a NULL name. Fields of absent keys stay as they are.
 * `key` is the map's own key, NULL for the root. */
enum ib_status ib_yaml_read_map(const struct ib_yaml *, const yaml_node_t *, const char *key,
                                const struct ib_yaml_key *keys, void *out);

/* What the reference says of a key, "" for nothing. `defaults` is a struct that holds the defaults, or NULL.
 * Texts are written to text[n], which is returned. */
const char *ib_yaml_key_type(const struct ib_yaml_key *);
const char *ib_yaml_key_allowed(const struct ib_yaml_key *, char *text, size_t n);
const char *ib_yaml_key_initial(const struct ib_yaml_key *, const void *defaults, char *text, size_t n);

/* Readers for tables. The field is a const char *, uint64_t, enumeration (int), uint64_t of nanoseconds
 * ("20ms"), double above 0 and below 1 ("1%" or 0.01), and const char *const *, which ends with NULL. */
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
