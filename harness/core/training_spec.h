/* What a training is, whoever does it: a network, the numbers that it computes in, a learning rate, and how
 * many rows it learns from and predicts. Everything that describes a training holds one of these and adds its
 * own: a case the start, a job the implementation, the oracle its arrays. How many epochs it lasts is not
 * part of it, because passes train the same problem for one epoch, for some, and for all. */
#ifndef IB_CORE_TRAINING_SPEC_H
#define IB_CORE_TRAINING_SPEC_H

#include "core/network.h"

struct ib_training_spec {
    struct ib_network net;
    enum ib_dtype dtype; /* of data, parameters and arithmetic, unless an oracle is told otherwise */
    double lr;
    uint64_t rows, test_rows;
};

/* Elements of the predictions for all test rows. */
static inline uint64_t ib_training_spec_predictions(const struct ib_training_spec *spec)
{
    return spec->test_rows * ib_network_outputs(&spec->net);
}

#endif
