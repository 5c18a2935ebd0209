#include "config/matrix_spec.h"

#include "base/error.h"

#include <string.h>

/* ---- From YAML to texts ---- */

/* Texts that one item of an axis stands for. */
struct texts {
    const char **list;
    size_t n, capacity;
};

static void add_text(const struct ib_yaml *doc, struct texts *texts, const char *text)
{
    texts->list = ib_arena_grow(doc->arena, texts->list, sizeof *texts->list, texts->n, &texts->capacity);
    texts->list[texts->n++] = text;
}

enum ib_status ib_matrix_spec_read_layers(const struct ib_yaml *doc, const yaml_node_t *list,
                                          const char **out)
{
    *out = "none";
    for (size_t i = 0; i < ib_yaml_count(list); i++) {
        const char *size = NULL;
        IB_TRY(ib_yaml_scalar(doc, ib_yaml_item(doc, list, i), "hidden", true, "a layer size", &size));
        *out = i ? ib_arena_print(doc->arena, "%s,%s", *out, size) : size;
    }
    return IB_OK;
}

/* Each of `before` with each value of an option behind it: " threads=1", " threads=2". */
static enum ib_status add_option(const struct ib_yaml *doc, const char *name, const yaml_node_t *values,
                                 const struct texts *before, struct texts *out)
{
    static const char allowed[] = "a value without blanks";
    if (ib_yaml_count(values) == 0)
        return ib_yaml_fail(doc, values, name, "an empty list; at least one value is needed");
    for (size_t i = 0; i < before->n; i++) {
        for (size_t j = 0; j < ib_yaml_count(values); j++) {
            const yaml_node_t *item = ib_yaml_item(doc, values, j);
            const char *value = NULL;
            IB_TRY(ib_yaml_scalar(doc, item, name, false, allowed, &value));
            if (strpbrk(value, " \t\r\n"))
                return ib_yaml_refuse(doc, item, name, allowed);
            add_text(doc, out, ib_arena_print(doc->arena, "%s %s=%s", before->list[i], name, value));
        }
    }
    return IB_OK;
}

/* {name: cpu_blas, threads: [1, 2]} as "cpu_blas threads=1" and "cpu_blas threads=2". */
static enum ib_status read_impl(const struct ib_yaml *doc, const yaml_node_t *map, struct texts *out)
{
    const yaml_node_t *name = ib_yaml_find(doc, map, "name");
    const char *text = NULL;
    if (!name)
        return ib_yaml_fail(doc, map, "impl", "`name` is missing");
    IB_TRY(ib_yaml_scalar(doc, name, "name", false, "an implementation's name", &text));
    add_text(doc, out, text);
    for (size_t i = 0; i < ib_yaml_pairs(map); i++) {
        const char *option = ib_yaml_key(doc, map, i);
        struct texts with_option = {0};
        if (strcmp(option, "name") == 0)
            continue;
        IB_TRY(add_option(doc, option, ib_yaml_value(doc, map, i), out, &with_option));
        *out = with_option;
    }
    return IB_OK;
}

/* The texts of one item of an axis; `out` starts empty. */
static enum ib_status read_item(const struct ib_yaml *doc, enum ib_axis_kind kind, const yaml_node_t *item,
                                struct texts *out)
{
    bool number = ib_axis_is_number(kind);
    const char *text = NULL;
    if (kind == IB_AXIS_IMPL && item->type == YAML_MAPPING_NODE)
        return read_impl(doc, item, out);
    if (kind == IB_AXIS_HIDDEN && item->type == YAML_SEQUENCE_NODE)
        IB_TRY(ib_matrix_spec_read_layers(doc, item, &text));
    else
        IB_TRY(ib_yaml_scalar(doc, item, ib_axis_rules[kind].name, number,
                              number ? "a number, without quotes" : "a single value", &text));
    add_text(doc, out, text);
    return IB_OK;
}

/* ---- From texts to values ---- */

struct values {
    struct ib_axis_value *list;
    size_t n, capacity;
};

static enum ib_status add_value(const struct ib_yaml *doc, enum ib_axis_kind kind, const yaml_node_t *item,
                                const char *text, struct values *values)
{
    const char *key = ib_axis_rules[kind].name;
    struct ib_axis_value value;
    if (ib_axis_parse(doc->arena, kind, text, ib_yaml_where(doc, item), &value) != IB_OK)
        return ib_yaml_fail(doc, item, key, "%s", ib_last_error()->message);
    values->list = ib_arena_grow(doc->arena, values->list, sizeof value, values->n, &values->capacity);
    values->list[values->n++] = value;
    return IB_OK;
}

static enum ib_status read_axis(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                const yaml_node_t *list, void *field)
{
    enum ib_axis_kind kind = ib_axis_find(rule->name);
    struct values values = {0};
    if (ib_yaml_count(list) == 0)
        return ib_yaml_fail(doc, list, rule->name, "an empty axis; at least one value is needed%s",
                            kind == IB_AXIS_HIDDEN ? ", such as [[]] for no hidden layers" : "");
    for (size_t i = 0; i < ib_yaml_count(list); i++) {
        const yaml_node_t *item = ib_yaml_item(doc, list, i);
        struct texts texts = {0};
        IB_TRY(read_item(doc, kind, item, &texts));
        for (size_t j = 0; j < texts.n; j++)
            IB_TRY(add_value(doc, kind, item, texts.list[j], &values));
    }
    *(struct ib_axis *)field = (struct ib_axis){.values = values.list, .n = values.n, .given = true};
    return IB_OK;
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

enum ib_status ib_matrix_spec_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                                   struct ib_matrix_spec *out)
{
    struct ib_yaml_key keys[IB_AXIS_COUNT + 1] = {0};
    IB_TRY(ib_matrix_spec_default(doc->arena, out));
    for (size_t k = 0; k < IB_AXIS_COUNT; k++)
        keys[k] =
            (struct ib_yaml_key){.name = ib_axis_rules[k].name,
                                 .read = read_axis,
                                 .offset = offsetof(struct ib_matrix_spec, axes) + k * sizeof *out->axes,
                                 .required = out->axes[k].n == 0};
    return ib_yaml_read_map(doc, map, key, keys, out);
}

bool ib_matrix_spec_is_zipped(const struct ib_matrix_spec *spec, enum ib_axis_kind kind)
{
    size_t n = 0;
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        n += spec->leader[k] == spec->leader[kind];
    return n > 1;
}

static enum ib_status check_axis(enum ib_axis_kind kind, const struct ib_axis *axis)
{
    for (size_t i = 0; i < axis->n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(axis->values[i].text, axis->values[j].text) == 0)
                return ib_fail(IB_EINVAL, axis->values[i].where, "key `%s`: `%.100s` is given twice%s",
                               ib_axis_rules[kind].name, axis->values[i].text,
                               kind == IB_AXIS_HIDDEN ? "; one network with two layers is [[6, 6]]" : "");
    return IB_OK;
}

enum ib_status ib_matrix_spec_check(const struct ib_matrix_spec *spec)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_matrix_spec_is_zipped(spec, (enum ib_axis_kind)k))
            IB_TRY(check_axis((enum ib_axis_kind)k, &spec->axes[k]));
    return IB_OK;
}
