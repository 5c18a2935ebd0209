#include "train/transfer_log.h"

const struct ib_word ib_phase_words[] = {
    {"setup", IB_SETUP}, {"train", IB_TRAIN}, {"readback", IB_READBACK}, {"predict", IB_PREDICT}, {NULL, 0}};

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
            ib_traffic_add(&sum, &transfer_log->copies[phase][op][t]);
    return sum;
}
