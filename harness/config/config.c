#include "config/config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "config/section_schema.h"
#include "config/shipped.h"
#include "data/spec.h"

#include <string.h>

/* ---- matrix, zip, include, exclude ---- */

/* Appends room for n more. */
static struct ib_matrix_spec *append_specs(struct ib_config *config, size_t n)
{
    struct ib_matrix_spec *all = ib_arena_alloc(&config->arena, (config->n_specs + n) * sizeof *all);
    struct ib_matrix_spec *added = all + config->n_specs;
    if (config->n_specs)
        memcpy(all, config->specs, config->n_specs * sizeof *all);
    config->specs = all;
    config->n_specs += n;
    return added;
}

static enum ib_status read_matrix(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *map, void *field)
{
    return ib_matrix_spec_read(doc, rule->name, map, append_specs(field, 1));
}

static enum ib_status read_zip(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                               const yaml_node_t *list, void *field)
{
    struct ib_config *config = field;
    return ib_zips_read(doc, rule->name, list, &config->zips, &config->n_zips);
}

static enum ib_status read_include(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *list, void *field)
{
    size_t n = ib_yaml_count(list);
    struct ib_matrix_spec *specs = append_specs(field, n);
    for (size_t i = 0; i < n; i++) {
        IB_TRY(ib_matrix_spec_read(doc, rule->name, ib_yaml_item(doc, list, i), &specs[i]));
        specs[i].included = true;
    }
    return IB_OK;
}

static enum ib_status read_exclude(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *list, void *field)
{
    struct ib_config *config = field;
    size_t n = ib_yaml_count(list);
    struct ib_case_filter *excludes = ib_arena_alloc(doc->arena, n * sizeof *excludes);
    for (size_t i = 0; i < n; i++)
        IB_TRY(ib_case_filter_read(doc, rule->name, ib_yaml_item(doc, list, i), &excludes[i]));
    config->excludes = excludes;
    config->n_excludes = n;
    return IB_OK;
}

/* Checks that need the whole file, since `zip` may follow `matrix`. */
static enum ib_status finish_specs(const struct ib_yaml *doc, struct ib_config *config)
{
    const yaml_node_t *root = ib_yaml_root(doc);
    if (config->n_specs == 0 || (config->n_zips && !ib_yaml_find(doc, root, "matrix")))
        return ib_yaml_fail(doc, root, NULL, "`matrix` is missing");
    for (size_t i = 0; i < config->n_specs; i++) {
        struct ib_matrix_spec *spec = &config->specs[i];
        for (size_t j = 0; j < config->n_zips && !spec->included; j++)
            IB_TRY(ib_matrix_spec_zip(spec, &config->zips[j]));
        IB_TRY(ib_matrix_spec_check(spec));
    }
    return IB_OK;
}

/* ---- The rest ---- */

static enum ib_status read_datasets(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                    const yaml_node_t *map, void *field)
{
    struct ib_config *config = field;
    size_t n = ib_yaml_pairs(map);
    if (map->type != YAML_MAPPING_NODE)
        return ib_yaml_refuse(doc, map, rule->name, "a map of names and descriptions");
    struct ib_dataset_spec *specs = ib_arena_alloc(doc->arena, n * sizeof *specs);
    for (size_t i = 0; i < n; i++) {
        const char *name = ib_yaml_key(doc, map, i);
        const yaml_node_t *description = ib_yaml_value(doc, map, i);
        IB_TRY(ib_yaml_check_name(doc, description, rule->name, name));
        IB_TRY(ib_spec_read(doc, name, description, config->folder, &specs[i]));
    }
    config->datasets = specs;
    config->n_datasets = n;
    return IB_OK;
}

static enum ib_status read_external(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                    const yaml_node_t *map, void *field)
{
    struct ib_config *config = field;
    return ib_externals_read(doc, rule->name, map, config->folder, &config->externals, &config->n_externals);
}

static enum ib_status read_measure(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *map, void *field)
{
    return ib_measure_read(doc, rule->name, map, field);
}

static enum ib_status read_gate(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *map, void *field)
{
    return ib_gate_rules_read(doc, rule->name, map, field);
}

/* What the gate judges must be measured. */
static void measure_for_gate(struct ib_config *config)
{
    if (config->gate.instructions > 0)
        config->measure.instructions = 1;
}

