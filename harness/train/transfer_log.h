/* The transfer log of a training: every copy by phase, operation and tensor, and the numbers of calls and
 * syncs. */
#ifndef IB_TRAIN_TRANSFER_LOG_H
#define IB_TRAIN_TRANSFER_LOG_H

#include "ops/operation.h"

#include <stdbool.h>
#include <stdint.h>

enum ib_phase { IB_SETUP, IB_TRAIN, IB_READBACK, IB_PREDICT, IB_PHASE_COUNT };
extern const struct ib_word ib_phase_words[];

struct ib_traffic {
    uint64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes;
};

enum { IB_MAX_TENSORS = 128 };

/* Large, and for the most part unused: what there is of tensors from n_tensors on is undefined, and not worth
 * its page faults. */
struct ib_transfer_log {
    uint32_t n_tensors;
    uint64_t launches[IB_PHASE_COUNT]; /* operations called */
    uint64_t syncs[IB_PHASE_COUNT];
    char tensor[IB_MAX_TENSORS][8];
    struct ib_traffic copies[IB_MAX_TENSORS][IB_PHASE_COUNT][IB_OP_COUNT];
};

void ib_transfer_log_clear(struct ib_transfer_log *);
void ib_transfer_log_copy(const struct ib_transfer_log *from, struct ib_transfer_log *to);
bool ib_transfer_log_equal(const struct ib_transfer_log *, const struct ib_transfer_log *);
/* Adds a tensor that was not copied yet, and returns its index. There must be room for it; a name of more
 * than seven characters is cut off. */
uint32_t ib_transfer_log_add(struct ib_transfer_log *, const char *tensor);

void ib_traffic_add(struct ib_traffic *sum, const struct ib_traffic *more);
bool ib_traffic_equal(const struct ib_traffic *, const struct ib_traffic *);
/* The sum of all copies of a phase. */
struct ib_traffic ib_transfer_log_phase(const struct ib_transfer_log *, enum ib_phase);

#endif
