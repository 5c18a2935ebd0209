#include "config/config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "data/spec.h"

#include <string.h>

/* ---- matrix, zip, include, exclude ---- */

/* Room for n more products behind those that were read. */
static struct ib_product *append_products(struct ib_config *config, size_t n)
{
    struct ib_product *all = ib_arena_alloc(&config->arena, (config->n_products + n) * sizeof *all);
    struct ib_product *added = all + config->n_products;
    if (config->n_products)
        memcpy(all, config->products, config->n_products * sizeof *all);
    config->products = all;
    config->n_products += n;
    return added;
}

static enum ib_status read_matrix(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                  const yaml_node_t *map, void *field)
{
    return ib_product_read(doc, rule->name, map, append_products(field, 1));
}

static enum ib_status read_zip(const struct ib_doc *doc, const struct ib_doc_key *rule,
                               const yaml_node_t *list, void *field)
{
    struct ib_config *config = field;
    struct ib_tie *ties;
    IB_TRY(ib_ties_read(doc, rule->name, list, &ties, &config->n_ties));
    config->ties = ties;
    return IB_OK;
}

static enum ib_status read_include(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                   const yaml_node_t *list, void *field)
{
    size_t n = ib_doc_count(list);
    struct ib_product *products = append_products(field, n);
    for (size_t i = 0; i < n; i++) {
        IB_TRY(ib_product_read(doc, rule->name, ib_doc_item(doc, list, i), &products[i]));
        products[i].included = true;
    }
    return IB_OK;
}

static enum ib_status read_condition(const struct ib_doc *doc, const yaml_node_t *map, size_t i,
                                     struct ib_condition *out)
{
    const char *subject = ib_doc_key(doc, map, i), *pattern = NULL;
    const yaml_node_t *value = ib_doc_value(doc, map, i);
    if (ib_subject_find(subject) == IB_SUBJECT_COUNT)
        return ib_doc_unknown_key(doc, map, i, ib_subject_names());
    if (strcmp(subject, "hidden") == 0 && value->type == YAML_SEQUENCE_NODE)
        IB_TRY(ib_product_read_layers(doc, value, &pattern));
    else
        IB_TRY(ib_doc_scalar(doc, value, subject, false, "a single value", &pattern));
    if (ib_condition_parse(doc->arena, subject, pattern, NULL, out) != IB_OK)
        return ib_doc_fail(doc, value, subject, "%s", ib_last_error()->message);
    return IB_OK;
}

static enum ib_status read_exclude(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                   const yaml_node_t *list, void *field)
{
    struct ib_config *config = field;
    size_t n = ib_doc_count(list);
    struct ib_conditions *excludes = ib_arena_alloc(doc->arena, n * sizeof *excludes);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *map = ib_doc_item(doc, list, i);
        size_t n_conditions = ib_doc_pairs(map);
        if (n_conditions == 0)
            return ib_doc_refuse(doc, map, rule->name, "a map of conditions");
        struct ib_condition *conditions = ib_arena_alloc(doc->arena, n_conditions * sizeof *conditions);
        for (size_t j = 0; j < n_conditions; j++)
            IB_TRY(read_condition(doc, map, j, &conditions[j]));
        excludes[i] = (struct ib_conditions){conditions, n_conditions, ib_doc_where(doc, map)};
    }
    config->excludes = excludes;
    config->n_excludes = n;
    return IB_OK;
}

/* What can be said of products only after the whole file was read. */
static enum ib_status settle_products(const struct ib_doc *doc, struct ib_config *config)
{
    const yaml_node_t *root = ib_doc_root(doc);
    if (config->n_products == 0 || (config->n_ties && !ib_doc_find(doc, root, "matrix")))
        return ib_doc_fail(doc, root, NULL, "`matrix` is missing");
    for (size_t i = 0; i < config->n_products; i++) {
        struct ib_product *product = &config->products[i];
        for (size_t j = 0; j < config->n_ties && !product->included; j++)
            IB_TRY(ib_product_tie(product, &config->ties[j]));
        IB_TRY(ib_product_check(product));
    }
    return IB_OK;
}

/* ---- The rest ---- */

static enum ib_status read_datasets(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                    const yaml_node_t *map, void *field)
{
    struct ib_config *config = field;
    size_t n = ib_doc_pairs(map);
    if (map->type != YAML_MAPPING_NODE)
        return ib_doc_refuse(doc, map, rule->name, "a map of names and descriptions");
    struct ib_dataset_spec *specs = ib_arena_alloc(doc->arena, n * sizeof *specs);
    for (size_t i = 0; i < n; i++) {
        const char *name = ib_doc_key(doc, map, i);
        const yaml_node_t *description = ib_doc_value(doc, map, i);
        IB_TRY(ib_doc_check_name(doc, description, rule->name, name));
        IB_TRY(ib_spec_read(doc, name, description, config->folder, &specs[i]));
    }
    config->datasets = specs;
    config->n_datasets = n;
    return IB_OK;
}

