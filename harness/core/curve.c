#include "core/curve.h"

#include <math.h>
#include <stdlib.h>

void ib_curve_free(struct ib_curve *curve)
{
    free(curve->epoch);
    free(curve->loss);
    *curve = (struct ib_curve){0};
}

bool ib_loss_find(const struct ib_curve *curve, uint64_t epoch, double *loss)
{
    uint64_t i = 0;
    while (i < curve->n && curve->epoch[i] != epoch)
        i++;
    *loss = i < curve->n ? curve->loss[i] : NAN;
    return i < curve->n;
}

double ib_loss_at(const struct ib_curve *curve, uint64_t epoch)
{
    double loss;
    ib_loss_find(curve, epoch, &loss);
    return loss;
}
