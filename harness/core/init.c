#include "base/rng.h"
#include "core/model.h"

#include <math.h>

const struct ib_word ib_init_words[] = {
    {"normal", IB_NORMAL},
    {"xavier", IB_XAVIER},
    {"he", IB_HE},
    {NULL, 0},
};

/* Standard deviation of parameter p; 0 means that it starts at zero and nothing is drawn. */
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
