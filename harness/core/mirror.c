#include "core/mirror.h"

#include "base/error.h"
#include "base/rng.h"
#include "core/loss.h"

#include <stdlib.h>

enum ib_status ib_mirror_open(const struct ib_network *net, struct ib_mirror *out)
{
    *out = (struct ib_mirror){.net = net,
                              .feature = malloc(net->width[0] * sizeof *out->feature),
                              .output = malloc(ib_network_outputs(net) * sizeof *out->output)};
    if (!out->feature || !out->output)
        return ib_fail(IB_ENOMEM, "mirror", "out of memory for the signs of a problem");
    ib_mirror_draw(out, 0, false);
    return IB_OK;
}

void ib_mirror_close(struct ib_mirror *m)
{
    free(m->feature);
    free(m->output);
    *m = (struct ib_mirror){0};
}

static void draw(struct ib_rng *rng, bool changes, double *signs, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        signs[i] = changes && ib_rng_u64(rng) >> 63 ? -1 : 1;
}

void ib_mirror_draw(struct ib_mirror *m, uint64_t seed, bool features)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    draw(&rng, seed && features, m->feature, m->net->width[0]);
    draw(&rng, seed && ib_loss_rule(m->net->loss)->squared, m->output, ib_network_outputs(m->net));
}

/* Multiplies element (r, c) by row[r] and column[c]; NULL: by 1. */
static void change(enum ib_dtype type, uint64_t rows, uint64_t cols, const double *row, const double *column,
                   void *values)
{
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t c = 0; c < cols; c++) {
            const double sign = (row ? row[r] : 1) * (column ? column[c] : 1);
            if (type == IB_F32)
                ((float *)values)[r * cols + c] *= (float)sign;
            else
                ((double *)values)[r * cols + c] *= sign;
        }
}

void ib_mirror_features(const struct ib_mirror *m, enum ib_dtype type, uint64_t rows, void *x)
{
    change(type, rows, m->net->width[0], NULL, m->feature, x);
}

void ib_mirror_outputs(const struct ib_mirror *m, enum ib_dtype type, uint64_t rows, void *y)
{
    change(type, rows, ib_network_outputs(m->net), NULL, m->output, y);
}

void ib_mirror_param(const struct ib_mirror *m, enum ib_dtype type, uint32_t p, void *values)
{
    const bool last = p / 2 + 1 == m->net->n_layers;
    const double *column = last ? m->output : NULL, *row = p == 0 ? m->feature : NULL;
    if (row || column)
        change(type, ib_network_param_rows(m->net, p), ib_network_param_cols(m->net, p), row, column, values);
}

void ib_mirror_params(const struct ib_mirror *m, double *params)
{
    for (uint32_t p = 0; p < ib_network_params(m->net); p++) {
        ib_mirror_param(m, IB_F64, p, params);
        params += ib_network_param_size(m->net, p);
    }
}
