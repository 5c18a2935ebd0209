#include "oracle/sketch.h"

#include "base/error.h"
#include "base/rng.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

uint64_t ib_sketch_part_size(const struct ib_network *net, uint32_t layer, enum ib_sketch_part part)
{
    return part == IB_SKETCH_ROWS      ? net->width[layer] * IB_SKETCH_VECTORS
           : part == IB_SKETCH_COLUMNS ? net->width[layer + 1] * IB_SKETCH_VECTORS
                                       : net->width[layer + 1];
}

uint64_t ib_sketch_size(const struct ib_network *net)
{
    uint64_t size = 0;
    for (uint32_t l = 0; l < net->n_layers; l++)
        for (int part = 0; part < IB_SKETCH_PARTS; part++)
            size += ib_sketch_part_size(net, l, (enum ib_sketch_part)part);
    return size;
}

void ib_sketch_vectors(const struct ib_network *net, uint32_t layer, enum ib_sketch_part part,
                       double *vectors)
{
    const uint64_t n = net->width[part == IB_SKETCH_ROWS ? layer + 1 : layer];
    struct ib_rng rng;
    ib_rng_seed(&rng, (uint64_t)layer * IB_SKETCH_PARTS + (uint64_t)part);
    for (uint64_t i = 0; i < n * IB_SKETCH_VECTORS; i++)
        vectors[i] = (double)(float)ib_rng_normal(&rng);
}

/* rows (in x vectors) = G v, columns (out x vectors) = G' u */
static void project(uint64_t n_in, uint64_t n_out, const double *g, const double *v, const double *u,
                    double *rows, double *columns)
{
    memset(rows, 0, n_in * IB_SKETCH_VECTORS * sizeof *rows);
    memset(columns, 0, n_out * IB_SKETCH_VECTORS * sizeof *columns);
    for (uint64_t i = 0; i < n_in; i++)
        for (uint64_t j = 0; j < n_out; j++)
            for (uint64_t k = 0; k < IB_SKETCH_VECTORS; k++) {
                rows[i * IB_SKETCH_VECTORS + k] += g[i * n_out + j] * v[j * IB_SKETCH_VECTORS + k];
                columns[j * IB_SKETCH_VECTORS + k] += g[i * n_out + j] * u[i * IB_SKETCH_VECTORS + k];
            }
}

enum ib_status ib_sketch_of(const struct ib_network *net, const double *gradient, double *sketch)
{
    double *vectors =
        malloc(ib_sketch_size(net) * sizeof *vectors); /* at least as large as those of any layer */
    if (!vectors)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for random vectors");
    for (uint32_t l = 0; l < net->n_layers; l++) {
        const uint64_t n_in = net->width[l], n_out = net->width[l + 1];
        double *u = vectors + ib_sketch_part_size(net, l, IB_SKETCH_COLUMNS);
        double *columns = sketch + ib_sketch_part_size(net, l, IB_SKETCH_ROWS);
        double *bias = columns + ib_sketch_part_size(net, l, IB_SKETCH_COLUMNS);
        ib_sketch_vectors(net, l, IB_SKETCH_ROWS, vectors);
        ib_sketch_vectors(net, l, IB_SKETCH_COLUMNS, u);
        project(n_in, n_out, gradient, vectors, u, sketch, columns);
        memcpy(bias, gradient + n_in * n_out, n_out * sizeof *bias);
        gradient += (n_in + 1) * n_out;
        sketch = bias + n_out;
    }
    free(vectors);
    return IB_OK;
}
