/* Sketches of gradients by random projection (Freivalds): the products G v and G' u of a layer's gradient G
 * (in x out) with a few random vectors. A wrong row shows in the first, a wrong column in the second, and
 * any error in both, except with a probability derived in results/tolerances.md. They cost a fraction of G,
 * which is a product of two long thin matrices over all rows of the data. Biases are not projected. */
#ifndef IB_ORACLE_SKETCH_H
#define IB_ORACLE_SKETCH_H

#include "core/network.h"

enum { IB_SKETCH_VECTORS = 8 }; /* of each kind */

/* A sketch is one array with, for each layer, G v (in x vectors), G' u (out x vectors) and the bias (out). */
enum ib_sketch_part { IB_SKETCH_ROWS, IB_SKETCH_COLUMNS, IB_SKETCH_BIAS, IB_SKETCH_PARTS };
uint64_t ib_sketch_part_size(const struct ib_network *, uint32_t layer, enum ib_sketch_part);
uint64_t ib_sketch_size(const struct ib_network *);

/* Writes the random vectors of a layer's part, n x IB_SKETCH_VECTORS, where n is `out` for IB_SKETCH_ROWS
 * and `in` for IB_SKETCH_COLUMNS. They are N(0, 1), always the same, and exact in f32. */
void ib_sketch_vectors(const struct ib_network *, uint32_t layer, enum ib_sketch_part, double *vectors);

/* Computes the sketch of a gradient (ib_network_size elements). IB_ENOMEM. */
enum ib_status ib_sketch_of(const struct ib_network *, const double *gradient, double *sketch);

#endif
