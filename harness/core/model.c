#include "core/model.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct ib_model ib_models[] = {
    {.name = "linreg",
     .summary = "linear regression by gradient descent",
     .loss = IB_HALF_MSE,
     .tasks = 1u << IB_REGRESSION},
    {.name = "logreg",
     .summary = "logistic regression by gradient descent",
     .loss = IB_BCE,
     .tasks = 1u << IB_CLASSIFICATION},
    {.name = "softmax",
     .summary = "multinomial logistic regression, for two classes or more, by gradient descent",
     .loss = IB_CE,
     .tasks = 1u << IB_CLASSIFICATION},
    {.name = "mlp",
     .summary = "network of 0 to 8 hidden layers, all of one activation, by gradient descent",
     .layered = true,
     .tasks = 1u << IB_REGRESSION | 1u << IB_CLASSIFICATION},
    {NULL},
};

const char *const *ib_model_names(void)
{
    static const char *names[sizeof ib_models / sizeof *ib_models];
    for (size_t i = 0; ib_models[i].name; i++)
        names[i] = ib_models[i].name;
    return names;
}

const struct ib_model *ib_model_find(const char *name)
{
    const struct ib_model *model = ib_models;
    while (model->name && strcmp(model->name, name) != 0)
        model++;
    return model->name ? model : NULL;
}

/* "w1" if layers are numbered, else "w". */
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

/* ---- initial parameters ---- */

const struct ib_word ib_init_words[] = {
    {"normal", IB_NORMAL},
    {"xavier", IB_XAVIER},
    {"he", IB_HE},
    {NULL, 0},
};

/* The standard deviation of parameter p; 0: it starts at zero, without a draw. */
static double spread(const struct ib_network *net, enum ib_init init, uint32_t p)
{
    const bool bias = p % 2;
    const double in = (double)net->width[p / 2], out = (double)net->width[p / 2 + 1];
    switch (init) {
    case IB_ZEROS:
        return 0;
    case IB_NORMAL:
        return 1;
    case IB_XAVIER:
        return bias ? 0 : sqrt(2 / (in + out));
    case IB_HE:
        return bias ? 0 : sqrt(2 / in);
    }
    return 0;
}

void ib_model_init(const struct ib_network *net, enum ib_init init, uint64_t seed, double *params)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    for (uint32_t p = 0; p < ib_network_params(net); p++) {
        const uint64_t size = ib_network_param_size(net, p);
        const double deviation = spread(net, init, p);
        for (uint64_t i = 0; i < size; i++)
            params[i] = deviation > 0 ? deviation * ib_rng_normal(&rng) : 0;
        params += size;
    }
}
