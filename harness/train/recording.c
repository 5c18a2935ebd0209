#include "train/recording.h"

#include <string.h>

enum ib_status ib_capture_begin(struct ib_dispatch *d)
{
    IB_TRY(d->impl->capture->begin(d->state));
    d->capturing = true;
    memset(&d->captured, 0, sizeof d->captured);
    return IB_OK;
}

enum ib_status ib_capture_end(struct ib_dispatch *d)
{
    d->capturing = false;
    return d->impl->capture->end(d->state);
}

static void log_replays(struct ib_dispatch *d, uint64_t n)
{
    d->transfer_log.launches[d->phase] += n * d->captured.launches;
    for (size_t t = 0; t < IB_MAX_TENSORS; t++)
        if (d->captured.written[t])
            ib_mark_written(d->captured.written[t]);
}

enum ib_status ib_replay(struct ib_dispatch *d, uint64_t n)
{
    log_replays(d, n);
    return d->impl->capture->replay(d->state, n);
}

enum ib_status ib_replay_shifted(struct ib_dispatch *d, uint64_t shift)
{
    log_replays(d, 1);
    return d->impl->capture->replay_shifted(d->state, shift);
}
