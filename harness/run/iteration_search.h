/* Finds the fewest iterations after which another algorithm reaches a loss. It cannot be observed while it
 * trains, so it is trained from the start with different numbers of iterations. */
#ifndef IB_RUN_ITERATION_SEARCH_H
#define IB_RUN_ITERATION_SEARCH_H

#include "oracle/oracle.h"

/* A bracket is narrow enough once its ends differ by this share or by one iteration. */
#define IB_SEARCH_PART 0.1
/* The maximum number of trainings for one loss: somewhat more than bisecting the logarithm of 1 to 2^64
 * takes. */
enum { IB_SEARCH_MOST = 14 };

/* Trains for `epochs` iterations and returns the answer's loss in *loss; NaN never counts as reached. Returns
 * false to end the search. */
typedef bool ib_iteration_search_train_fn(void *context, uint64_t epochs, double *loss);

struct ib_iteration_search {
    const struct ib_curve *curve; /* as reported: iterations and the losses after them */
    uint64_t most;                /* the maximum number of iterations, at least 1 */
    ib_iteration_search_train_fn *train;
    void *context;
};

struct ib_found {
    uint64_t epochs;    /* 0: not reached within `most` */
    double loss;        /* after these */
    uint64_t trainings; /* needed in addition to those for earlier losses */
    bool claimed;       /* the curve claims to reach the loss */
};

/* Searches for each of n losses, in descending order, with at most IB_SEARCH_MOST trainings per loss. The
 * curve provides the starting point, and is trusted only where it counts against the algorithm: in which
 * iterations are too few. That a number of iterations is enough must be shown by a training. If the loss
 * rises again there are several brackets; the lowest one found counts. Returns false if a training failed;
 * *out is then incomplete. */
bool ib_iteration_search(const struct ib_iteration_search *, const double *losses, size_t n,
                         struct ib_found *out);

#endif
