#include "core/case.h"

#include "core/loss.h"

#include <inttypes.h>
#include <string.h>

const struct ib_word ib_residency_words[] = {
    {"host", IB_HOST}, {"per_op", IB_PER_OP}, {"resident", IB_RESIDENT}, {NULL, 0}};

void ib_case_use_dataset(struct ib_case *c)
{
    struct ib_network *net = &c->spec.net;
    net->width[0] = c->dataset->cols;
    net->width[net->n_layers] = ib_loss_outputs(net->loss, c->dataset);
    c->spec.rows = c->dataset->rows;
    c->spec.test_rows = c->dataset->test_rows;
}

enum ib_products ib_case_products(const struct ib_case *c)
{
    enum ib_products products = IB_PRODUCTS_F32;
    for (size_t i = 0; c->spec.dtype == IB_F32 && i < c->impl->n_settings; i++) {
        const struct ib_setting *setting = &c->impl->settings[i];
        const enum ib_products asked = ib_products_of_option(setting->name, setting->value);
        products = asked > products ? asked : products;
    }
    return products;
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
    const struct ib_network *net = &c->spec.net;
    const char *title = c->model->name;
    for (uint32_t l = 1; l < net->n_layers; l++)
        title = ib_arena_print(arena, "%s%c%" PRIu64, title, l == 1 ? ' ' : 'x', net->width[l]);
    if (net->n_layers > 1)
        title = ib_arena_print(arena, "%s %s", title, ib_word_of(ib_act_words, (int)net->act));
    if (c->spec.optimizer != IB_SGD)
        title = ib_arena_print(arena, "%s %s", title, ib_word_of(ib_optimizer_words, (int)c->spec.optimizer));
    if (c->spec.weight_decay != 0)
        title = ib_arena_print(arena, "%s weight_decay=%.6g", title, c->spec.weight_decay);
    if (c->spec.batch)
        title = ib_arena_print(arena, "%s batch=%" PRIu64, title, c->spec.batch);
    return ib_arena_print(arena, "%s %s %s", title, ib_word_of(ib_dtype_words, (int)c->spec.dtype),
                          c->dataset->name);
}
