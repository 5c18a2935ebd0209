/* A loss curve: the losses read during a training. */
#ifndef IB_CORE_CURVE_H
#define IB_CORE_CURVE_H

#include <stdbool.h>
#include <stdint.h>

struct ib_curve { /* ordered by epoch */
    uint64_t n;
    uint64_t *epoch;
    double *loss;
};
void ib_curve_free(struct ib_curve *);

/* Looks up the loss of an epoch; returns false, and sets NaN, if it was not read. */
bool ib_loss_find(const struct ib_curve *, uint64_t epoch, double *loss);
double ib_loss_at(const struct ib_curve *, uint64_t epoch);

#endif