static enum ib_status read_version(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *node, void *field)
{
    static const char allowed[] = "1, the only version of this format";
    const char *text = NULL;
    (void)field;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, true, allowed, &text));
    return strcmp(text, "1") == 0 ? IB_OK : ib_yaml_refuse(doc, node, rule->name, allowed);
}

static enum ib_status read_name(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *node, void *field)
{
    IB_TRY(ib_yaml_read_text(doc, rule, node, field));
    return ib_yaml_check_name(doc, node, rule->name, *(const char **)field);
}

static enum ib_status read_baseline(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                    const yaml_node_t *node, void *field)
{
    struct ib_config *config = field;
    config->baseline_where = ib_yaml_where(doc, node);
    return ib_yaml_scalar(doc, node, rule->name, false, "the name of an implementation", &config->baseline);
}

static enum ib_status read_plugins(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *node, void *field)
{
    struct ib_config *config = field;
    config->plugins_where = ib_yaml_where(doc, node);
    return ib_yaml_read_texts(doc, rule, node, &config->plugins);
}

#define FIELD(key) .name = #key, .offset = offsetof(struct ib_config, key)
const struct ib_yaml_key ib_config_keys[] = {
    {.name = "version",
     .read = read_version,
     .schema = ib_version_schema,
     .required = true,
     .type = "integer",
     .allowed = "1",
     .help = "version of this format",
     .example = "1"},
    {FIELD(name), .read = read_name, .schema = ib_name_schema, .type = "name",
     .allowed = "letters, digits and _; . and - except at the start", .initial = "the file's name",
     .help = "name of the run", .example = "nightly"},
    {.name = "matrix",
     .read = read_matrix,
     .schema = ib_matrix_schema,
     .type = "map",
     .allowed = "axes",
     .initial = "none; `include` is then required",
     .help = "axes of the sweep, which runs all their combinations",
     .example = "{model: mlp, dataset: xor, impl: [cpu_naive, cpu_blas]}"},
    {.name = "zip",
     .read = read_zip,
     .schema = ib_zip_schema,
     .type = "list of axes, or list of such lists",
     .allowed = "axes of `matrix` with the same number of values",
     .initial = "none",
     .help = "axes that advance together: all first values, then all second values",
     .example = "[lr, epochs]"},
    {.name = "include",
     .read = read_include,
     .schema = ib_include_schema,
     .type = "map or list of maps",
     .allowed = "axes",
     .initial = "none",
     .help = "additional cases; `exclude` does not apply to them",
     .example = "{model: linreg, dataset: diabetes, impl: cpu_naive}"},
    {.name = "exclude",
     .read = read_exclude,
     .schema = ib_exclude_schema,
     .type = "map or list of maps",
     .allowed =
         "conditions on axes, rows, cols and task: a value, a glob, or a comparison such as \">=1000\"",
     .initial = "none",
     .help = "drops cases that meet all conditions of a map",
     .example = "{impl: cpu_naive, rows: \">=100000\"}"},
    {.name = "datasets",
     .read = read_datasets,
     .schema = ib_datasets_schema,
     .type = "map",
     .allowed = "names and descriptions",
     .initial = "none",
     .help = "data sets for the axis `dataset`",
     .example = "{mine: {synth: regression, rows: 1000, cols: 8}}"},
    {.name = "plugins",
     .read = read_plugins,
     .schema = ib_texts_schema,
     .type = "string or list of strings",
     .allowed = "paths of shared objects",
     .initial = "none",
     .help = "plugins with implementations; paths are relative to the configuration file",
     .example = "[./libmine.so]"},
    {.name = "external",
     .read = read_external,
     .schema = ib_external_schema,
     .type = "map",
     .allowed = "names and commands",
     .initial = "none",
     .help = "external programs for the axis `impl`",
     .example = "{numpy: {command: [python3, numpy_client.py]}}"},
    {FIELD(require), .read = ib_yaml_read_texts, .allowed = "names and globs", .initial = "none",
     .help = "implementations that must be available; the run fails without them", .example = "[cuda_*]"},
    {.name = "baseline",
     .read = read_baseline,
     .schema = ib_text_schema,
     .type = "string",
     .allowed = "an implementation of this sweep",
     .initial = "cpu_naive, or the first",
     .help = "implementation that speed-ups are relative to",
     .example = "cpu_blas"},
    {FIELD(measure), .read = read_measure, .schema = ib_measure_schema, .type = "map",
     .allowed = "the keys below", .initial = "the defaults below",
     .help = "how often, for how long and in which order cases are timed", .example = "{rounds: 20}"},
    {FIELD(gate), .read = read_gate, .schema = ib_gate_schema, .type = "map", .allowed = "the keys below",
     .initial = "the defaults below", .help = "limits for `ironbench gate`", .example = "{slowdown: 2%}"},
    {.name = NULL},
};

