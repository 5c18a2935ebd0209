/* A device: copies, a call and a wait, and the bandwidth of its memory. */
#include "limits/instance.h"
#include "ops/operation.h"

#include <stdlib.h>

#define SECONDS 0.1

enum { MIB = 1 << 20, COPY_BYTES = 16 * MIB, CALLS = 100 };

struct device {
    const struct ib_instance *instance;
    struct ib_limits_matrix x, y; /* large */
    struct ib_limits_matrix a, b; /* one element */
    void *host;
    bool pinned;
};

static enum ib_status wait_idle(void *context)
{
    return ib_limits_sync(((const struct device *)context)->instance);
}

static enum ib_status upload(void *context)
{
    const struct device *d = context;
    IB_TRY(d->instance->impl->mem->h2d(d->instance->state, d->x.view.p, d->host, COPY_BYTES));
    return ib_limits_sync(d->instance);
}

static enum ib_status download(void *context)
{
    const struct device *d = context;
    return d->instance->impl->mem->d2h(d->instance->state, d->host, d->x.view.p, COPY_BYTES);
}

static enum ib_status stream(void *context)
{
    const struct device *d = context;
    IB_TRY(d->instance->impl->ops->axpy(d->instance->state, 0.5, &d->x.view, &d->y.view));
    return ib_limits_sync(d->instance);
}

/* The time of the wait at the end is small among so many. */
static enum ib_status call_often(void *context)
{
    const struct device *d = context;
    for (int i = 0; i < CALLS; i++)
        IB_TRY(d->instance->impl->ops->axpy(d->instance->state, 0.5, &d->a.view, &d->b.view));
    return ib_limits_sync(d->instance);
}

static enum ib_status open_host(struct device *d)
{
    const struct ib_mem_ops *mem = d->instance->impl->mem;
    d->pinned = IB_HAS(mem, host_alloc) && mem->host_alloc(d->instance->state, COPY_BYTES, &d->host) == IB_OK;
    if (!d->pinned)
        d->host = malloc(COPY_BYTES);
    if (!d->host)
        return IB_ENOMEM;
    memset(d->host, 0, COPY_BYTES);
    return IB_OK;
}

static enum ib_status open_device(const struct ib_instance *instance, struct device *d)
{
    const uint64_t n = COPY_BYTES / sizeof(float);
    *d = (struct device){.instance = instance};
    IB_TRY(ib_limits_matrix_open(instance, IB_F32, 1, n, &d->x));
    IB_TRY(ib_limits_matrix_open(instance, IB_F32, 1, n, &d->y));
    IB_TRY(ib_limits_matrix_open(instance, IB_F32, 1, 1, &d->a));
    IB_TRY(ib_limits_matrix_open(instance, IB_F32, 1, 1, &d->b));
    return open_host(d);
}

static void close_device(struct device *d)
{
    struct ib_limits_matrix *const matrices[] = {&d->x, &d->y, &d->a, &d->b};
    for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++)
        ib_limits_matrix_close(matrices[i]);
    if (d->pinned)
        d->instance->impl->mem->host_free(d->instance->state, d->host);
    else
        free(d->host);
}

/* How much of it `run` does, and whether the result is an amount per second or a time. */
static const struct {
    enum ib_rate_kind kind;
    enum ib_status (*run)(void *);
    double amount;
    bool is_time, calls;
} parts[] = {
    {IB_RATE_SYNC, wait_idle, 1, true, false},
    {IB_RATE_UPLOAD, upload, COPY_BYTES, false, false},
    {IB_RATE_DOWNLOAD, download, COPY_BYTES, false, false},
    {IB_RATE_LAUNCH, call_often, CALLS, true, true},
    {IB_RATE_AXPY, stream, 3.0 * COPY_BYTES, false, true},
};

static enum ib_status measure(struct device *d, struct ib_arena *arena, struct ib_rates *out)
{
    const struct ib_impl *impl = d->instance->impl;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double s;
        if (parts[i].calls && !ib_operation_offered(&ib_operation_axpy, impl->ops))
            continue;
        IB_TRY(ib_limits_shortest(SECONDS, parts[i].run, d, &s));
        const double value = parts[i].is_time ? s / parts[i].amount : parts[i].amount / s;
        ib_rates_add(arena, out, (struct ib_rate){.kind = parts[i].kind, .of = impl->name, .value = value});
    }
    return IB_OK;
}

enum ib_status ib_limits_of_device(const struct ib_instance *instance, struct ib_arena *arena,
                                   struct ib_rates *out)
{
    struct device d;
    enum ib_status status = open_device(instance, &d);
    if (status == IB_OK)
        status = measure(&d, arena, out);
    close_device(&d);
    return status;
}
