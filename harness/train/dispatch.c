#include "train/dispatch.h"

#include "base/error.h"
#include "train/training_state.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct ib_policy policies[] = {
    [IB_HOST] = {.upload_before_call = false, .download_after_call = false},
    [IB_PER_OP] = {.upload_before_call = true, .download_after_call = true},
    [IB_RESIDENT] = {.upload_before_call = false, .download_after_call = false},
};

struct operand {
    struct ib_tensor *tensor; /* NULL: an optional operand that is not given */
    unsigned access;          /* IB_READS, IB_WRITES */
};

/* ---- transfer log ---- */

static void log_copy(struct ib_dispatch *d, enum ib_op op, const struct ib_tensor *t, struct ib_traffic copy)
{
    ib_traffic_add(&d->transfer_log.copies[t->index][d->phase][op], &copy);
    ib_traffic_add(&d->total, &copy);
}

static enum ib_status refuse_captured(const struct ib_dispatch *d, const struct ib_tensor *t)
{
    return d->capturing ? ib_fail(IB_EINTERNAL, d->transfer_log.tensor[t->index], "copies cannot be recorded")
                        : IB_OK;
}

/* ---- moving data: these two, and ib_read_again, call h2d and d2h ---- */

static size_t tensor_bytes(const struct ib_tensor *t)
{
    return (size_t)(t->rows * t->cols) * ib_dtype_bytes(t->type);
}

static enum ib_status upload(struct ib_dispatch *d, enum ib_op op, struct ib_tensor *t)
{
    size_t bytes = tensor_bytes(t);
    uint64_t begin_ns = ib_profile_copy_begin(d->profile);
    IB_TRY(refuse_captured(d, t));
    IB_TRY(d->impl->mem->h2d(d->state, t->device, t->host, bytes));
    if (d->profile)
        IB_TRY(ib_profile_upload_end(d->profile, op, t->index, begin_ns));
    log_copy(d, op, t, (struct ib_traffic){.h2d_count = 1, .h2d_bytes = bytes});
    t->on_device = true;
    return IB_OK;
}

static enum ib_status download(struct ib_dispatch *d, enum ib_op op, struct ib_tensor *t)
{
    size_t bytes = tensor_bytes(t);
    uint64_t begin_ns = ib_profile_copy_begin(d->profile);
    IB_TRY(refuse_captured(d, t));
    IB_TRY(d->impl->mem->d2h(d->state, t->host, t->device, bytes));
    if (d->profile)
        ib_profile_download_end(d->profile, op, t->index, begin_ns);
    log_copy(d, op, t, (struct ib_traffic){.d2h_count = 1, .d2h_bytes = bytes});
    t->on_host = true;
    return IB_OK;
}

/* ---- the policy, applied before and after every operation ---- */

static struct ib_view view_of(const struct ib_tensor *t)
{
    return (struct ib_view){t->device ? t->device : t->host, t->rows, t->cols, t->cols, t->type};
}

static enum ib_status before_call(struct ib_dispatch *d, enum ib_op op, const struct operand *operands,
                                  size_t n, struct ib_view *views)
{
    for (size_t i = 0; i < n; i++) {
        struct ib_tensor *t = operands[i].tensor;
        if (!t)
            continue;
        bool stale = t->device && (d->policy.upload_before_call || !t->on_device);
        if (stale && operands[i].access & IB_READS)
            IB_TRY(upload(d, op, t));
        views[i] = view_of(t);
    }
    if (d->capturing)
        d->captured.launches++;
    else
        d->transfer_log.launches[d->phase]++;
    return IB_OK;
}

void ib_mark_written(struct ib_tensor *t)
{
    t->on_device = true;
    t->on_host = false;
}

static enum ib_status after_call(struct ib_dispatch *d, enum ib_op op, const struct operand *operands,
                                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ib_tensor *t = operands[i].tensor;
        if (!t || !t->device || !(operands[i].access & IB_WRITES))
            continue;
        ib_mark_written(t);
        if (d->capturing)
            d->captured.written[t->index] = t;
        if (d->policy.download_after_call)
            IB_TRY(download(d, op, t));
    }
    return IB_OK;
}

