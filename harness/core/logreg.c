#include "core/model.h"

extern const struct ib_model ib_model_logreg;
const struct ib_model ib_model_logreg = {
    .name = "logreg",
    .summary = "logistic regression by gradient descent",
    .loss = IB_BCE,
    .tasks = 1u << IB_CLASSIFICATION,
};
