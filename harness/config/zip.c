/* `zip`: axes that advance together. */
#include "base/error.h"
#include "config/matrix_spec.h"

/* ---- Reading ---- */

static enum ib_status read_axis_name(const struct ib_yaml *doc, const char *key, const yaml_node_t *item,
                                     enum ib_axis_kind *out)
{
    const char *name = NULL;
    char hint[128];
    IB_TRY(ib_yaml_scalar(doc, item, key, false, "the name of an axis", &name));
    *out = ib_axis_find(name);
    if (*out != IB_AXIS_COUNT)
        return IB_OK;
    return ib_yaml_fail(doc, item, key, "`%.100s` is not an axis%s", name,
                        ib_hint(name, ib_axis_names(), hint, sizeof hint));
}

static bool is_in(const struct ib_zip *zips, size_t n, enum ib_axis_kind kind)
{
    while (n > 0)
        if (zips[--n].has[kind])
            return true;
    return false;
}

/* The tie behind n others. */
static enum ib_status read_tie(const struct ib_yaml *doc, const char *key, const yaml_node_t *list,
                               struct ib_zip *zips, size_t n)
{
    if (list->type != YAML_SEQUENCE_NODE || ib_yaml_count(list) < 2)
        return ib_yaml_fail(doc, list, key, "two axes or more advance together: [lr, epochs]");
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
        IB_TRY(read_tie(doc, key, nested ? ib_yaml_item(doc, list, i) : list, *out, i));
    return IB_OK;
}

/* ---- Tying ---- */

static enum ib_status refuse_lengths(const struct ib_matrix_spec *spec, const struct ib_zip *zip,
                                     enum ib_axis_kind a, enum ib_axis_kind b)
{
    return ib_fail(IB_EINVAL, zip->where,
                   "key `zip`: `%s` has %zu values (%s), `%s` has %zu (%s); axes that "
                   "advance together have equally many",
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
