#include "store/axis_columns.h"
#include <inttypes.h>
const char *ib_axis_column_type(enum ib_axis_kind k)
{
    return !ib_axis_is_number(k) ? "TEXT" : k == IB_AXIS_LR ? "REAL" : "INTEGER";
}
static const char *word(const struct ib_word *words, int value)
{
    return value ? ib_word_of(words, value) : NULL;
}
const char *ib_axis_text(struct ib_arena *arena, enum ib_axis_kind kind, const struct ib_case *c)
{
    char text[32];
    const char *hidden = "none";
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    const void *field = (const char *)c + rule->offset;
    if (rule->applies && !rule->applies(c) && kind != IB_AXIS_RESIDENCY && kind != IB_AXIS_LOSS)
        return NULL;
    switch (kind) {
    case IB_AXIS_MODEL:
        return c->model->name;
    case IB_AXIS_DATASET:
        return ib_arena_copy(arena, c->dataset->name);
    case IB_AXIS_IMPL:
        return ib_arena_copy(arena, c->impl->info->name);
    case IB_AXIS_ACT:
        return word(ib_act_words, (int)c->spec.net.act);
    case IB_AXIS_LOSS:
        return word(ib_loss_words, (int)c->spec.net.loss);
    case IB_AXIS_INIT:
        return word(ib_init_words, (int)c->init);
    case IB_AXIS_DTYPE:
        return word(ib_dtype_words, (int)c->spec.dtype);
    case IB_AXIS_RESIDENCY:
        return word(ib_residency_words, (int)c->residency);
    case IB_AXIS_LR:
        return ib_arena_copy(arena, ib_print_real(c->spec.lr, text, sizeof text));
    case IB_AXIS_HIDDEN:
        for (uint32_t l = 1; l < c->spec.net.n_layers; l++)
            hidden = l > 1 ? ib_arena_print(arena, "%s,%" PRIu64, hidden, c->spec.net.width[l])
                           : ib_arena_print(arena, "%" PRIu64, c->spec.net.width[l]);
        return hidden;
    default:
        return ib_arena_print(arena, "%" PRIu64, *(const uint64_t *)field);
    }
}
