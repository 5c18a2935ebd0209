/* Products of square matrices. */
#include "limits/instance.h"

#include <math.h>

#define SECONDS     0.4  /* of a size */
#define SHORTEST    2e-4 /* seconds: below it, little of the product is arithmetic */
#define LONG_ENOUGH 3e-3 /* seconds: beyond it, a larger product would hardly be faster */

struct product {
    const struct ib_instance *instance;
    struct ib_limits_matrix a, b, c;
};

static enum ib_status multiply(void *context)
{
    const struct product *p = context;
    const struct ib_instance *i = p->instance;
    IB_TRY(i->impl->ops->gemm(i->state, false, false, 1, &p->a.view, &p->b.view, 0, &p->c.view));
    return ib_limits_sync(i);
}

static void close_product(struct product *p)
{
    ib_limits_matrix_close(&p->a);
    ib_limits_matrix_close(&p->b);
    ib_limits_matrix_close(&p->c);
}

static enum ib_status open_product(const struct ib_instance *instance, enum ib_dtype type, uint64_t n,
                                   struct product *out)
{
    *out = (struct product){.instance = instance};
    enum ib_status status = ib_limits_matrix_open(instance, type, n, n, &out->a);
    if (status == IB_OK)
        status = ib_limits_matrix_open(instance, type, n, n, &out->b);
    return status == IB_OK ? ib_limits_matrix_open(instance, type, n, n, &out->c) : status;
}

static enum ib_status time_size(const struct ib_instance *instance, enum ib_dtype type, uint64_t n,
                                double seconds, double *out_s)
{
    struct product p;
    enum ib_status status = open_product(instance, type, n, &p);
    if (status == IB_OK)
        status = ib_limits_shortest(seconds, multiply, &p, out_s);
    close_product(&p);
    return status;
}

/* Of several sizes: larger ones are faster on a quiet machine, smaller ones fit between disturbances. */
static enum ib_status measure(const struct ib_instance *instance, enum ib_dtype type, double *out)
{
    enum { SMALLEST = 128, LARGEST = 8192 };
    double s = 0;
    for (uint64_t n = SMALLEST; s < LONG_ENOUGH && n <= LARGEST; n *= 2) {
        IB_TRY(time_size(instance, type, n, 0, &s));
        if (s > SHORTEST)
            IB_TRY(time_size(instance, type, n, SECONDS, &s));
        *out = fmax(*out, 2.0 * (double)n * (double)n * (double)n / s);
    }
    return IB_OK;
}

enum ib_status ib_limits_of_gemm(const struct ib_instance *instance, uint64_t threads, struct ib_arena *arena,
                                 struct ib_rates *out)
{
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
        struct ib_rate rate = {IB_RATE_GEMM, instance->impl->name, type, threads, 0};
        const enum ib_status status = measure(instance, type, &rate.value);
        if (status == IB_EUNSUPPORTED)
            continue; /* of this type */
        IB_TRY(status);
        ib_rates_add(arena, out, rate);
    }
    return IB_OK;
}
