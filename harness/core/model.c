#include "core/model.h"

#include <stdio.h>
#include <string.h>

#define IB_MODEL(name) extern const struct ib_model ib_model_##name;
#include "core/models.def"
#undef IB_MODEL

#define IB_MODEL(name) &ib_model_##name,
const struct ib_model *const ib_models[] = {
#include "core/models.def"
    NULL,
};
#undef IB_MODEL

const struct ib_model *ib_model_find(const char *name)
{
    const struct ib_model *const *model = ib_models;
    while (*model && strcmp((*model)->name, name) != 0)
        model++;
    return *model;
}

bool ib_model_scales_targets(enum ib_loss loss)
{
    return loss == IB_MSE;
}

bool ib_model_gives_probability(enum ib_loss loss)
{
    return loss == IB_BCE;
}

/* "w1" where layers are numbered, else "w". */
static const char *param_text(bool numbered, uint32_t p, char text[8])
{
    const char kind = p % 2 ? 'b' : 'w';
    if (numbered)
        snprintf(text, 8, "%c%u", kind, p / 2 % 100 + 1);
    else
        snprintf(text, 8, "%c", kind);
    return text;
}

const char *ib_model_param_name(const struct ib_model *model, uint32_t p, char text[8])
{
    return param_text(model->layered, p, text);
}

const char *ib_param_text(const struct ib_network *net, uint32_t p, char text[8])
{
    return param_text(net->n_layers > 1, p, text);
}
