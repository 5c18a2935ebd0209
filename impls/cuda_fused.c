/* cuda_fused: whole training steps in few launches. A network that fits into the shared memory of one block
 * is trained for many epochs in one launch; a larger regression takes two launches an epoch, which read x
 * once. Anything else is unsupported. */
#include "cuda/fused/launch.h"
#include "cuda/fused/plan.h"
#include "shape.h"

#include <stdio.h>
#include <stdlib.h>

/* A driver that also serves a display ends kernels after some seconds; that many epochs of the largest
 * network take about one (an estimate). */
enum { EPOCHS_PER_LAUNCH = 16384 };

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

/* Factors of gradients and losses in the problem's type. A sum over no rows stays 0. */
struct factors {
    struct ib_real gradient, loss;
};

static struct factors factors_of(const struct ib_problem *p)
{
    const double count = (double)p->y.rows * (p->loss_kind == IB_CE ? 1 : (double)p->y.cols);
    const double mean = count > 0 ? 1 / count : 0;
    return (struct factors){.gradient = ib_real(p->dtype, (p->loss_kind == IB_MSE ? 2 : 1) * mean),
                            .loss = ib_real(p->dtype, (p->loss_kind == IB_HALF_MSE ? 0.5 : 1) * mean)};
}

static enum ib_status train_in_one_block(const struct fused *f, const struct ib_problem *p,
                                         const struct ib_cuda_fused_plan *plan, uint64_t n)
{
    const struct factors factors = factors_of(p);
    const struct ib_cuda_fused_rule rule = ib_cuda_fused_rule(p);
    const struct ib_cuda_fused_launch launch = {FUSED_network, p->dtype, 1, FUSED_NETWORK_THREADS,
                                                plan->shared_bytes};
    struct fused_net net = ib_cuda_fused_net(p);
    for (uint64_t done = 0, epochs; done < n; done += epochs) {
        epochs = ib_min(n - done, EPOCHS_PER_LAUNCH);
        net.loss = done + epochs == n ? p->loss.p : NULL;
        IB_TRY(FUSED_LAUNCH(&f->cuda, &launch, ARG(net), REAL_ARG(rule), REAL_ARG(factors.gradient),
                            REAL_ARG(factors.loss), ARG(epochs)));
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
    const struct factors factors = factors_of(p);
    const struct ib_cuda_fused_rule rule = ib_cuda_fused_rule(p);
    const uint64_t sums = p->x.cols + 2; /* w, b and the loss */
    const struct ib_cuda_fused_launch pass = {pass_of(p, plan), p->dtype, plan->blocks, FUSED_PASS_THREADS,
                                              plan->shared_bytes};
    const struct ib_cuda_fused_launch finish = {FUSED_finish, p->dtype, ib_ceil_div(sums, FINISH_COLUMNS),
                                                FUSED_FINISH_THREADS, 0};
    struct fused_net net = ib_cuda_fused_net(p);
    void *part;
    IB_TRY(ib_cuda_scratch(&f->cuda, (size_t)(plan->blocks * sums * ib_bytes_of(p->dtype)), &part));
    for (uint64_t epoch = 1; epoch <= n; epoch++) {
        net.loss = epoch == n ? p->loss.p : NULL;
        IB_TRY(
            FUSED_LAUNCH(&f->cuda, &pass, ARG(net), REAL_ARG(factors.gradient), ARG(plan->lanes), ARG(part)));
        IB_TRY(FUSED_LAUNCH(&f->cuda, &finish, ARG(net), REAL_ARG(rule), REAL_ARG(factors.loss), ARG(part),
                            ARG(plan->blocks)));
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
    return plan.in_passes ? train_in_passes(f, &p, &plan, n) : train_in_one_block(f, &p, &plan, n);
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
    .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY,
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
