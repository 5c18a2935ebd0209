/* cuda_fused: whole training steps in few launches. A network that fits into the shared memory of one block
 * is trained for many epochs in one launch; a larger regression takes two launches an epoch, which read x
 * once. Anything else is unsupported. */
#include "cuda/fused/batches.h"
#include "cuda/fused/launch.h"
#include "cuda/fused/plan.h"
#include "shape.h"

#include <stdio.h>
#include <stdlib.h>

/* A driver that also serves a display ends kernels after some seconds; that many steps of the largest network
 * take about one (an estimate). */
enum { STEPS_PER_LAUNCH = 16384 };

struct fused {
    struct ib_cuda cuda; /* must be first */
    size_t shared_bytes; /* of a block, at most */
};

/* ---- opening and closing ---- */

static enum ib_status fused_open(const struct ib_host *host, void **state)
{
    struct fused *f = calloc(1, sizeof *f);
    if (f == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    enum ib_status status = ib_cuda_open(host, &f->cuda);
    if (status == IB_OK) {
        status = ib_cuda_check(host, "cudaDeviceGetAttribute", ib_cuda_fused_shared(&f->shared_bytes));
        if (status == IB_OK)
            status = ib_cuda_fused_allow_shared(&f->cuda, f->shared_bytes);
        if (status != IB_OK)
            ib_cuda_close(&f->cuda);
    }
    if (status == IB_OK)
        *state = f;
    else
        free(f);
    return status;
}

/* ---- training ---- */

/* Called after `open`, which has chosen the device. */
static enum ib_status supports(const struct ib_problem *problem, char *why, size_t n)
{
    struct ib_cuda_fused_plan plan;
    size_t shared_bytes;
    if (ib_cuda_fused_shared(&shared_bytes) != cudaSuccess) {
        (void)cudaGetLastError();
        snprintf(why, n, "the device does not say how much shared memory it has");
        return IB_EUNSUPPORTED;
    }
    const struct ib_problem p = ib_whole_problem(problem);
    return ib_cuda_fused_plan(&p, shared_bytes, &plan, why, n);
}

/* What the sum over all values of so many rows is multiplied by for their mean. A sum over no rows stays 0.
 */
static double mean_of(const struct ib_problem *p, uint64_t rows)
{
    const double count = (double)rows * (p->loss_kind == IB_CE ? 1 : (double)p->y.cols);
    return count > 0 ? 1 / count : 0;
}

/* Factors of gradients and of losses, in the problem's type. */
static struct ib_real gradient_factor(const struct ib_problem *p, uint64_t rows)
{
    return ib_real(p->dtype, (p->loss_kind == IB_MSE ? 2 : 1) * mean_of(p, rows));
}

static struct ib_real loss_factor(const struct ib_problem *p, uint64_t rows)
{
    return ib_real(p->dtype, (p->loss_kind == IB_HALF_MSE ? 0.5 : 1) * mean_of(p, rows));
}

static enum ib_status train_in_one_block(const struct fused *f, const struct ib_problem *p,
                                         const struct ib_cuda_fused_plan *plan, uint64_t n)
{
    const struct ib_real gradient = gradient_factor(p, p->x.rows), loss = loss_factor(p, p->x.rows);
    const struct ib_cuda_fused_rule rule = ib_cuda_fused_rule(p);
    const struct ib_cuda_fused_launch launch = {FUSED_network, p->dtype, 1, FUSED_NETWORK_THREADS,
                                                plan->shared_bytes};
    struct fused_net net = ib_cuda_fused_net(p);
    for (uint64_t done = 0, epochs; done < n; done += epochs) {
        epochs = ib_min(n - done, STEPS_PER_LAUNCH);
        net.loss = done + epochs == n ? p->loss.p : NULL;
        IB_TRY(FUSED_LAUNCH(&f->cuda, &launch, ARG(net), REAL_ARG(rule), REAL_ARG(gradient), REAL_ARG(loss),
                            ARG(epochs)));
    }
    return IB_OK;
}

/* The mini-batches of a launch that begins with a step of the call, from 0. */
static struct fused_batches batches_of(const struct ib_problem *p, const struct ib_cuda_fused_plan *plan,
                                       uint64_t first, uint64_t steps, uint64_t loss_from)
{
    const struct ib_cuda_fused_rows rows = ib_cuda_fused_rows_of(p, first);
    return (struct fused_batches){
        .length = p->order.cols,
        .at = rows.at,
        .left = rows.left,
        .batch = p->batch,
        .steps = steps,
        .loss_from = p->loss.p == NULL ? steps : ib_max(loss_from, first) - first,
        .pitch = plan->pitch,
        .lanes = plan->sum_lanes,
        .continues = p->loss.p != NULL && loss_from < first,
    };
}

static enum ib_status train_batches(const struct fused *f, const struct ib_problem *p,
                                    const struct ib_cuda_fused_plan *plan, uint64_t n)
{
    const struct ib_cuda_fused_losses losses = ib_cuda_fused_losses_of(p, n);
    const struct ib_real gradient = gradient_factor(p, p->batch),
                         last = gradient_factor(p, p->x.rows % p->batch), sum = ib_real(p->dtype, 1),
                         mean = loss_factor(p, losses.rows);
    const struct ib_cuda_fused_rule rule = ib_cuda_fused_rule(p);
    const struct ib_cuda_fused_launch launch = {FUSED_batches, p->dtype, 1, FUSED_NETWORK_THREADS,
                                                plan->shared_bytes};
    struct fused_net net = ib_cuda_fused_net(p);
    net.taken = p->order.p;
    for (uint64_t done = 0, steps; done < n; done += steps) {
        steps = ib_min(n - done, STEPS_PER_LAUNCH);
        const struct fused_batches batches = batches_of(p, plan, done, steps, losses.from);
        const struct ib_real *loss = done + steps == n ? &mean : &sum;
        IB_TRY(FUSED_LAUNCH(&f->cuda, &launch, ARG(net), REAL_ARG(rule), ARG(batches), REAL_ARG(gradient),
                            REAL_ARG(last), REAL_ARG(*loss)));
    }
    return IB_OK;
}

static enum ib_cuda_fused_kernel pass_of(const struct ib_problem *p, const struct ib_cuda_fused_plan *plan)
{
    const bool aligned = plan->whole_pieces && (uintptr_t)p->x.p % FUSED_PIECE_BYTES == 0;
    if (plan->wide)
        return aligned ? FUSED_pass_wide_aligned : FUSED_pass_wide;
    return aligned ? FUSED_pass_narrow_aligned : FUSED_pass_narrow;
}

static enum ib_status train_in_passes(struct fused *f, const struct ib_problem *p,
                                      const struct ib_cuda_fused_plan *plan, uint64_t n)
{
    enum { FINISH_COLUMNS = 32 };
    const struct ib_cuda_fused_losses losses = ib_cuda_fused_losses_of(p, n);
    const struct ib_real loss = loss_factor(p, losses.rows);
    const struct ib_cuda_fused_rule rule = ib_cuda_fused_rule(p);
    const uint64_t sums = p->x.cols + 2; /* w, b and the loss */
    const struct ib_cuda_fused_launch pass = {pass_of(p, plan), p->dtype, plan->blocks, FUSED_PASS_THREADS,
                                              plan->shared_bytes};
    const struct ib_cuda_fused_launch finish = {FUSED_finish, p->dtype, ib_ceil_div(sums, FINISH_COLUMNS),
                                                FUSED_FINISH_THREADS, 0};
    struct fused_net net = ib_cuda_fused_net(p);
    void *part;
    IB_TRY(ib_cuda_scratch(&f->cuda, (size_t)((plan->blocks * sums + 1) * ib_bytes_of(p->dtype)), &part));
    for (uint64_t step = 0; step < n; step++) {
        const struct ib_cuda_fused_rows rows = ib_cuda_fused_rows_of(p, step);
        const int continues = step > losses.from;
        net.rows = ib_min(ib_cuda_fused_step_rows(p), rows.left);
        net.taken = ib_cuda_fused_has_batches(p) ? (const uint32_t *)p->order.p + rows.at : NULL;
        net.loss = step >= losses.from ? p->loss.p : NULL;
        const struct ib_real gradient = gradient_factor(p, net.rows);
        IB_TRY(FUSED_LAUNCH(&f->cuda, &pass, ARG(net), REAL_ARG(gradient), ARG(plan->lanes), ARG(part)));
        IB_TRY(FUSED_LAUNCH(&f->cuda, &finish, ARG(net), REAL_ARG(rule), REAL_ARG(loss), ARG(part),
                            ARG(plan->blocks), ARG(continues)));
    }
    return IB_OK;
}

static enum ib_status steps(void *state, const struct ib_problem *problem, uint64_t n)
{
    struct fused *f = state;
    struct ib_cuda_fused_plan plan;
    char why[256];
    const struct ib_problem p = ib_whole_problem(problem);
    const enum ib_status status = ib_cuda_fused_plan(&p, f->shared_bytes, &plan, why, sizeof why);
    if (status != IB_OK)
        return f->cuda.launcher.host->fail(f->cuda.launcher.host, status, "%s", why);
    if (plan.in_passes)
        return train_in_passes(f, &p, &plan, n);
    return (ib_cuda_fused_has_batches(&p) ? train_batches : train_in_one_block)(f, &p, &plan, n);
}

/* ---- prediction ---- */

static enum ib_status predict(void *state, const struct ib_problem *problem, const struct ib_view *x,
                              const struct ib_view *out)
{
    const struct fused *f = state;
    const struct ib_problem p = ib_whole_problem(problem);
    struct fused_net net = ib_cuda_fused_net(&p);
    uint32_t widest = 0;
    for (uint32_t l = 1; l < net.n_layers; l++)
        widest = net.width[l] > widest ? net.width[l] : widest;
    const size_t row_bytes = 2 * (size_t)widest * ib_bytes_of(problem->dtype);
    const uint64_t fit = row_bytes > 0 ? f->shared_bytes / row_bytes : FUSED_PREDICT_THREADS;
    const uint32_t tile = (uint32_t)ib_max(1, ib_min(fit, FUSED_PREDICT_THREADS));
    const struct ib_cuda_fused_launch launch = {FUSED_predict, problem->dtype, ib_ceil_div(x->rows, tile),
                                                FUSED_PREDICT_THREADS, tile * row_bytes};
    if (ib_empty(out))
        return IB_OK;
    net.x = (struct fused_matrix){x->p, x->ld};
    net.rows = x->rows;
    return FUSED_LAUNCH(&f->cuda, &launch, ARG(net), ARG(tile), ARG(widest), ARG(out->p), ARG(out->ld));
}

/* ---- the implementation ---- */

static const struct ib_option options[] = {
    IB_CUDA_OPTIONS,
    {.name = NULL},
};

static const struct ib_fused fused = {
    .struct_size = sizeof fused,
    .supports = supports,
    .steps = steps,
    .predict = predict,
    .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY | IB_DOES_BATCHES,
};

static const struct ib_impl cuda_fused = {
    .struct_size = sizeof cuda_fused,
    .abi_major = IB_ABI_MAJOR,
    .name = "cuda_fused",
    .summary = "whole steps in few launches: small networks in one block, regressions in one pass",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .probe = ib_cuda_probe,
    .open = fused_open,
    .close = ib_cuda_close_alone,
    .mem = &ib_cuda_mem,
    .fused = &fused,
    .describe = ib_cuda_describe,
    .tracer = "cupti",
    .health = ib_cuda_health,
    .peak_memory = ib_cuda_peak_memory,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cuda_fused};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
