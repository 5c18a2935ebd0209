/* Softmax and IB_CE with what the largest element of a row is taken for, and the rest right. */
#ifndef SOFTMAX_FAULT_H
#define SOFTMAX_FAULT_H

#include "fault.h"

#include <math.h>
#include <stdlib.h>

/* What is subtracted from the elements of row i. */
typedef double softmax_subtracted(const struct ib_view *z, uint64_t i);

static inline double softmax_exp(const struct ib_view *z, double x)
{
    return z->type == IB_F32 ? (double)expf((float)x) : exp(x);
}

/* p = softmax(z); p may be z. Returns the sum over the rows of the logarithm of the sum of exponentials. */
static inline double softmax_rows(const struct ib_view *z, const struct ib_view *p, const double *subtracted)
{
    double logarithms = 0;
    for (uint64_t i = 0; i < z->rows; i++) {
        double sum = 0;
        for (uint64_t j = 0; j < z->cols; j++)
            sum += softmax_exp(z, fault_get(z, i, j) - subtracted[i]);
        for (uint64_t j = 0; j < z->cols; j++)
            fault_set(p, i, j, softmax_exp(z, fault_get(z, i, j) - subtracted[i]) / sum);
        logarithms += log(sum) + subtracted[i];
    }
    return logarithms;
}

static inline enum ib_status softmax_with(const struct ib_view *z, const struct ib_view *y,
                                          const struct ib_view *dz, const struct ib_view *loss,
                                          softmax_subtracted *subtracted)
{
    double *of_row = malloc((z->rows + 1) * sizeof *of_row), sum = 0;
    if (of_row == NULL)
        return IB_ENOMEM;
    for (uint64_t i = 0; i < z->rows; i++)
        of_row[i] = subtracted(z, i);
    for (uint64_t i = 0; i < z->rows && y != NULL; i++)
        for (uint64_t j = 0; j < z->cols; j++)
            sum -= fault_get(y, i, j) * fault_get(z, i, j);
    sum += softmax_rows(z, dz, of_row);
    for (uint64_t i = 0; i < z->rows && y != NULL; i++)
        for (uint64_t j = 0; j < z->cols; j++)
            fault_set(dz, i, j, (fault_get(dz, i, j) - fault_get(y, i, j)) / (double)z->rows);
    if (loss != NULL)
        fault_set(loss, 0, 0, z->rows > 0 ? sum / (double)z->rows : 0);
    free(of_row);
    return IB_OK;
}

#endif
