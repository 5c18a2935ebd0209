#include "placed.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t bytes_of(const struct ib_view *v)
{
    return (size_t)(v->rows * v->ld) * (v->type == IB_F64 ? sizeof(double) : sizeof(float));
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

/* The views of a problem one after another; NULL behind the last. */
static struct ib_view *view_of(struct ib_problem *p, uint32_t i)
{
    struct ib_view *const single[] = {&p->x, &p->y, &p->loss, &p->step_count, &p->order};
    enum { SINGLE = sizeof single / sizeof *single };
    if (i < SINGLE)
        return single[i];
    i -= SINGLE;
    const uint32_t layer = i / 2 % p->n_layers, kept = i / 2 / p->n_layers;
    if (kept > IB_MAX_MOMENTS)
        return NULL;
    if (kept == 0)
        return i % 2 == 0 ? &p->w[layer] : &p->b[layer];
    return i % 2 == 0 ? &p->moment_w[kept - 1][layer] : &p->moment_b[kept - 1][layer];
}

void place_problem(const struct ib_instance *on, struct ib_problem *p)
{
    struct ib_view *v;
    for (uint32_t i = 0; (v = view_of(p, i)) != NULL; i++)
        place_view(on, v);
}

void take_problem_back(const struct ib_instance *on, struct ib_problem *placed, const struct ib_problem *home)
{
    struct ib_problem to = *home;
    struct ib_view *v;
    for (uint32_t i = 0; (v = view_of(placed, i)) != NULL; i++)
        take_view_back(on, v, view_of(&to, i));
}
