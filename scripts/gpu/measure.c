#include "measure.h"

#include <cuda_runtime_api.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { MEASUREMENTS = 9 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double measure_ns(work_fn *work, void *context, uint64_t calls)
{
    double ns[MEASUREMENTS];
    if (!work(context) || cudaDeviceSynchronize() != cudaSuccess) /* warm-up */
        return NAN;
    for (int i = 0; i < MEASUREMENTS; i++) {
        const double begin = now_ns();
        for (uint64_t call = 0; call < calls; call++)
            if (!work(context))
                return NAN;
        if (cudaDeviceSynchronize() != cudaSuccess)
            return NAN;
        ns[i] = (now_ns() - begin) / (double)calls;
    }
    qsort(ns, MEASUREMENTS, sizeof *ns, ascending);
    return ns[MEASUREMENTS / 2];
}