/* Sets the operands of a call, their access and their views, and checks their shapes. */
static enum ib_status bind_operands(const struct ib_operation *operation, const struct ib_op_args *args,
                                    struct ib_tensor *const *tensors, struct operand *operands,
                                    struct ib_view *views)
{
    for (uint32_t i = 0; i < operation->n_operands; i++) {
        operands[i] = (struct operand){tensors[i], ib_operation_access(operation, args, i)};
        views[i] = tensors[i] ? view_of(tensors[i]) : (struct ib_view){0};
        if (!tensors[i] && !(operation->operand[i].access & IB_OPTIONAL))
            return ib_fail(IB_EINTERNAL, operation->name, "operand %s is missing",
                           operation->operand[i].name);
    }
    return operation->fits(args, views)
               ? IB_OK
               : ib_fail(IB_EINTERNAL, operation->name, "the shapes of its operands do not match");
}

/* Adds what the call costs; its tensors need no memory. */
static enum ib_status count_call(struct ib_dispatch *d, enum ib_op op, const struct ib_op_args *args,
                                 struct ib_tensor *const *tensors)
{
    struct ib_view views[IB_MAX_OPERANDS] = {0};
    for (uint32_t i = 0; i < ib_operations[op]->n_operands; i++)
        if (tensors[i])
            views[i] = view_of(tensors[i]);
    const struct ib_op_cost cost = ib_operation_cost(ib_operations[op], args, views);
    d->counted[op].flops += cost.flops;
    d->counted[op].bytes += cost.bytes;
    return IB_OK;
}

enum ib_status ib_call(struct ib_dispatch *d, enum ib_op op, const struct ib_op_args *args,
                       struct ib_tensor *const *tensors)
{
    const struct ib_operation *operation = ib_operations[op];
    struct operand operands[IB_MAX_OPERANDS];
    struct ib_view views[IB_MAX_OPERANDS];
    uint64_t begin_ns = 0;
    if (d->counted)
        return count_call(d, op, args, tensors);
    if (!ib_operation_offered(operation, d->impl->ops))
        return ib_fail(IB_EUNSUPPORTED, d->impl->name, "does not implement the operation %s",
                       operation->name);
    IB_TRY(bind_operands(operation, args, tensors, operands, views));
    IB_TRY(before_call(d, op, operands, operation->n_operands, views));
    IB_TRY(ib_profile_call_begin(d->profile, &begin_ns));
    IB_TRY(operation->call(d->impl->ops, d->state, args, views));
    IB_TRY(ib_profile_call_end(d->profile, op, begin_ns));
    return after_call(d, op, operands, operation->n_operands);
}

/* ---- fused steps: operations with more operands ---- */

enum { STATE = 4, MAX_OPERANDS = STATE + IB_MAX_STATE };

enum ib_status ib_prepare(struct ib_dispatch *d, struct ib_problem *problem, const struct ib_tensor *x,
                          const struct ib_tensor *y, const struct ib_tensor *order)
{
    struct ib_problem data = *problem;
    if (!IB_HAS(d->impl->fused, prepare) || d->policy.upload_before_call)
        return IB_OK;
    data.x = view_of(x);
    data.y = view_of(y);
    if (order)
        data.order = view_of(order);
    data.lr = 0; /* nothing can be trained ahead */
    return d->impl->fused->prepare(d->state, &data, &problem->prepared);
}

void ib_release(struct ib_dispatch *d, struct ib_problem *problem)
{
    if (problem->prepared)
        d->impl->fused->release(d->state, problem->prepared);
    problem->prepared = NULL;
}

