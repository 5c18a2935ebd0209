#include "limits/instance.h"

#include "base/clock.h"
#include "base/error.h"
#include "ops/operation.h"

#include <math.h>
#include <stdlib.h>

static size_t size_of(const struct ib_view *v)
{
    return (size_t)(v->rows * v->cols) * (v->type == IB_F32 ? sizeof(float) : sizeof(double));
}

/* Ordinary numbers, neither zero nor subnormal in any sum. */
static void *numbers(const struct ib_view *v)
{
    const size_t n = (size_t)(v->rows * v->cols);
    void *values = malloc(size_of(v));
    for (size_t i = 0; values && i < n; i++) {
        const double x = 0.5 + (double)(i * 7 % 11) / 11;
        if (v->type == IB_F32)
            ((float *)values)[i] = (float)x;
        else
            ((double *)values)[i] = x;
    }
    return values;
}

static enum ib_status upload(const struct ib_instance *i, struct ib_view *v, void *values)
{
    const struct ib_mem_ops *mem = i->impl->mem;
    IB_TRY(mem->alloc(i->state, size_of(v), &v->p));
    const enum ib_status status = mem->h2d(i->state, v->p, values, size_of(v));
    return status == IB_OK ? mem->sync(i->state) : status;
}

enum ib_status ib_limits_matrix_open(const struct ib_instance *instance, enum ib_dtype type, uint64_t rows,
                                     uint64_t cols, struct ib_limits_matrix *out)
{
    *out = (struct ib_limits_matrix){instance, {NULL, rows, cols, cols, type}};
    void *values = numbers(&out->view);
    if (!values)
        return ib_fail(IB_ENOMEM, "limits", "out of memory for %llu x %llu numbers", (unsigned long long)rows,
                       (unsigned long long)cols);
    if (!instance->impl->mem) {
        out->view.p = values;
        return IB_OK;
    }
    const enum ib_status status = upload(instance, &out->view, values);
    free(values);
    return status;
}

void ib_limits_matrix_close(struct ib_limits_matrix *m)
{
    const struct ib_instance *i = m->instance;
    if (!i || !m->view.p)
        return;
    if (i->impl->mem)
        i->impl->mem->free(i->state, m->view.p);
    else
        free(m->view.p);
    m->view.p = NULL;
}

enum ib_status ib_limits_sync(const struct ib_instance *i)
{
    return i->impl->mem ? i->impl->mem->sync(i->state) : IB_OK;
}

enum ib_status ib_limits_shortest(double seconds, enum ib_status (*run)(void *context), void *context,
                                  double *out_s)
{
    enum { LEAST = 3 };
    const uint64_t until_ns = ib_now_ns() + (uint64_t)(seconds * 1e9);
    *out_s = INFINITY;
    for (int i = 0; i < LEAST || ib_now_ns() < until_ns; i++) {
        const uint64_t begin_ns = ib_now_ns();
        IB_TRY(run(context));
        *out_s = fmin(*out_s, (double)(ib_now_ns() - begin_ns) / 1e9);
    }
    return IB_OK;
}

enum ib_status ib_limits_of_instance(const struct ib_instance *instance, uint64_t threads,
                                     struct ib_arena *arena, struct ib_rates *out)
{
    if (ib_operation_offered(&ib_operation_gemm, instance->impl->ops))
        IB_TRY(ib_limits_of_gemm(instance, threads, arena, out));
    return instance->impl->mem ? ib_limits_of_device(instance, arena, out) : IB_OK;
}
