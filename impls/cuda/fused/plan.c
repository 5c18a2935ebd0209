#include "cuda/fused/plan.h"

#include "constants.inc"
#include "cuda/fused/batches.h"
#include "shape.h"

#include <math.h>
#include <stdio.h>

_Static_assert((int)IBK_SGD == IB_SGD && (int)IBK_MOMENTUM == IB_MOMENTUM && (int)IBK_ADAM == IB_ADAM,
               "optimisers");
_Static_assert((int)FUSED_MAX_KEPT == 1 + IB_MAX_MOMENTS, "a parameter and its moments are kept");
_Static_assert((int)FUSED_MAX_LAYERS == (int)IB_MAX_LAYERS, "a net has as many layers as a problem");

/* The numbers that are kept of a parameter: itself, and its moments. */
static uint32_t kept_of(const struct ib_problem *p)
{
    return 1 + (p->optimizer == IB_ADAM ? 2 : p->optimizer == IB_MOMENTUM ? 1 : 0);
}

/* In double, as all sizes that may not fit: those are far from the limit. */
static double params_of(const struct ib_problem *p)
{
    double params = 0;
    for (uint32_t l = 0; l < p->n_layers; l++)
        params += ((double)p->w[l].rows + 1) * (double)p->w[l].cols;
    return params;
}

/* The columns in shared memory are so many rows apart. Those of batches are an odd number apart: threads that
 * have different units of a row then use different banks as well. */
static uint64_t pitch_of(const struct ib_problem *p)
{
    return ib_cuda_fused_step_rows(p) | ib_cuda_fused_has_batches(p);
}

static double network_bytes(const struct ib_problem *p)
{
    double columns = (double)p->x.cols + (double)p->y.cols;
    for (uint32_t l = 0; l < p->n_layers; l++)
        columns += 2 * (double)p->w[l].cols;
    return (kept_of(p) * params_of(p) + (double)pitch_of(p) * columns) * (double)ib_bytes_of(p->dtype);
}

/* Few parameters are shared by lanes, so that all threads have a part; and many rows, so that a lane adds
 * IBK_SUM_TERMS at most, where there are enough lanes. */
static uint32_t sum_lanes(const struct ib_problem *p)
{
    enum { WARP = 32 };
    const uint64_t rows = ib_cuda_fused_step_rows(p), params = (uint64_t)params_of(p);
    const uint64_t idle = ib_min(rows, FUSED_NETWORK_THREADS / ib_max(1, params));
    return ib_width_of(ib_max(idle, ib_ceil_div(rows, IBK_SUM_TERMS)), WARP);
}

static bool is_regression(const struct ib_problem *p)
{
    return p->n_layers == 1 && p->y.cols == 1 && p->loss_kind != IB_CE;
}

/* ---- a regression in passes ---- */

enum { LANES = 32, PASS_WARPS = FUSED_PASS_THREADS / LANES };

static uint32_t piece_of(enum ib_dtype type)
{
    return (uint32_t)(FUSED_PIECE_BYTES / ib_bytes_of(type));
}

static uint64_t widest_row(enum ib_dtype type)
{
    return (uint64_t)FUSED_WIDE_PIECES * LANES * piece_of(type);
}

static void plan_passes(const struct ib_problem *p, struct ib_cuda_fused_plan *out)
{
    const uint32_t piece = piece_of(p->dtype);
    const uint64_t pieces = ib_ceil_div(p->x.cols, piece);
    out->in_passes = true;
    out->wide = pieces > LANES;
    out->lanes = ib_width_of(pieces, LANES);
    out->whole_pieces = p->x.cols % piece == 0 && p->x.ld % piece == 0;
    const uint64_t held = (out->wide ? FUSED_WIDE_PIECES : 1) * (uint64_t)out->lanes * piece;
    out->shared_bytes = (size_t)(PASS_WARPS * (held + 2) * ib_bytes_of(p->dtype));
    const uint64_t rows = out->wide ? FUSED_WIDE_ROWS : FUSED_NARROW_ROWS;
    const uint64_t wanted = ib_ceil_div(ib_cuda_fused_step_rows(p), rows * PASS_WARPS * (LANES / out->lanes));
    const uint64_t most = (uint64_t)FUSED_RESIDENT(out->wide, ib_bytes_of(p->dtype)) * FUSED_PROCESSORS;
    out->blocks = (uint32_t)ib_min(wanted, most);
}

