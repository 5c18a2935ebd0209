#include "worker/readback.h"

#include "base/clock.h"

#include <string.h>

enum { IDLE_READBACKS = 3 };

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void ib_readback_open(struct ib_training *training, struct ib_arena *arena, struct ib_readback *out)
{
    const size_t bytes = ib_training_state_bytes(training);
    *out = (struct ib_readback){.training = training, .bytes = bytes};
    out->first = memset(ib_arena_alloc(arena, bytes), 1, bytes);
    out->last = memset(ib_arena_alloc(arena, bytes), 1, bytes);
}

static enum ib_status read_again(struct ib_readback *r, uint64_t *ns)
{
    const uint64_t begin = ib_now_ns();
    IB_TRY(ib_training_read_state(r->training, true, r->last));
    *ns = ib_now_ns() - begin;
    return IB_OK;
}

enum ib_status ib_readback_try(struct ib_readback *r)
{
    uint64_t ns;
    IB_TRY(read_again(r, &ns));
    r->total_ns += ns;
    r->n++;
    return IB_OK;
}

enum ib_status ib_readback_take(struct ib_readback *r, uint64_t *ns)
{
    const uint64_t begin = ib_now_ns();
    IB_TRY(ib_training_read_state(r->training, false, r->first));
    const uint64_t took_ns = ib_now_ns() - begin;
    r->total_ns += took_ns;
    r->n++;
    *ns += took_ns;
    return IB_OK;
}

/* Whether the training has ended where it began. */
static bool is_at_start(const struct ib_readback *r)
{
    const struct ib_train_data *data = r->training->data;
    const struct ib_training_spec *spec = &data->spec;
    const size_t element_bytes = r->bytes / (size_t)ib_state_total(spec);
    const char *next = r->first;
    for (uint32_t p = 0; p < ib_network_params(&spec->net); p++) {
        const size_t bytes = (size_t)ib_state_size(spec, p) * element_bytes;
        if (memcmp(next, data->start[p], bytes) != 0)
            return false;
        next += bytes;
    }
    return true;
}

/* Of an idle device, the longest of a few: the first and an occasional slow one do not differ by noise. */
enum ib_status ib_readback_prove(struct ib_readback *r, struct ib_outside *out)
{
    const struct timespec pause = {.tv_nsec = 100000}; /* so that what goes on gets the processor */
    nanosleep(&pause, NULL);
    out->idle_ns = 0;
    for (int i = 0; i < IDLE_READBACKS; i++) {
        uint64_t ns;
        IB_TRY(read_again(r, &ns));
        out->idle_ns = larger(out->idle_ns, ns);
    }
    out->readback_ns = r->total_ns / r->n; /* the longest of many would be that of a busy machine */
    out->changed = memcmp(r->first, r->last, r->bytes) != 0;
    out->at_start = is_at_start(r);
    out->known = true;
    r->total_ns = r->n = 0;
    return IB_OK;
}
