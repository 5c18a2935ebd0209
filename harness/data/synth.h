/* Synthetic data. Every row has its own generator, so that any range of rows can be generated without the
 * rows before it. */
#ifndef IB_DATA_SYNTH_H
#define IB_DATA_SYNTH_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"

/* Features are uniform with mean 0 and variance 1; `noise` is the standard deviation of normal noise on a
 * score of variance about 1. With the score s of features x:
 * - regression: y = s + noise, with s = x w + b, |w| = 1;
 * - classification: y = 1 if s + noise > 0, with s = x w, |w| = 1. Of more than two `classes`, y is the
 * number of a class, from 0, and x is uniform around the class's own centre, 3 standard deviations from 0,
 * with noise on every feature;
 * - xor: y = 1 if s + noise > 0, with s = -x1 x2, so that the classes are not linearly separable.
 * Classes alternate from row to row, so that any range of rows is balanced.
 * A regression may have several `outputs`, each with its own w, b and noise. */
enum ib_synth_kind { IB_SYNTH_REGRESSION = 1, IB_SYNTH_CLASSIFICATION, IB_SYNTH_XOR };
extern const struct ib_word ib_synth_words[];

struct ib_synth_spec {
    enum ib_synth_kind kind; /* 0: the data is in a file */
    uint64_t rows, cols;     /* rows: for training; test rows are additional */
    double noise;
    uint64_t outputs; /* 0: not given, which means 1 */
    uint64_t classes; /* 0: not given, which means 2 */
};

struct ib_synth;

/* Creates a generator in the arena; no rows are generated yet. IB_EINVAL, at `where`, names the field that
 * does not fit the kind. */
enum ib_status ib_synth_open(struct ib_arena *, const struct ib_synth_spec *, uint64_t seed,
                             const char *where, const struct ib_synth **out);

/* Generates n rows, starting at row `first`, into x (n x cols) and y (n x outputs). Test rows follow the
 * training rows. */
void ib_synth_rows(const struct ib_synth *, uint64_t first, uint64_t n, double *x, double *y);

/* Hashes all parameters that determine the data, including the numbers of training and test rows. */
void ib_synth_hash(const struct ib_synth *, uint64_t rows, uint64_t test_rows, char out[IB_HASH_HEX]);

#endif
