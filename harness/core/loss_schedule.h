/* The epochs whose loss a checked pass reads: the first 50, the last 64, and at most 1000 in between; with
 * log_every also epoch 1 and every log_every-th. Epochs count from 1. Shared by the oracle and the worker,
 * so that they agree. */
#ifndef IB_CORE_LOSS_SCHEDULE_H
#define IB_CORE_LOSS_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { IB_READ_FIRST = 50, IB_READ_LAST = 64, IB_READ_BETWEEN = 1000 };

static inline bool ib_logs_epoch(uint64_t epoch, uint64_t log_every)
{
    return log_every && (epoch == 1 || epoch % log_every == 0);
}

static inline bool ib_checks_epoch(uint64_t epoch, uint64_t epochs)
{
    const uint64_t ends = IB_READ_FIRST + IB_READ_LAST;
    if (epochs <= ends || epoch <= IB_READ_FIRST || epoch > epochs - IB_READ_LAST)
        return true;
    uint64_t stride = (epochs - ends + IB_READ_BETWEEN - 1) / IB_READ_BETWEEN;
    return (epoch - IB_READ_FIRST) % stride == 0;
}

/* The first epoch of ib_checks_epoch after this one (0: the first of all); past `epochs` if there is none. */
static inline uint64_t ib_next_checked_epoch(uint64_t epoch, uint64_t epochs)
{
    const uint64_t ends = IB_READ_FIRST + IB_READ_LAST;
    if (epochs <= ends || epoch < IB_READ_FIRST || epoch >= epochs - IB_READ_LAST)
        return epoch + 1;
    const uint64_t stride = (epochs - ends + IB_READ_BETWEEN - 1) / IB_READ_BETWEEN;
    const uint64_t next = IB_READ_FIRST + ((epoch - IB_READ_FIRST) / stride + 1) * stride;
    return next <= epochs - IB_READ_LAST ? next : epochs - IB_READ_LAST + 1;
}

/* The number of epochs of ib_logs_epoch. */
static inline uint64_t ib_logged_epochs(uint64_t epochs, uint64_t log_every)
{
    return log_every && epochs ? epochs / log_every + (log_every > 1 ? 1 : 0) : 0;
}

#endif
