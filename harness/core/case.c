#include "core/case.h"

#include <inttypes.h>
#include <string.h>

const struct ib_word ib_residency_words[] = {
    {"host", IB_HOST}, {"per_op", IB_PER_OP}, {"resident", IB_RESIDENT}, {NULL, 0}};

void ib_case_network(const struct ib_case *c, struct ib_network *out)
{
    *out = (struct ib_network){.n_layers = c->n_hidden + 1, .act = c->act, .loss = c->loss};
    out->width[0] = c->dataset->cols;
    memcpy(out->width + 1, c->hidden, c->n_hidden * sizeof *c->hidden);
    out->width[out->n_layers] = c->dataset->outputs;
}

bool ib_case_tf32(const struct ib_case *c)
{
    for (size_t i = 0; c->dtype == IB_F32 && i < c->impl->n_settings; i++)
        if (strcmp(c->impl->settings[i].name, "tf32") == 0)
            return strcmp(c->impl->settings[i].value, "true") == 0;
    return false;
}

const char *ib_settings_label(struct ib_arena *arena, const char *name, const struct ib_setting *settings,
                              size_t n)
{
    const char *label = name;
    for (size_t i = 0; i < n; i++)
        label = ib_arena_print(arena, "%s %s=%s", label, settings[i].name, settings[i].value);
    return label;
}

const char *ib_case_title(struct ib_arena *arena, const struct ib_case *c)
{
    const char *title = c->model->name;
    for (uint32_t i = 0; i < c->n_hidden; i++)
        title = ib_arena_print(arena, "%s%c%" PRIu64, title, i ? '-' : ' ', c->hidden[i]);
    if (c->n_hidden)
        title = ib_arena_print(arena, "%s %s", title, ib_word_of(ib_act_words, (int)c->act));
    return ib_arena_print(arena, "%s %s %s", title, ib_word_of(ib_dtype_words, (int)c->dtype),
                          c->dataset->name);
}
