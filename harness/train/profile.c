#include "train/profile.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static uint64_t less(uint64_t ns, uint64_t by_ns)
{
    return ns > by_ns ? ns - by_ns : 0;
}

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static enum ib_status mark(const struct ib_profiler *p, uint32_t which)
{
    return p->profile->device_clock ? p->mem->mark(p->state, which) : IB_OK;
}

/* Host memory has nothing to wait for. */
static enum ib_status await(const struct ib_profiler *p)
{
    return p->mem ? p->mem->sync(p->state) : IB_OK;
}

/* Measures the median time of a sync with an idle device; on the host, that of reading the clock. */
static enum ib_status time_sync(const struct ib_profiler *p, uint64_t *out_ns)
{
    enum { SYNCS = 33 };
    uint64_t ns[SYNCS];
    IB_TRY(mark(p, 0)); /* the first mark may change the queue */
    IB_TRY(await(p));
    for (int i = 0; i < SYNCS; i++) {
        uint64_t begin = ib_now_ns();
        IB_TRY(await(p));
        ns[i] = ib_now_ns() - begin;
    }
    qsort(ns, SYNCS, sizeof *ns, by_value);
    *out_ns = ns[SYNCS / 2];
    return IB_OK;
}

enum ib_status ib_profiler_open(const struct ib_impl *impl, void *state, struct ib_profile *profile,
                                struct ib_profiler *out)
{
    memset(profile, 0, sizeof *profile);
    profile->device_clock = IB_HAS(impl->mem, mark) && IB_HAS(impl->mem, elapsed);
    *out = (struct ib_profiler){.mem = impl->mem, .state = state, .profile = profile};
    return time_sync(out, &profile->sync_ns);
}

/* The least value over all profiles of the field at `offset`. */
static uint64_t least_at(const struct ib_profile *profiles, size_t n, size_t offset)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&profiles[i] + offset, sizeof value);
        least = value < least ? value : least;
    }
    return least;
}

void ib_profile_least(const struct ib_profile *profiles, size_t n, struct ib_profile *out)
{
    *out = profiles[0];
#define LEAST(field) out->field = least_at(profiles, n, offsetof(struct ib_profile, field))
    LEAST(sync_ns);
    for (size_t op = 0; op < IB_OP_COUNT; op++) {
        LEAST(operations[op].launch_ns);
        LEAST(operations[op].wait_ns);
        LEAST(operations[op].compute_ns);
        for (size_t t = 0; t < IB_MAX_TENSORS; t++) {
            LEAST(copies[op][t].h2d_ns);
            LEAST(copies[op][t].d2h_ns);
        }
    }
#undef LEAST
}

enum ib_status ib_profile_call_begin(struct ib_profiler *p, uint64_t *begin_ns)
{
    if (!p)
        return IB_OK;
    IB_TRY(mark(p, 0));
    *begin_ns = ib_now_ns();
    return IB_OK;
}

enum ib_status ib_profile_call_end(struct ib_profiler *p, enum ib_op op, uint64_t begin_ns)
{
    if (!p)
        return IB_OK;
    struct ib_profile_operation *operation = &p->profile->operations[op];
    uint64_t launched_ns = p->mem ? ib_now_ns() : begin_ns,
             compute_ns = 0; /* on the host the call is the work */
    IB_TRY(mark(p, 1));
    IB_TRY(await(p));
    uint64_t wait_ns = ib_now_ns() - launched_ns;
    if (p->profile->device_clock)
        IB_TRY(p->mem->elapsed(p->state, &compute_ns));
    else
        compute_ns = less(wait_ns, p->profile->sync_ns);
    operation->calls++;
    operation->launch_ns += launched_ns - begin_ns;
    operation->wait_ns += wait_ns;
    operation->compute_ns += compute_ns;
    ib_timeline_add(p->timeline, &(struct ib_event){.kind = IB_EVENT_CALL,
                                                    .op = op,
                                                    .begin_ns = begin_ns,
                                                    .launch_ns = launched_ns - begin_ns,
                                                    .wait_ns = wait_ns,
                                                    .compute_ns = compute_ns});
    return IB_OK;
}

uint64_t ib_profile_copy_begin(const struct ib_profiler *p)
{
    return p ? ib_now_ns() : 0;
}

/* Waits, since an upload may only have been queued. */
enum ib_status ib_profile_upload_end(struct ib_profiler *p, enum ib_op op, uint32_t tensor, uint64_t begin_ns)
{
    const uint64_t launched_ns = ib_now_ns();
    IB_TRY(p->mem->sync(p->state));
    const uint64_t end_ns = ib_now_ns();
    p->profile->copies[op][tensor].h2d_ns += less(end_ns - begin_ns, p->profile->sync_ns);
    ib_timeline_add(p->timeline, &(struct ib_event){.kind = IB_EVENT_UPLOAD,
                                                    .op = op,
                                                    .tensor = tensor,
                                                    .begin_ns = begin_ns,
                                                    .launch_ns = launched_ns - begin_ns,
                                                    .wait_ns = end_ns - launched_ns});
    return IB_OK;
}

void ib_profile_download_end(struct ib_profiler *p, enum ib_op op, uint32_t tensor, uint64_t begin_ns)
{
    const uint64_t ns = ib_now_ns() - begin_ns;
    p->profile->copies[op][tensor].d2h_ns += ns;
    ib_timeline_add(
        p->timeline,
        &(struct ib_event){
            .kind = IB_EVENT_DOWNLOAD, .op = op, .tensor = tensor, .begin_ns = begin_ns, .launch_ns = ns});
}
