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

#endif
