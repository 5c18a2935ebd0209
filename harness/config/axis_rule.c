#include "config/axis_rule.h"

#include "base/error.h"

#include <inttypes.h>

enum { ALLOWED_BYTES = 160 };

void ib_axis_list_names(const struct ib_axis_rule *rule, const char **names)
{
    names[0] = NULL;
    if (rule->type->list)
        rule->type->list(rule, names);
}

const char *ib_axis_rule_allowed(struct ib_arena *arena, const struct ib_axis_rule *rule)
{
    const char *names[IB_AXIS_NAMES + 1];
    char list[ALLOWED_BYTES];
    ib_axis_list_names(rule, names);
    if (rule->type->allowed)
        return rule->type->allowed;
    if (names[0])
        return ib_arena_copy(arena, ib_name_list(names, list, sizeof list));
    return ib_arena_print(arena, "an integer from %" PRIu64 " to %" PRIu64, rule->min, rule->max);
}

enum ib_status ib_axis_rule_parse(struct ib_arena *arena, const struct ib_axis_rule *rule, const char *text,
                                  const char *where, struct ib_axis_value *out)
{
    const char *names[IB_AXIS_NAMES + 1];
    char hint[ALLOWED_BYTES];
    *out = (struct ib_axis_value){.where = where};
    if (rule->type->parse(arena, rule, text, out)) {
        out->identity = out->text;
        return IB_OK;
    }
    ib_axis_list_names(rule, names);
    return ib_fail(IB_EINVAL, where, "`%s` is not %s%s", IB_SHORT(text), ib_axis_rule_allowed(arena, rule),
                   ib_hint(text, names, hint, sizeof hint));
}

void ib_axis_add(struct ib_arena *arena, const struct ib_axis_value *value, struct ib_axis_values *out)
{
    out->list = ib_arena_grow(arena, out->list, sizeof *out->list, out->n, &out->capacity);
    out->list[out->n++] = *value;
}

enum ib_status ib_axis_add_text(const struct ib_yaml *doc, const struct ib_axis_rule *rule,
                                const yaml_node_t *item, const char *text, struct ib_axis_values *out)
{
    struct ib_axis_value value;
    if (ib_axis_rule_parse(doc->arena, rule, text, ib_yaml_where(doc, item), &value) != IB_OK)
        return ib_yaml_fail(doc, item, rule->name, "%s", ib_last_error()->message);
    ib_axis_add(doc->arena, &value, out);
    return IB_OK;
}
