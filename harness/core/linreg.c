#include "core/model.h"

extern const struct ib_model ib_model_linreg;
const struct ib_model ib_model_linreg = {
    .name = "linreg",
    .summary = "linear regression by gradient descent",
    .loss = IB_HALF_MSE,
    .tasks = 1u << IB_REGRESSION,
};
