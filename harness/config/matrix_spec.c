#include "config/matrix_spec.h"

#include "base/error.h"

/* ---- Axes ---- */

static enum ib_status read_axis(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *list, void *field)
{
    return ib_axis_read_all(doc, ib_axis_find(rule->name), list, field);
}

static json_t *axis_schema(const struct ib_yaml_key *rule)
{
    return ib_axis_schema(ib_axis_find(rule->name));
}

enum ib_status ib_matrix_spec_default(struct ib_arena *arena, struct ib_matrix_spec *out)
{
    *out = (struct ib_matrix_spec){0};
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        out->leader[k] = (enum ib_axis_kind)k;
        IB_TRY(ib_axis_default(arena, (enum ib_axis_kind)k, &out->axes[k]));
    }
    return IB_OK;
}

/* "6", "[per_op, resident]"; NULL without a default. */
static const char *default_text(struct ib_arena *arena, const struct ib_axis_rule *rule)
{
    const char *text = rule->defaults[0];
    if (rule->which_default)
        return text;
    for (size_t i = 1; text && rule->defaults[i]; i++)
        text = ib_arena_print(arena, "%s, %s", text, rule->defaults[i]);
    return text && rule->defaults[1] ? ib_arena_print(arena, "[%s]", text) : text;
}

const struct ib_yaml_key *ib_matrix_spec_keys(struct ib_arena *arena)
{
    struct ib_yaml_key *keys = ib_arena_alloc(arena, (IB_AXIS_COUNT + 1) * sizeof *keys);
    for (size_t k = 0; k < IB_AXIS_COUNT; k++) {
        const struct ib_axis_rule *rule = &ib_axis_rules[k];
        keys[k] =
            (struct ib_yaml_key){.name = rule->name,
                                 .read = read_axis,
                                 .schema = axis_schema,
                                 .offset = offsetof(struct ib_matrix_spec, axes) + k * sizeof(struct ib_axis),
                                 .required = !rule->defaults[0],
                                 .help = rule->help,
                                 .example = rule->example,
                                 .type = ib_axis_type_name((enum ib_axis_kind)k),
                                 .allowed = ib_axis_allowed(arena, (enum ib_axis_kind)k),
                                 .initial = default_text(arena, rule)};
    }
    keys[IB_AXIS_COUNT] = (struct ib_yaml_key){.name = NULL};
    return keys;
}

enum ib_status ib_matrix_spec_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                                   struct ib_matrix_spec *out)
{
    IB_TRY(ib_matrix_spec_default(doc->arena, out));
    return ib_yaml_read_map(doc, map, key, ib_matrix_spec_keys(doc->arena), out);
}

bool ib_matrix_spec_is_zipped(const struct ib_matrix_spec *spec, enum ib_axis_kind kind)
{
    size_t n = 0;
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        n += spec->leader[k] == spec->leader[kind];
    return n > 1;
}

enum ib_status ib_matrix_spec_check(const struct ib_matrix_spec *spec)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_matrix_spec_is_zipped(spec, (enum ib_axis_kind)k))
            IB_TRY(ib_axis_check((enum ib_axis_kind)k, &spec->axes[k]));
    return IB_OK;
}

/* ---- `zip`: axes that advance together ---- */

static enum ib_status read_axis_name(const struct ib_yaml *doc, const char *key, const yaml_node_t *item,
                                     enum ib_axis_kind *out)
{
    const char *name = NULL;
    char hint[128];
    IB_TRY(ib_yaml_scalar(doc, item, key, false, "the name of an axis", &name));
    *out = ib_axis_find(name);
    if (*out != IB_AXIS_COUNT)
        return IB_OK;
    return ib_yaml_fail(doc, item, key, "`%s` is not an axis%s", IB_SHORT(name),
                        ib_hint(name, ib_axis_names(), hint, sizeof hint));
}

static bool is_in(const struct ib_zip *zips, size_t n, enum ib_axis_kind kind)
{
    while (n > 0)
        if (zips[--n].has[kind])
            return true;
    return false;
}

/* Reads entry n. */
static enum ib_status read_zip(const struct ib_yaml *doc, const char *key, const yaml_node_t *list,
                               struct ib_zip *zips, size_t n)
{
    if (list->type != YAML_SEQUENCE_NODE || ib_yaml_count(list) < 2)
        return ib_yaml_fail(doc, list, key, "at least two axes are needed, such as [lr, epochs]");
    zips[n].where = ib_yaml_where(doc, list);
    for (size_t i = 0; i < ib_yaml_count(list); i++) {
        const yaml_node_t *item = ib_yaml_item(doc, list, i);
        enum ib_axis_kind kind;
        IB_TRY(read_axis_name(doc, key, item, &kind));
        if (is_in(zips, n + 1, kind))
            return ib_yaml_fail(doc, item, key, "`%s` is given twice", ib_axis_rules[kind].name);
        zips[n].has[kind] = true;
    }
    return IB_OK;
}

enum ib_status ib_zips_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *list,
                            struct ib_zip **out, size_t *n)
{
    size_t count = ib_yaml_count(list);
    bool nested = list->type == YAML_SEQUENCE_NODE && count > 0 &&
                  ib_yaml_item(doc, list, 0)->type == YAML_SEQUENCE_NODE;
    *n = nested ? count : 1;
    *out = ib_arena_alloc(doc->arena, *n * sizeof **out);
    for (size_t i = 0; i < *n; i++)
        IB_TRY(read_zip(doc, key, nested ? ib_yaml_item(doc, list, i) : list, *out, i));
    return IB_OK;
}

static enum ib_status refuse_lengths(const struct ib_matrix_spec *spec, const struct ib_zip *zip,
                                     enum ib_axis_kind a, enum ib_axis_kind b)
{
    return ib_fail(IB_EINVAL, zip->where,
                   "key `zip`: `%s` has %zu values (%s), `%s` has %zu (%s); axes that "
                   "advance together must have the same number of values",
                   ib_axis_rules[a].name, spec->axes[a].n, spec->axes[a].values[0].where,
                   ib_axis_rules[b].name, spec->axes[b].n, spec->axes[b].values[0].where);
}

enum ib_status ib_matrix_spec_zip(struct ib_matrix_spec *spec, const struct ib_zip *zip)
{
    enum ib_axis_kind leader = IB_AXIS_COUNT;
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (!zip->has[k])
            continue;
        if (!spec->axes[k].given)
            return ib_fail(IB_EINVAL, zip->where, "key `zip`: `%s` is not in `matrix`",
                           ib_axis_rules[k].name);
        if (leader == IB_AXIS_COUNT)
            leader = (enum ib_axis_kind)k;
        if (spec->axes[k].n != spec->axes[leader].n)
            return refuse_lengths(spec, zip, leader, (enum ib_axis_kind)k);
        spec->leader[k] = leader;
    }
    return IB_OK;
}