/* ---- both ---- */

static enum ib_status refuse(const struct ib_problem *p, double bytes, size_t shared_bytes, char *why,
                             size_t n)
{
    if (is_regression(p))
        snprintf(
            why, n,
            "%llu columns are too many for one pass over the rows, which takes %llu of %s, and the %s is "
            "too large for one block (%.0f bytes of shared memory; at most %zu)",
            (unsigned long long)p->x.cols, (unsigned long long)widest_row(p->dtype),
            p->dtype == IB_F32 ? "f32" : "f64", ib_cuda_fused_has_batches(p) ? "batch" : "data set", bytes,
            shared_bytes);
    else
        snprintf(
            why, n,
            "the network, its %s and activations need %.0f bytes of the shared memory of one block, which "
            "has %zu; only regressions of one output can be larger",
            ib_cuda_fused_has_batches(p) ? "batch" : "data set", bytes, shared_bytes);
    return IB_EUNSUPPORTED;
}

enum ib_status ib_cuda_fused_plan(const struct ib_problem *p, size_t shared_bytes,
                                  struct ib_cuda_fused_plan *out, char *why, size_t n)
{
    const double bytes = network_bytes(p);
    *out = (struct ib_cuda_fused_plan){.in_passes = false};
    if (bytes <= (double)shared_bytes)
        *out = (struct ib_cuda_fused_plan){
            .shared_bytes = (size_t)bytes, .pitch = (uint32_t)pitch_of(p), .sum_lanes = sum_lanes(p)};
    else if (is_regression(p) && p->x.cols <= widest_row(p->dtype))
        plan_passes(p, out);
    else
        return refuse(p, bytes, shared_bytes, why, n);
    return IB_OK;
}

static struct fused_matrix matrix_of(const struct ib_view *v)
{
    return (struct fused_matrix){v->p, v->ld};
}

struct fused_net ib_cuda_fused_net(const struct ib_problem *p)
{
    struct fused_net net = {.act = (int)p->act,
                            .loss_kind = (int)p->loss_kind,
                            .optimizer = (int)p->optimizer,
                            .kept = kept_of(p),
                            .n_layers = p->n_layers,
                            .width = {(unsigned)p->x.cols},
                            .rows = p->x.rows,
                            .x = matrix_of(&p->x),
                            .y = matrix_of(&p->y),
                            .loss = p->loss.p,
                            .step = p->step_count.p};
    for (uint32_t l = 0; l < p->n_layers; l++) {
        net.width[l + 1] = (unsigned)p->w[l].cols;
        net.w[0][l] = matrix_of(&p->w[l]);
        net.b[0][l] = p->b[l].p;
        for (uint32_t k = 1; k < net.kept; k++) {
            net.w[k][l] = matrix_of(&p->moment_w[k - 1][l]);
            net.b[k][l] = p->moment_b[k - 1][l].p;
        }
    }
    return net;
}

struct ib_cuda_fused_rule ib_cuda_fused_rule(const struct ib_problem *p)
{
    const struct fused_rule_f64 r = {.rate = p->lr,
                                     .decay = p->weight_decay,
                                     .kept1 = p->beta1,
                                     .added1 = 1 - p->beta1,
                                     .log1 = log(p->beta1),
                                     .kept2 = p->beta2,
                                     .added2 = 1 - p->beta2,
                                     .log2 = log(p->beta2),
                                     .epsilon = p->epsilon};
    struct ib_cuda_fused_rule out = {.value.f64 = r, .bytes = sizeof r};
    if (p->dtype == IB_F32) {
        out.value.f32 = (struct fused_rule_f32){(float)r.rate,   (float)r.decay, (float)r.kept1,
                                                (float)r.added1, (float)r.log1,  (float)r.kept2,
                                                (float)r.added2, (float)r.log2,  (float)r.epsilon};
        out.bytes = sizeof out.value.f32;
    }
    return out;
}
