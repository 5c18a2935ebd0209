/* fakedev: a simulated device that behaves like a GPU, so that wrong copies are found on machines without
 * one.
 *  - Its pointers are inaccessible addresses: a host that uses one without a copy crashes at once. The data
 *    is stored elsewhere, where only the device finds it. No address is reused.
 *  - New memory is filled with NaN.
 *  - Work is queued until a result is requested or the queue is full; so are reports of errors.
 *  - An operand outside a single live block is an error.
 * It computes with cpu_naive, so results are the same bits. */
#include "ironbench/impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern const struct ib_impl ib_impl_cpu_naive, ib_impl_fakedev;

#define ADDRESS_BYTES ((size_t)256 << 30) /* reserved, never backed by memory */
#define STAGED_BYTES  ((size_t)64 << 20)  /* uploads that may wait in the queue */
enum { QUEUE_LENGTH = 1024, ALIGN_BYTES = 256, MAX_VIEWS = 5 };

struct block {
    struct block *next;
    uintptr_t address; /* as the host sees it */
    size_t bytes;
    unsigned char memory[]; /* as the device sees it */
};

enum kernel {
    GEMM,
    ADD_ROW,
    ACT,
    ACT_GRAD,
    LOSS_GRAD,
    COL_SUM,
    AXPY,
    SOFTMAX,
    MOMENTUM_STEP,
    ADAM_STEP,
    GATHER_ROWS,
    UPLOAD
};
static const char *const kernel_names[] = {"gemm",          "add_row",   "act",         "act_grad",
                                           "loss_grad",     "col_sum",   "axpy",        "softmax",
                                           "momentum_step", "adam_step", "gather_rows", "upload"};

/* Queued work: a copy of its arguments, as the caller's may be gone when it runs. */
struct command {
    enum kernel kernel;
    bool transpose_a, transpose_b;
    enum ib_act act;
    enum ib_loss loss;
    double alpha, beta, beta2, epsilon;
    uint64_t first;
    uint32_t n_views;
    struct ib_view views[MAX_VIEWS];
    void *staged, *target; /* of an upload: a copy of its bytes, and their destination */
    size_t bytes;
};

struct device {
    const struct ib_host *host;
    void *arithmetic; /* cpu_naive's state */
    void *addresses;
    size_t addresses_used;
    struct block *blocks;
    struct command queue[QUEUE_LENGTH];
    uint32_t n_queued;
    size_t staged_bytes;
    enum ib_status failed; /* a failure of completed work, not yet reported */
    char reason[128];
    struct ib_copies copies;
};

/* Returns the memory behind `bytes` at a device address; NULL if they do not lie within one live block. */
static void *resolve(const struct device *d, const void *device, size_t bytes)
{
    const uintptr_t address = (uintptr_t)device;
    for (struct block *b = d->blocks; b != NULL; b = b->next)
        if (address >= b->address && address - b->address <= b->bytes &&
            bytes <= b->bytes - (address - b->address))
            return b->memory + (address - b->address);
    return NULL;
}

static size_t view_bytes(const struct ib_view *v)
{
    const size_t element = v->type == IB_F64 ? sizeof(double) : sizeof(float); /* u32 is as large as f32 */
    return v->rows == 0 || v->cols == 0 ? 0 : ((v->rows - 1) * v->ld + v->cols) * element;
}

/* ---- executing work ---- */

static enum ib_status fail_later(struct device *d, enum ib_status status, enum kernel kernel,
                                 const char *what)
{
    snprintf(d->reason, sizeof d->reason, "%s: %s", kernel_names[kernel], what);
    return status;
}