static enum ib_status read_external(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                    const yaml_node_t *map, void *field)
{
    struct ib_config *config = field;
    struct ib_external *externals;
    IB_TRY(ib_externals_read(doc, rule->name, map, config->folder, &externals, &config->n_externals));
    config->externals = externals;
    return IB_OK;
}

static enum ib_status read_measure(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                   const yaml_node_t *map, void *field)
{
    return ib_measure_read(doc, rule->name, map, field);
}

static enum ib_status read_gate(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                const yaml_node_t *map, void *field)
{
    return ib_gate_rules_read(doc, rule->name, map, field);
}

static enum ib_status read_version(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                   const yaml_node_t *node, void *field)
{
    static const char allowed[] = "1, the only version of this format";
    const char *text = NULL;
    (void)field;
    IB_TRY(ib_doc_scalar(doc, node, rule->name, true, allowed, &text));
    return strcmp(text, "1") == 0 ? IB_OK : ib_doc_refuse(doc, node, rule->name, allowed);
}

static enum ib_status read_name(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                const yaml_node_t *node, void *field)
{
    IB_TRY(ib_doc_read_text(doc, rule, node, field));
    return ib_doc_check_name(doc, node, rule->name, *(const char **)field);
}

static enum ib_status read_baseline(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                    const yaml_node_t *node, void *field)
{
    struct ib_config *config = field;
    config->baseline_where = ib_doc_where(doc, node);
    return ib_doc_scalar(doc, node, rule->name, false, "the name of an implementation", &config->baseline);
}

static enum ib_status read_plugins(const struct ib_doc *doc, const struct ib_doc_key *rule,
                                   const yaml_node_t *node, void *field)
{
    struct ib_config *config = field;
    config->plugins_where = ib_doc_where(doc, node);
    return ib_doc_read_texts(doc, rule, node, &config->plugins);
}

#define FIELD(key) .name = #key, .offset = offsetof(struct ib_config, key)
static const struct ib_doc_key config_keys[] = {
    {.name = "version", .read = read_version, .required = true},
    {FIELD(name), .read = read_name},
    {.name = "matrix", .read = read_matrix},
    {.name = "zip", .read = read_zip},
    {.name = "include", .read = read_include},
    {.name = "exclude", .read = read_exclude},
    {.name = "datasets", .read = read_datasets},
    {.name = "plugins", .read = read_plugins},
    {.name = "external", .read = read_external},
    {FIELD(require), .read = ib_doc_read_texts},
    {.name = "baseline", .read = read_baseline},
    {FIELD(measure), .read = read_measure},
    {FIELD(gate), .read = read_gate},
    {.name = NULL},
};

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

static enum ib_status read_document(const struct ib_doc *doc, struct ib_config *config)
{
    const yaml_node_t *root = ib_doc_root(doc);
    config->text = doc->text;
    ib_hash_of(doc->text, doc->bytes, config->sha256);
    IB_TRY(ib_doc_read_map(doc, root, NULL, config_keys, config));
    IB_TRY(settle_products(doc, config));
    if (!config->name) {
        config->name = ib_file_stem(&config->arena, config->path);
        IB_TRY(ib_doc_check_name(doc, root, "name", config->name));
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

enum ib_status ib_config_read(const char *path, struct ib_config *out)
{
    struct ib_doc doc;
    start(out, path);
    enum ib_status status = ib_doc_open(out->path, &out->arena, &doc);
    if (status == IB_OK) {
        status = read_document(&doc, out);
        ib_doc_close(&doc);
    }
    if (status != IB_OK)
        ib_config_free(out);
    return status;
}

enum ib_status ib_config_default(const char *name, struct ib_config *out)
{
    start(out, "");
    out->name = ib_arena_copy(&out->arena, name);
    ib_hash_of("", 0, out->sha256);
    return ib_product_default(&out->arena, append_products(out, 1));
}

enum ib_status ib_config_set(struct ib_config *config, enum ib_axis_kind kind, const char *text,
                             const char *where)
{
    struct ib_axis_value *value = ib_arena_alloc(&config->arena, sizeof *value);
    IB_TRY(ib_axis_parse(&config->arena, kind, text, where, value));
    config->products[0].axes[kind] = (struct ib_axis){.values = value, .n = 1, .given = true};
    return IB_OK;
}

void ib_config_free(struct ib_config *config)
{
    ib_arena_free(&config->arena);
    *config = (struct ib_config){0};
}
