#include "data/spec.h"

#include "base/error.h"
#include "base/file.h"

#include <unistd.h>

static const struct ib_word header_words[] = {{"true", IB_HEADER_YES}, {"false", IB_HEADER_NO}, {NULL, 0}};

/* A number, of which the rest of the rule is left to the caller. */
static enum ib_status read_number(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *node, const char *allowed, double *out)
{
    const char *text = NULL;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    return ib_parse_f64(text, out) ? IB_OK : ib_yaml_refuse(doc, node, rule->name, allowed);
}

/* Above 0 and up to 1. */
static enum ib_status read_part(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *node, const char *allowed, void *field)
{
    double value;
    IB_TRY(read_number(doc, rule, node, allowed, &value));
    if (!(value > 0) || value > 1)
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(double *)field = value;
    return IB_OK;
}

static enum ib_status read_test_fraction(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                         const yaml_node_t *node, void *field)
{
    return read_part(doc, rule, node,
                     "a number above 0 and up to 1 (1: all rows are for training and for tests)", field);
}

static enum ib_status read_synth_test_fraction(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                               const yaml_node_t *node, void *field)
{
    return read_part(doc, rule, node, "a number above 0 and up to 1 (of `rows`, made in addition)", field);
}

static enum ib_status read_noise(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    static const char allowed[] = "a number from 0 to 1000";
    double value;
    IB_TRY(read_number(doc, rule, node, allowed, &value));
    if (!(value >= 0) || value > 1000)
        return ib_yaml_refuse(doc, node, rule->name, allowed);
    *(double *)field = value;
    return IB_OK;
}

#define FIELD(key)        .name = #key, .offset = offsetof(struct ib_dataset_spec, key)
#define SYNTH(key, field) .name = #key, .offset = offsetof(struct ib_dataset_spec, synth.field)
#define SEED                                                                                                 \
    {                                                                                                        \
        FIELD(seed), .read = ib_yaml_read_u64, .min = 1, .max = INT64_MAX                                    \
    }

static const struct ib_yaml_key file_keys[] = {
    {FIELD(path), .read = ib_yaml_read_text, .required = true},
    /* From here on also beside a file. */
    {FIELD(target), .read = ib_yaml_read_text},
    {FIELD(y), .read = ib_yaml_read_text},
    {FIELD(test), .read = ib_yaml_read_text},
    {FIELD(test_fraction), .read = read_test_fraction},
    SEED,
    {FIELD(header), .read = ib_yaml_read_word, .words = header_words},
    {FIELD(task), .read = ib_yaml_read_word, .words = ib_task_words},
    {FIELD(source), .read = ib_yaml_read_text},
    {FIELD(licence), .read = ib_yaml_read_text},
    {.name = NULL},
};
static const struct ib_yaml_key *const beside_keys = file_keys + 1;

static const struct ib_yaml_key synth_keys[] = {
    {SYNTH(synth, kind), .read = ib_yaml_read_word, .words = ib_synth_words, .required = true},
    {SYNTH(rows, rows), .read = ib_yaml_read_u64, .min = 2, .max = 1000000000, .required = true},
    {SYNTH(cols, cols), .read = ib_yaml_read_u64, .min = 1, .max = 1000000, .required = true},
    {SYNTH(noise, noise), .read = read_noise},
    {SYNTH(outputs, outputs), .read = ib_yaml_read_u64, .min = 1, .max = 1000},
    SEED,
    {FIELD(test_fraction), .read = read_synth_test_fraction},
    {.name = NULL},
};

static enum ib_status finish(const struct ib_yaml *doc, const yaml_node_t *map, const char *key,
                             const char *folder, struct ib_dataset_spec *spec)
{
    if (spec->test && spec->test_fraction > 0)
        return ib_yaml_fail(doc, map, key, "`test` and `test_fraction` exclude each other");
    if (spec->test)
        spec->test = ib_file_join(doc->arena, folder, spec->test);
    if (spec->y)
        spec->y = ib_file_join(doc->arena, folder, spec->y);
    spec->where = ib_yaml_where(doc, map);
    return IB_OK;
}

enum ib_status ib_spec_read(const struct ib_yaml *doc, const char *name, const yaml_node_t *map,
                            const char *folder, struct ib_dataset_spec *out)
{
    *out = (struct ib_dataset_spec){.name = ib_arena_copy(doc->arena, name)};
    bool is_synth = ib_yaml_find(doc, map, "synth") != NULL;
    IB_TRY(ib_yaml_read_map(doc, map, name, is_synth ? synth_keys : file_keys, out));
    if (!is_synth)
        out->path = ib_file_join(doc->arena, folder, out->path);
    return finish(doc, map, name, folder, out);
}

/* A configuration that bears the same name as the data says nothing about it. */
static bool is_configuration(const struct ib_yaml *doc)
{
    return ib_yaml_find(doc, ib_yaml_root(doc), "version") != NULL;
}

enum ib_status ib_spec_read_beside(struct ib_arena *arena, struct ib_dataset_spec *out)
{
    const char *folder = ib_file_folder(arena, out->path);
    const char *path = ib_arena_print(arena, "%s/%s.yaml", folder, ib_file_stem(arena, out->path));
    if (access(path, F_OK) != 0)
        return IB_OK;
    struct ib_yaml doc;
    IB_TRY(ib_yaml_open(path, arena, &doc));
    enum ib_status status = IB_OK;
    if (!is_configuration(&doc)) {
        status = ib_yaml_read_map(&doc, ib_yaml_root(&doc), NULL, beside_keys, out);
        if (status == IB_OK)
            status = finish(&doc, ib_yaml_root(&doc), NULL, folder, out);
    }
    ib_yaml_close(&doc);
    return status;
}
