#include "placed.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t bytes_of(const struct ib_view *v)
{
    return (size_t)(v->rows * v->ld) * (v->type == IB_F32 ? sizeof(float) : sizeof(double));
}

static void check(enum ib_status status)
{
    if (status != IB_OK)
        fail_msg("%s", ib_error_text());
}

void place_view(const struct ib_instance *on, struct ib_view *v)
{
    const struct ib_mem_ops *mem = on->impl->mem;
    void *host = v->p;
    if (mem == NULL || host == NULL)
        return;
    check(mem->alloc(on->state, bytes_of(v), &v->p));
    check(mem->h2d(on->state, v->p, host, bytes_of(v)));
}

void take_view_back(const struct ib_instance *on, struct ib_view *placed, const struct ib_view *home)
{
    const struct ib_mem_ops *mem = on->impl->mem;
    if (mem == NULL || placed->p == NULL)
        return;
    check(mem->d2h(on->state, home->p, placed->p, bytes_of(placed)));
    mem->free(on->state, placed->p);
}

void place_problem(const struct ib_instance *on, struct ib_problem *p)
{
    place_view(on, &p->x);
    place_view(on, &p->y);
    place_view(on, &p->loss);
    for (uint32_t l = 0; l < p->n_layers; l++) {
        place_view(on, &p->w[l]);
        place_view(on, &p->b[l]);
    }
}

void take_problem_back(const struct ib_instance *on, struct ib_problem *placed, const struct ib_problem *home)
{
    take_view_back(on, &placed->x, &home->x);
    take_view_back(on, &placed->y, &home->y);
    take_view_back(on, &placed->loss, &home->loss);
    for (uint32_t l = 0; l < placed->n_layers; l++) {
        take_view_back(on, &placed->w[l], &home->w[l]);
        take_view_back(on, &placed->b[l], &home->b[l]);
    }
}