enum ib_status ib_steps(struct ib_dispatch *d, struct ib_problem *problem, struct ib_tensor *x,
                        struct ib_tensor *y, struct ib_tensor *order, struct ib_tensor *state,
                        struct ib_tensor *loss, uint64_t n)
{
    struct operand operands[MAX_OPERANDS] = {
        {x, IB_READS}, {y, IB_READS}, {order, IB_READS}, {loss, IB_WRITES}};
    struct ib_view views[MAX_OPERANDS] = {0};
    size_t n_operands = STATE + ib_problem_state_count(problem);
    uint64_t begin_ns = 0;
    for (size_t s = 0; s < ib_problem_state_count(problem); s++)
        operands[STATE + s] = (struct operand){&state[s], IB_READS | IB_WRITES};

    IB_TRY(before_call(d, IB_OP_STEPS, operands, n_operands, views));
    problem->x = views[0];
    problem->y = views[1];
    problem->order = views[2];
    problem->loss = views[3]; /* zeroed, with p == NULL, if not wanted */
    ib_problem_set_params(problem, &views[STATE]);
    ib_problem_set_moments(problem, &views[STATE]);
    IB_TRY(ib_profile_call_begin(d->profile, &begin_ns));
    IB_TRY(d->impl->fused->steps(d->state, problem, n));
    IB_TRY(ib_profile_call_end(d->profile, IB_OP_STEPS, begin_ns));
    return after_call(d, IB_OP_STEPS, operands, n_operands);
}

enum ib_status ib_forward(struct ib_dispatch *d, struct ib_problem *problem, struct ib_tensor *x,
                          struct ib_tensor *params, struct ib_tensor *out)
{
    struct operand operands[MAX_OPERANDS] = {{x, IB_READS}, {out, IB_WRITES}};
    struct ib_view views[MAX_OPERANDS] = {0};
    size_t n_operands = 2 + 2 * problem->n_layers;
    for (size_t p = 0; p < 2 * problem->n_layers; p++)
        operands[2 + p] = (struct operand){&params[p], IB_READS};

    IB_TRY(before_call(d, IB_OP_FORWARD, operands, n_operands, views));
    ib_problem_set_params(problem, &views[2]);
    IB_TRY(d->impl->fused->predict(d->state, problem, &views[0], &views[1]));
    return after_call(d, IB_OP_FORWARD, operands, n_operands);
}

/* ---- tensors ---- */

enum ib_status ib_dispatch_open(const struct ib_impl *impl, void *state, enum ib_residency residency,
                                struct ib_dispatch *out)
{
    if ((impl->mem == NULL) != (residency == IB_HOST))
        return ib_fail(IB_EINVAL, impl->name, "cannot run with residency %s: %s",
                       ib_word_of(ib_residency_words, (int)residency),
                       impl->mem ? "it has its own memory; use per_op or resident"
                                 : "it works in host memory; use host");
    memset(out, 0, offsetof(struct ib_dispatch, transfer_log));
    ib_transfer_log_clear(&out->transfer_log);
    out->impl = impl;
    out->state = state;
    out->policy = policies[residency];
    for (int op = 0; op < IB_OPERATION_COUNT && !out->policy.upload_before_call; op++)
        out->joins[op] = ib_operations[op]->joined && ib_operation_offered(ib_operations[op], impl->ops);
    return IB_OK;
}

static enum ib_status register_tensor(struct ib_dispatch *d, const char *name, struct ib_tensor *t)
{
    struct ib_transfer_log *transfer_log = &d->transfer_log;
    if (transfer_log->n_tensors == IB_MAX_TENSORS)
        return ib_fail(IB_EINTERNAL, name, "more than %d tensors in one problem", IB_MAX_TENSORS);
    t->index = ib_transfer_log_add(transfer_log, name);
    return IB_OK;
}

/* Allocates host memory through the implementation, if it offers that. */
static enum ib_status alloc_pinned(struct ib_dispatch *d, size_t bytes, struct ib_tensor *t)
{
    if (!IB_HAS(d->impl->mem, host_alloc) || !bytes)
        return IB_OK;
    enum ib_status status = d->impl->mem->host_alloc(d->state, bytes, &t->host);
    t->pinned = status == IB_OK;
    return status == IB_EUNSUPPORTED ? IB_OK : status;
}

