#include "core/model.h"

extern const struct ib_model ib_model_mlp;
const struct ib_model ib_model_mlp = {
    .name = "mlp",
    .summary = "network of 0 to 8 hidden layers, all of one activation, by gradient descent",
    .layered = true,
    .tasks = 1u << IB_REGRESSION | 1u << IB_CLASSIFICATION,
};