static enum ib_status compute(struct device *d, const struct command *c)
{
    const struct ib_tensor_ops *ops = ib_impl_cpu_naive.ops;
    const struct ib_view *v = c->views;
    switch (c->kernel) {
    case GEMM:
        return ops->gemm(d->arithmetic, c->transpose_a, c->transpose_b, c->alpha, &v[0], &v[1], c->beta,
                         &v[2]);
    case ADD_ROW:
        return ops->add_row(d->arithmetic, &v[0], &v[1]);
    case ACT:
        return ops->act(d->arithmetic, c->act, &v[0]);
    case ACT_GRAD:
        return ops->act_grad(d->arithmetic, c->act, &v[0], &v[1]);
    case LOSS_GRAD:
        return ops->loss_grad(d->arithmetic, c->loss, &v[0], &v[1], &v[2], c->n_views == 4 ? &v[3] : NULL);
    case COL_SUM:
        return ops->col_sum(d->arithmetic, &v[0], &v[1]);
    case AXPY:
        return ops->axpy(d->arithmetic, c->alpha, &v[0], &v[1]);
    case SOFTMAX:
        return ops->softmax(d->arithmetic, &v[0]);
    case MOMENTUM_STEP:
        return ops->momentum_step(d->arithmetic, c->alpha, c->beta, &v[0], &v[1], &v[2]);
    case ADAM_STEP:
        return ops->adam_step(d->arithmetic, c->alpha, c->beta, c->beta2, c->epsilon, &v[0], &v[1], &v[2],
                              &v[3], &v[4]);
    case GATHER_ROWS:
        return ops->gather_rows(d->arithmetic, c->first, &v[0], &v[1], &v[2]);
    case UPLOAD:
        memcpy(c->target, c->staged, c->bytes);
        return IB_OK;
    }
    return IB_EINTERNAL;
}

/* Runs one command, after resolving its device addresses. */
static enum ib_status run(struct device *d, struct command *c)
{
    for (uint32_t i = 0; i < c->n_views; i++) {
        const size_t bytes = view_bytes(&c->views[i]);
        c->views[i].p = resolve(d, c->views[i].p, bytes);
        if (c->views[i].p == NULL && bytes > 0)
            return fail_later(d, IB_EDEVICE, c->kernel, "an operand is not in device memory");
    }
    const enum ib_status status = compute(d, c);
    return status == IB_OK ? IB_OK : fail_later(d, status, c->kernel, "failed");
}

/* Runs all queued work. Work after a failure is dropped; the failure is kept until it is reported. */
static void drain(struct device *d)
{
    for (uint32_t i = 0; i < d->n_queued; i++) {
        if (d->failed == IB_OK)
            d->failed = run(d, &d->queue[i]);
        free(d->queue[i].staged);
    }
    d->n_queued = 0;
    d->staged_bytes = 0;
}

static enum ib_status enqueue(struct device *d, struct command c)
{
    if (d->n_queued == QUEUE_LENGTH || d->staged_bytes + c.bytes > STAGED_BYTES)
        drain(d);
    d->queue[d->n_queued++] = c;
    d->staged_bytes += c.bytes;
    return IB_OK;
}

static enum ib_status wait_for_queue(struct device *d)
{
    drain(d);
    const enum ib_status status = d->failed;
    d->failed = IB_OK;
    return status == IB_OK ? IB_OK : d->host->fail(d->host, status, "%s", d->reason);
}

/* ---- the driver: only these two functions copy between host and device ---- */

static void copy_in(struct device *d, void *to, const void *host, size_t bytes)
{
    memcpy(to, host, bytes);
    d->copies.h2d_count++;
    d->copies.h2d_bytes += bytes;
}

static void copy_out(struct device *d, void *host, const void *from, size_t bytes)
{
    memcpy(host, from, bytes);
    d->copies.d2h_count++;
    d->copies.d2h_bytes += bytes;
}

/* ---- memory ---- */

static enum ib_status device_alloc(void *state, size_t bytes, void **out)
{
    struct device *d = state;
    const bool fits = bytes < ADDRESS_BYTES - d->addresses_used;
    struct block *b = fits ? malloc(sizeof *b + bytes) : NULL;
    if (b == NULL)
        return d->host->fail(d->host, IB_ENOMEM, "no device memory for %zu bytes", bytes);
    b->next = d->blocks;
    b->address = (uintptr_t)d->addresses + d->addresses_used;
    b->bytes = bytes;
    memset(b->memory, 0xff, bytes);
    d->blocks = b;
    d->addresses_used +=
        (bytes / ALIGN_BYTES + 1) * ALIGN_BYTES; /* a gap, so that an overrun hits no block */
    *out = (void *)b->address;
    return IB_OK;
}