static enum ib_status alloc_host(struct ib_dispatch *d, const char *name, const void *values,
                                 struct ib_tensor *t)
{
    size_t bytes = tensor_bytes(t);
    IB_TRY(alloc_pinned(d, bytes, t));
    if (t->pinned && values)
        memcpy(t->host, values, bytes);
    else if (t->pinned)
        memset(t->host, 0, bytes);
    /* A borrowed array is only read: nothing writes x, y or x_test, and downloads require !on_host. */
    else
        t->host = values ? (void *)(uintptr_t)values : calloc(1, bytes ? bytes : 1);
    t->borrowed = values != NULL;
    return t->host ? IB_OK
                   : ib_fail(IB_ENOMEM, name, "out of memory for %llu x %llu elements",
                             (unsigned long long)t->rows, (unsigned long long)t->cols);
}

enum ib_status ib_tensor_open(struct ib_dispatch *d, const char *name, enum ib_dtype type, uint64_t rows,
                              uint64_t cols, const void *host, struct ib_tensor *out)
{
    struct ib_tensor t = {.rows = rows, .cols = cols, .type = type, .on_host = true};
    IB_TRY(register_tensor(d, name, &t));
    IB_TRY(alloc_host(d, name, host, &t));
    *out = t;
    size_t bytes = tensor_bytes(&t);
    return d->impl->mem && bytes ? d->impl->mem->alloc(d->state, bytes, &out->device) : IB_OK;
}

void ib_tensor_close(struct ib_dispatch *d, struct ib_tensor *t)
{
    if (t->device)
        d->impl->mem->free(d->state, t->device);
    if (t->pinned)
        d->impl->mem->host_free(d->state, t->host);
    else if (!t->borrowed)
        free(t->host);
    *t = (struct ib_tensor){0};
}

enum ib_status ib_write(struct ib_tensor *t, const void *values)
{
    if (t->borrowed)
        return ib_fail(IB_EINTERNAL, "ib_write", "the caller's array must not be written");
    memcpy(t->host, values, tensor_bytes(t));
    t->on_host = true;
    t->on_device = false;
    return IB_OK;
}

enum ib_status ib_read(struct ib_dispatch *d, struct ib_tensor *t, void *out)
{
    if (!t->on_host)
        IB_TRY(download(d, IB_OP_READ, t));
    memcpy(out, t->host, tensor_bytes(t));
    return IB_OK;
}

enum ib_status ib_read_number(struct ib_dispatch *d, struct ib_tensor *t, double *out)
{
    union {
        float f32;
        double f64;
    } value;
    IB_TRY(ib_read(d, t, &value));
    *out = t->type == IB_F32 ? (double)value.f32 : value.f64;
    return IB_OK;
}

enum ib_status ib_read_again(struct ib_dispatch *d, struct ib_tensor *t, void *out)
{
    const size_t bytes = tensor_bytes(t);
    if (t->device) {
        IB_TRY(d->impl->mem->d2h(d->state, t->host, t->device, bytes));
        ib_traffic_add(&d->total, &(struct ib_traffic){.d2h_count = 1, .d2h_bytes = bytes});
    }
    memcpy(out, t->host, bytes);
    return IB_OK;
}

enum ib_status ib_place(struct ib_dispatch *d, struct ib_tensor *t)
{
    if (t->device && !t->on_device && !d->policy.upload_before_call)
        return upload(d, IB_OP_PLACE, t);
    return IB_OK;
}

enum ib_status ib_refresh(struct ib_dispatch *d, struct ib_tensor *t, const void *host)
{
    if (t->pinned)
        memcpy(t->host, host, tensor_bytes(t));
    t->on_device = false;
    return ib_place(d, t);
}

enum ib_status ib_sync(struct ib_dispatch *d)
{
    if (!d->impl->mem)
        return IB_OK;
    d->transfer_log.syncs[d->phase]++;
    return d->impl->mem->sync(d->state);
}
