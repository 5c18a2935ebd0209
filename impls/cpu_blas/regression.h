/* Whole steps of regressions with one output. Included by cpu_blas.c, for one pass over x an epoch with its
 * `struct blas` and its elementwise operations.
 *
 * x is copied into panels: the values of some rows, column by column, and a column of ones for the bias. The
 * outputs of these rows and their part of the gradient are a gemv each, of long columns, and the second finds
 * the panel in the cache. Single operations read x twice, and by rows, in which gemv is the slower the fewer
 * columns there are. */
#ifndef CPU_BLAS_REGRESSION_H
#define CPU_BLAS_REGRESSION_H

enum {
    LINE = 64,
    LINE_ELEMENTS = LINE / (int)sizeof(float),
    PANEL_BYTES = 128 << 10, /* half of the smallest second-level caches */
    LEAST_PANEL_ROWS = 64,   /* below, calls cost more than the cache saves */
};

struct regression {
    uint64_t rows, params; /* of x; its columns and the bias */
    size_t element;        /* bytes */
    uint64_t panel_rows;   /* from one column of a panel to the next; the last panel may have fewer rows */
    void *panels;
    void *output;   /* of the rows of a panel, then its gradient */
    void *point;    /* the weights, then the bias */
    void *gradient; /* of a panel, then of all rows */
    double *sum;    /* of the panels' gradients */
};

static uint64_t in_lines(uint64_t elements)
{
    return (elements + LINE_ELEMENTS - 1) / LINE_ELEMENTS * LINE_ELEMENTS;
}

/* Threads share a panel, which then must be worth their waking up. */
static uint64_t panel_rows(const struct blas *s, const struct ib_problem *p, size_t element)
{
    const uint64_t fitting = PANEL_BYTES / ((p->x.cols + 1) * element) / LINE_ELEMENTS * LINE_ELEMENTS;
    uint64_t rows = s->threads > 1 ? BLOCK_ROWS : fitting;
    rows = rows < LEAST_PANEL_ROWS ? LEAST_PANEL_ROWS : rows > BLOCK_ROWS ? BLOCK_ROWS : rows;
    return rows < p->x.rows ? rows : in_lines(p->x.rows);
}

/* For so many columns, at the start of a line. NULL: no memory. Freed by free. */
static void *alloc_lines(uint64_t rows, uint64_t columns, size_t element)
{
    uint64_t elements, bytes;
    if (__builtin_mul_overflow(rows, columns, &elements) ||
        __builtin_mul_overflow(elements, element, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    return aligned_alloc(LINE, (bytes + LINE) / LINE * LINE);
}

static void regression_free(struct regression *r)
{
    if (r == NULL)
        return;
    free(r->panels);
    free(r->output);
    free(r->point);
    free(r->gradient);
    free(r->sum);
    free(r);
}

#define TYPED_TEXT "cpu_blas/regression.inc"
#include "typed.h"

/* NULL: no memory. */
static struct regression *regression_alloc(const struct regression *shape)
{
    struct regression *r = malloc(sizeof *r);
    if (r == NULL)
        return NULL;
    *r = *shape;
    r->panels = alloc_lines(r->rows + r->panel_rows, r->params, r->element);
    r->output = alloc_lines(r->panel_rows, 1, r->element);
    r->point = alloc_lines(r->params, 1, r->element);
    r->gradient = alloc_lines(r->params, 1, r->element);
    r->sum = alloc_lines(r->params, 1, sizeof(double));
    if (r->panels && r->output && r->point && r->gradient && r->sum)
        return r;
    regression_free(r);
    return NULL;
}

static enum ib_status regression_prepare(void *state, const struct ib_problem *p, void **out)
{
    struct blas *s = state;
    const size_t element = p->dtype == IB_F32 ? sizeof(float) : sizeof(double);
    const struct regression shape = {.rows = p->x.rows,
                                     .params = p->x.cols + 1,
                                     .element = element,
                                     .panel_rows = panel_rows(s, p, element)};
    struct regression *r = s->released;
    s->released = NULL;
    if (r == NULL || r->rows != shape.rows || r->params != shape.params || r->element != element) {
        regression_free(r);
        r = regression_alloc(&shape);
    }
    if (r == NULL)
        return s->host->fail(s->host, IB_ENOMEM, "no memory to copy %llu rows of %llu columns",
                             (unsigned long long)p->x.rows, (unsigned long long)p->x.cols);
    BY_TYPE(&p->x, pack, r, &p->x);
    *out = r;
    return IB_OK;
}

/* Keeps the memory for the next data set, which is usually as large: the system takes longer to bring new
 * pages than x takes to be copied. */
static void regression_release(void *state, void *prepared)
{
    struct blas *s = state;
    regression_free(s->released);
    s->released = prepared;
}

/* A program that does not know `prepare` has x copied within the training. */
static enum ib_status regression_steps(void *state, const struct ib_problem *problem, uint64_t n)
{
    const struct ib_problem p = ib_whole_problem(problem);
    void *r = p.prepared;
    if (r == NULL)
        IB_TRY(regression_prepare(state, &p, &r));
    for (uint64_t i = 0; i < n; i++)
        BY_TYPE(&p.x, regression_step, r, &p, p.loss.p != NULL && i + 1 == n);
    if (p.prepared == NULL)
        regression_release(state, r);
    return IB_OK;
}

static enum ib_status regression_supports(const struct ib_problem *p, char *why, size_t n)
{
    const bool regression = p->n_layers == 1 && p->y.cols == 1 && p->loss_kind != IB_CE;
    if (regression && p->x.cols < INT_MAX && p->x.ld <= INT_MAX)
        return IB_OK;
    snprintf(why, n, "whole steps are those of a regression with one output and less than %d columns",
             INT_MAX);
    return IB_EUNSUPPORTED;
}

static const struct ib_fused regressions = {
    .struct_size = sizeof regressions,
    .supports = regression_supports,
    .steps = regression_steps,
    .prepare = regression_prepare,
    .release = regression_release,
    .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY,
};

#endif