static void device_free(void *state, void *device)
{
    struct device *d = state;
    drain(d); /* it may still be in use */
    for (struct block **link = &d->blocks; *link != NULL; link = &(*link)->next)
        if ((*link)->address == (uintptr_t)device) {
            struct block *gone = *link;
            *link = gone->next;
            free(gone);
            return;
        }
}

/* The bytes are copied now, as the caller may change them afterwards; they reach their destination when the
 * queue gets there. */
static enum ib_status h2d(void *state, void *device, const void *host, size_t bytes)
{
    struct device *d = state;
    struct command upload = {.kernel = UPLOAD, .bytes = bytes, .target = resolve(d, device, bytes)};
    if (upload.target == NULL)
        return d->host->fail(d->host, IB_EDEVICE, "upload of %zu bytes to an address outside device memory",
                             bytes);
    upload.staged = malloc(bytes);
    if (upload.staged == NULL)
        return d->host->fail(d->host, IB_ENOMEM, "no memory for an upload of %zu bytes", bytes);
    copy_in(d, upload.staged, host, bytes);
    return enqueue(d, upload);
}

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    struct device *d = state;
    IB_TRY(wait_for_queue(d));
    const void *from = resolve(d, device, bytes);
    if (from == NULL)
        return d->host->fail(d->host, IB_EDEVICE,
                             "download of %zu bytes from an address outside device memory", bytes);
    copy_out(d, host, from, bytes);
    return IB_OK;
}

static enum ib_status sync(void *state)
{
    return wait_for_queue(state);
}

/* ---- operations, which only enqueue ---- */

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    return enqueue(state, (struct command){.kernel = GEMM,
                                           .transpose_a = transpose_a,
                                           .transpose_b = transpose_b,
                                           .alpha = alpha,
                                           .beta = beta,
                                           .n_views = 3,
                                           .views = {*a, *b, *c}});
}

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    return enqueue(state, (struct command){.kernel = ADD_ROW, .n_views = 2, .views = {*row, *m}});
}

static enum ib_status act(void *state, enum ib_act kind, const struct ib_view *m)
{
    return enqueue(state, (struct command){.kernel = ACT, .act = kind, .n_views = 1, .views = {*m}});
}

static enum ib_status act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    return enqueue(state,
                   (struct command){.kernel = ACT_GRAD, .act = kind, .n_views = 2, .views = {*y, *dy}});
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    struct command c = {.kernel = LOSS_GRAD, .loss = kind, .n_views = 3, .views = {*z, *y, *dz}};
    if (loss != NULL)
        c.views[c.n_views++] = *loss;
    return enqueue(state, c);
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    return enqueue(state, (struct command){.kernel = COL_SUM, .n_views = 2, .views = {*m, *row}});
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    return enqueue(state, (struct command){.kernel = AXPY, .alpha = alpha, .n_views = 2, .views = {*x, *y}});
}

static enum ib_status softmax(void *state, const struct ib_view *m)
{
    return enqueue(state, (struct command){.kernel = SOFTMAX, .n_views = 1, .views = {*m}});
}

static enum ib_status momentum_step(void *state, double lr, double momentum, const struct ib_view *g,
                                    const struct ib_view *p, const struct ib_view *v)
{
    return enqueue(
        state,
        (struct command){
            .kernel = MOMENTUM_STEP, .alpha = lr, .beta = momentum, .n_views = 3, .views = {*g, *p, *v}});
}

static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    return enqueue(state, (struct command){.kernel = ADAM_STEP,
                                           .alpha = lr,
                                           .beta = beta1,
                                           .beta2 = beta2,
                                           .epsilon = epsilon,
                                           .n_views = 5,
                                           .views = {*g, *p, *m, *v, *t}});
}

static enum ib_status gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b)
{
    return enqueue(
        state,
        (struct command){.kernel = GATHER_ROWS, .first = first, .n_views = 3, .views = {*a, *index, *b}});
}

