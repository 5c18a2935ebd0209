/* Data made up row by row. Every row has a generator of its own, so that any stretch of rows can be made
 * without those before it. */
#ifndef IB_DATA_SYNTH_H
#define IB_DATA_SYNTH_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"

/* Made-up data, for sweeps over sizes. Features are uniform with mean 0 and variance 1; `noise` is the
 * standard deviation of normal noise on a score of variance about 1. With the score s of features x:
 * - regression: y = s + noise, where s = x w + b, |w| = 1;
 * - classification: y = 1 where s + noise > 0, where s = x w, |w| = 1;
 * - xor: y = 1 where s + noise > 0, where s = -x1 x2: no plane parts the classes.
 * Classes alternate from row to row, so that both are as frequent in any stretch.
 * A regression may have several `outputs`, each with a w, b and noise of its own. */
enum ib_synth_kind { IB_SYNTH_REGRESSION = 1, IB_SYNTH_CLASSIFICATION, IB_SYNTH_XOR };
extern const struct ib_word ib_synth_words[];

struct ib_synth_spec {
    enum ib_synth_kind kind; /* 0: the data is in a file */
    uint64_t rows, cols;     /* rows: for training; test rows come on top */
    double noise;
    uint64_t outputs; /* 0: nothing was said, which means 1 */
};

struct ib_synth;

/* The generator of a kind of data, in the arena; no row is made yet. IB_EINVAL names `where` and the field
 * that does not fit the kind. */
enum ib_status ib_synth_open(struct ib_arena *, const struct ib_synth_spec *, uint64_t seed,
                             const char *where, const struct ib_synth **out);

/* n rows from row `first` on; test rows follow those for training. `x` is n x cols, `y` is
 * n x outputs. */
void ib_synth_rows(const struct ib_synth *, uint64_t first, uint64_t n, double *x, double *y);

/* A hash of all that decides the rows, with how many of them are for training and for tests. */
void ib_synth_hash(const struct ib_synth *, uint64_t rows, uint64_t test_rows, char out[IB_HASH_HEX]);

#endif