json_t *ib_config_schema(void)
{
    json_t *map = ib_yaml_map_schema(ib_config_keys, NULL);
    json_t *schema =
        json_pack("{s:s, s:s, s:[{s:[s]}, {s:[s]}]}", "$schema", "http://json-schema.org/draft-07/schema#",
                  "title", "A configuration of ironbench", "anyOf", "required", "matrix", "required",
                  "include"); /* one of them is needed: finish_specs */
    json_object_update(schema, map);
    json_decref(map);
    return schema;
}

static size_t count_paths(const char *const *paths)
{
    size_t n = 0;
    while (paths && paths[n])
        n++;
    return n;
}

static void join_folder(struct ib_config *config)
{
    size_t n = count_paths(config->plugins);
    const char **paths = ib_arena_alloc(&config->arena, (n + 1) * sizeof *paths);
    for (size_t i = 0; i < n; i++)
        paths[i] = ib_file_join(&config->arena, config->folder, config->plugins[i]);
    config->plugins = paths;
}

void ib_config_add_plugins(struct ib_config *config, const char *const *paths)
{
    size_t before = count_paths(config->plugins), n = count_paths(paths);
    const char **all = ib_arena_alloc(&config->arena, (before + n + 1) * sizeof *all);
    for (size_t i = 0; i < before + n; i++)
        all[i] = i < before ? config->plugins[i] : paths[i - before];
    config->plugins = all;
}

static enum ib_status read_document(const struct ib_yaml *doc, struct ib_config *config)
{
    const yaml_node_t *root = ib_yaml_root(doc);
    config->text = doc->text;
    ib_hash_of(doc->text, doc->bytes, config->sha256);
    IB_TRY(ib_yaml_read_map(doc, root, NULL, ib_config_keys, config));
    IB_TRY(finish_specs(doc, config));
    if (!config->name) {
        config->name = ib_file_stem(&config->arena, config->path);
        IB_TRY(ib_yaml_check_name(doc, root, "name", config->name));
    }
    join_folder(config);
    return IB_OK;
}

static void start(struct ib_config *config, const char *path)
{
    static const char *const none[] = {NULL};
    *config = (struct ib_config){
        .plugins = none, .require = none, .measure = ib_measure_default, .gate = ib_gate_rules_default};
    config->path = ib_arena_copy(&config->arena, path);
    config->folder = ib_file_folder(&config->arena, path);
    config->text = "";
}

static enum ib_status read_file(const char *path, struct ib_config *out)
{
    struct ib_yaml doc;
    start(out, path);
    IB_TRY(ib_yaml_open(out->path, &out->arena, &doc));
    const enum ib_status status = read_document(&doc, out);
    measure_for_gate(out);
    ib_yaml_close(&doc);
    return status;
}

enum ib_status ib_config_read(const char *path, struct ib_config *out)
{
    struct ib_arena arena = {0};
    enum ib_status status = ib_config_find(&arena, path, &path);
    *out = (struct ib_config){0};
    if (status == IB_OK)
        status = read_file(path, out);
    if (status != IB_OK)
        ib_config_free(out);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_config_default(const char *name, struct ib_config *out)
{
    start(out, "");
    out->name = ib_arena_copy(&out->arena, name);
    ib_hash_of("", 0, out->sha256);
    return ib_matrix_spec_default(&out->arena, append_specs(out, 1));
}

enum ib_status ib_config_set(struct ib_config *config, enum ib_axis_kind kind, const char *text,
                             const char *where)
{
    struct ib_axis_value *value = ib_arena_alloc(&config->arena, sizeof *value);
    IB_TRY(ib_axis_parse(&config->arena, kind, text, where, value));
    config->specs[0].axes[kind] = (struct ib_axis){.values = value, .n = 1, .given = true};
    return IB_OK;
}

void ib_config_free(struct ib_config *config)
{
    ib_arena_free(&config->arena);
    *config = (struct ib_config){0};
}
