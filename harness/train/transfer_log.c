#include "train/transfer_log.h"

#include <stddef.h>
#include <string.h>

const struct ib_word ib_phase_words[] = {
    {"setup", IB_SETUP}, {"train", IB_TRAIN}, {"readback", IB_READBACK}, {"predict", IB_PREDICT}, {NULL, 0}};

/* The bytes that are in use. */
static size_t used(const struct ib_transfer_log *log)
{
    return offsetof(struct ib_transfer_log, copies) + log->n_tensors * sizeof *log->copies;
}

void ib_transfer_log_clear(struct ib_transfer_log *log)
{
    memset(log, 0, offsetof(struct ib_transfer_log, copies));
}

void ib_transfer_log_copy(const struct ib_transfer_log *from, struct ib_transfer_log *to)
{
    memcpy(to, from, used(from));
}

bool ib_transfer_log_equal(const struct ib_transfer_log *a, const struct ib_transfer_log *b)
{
    return a->n_tensors == b->n_tensors && memcmp(a, b, used(a)) == 0;
}

uint32_t ib_transfer_log_add(struct ib_transfer_log *log, const char *tensor)
{
    const uint32_t t = log->n_tensors++;
    memset(log->tensor[t], 0, sizeof log->tensor[t]);
    strncpy(log->tensor[t], tensor, sizeof log->tensor[t] - 1);
    memset(log->copies[t], 0, sizeof log->copies[t]);
    return t;
}

void ib_traffic_add(struct ib_traffic *sum, const struct ib_traffic *more)
{
    sum->h2d_count += more->h2d_count;
    sum->h2d_bytes += more->h2d_bytes;
    sum->d2h_count += more->d2h_count;
    sum->d2h_bytes += more->d2h_bytes;
}

bool ib_traffic_equal(const struct ib_traffic *a, const struct ib_traffic *b)
{
    return a->h2d_count == b->h2d_count && a->h2d_bytes == b->h2d_bytes && a->d2h_count == b->d2h_count &&
           a->d2h_bytes == b->d2h_bytes;
}

struct ib_traffic ib_transfer_log_phase(const struct ib_transfer_log *transfer_log, enum ib_phase phase)
{
    struct ib_traffic sum = {0};
    for (int op = 0; op < IB_OP_COUNT; op++)
        for (uint32_t t = 0; t < transfer_log->n_tensors; t++)
            ib_traffic_add(&sum, &transfer_log->copies[t][phase][op]);
    return sum;
}
