/* The transfer model: the exact number of copies and bytes of a training, computed from the network's
 * shape, the residency and the number of losses read. It is independent of dispatch, so that it also
 * detects errors there. */
#ifndef IB_TRAIN_TRANSFER_MODEL_H
#define IB_TRAIN_TRANSFER_MODEL_H

#include "core/training_spec.h"
#include "train/dispatch.h"

struct ib_transfer_model_case {
    struct ib_training_spec spec;
    enum ib_residency residency;
    bool fused;         /* trained by fused steps */
    bool fused_predict; /* predicted by fused prediction */
    uint64_t epochs;
    uint64_t reads; /* epochs whose loss was read */
};

/* Computes the expected copies of each phase. */
void ib_transfer_model(const struct ib_transfer_model_case *, struct ib_traffic out[IB_PHASE_COUNT]);

/* Returns true if a transfer log matches in every phase. Otherwise writes the first difference to why[n]:
 * "train: 12 uploads (960 bytes) and 1 downloads (8 bytes); expected 10 (800) and 1 (8)". */
bool ib_transfer_model_matches(const struct ib_transfer_model_case *, const struct ib_transfer_log *,
                               char *why, size_t n);

#endif
