/* Honest trainers: right, and each rounding in its own way. Plain loops that share no code with the oracle.
 */
#ifndef TESTS_HONEST_H
#define TESTS_HONEST_H

#include "oracle/oracle.h"

/* How sums of n terms are made. HONEST_WIDE: in the next larger type. */
enum honest_sum {
    HONEST_PLAIN,
    HONEST_REVERSED,
    HONEST_PAIRWISE,
    HONEST_KAHAN,
    HONEST_LANES,
    HONEST_BLOCKS,
    HONEST_WIDE
};

/* What may go wrong in an update, or in which rows it takes; HONEST_RIGHT: nothing. */
enum honest_fault {
    HONEST_RIGHT,
    HONEST_UNCORRECTED,   /* Adam's moments are used as they are */
    HONEST_FORGETS,       /* the first moment is the gradient alone */
    HONEST_NO_DECAY,      /* weights do not decay */
    HONEST_ORDER_IGNORED, /* batches take the rows in their own order */
    HONEST_BATCH_DROPPED  /* the last batch of an epoch is left out */
};

struct honest {
    const char *name;
    enum honest_sum sum;
    bool fma;        /* products are added without being rounded */
    bool bias_first; /* sums of a layer begin with its bias; otherwise it is added at the end */
    bool mean_last;  /* sums over the rows are divided by their number, instead of each row's part */
    bool rough_exp;  /* exp and tanh are off by up to 4 units in the last place */
    bool split;      /* two threads, each with half of the rows */
    bool folded;     /* Adam's corrections are made to the rate and the root, not to the moments */
    enum honest_fault fault;
};

/* The trainers, HONEST_COUNT of them. */
enum { HONEST_COUNT = 21 };
extern const struct honest honest_trainers[HONEST_COUNT];

/* Trains in the problem's arithmetic.type and .products, with losses at the epochs of ib_checks_epoch. Aborts
 * out of memory. */
void honest_train(const struct honest *, const struct ib_oracle_problem *, struct ib_trajectory *out);

/* Predicts in the type: rows x outputs, after the sigmoid of IB_BCE or the softmax of IB_CE. */
void honest_predict(const struct honest *, enum ib_dtype, enum ib_products, const struct ib_network *,
                    const double *params, uint64_t rows, const double *x, double *out);

#endif
