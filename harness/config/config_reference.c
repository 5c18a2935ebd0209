#include "config/config_reference.h"

#include "config/config.h"
#include "data/spec.h"

struct entries {
    struct ib_arena *arena;
    struct ib_config_entry *list;
    size_t n, capacity;
};

/* Adds a table of keys, each followed by the keys of its map, if any. `prefix` is prepended to their names;
 * `defaults` is the struct with their default values, or NULL. */
static void add_keys(struct entries *e, const char *section, const char *prefix,
                     const struct ib_yaml_key *keys, const void *defaults)
{
    char allowed[256], initial[64];
    for (const struct ib_yaml_key *key = keys; key->name; key++) {
        const char *name = ib_arena_print(e->arena, "%s%s", prefix, key->name);
        const char *type = ib_yaml_key_type(key);
        ib_yaml_key_allowed(key, allowed, sizeof allowed);
        ib_yaml_key_initial(key, defaults, initial, sizeof initial);
        e->list = ib_arena_grow(e->arena, e->list, sizeof *e->list, e->n, &e->capacity);
        e->list[e->n++] = (struct ib_config_entry){.section = section,
                                                   .key = name,
                                                   .type = type ? type : "",
                                                   .allowed = ib_arena_copy(e->arena, allowed),
                                                   .initial = ib_arena_copy(e->arena, initial),
                                                   .example = key->example ? key->example : "",
                                                   .help = key->help ? key->help : "",
                                                   .required = key->required};
        if (key->keys)
            add_keys(e, section, ib_arena_print(e->arena, "%s.", name), key->keys, defaults);
    }
}

size_t ib_config_reference(struct ib_arena *arena, struct ib_config_entry **out)
{
    struct entries e = {.arena = arena};
    add_keys(&e, "", "", ib_config_keys, NULL);
    add_keys(&e, "matrix", "", ib_matrix_spec_keys(arena), NULL);
    add_keys(&e, "datasets.NAME", "", ib_spec_file_keys, NULL);
    add_keys(&e, "datasets.NAME with synth", "", ib_spec_synth_keys, NULL);
    add_keys(&e, "external.NAME", "", ib_external_keys, NULL);
    add_keys(&e, "measure", "", ib_measure_keys, &ib_measure_default);
    add_keys(&e, "gate", "", ib_gate_keys, &ib_gate_rules_default);
    *out = e.list;
    return e.n;
}
