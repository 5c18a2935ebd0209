/* The fewest iterations after which another algorithm has come down to a loss. It tells nobody on its way, so
 * it is trained from the start, for more and for fewer of them. */
#ifndef IB_RUN_ITERATION_SEARCH_H
#define IB_RUN_ITERATION_SEARCH_H

#include "oracle/oracle.h"

/* A bracket is narrow enough once its ends are this part, or one iteration, apart. */
#define IB_SEARCH_PART 0.1
/* Trainings for one loss: some more than halving the way from 1 to 2^64 takes by its logarithm. */
enum { IB_SEARCH_MOST = 14 };

/* Trains for `epochs` iterations, and says which loss the answer has; NaN is none that was asked for. false:
 * the search is over. */
typedef bool ib_iteration_search_train_fn(void *context, uint64_t epochs, double *loss);

struct ib_iteration_search {
    const struct ib_curve *curve; /* what it says of itself: iterations, and the losses after them */
    uint64_t most;                /* iterations that it may take, at least 1 */
    ib_iteration_search_train_fn *train;
    void *context;
};

struct ib_found {
    uint64_t epochs;    /* 0: never, up to `most` */
    double loss;        /* after so many */
    uint64_t trainings; /* that it took to find them, beside those for the losses before */
    bool claimed;       /* by the curve it does get there */
};

/* For each of n losses, descending; at most IB_SEARCH_MOST trainings a loss. The curve says where to begin,
 * and is believed in what speaks against the algorithm: that some iterations are too few. That others are
 * enough it must show. Where the loss goes up again, there are several brackets; the lowest that was seen
 * counts. false: a training failed; what is in *out is not complete. */
bool ib_iteration_search(const struct ib_iteration_search *, const double *losses, size_t n,
                         struct ib_found *out);

#endif