/* Joined operations are as many commands as their parts: what they save is not simulated. */
static enum ib_status layer(void *state, enum ib_act kind, const struct ib_view *x, const struct ib_view *w,
                            const struct ib_view *row, const struct ib_view *out)
{
    IB_TRY(gemm(state, false, false, 1, x, w, 0, out));
    IB_TRY(add_row(state, row, out));
    return kind ? act(state, kind, out) : IB_OK;
}

static enum ib_status act_grad_sum(void *state, enum ib_act kind, const struct ib_view *y,
                                   const struct ib_view *dy, const struct ib_view *row)
{
    IB_TRY(act_grad(state, kind, y, dy));
    return col_sum(state, dy, row);
}

static enum ib_status axpy_all(void *state, double alpha, uint32_t n, const struct ib_view *x,
                               const struct ib_view *y)
{
    for (uint32_t i = 0; i < n; i++)
        IB_TRY(axpy(state, alpha, &x[i], &y[i]));
    return IB_OK;
}

/* ---- the implementation ---- */

static void device_close(void *state)
{
    struct device *d = state;
    for (uint32_t i = 0; i < d->n_queued; i++)
        free(d->queue[i].staged);
    while (d->blocks != NULL) {
        struct block *gone = d->blocks;
        d->blocks = gone->next;
        free(gone);
    }
    if (d->addresses != MAP_FAILED)
        munmap(d->addresses, ADDRESS_BYTES);
    if (d->arithmetic != NULL)
        ib_impl_cpu_naive.close(d->arithmetic);
    free(d);
}

static enum ib_status device_open(const struct ib_host *host, void **state)
{
    struct device *d = calloc(1, sizeof *d);
    if (d == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    d->host = host;
    d->addresses = mmap(NULL, ADDRESS_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    enum ib_status status = IB_OK;
    if (d->addresses == MAP_FAILED)
        status = host->fail(host, IB_ENOMEM, "no room for the device's addresses");
    else
        status = ib_impl_cpu_naive.open(host, &d->arithmetic);
    if (status == IB_OK)
        *state = d;
    else
        device_close(d);
    return status;
}

static void device_copies(void *state, struct ib_copies *out)
{
    const struct device *d = state;
    struct ib_copies mine = d->copies;
    mine.launch_count = mine.sync_count = IB_UNCOUNTED;
    mine.pageable_count = mine.h2d_count + mine.d2h_count; /* all host memory is pageable */
    mine.pageable_bytes = mine.h2d_bytes + mine.d2h_bytes;
    IB_FILL(out, &mine);
}

static enum ib_status describe(void *state, char *text, size_t n)
{
    (void)state;
    snprintf(text, n, "simulated device, computing with %s", ib_impl_cpu_naive.name);
    return IB_OK;
}

static const struct ib_mem_ops mem = {
    .struct_size = sizeof mem,
    .alloc = device_alloc,
    .free = device_free,
    .h2d = h2d,
    .d2h = d2h,
    .sync = sync,
};

static const struct ib_tensor_ops ops = {
    .struct_size = sizeof ops,
    .gemm = gemm,
    .add_row = add_row,
    .act = act,
    .act_grad = act_grad,
    .loss_grad = loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
    .softmax = softmax,
    .momentum_step = momentum_step,
    .adam_step = adam_step,
    .gather_rows = gather_rows,
    .layer = layer,
    .act_grad_sum = act_grad_sum,
    .axpy_all = axpy_all,
};

const struct ib_impl ib_impl_fakedev = {
    .struct_size = sizeof ib_impl_fakedev,
    .abi_major = IB_ABI_MAJOR,
    .name = "fakedev",
    .summary = "a simulated device: memory inaccessible to the host, and a queue",
    .flags = IB_DETERMINISTIC | IB_SIMULATED | IB_HIDDEN,
    .open = device_open,
    .close = device_close,
    .mem = &mem,
    .ops = &ops,
    .copies = device_copies,
    .describe = describe,
    .losses = 1u << IB_CE,
};
