#include "cuda/fused/plan.h"

#include "constants.inc"
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

/* In double: sizes that do not fit are far from the limit. */
static double network_bytes(const struct ib_problem *p)
{
    double params = 0, units = 0;
    for (uint32_t l = 0; l < p->n_layers; l++) {
        params += ((double)p->w[l].rows + 1) * (double)p->w[l].cols;
        units += (double)p->w[l].cols;
    }
    const double columns = (double)p->x.cols + (double)p->y.cols + 2 * units;
    return (kept_of(p) * params + (double)p->x.rows * columns) * (double)ib_bytes_of(p->dtype);
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
    const uint64_t wanted = ib_ceil_div(p->x.rows, rows * PASS_WARPS * (LANES / out->lanes));
    const uint64_t most = (uint64_t)FUSED_RESIDENT(out->wide, ib_bytes_of(p->dtype)) * FUSED_PROCESSORS;
    out->blocks = (uint32_t)ib_min(wanted, most);
}

/* ---- both ---- */

static enum ib_status refuse(const struct ib_problem *p, double bytes, size_t shared_bytes, char *why,
                             size_t n)
{
    if (is_regression(p))
        snprintf(why, n,
                 "%llu columns are too many for one pass over the rows, which takes %llu of %s, and the data "
                 "set is too large for one block (%.0f bytes of shared memory; at most %zu)",
                 (unsigned long long)p->x.cols, (unsigned long long)widest_row(p->dtype),
                 p->dtype == IB_F32 ? "f32" : "f64", bytes, shared_bytes);
    else
        snprintf(why, n,
                 "the network, its data set and activations need %.0f bytes of the shared memory of one "
                 "block, which has %zu; only regressions of one output can be larger",
                 bytes, shared_bytes);
    return IB_EUNSUPPORTED;
}

enum ib_status ib_cuda_fused_plan(const struct ib_problem *p, size_t shared_bytes,
                                  struct ib_cuda_fused_plan *out, char *why, size_t n)
{
    const double bytes = network_bytes(p);
    *out = (struct ib_cuda_fused_plan){.in_passes = false};
    if (bytes <= (double)shared_bytes)
        out->shared_bytes = (size_t)bytes;
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
