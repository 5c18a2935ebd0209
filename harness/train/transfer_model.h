/* The transfer model: how many copies and bytes a training must cost, from the shape of the network, the
 * residency and the reads alone. Written in closed form and without dispatch's help, so that it can convict
 * dispatch too. */
#ifndef IB_TRAIN_TRANSFER_MODEL_H
#define IB_TRAIN_TRANSFER_MODEL_H

#include "core/training_spec.h"
#include "train/dispatch.h"

struct ib_transfer_model_case {
    struct ib_training_spec spec;
    enum ib_residency residency;
    bool fused;         /* trained by whole steps */
    bool fused_predict; /* predictions too */
    uint64_t epochs;
    uint64_t reads; /* epochs whose loss was read */
};

/* What setup, training, reading the parameters and predicting must each have moved. */
void ib_transfer_model(const struct ib_transfer_model_case *, struct ib_traffic out[IB_PHASE_COUNT]);

/* Does a transfer log obey, phase by phase? Otherwise says in why[n] where not: "train: 12 uploads of 960
 * bytes, the transfer model says 10 of 800". */
bool ib_transfer_model_matches(const struct ib_transfer_model_case *, const struct ib_transfer_log *,
                               char *why, size_t n);

#endif
