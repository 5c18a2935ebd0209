/* The part of a training that every description of one contains: network, number type, optimiser, and numbers
 * of training and test rows. A case adds the initial parameters, a job the implementation, the
 * oracle its arrays. The number of epochs is not included, because it differs between passes. */
#ifndef IB_CORE_TRAINING_SPEC_H
#define IB_CORE_TRAINING_SPEC_H

#include "core/network.h"

struct ib_training_spec {
    struct ib_network net;
    enum ib_dtype dtype; /* of data, parameters and arithmetic; the oracle may compute in another */
    double lr;
    uint64_t rows, test_rows;
    enum ib_optimizer optimizer;
    double weight_decay; /* times a parameter is added to its gradient */
    uint64_t batch;      /* rows of a mini-batch (core/batches.h), at most `rows`; 0: all */
};

/* The number of elements of the predictions for all test rows. */
static inline uint64_t ib_training_spec_predictions(const struct ib_training_spec *spec)
{
    return spec->test_rows * ib_network_outputs(&spec->net);
}

/* The number of elements of the features of all test rows. */
static inline uint64_t ib_training_spec_test_features(const struct ib_training_spec *spec)
{
    return spec->test_rows * spec->net.width[0];
}

#endif
