#include "check.h"

#include "array.h"
#include "base/error.h"
#include "base/text.h"
#include "fill.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of a check: its operands in the implementation's memory, and what must come out. */
struct run {
    const struct ib_instance *instance;
    const struct check *check;
    struct array arrays[MAX_OPERANDS];
    struct matrix expected[MAX_OPERANDS];
};

static void run_close(struct run *r)
{
    for (uint32_t i = 0; i < r->check->n_operands; i++) {
        if (r->check->operand[i].is_first)
            continue;
        array_close(&r->arrays[i]);
        free(r->expected[i].at);
    }
}

static enum ib_status open_operand(struct run *r, uint32_t index)
{
    const struct operand *o = &r->check->operand[index];
    struct array *a = &r->arrays[index];
    struct matrix *m = &r->expected[index];
    const uint64_t gap = o->pad ? o->pad + index : 0; /* each its own, or one could pass for another */
    IB_TRY(array_open(r->instance, r->check->type, o->rows, o->cols, o->cols + gap,
                      o->written ? GUARD_NUMBER : GUARD_NAN, a));
    fill_operand(a, r->check, index);
    m->rows = o->rows;
    m->cols = o->cols;
    m->at = malloc((o->rows * o->cols + 1) * sizeof *m->at);
    if (m->at == NULL)
        return ib_fail(IB_ENOMEM, o->name, "no memory for the expected values");
    for (uint64_t i = 0; i < o->rows; i++)
        for (uint64_t j = 0; j < o->cols; j++)
            m->at[i * o->cols + j] = array_start(a, i, j);
    return IB_OK;
}

/* On failure, what was opened is left for run_close. */
static enum ib_status run_open(struct run *r)
{
    for (uint32_t i = 0; i < r->check->n_operands; i++) {
        if (!r->check->operand[i].is_first) {
            IB_TRY(open_operand(r, i));
        } else {
            r->arrays[i] = r->arrays[0];
            r->expected[i] = r->expected[0];
        }
    }
    r->check->operation->expected(r->check, r->expected);
    return IB_OK;
}

/* From the start: uploads the operands, calls the operation, and fetches them all. */
static enum ib_status run_call(struct run *r)
{
    const struct check *c = r->check;
    const struct ib_impl *impl = r->instance->impl;
    struct ib_view views[MAX_OPERANDS];
    for (uint32_t i = 0; i < c->n_operands; i++) {
        if (!c->operand[i].is_first)
            IB_TRY(array_upload(&r->arrays[i]));
        views[i] = array_view(&r->arrays[i]);
    }
    IB_TRY(c->operation->call(impl->ops, r->instance->state, c, views));
    for (uint32_t i = 0; i < c->n_operands; i++)
        if (!c->operand[i].is_first)
            IB_TRY(array_download(&r->arrays[i]));
    return IB_OK;
}

/* Written so that a NaN is close to nothing but a NaN. */
static bool close_enough(const struct check *c, long double expected, long double got)
{
    if (isnan(expected))
        return isnan(got);
    if (isinf(expected))
        return got == expected;
    return fabsl(got - expected) <= c->tolerance * fmaxl(fabsl(expected), c->scale);
}

/* The first wrong cell of an operand, and how many there are. */
static void compare_cells(const struct run *r, uint32_t index, char *text, size_t n)
{
    const struct operand *o = &r->check->operand[index];
    const uint64_t cells = o->rows * o->cols;
    uint64_t wrong = 0, first = 0;
    for (uint64_t e = cells; e-- > 0;)
        if (!close_enough(r->check, r->expected[index].at[e],
                          array_get(&r->arrays[index], e / o->cols, e % o->cols))) {
            wrong++;
            first = e;
        }
    if (wrong == 0)
        return;
    snprintf(text, n, "%s[%llu, %llu] is %.17g, expected %.17Lg; %llu of %llu elements are wrong", o->name,
             (unsigned long long)(first / o->cols), (unsigned long long)(first % o->cols),
             array_get(&r->arrays[index], first / o->cols, first % o->cols), r->expected[index].at[first],
             (unsigned long long)wrong, (unsigned long long)cells);
}

static void compare(const struct run *r, char *text, size_t n)
{
    for (uint32_t i = 0; i < r->check->n_operands && text[0] == '\0'; i++) {
        const struct operand *o = &r->check->operand[i];
        if (o->is_first)
            continue;
        if (o->written)
            compare_cells(r, i, text, n);
        else if (!array_untouched(&r->arrays[i]))
            snprintf(text, n, "the input %s was written", o->name);
        if (text[0] == '\0' && !array_guards_untouched(&r->arrays[i]))
            snprintf(text, n, "memory around %s was written", o->name);
    }
}

/* Calls once more from the same start: an implementation that promises so must give the same bits. */
static enum ib_status repeat(struct run *r, char *text, size_t n)
{
    unsigned char *first[MAX_OPERANDS] = {NULL};
    enum ib_status status = IB_OK;
    for (uint32_t i = 0; i < r->check->n_operands && status == IB_OK; i++) {
        const size_t bytes = array_bytes(&r->arrays[i]);
        first[i] = malloc(bytes);
        if (first[i] == NULL)
            status = ib_fail(IB_ENOMEM, "repeat", "no memory for %zu bytes", bytes);
        else
            memcpy(first[i], r->arrays[i].after, bytes);
    }
    if (status == IB_OK)
        status = run_call(r);
    for (uint32_t i = 0; i < r->check->n_operands; i++) {
        if (status == IB_OK && memcmp(first[i], r->arrays[i].after, array_bytes(&r->arrays[i])) != 0)
            snprintf(text, n, "%s differs between two calls, but the implementation promises the same bits",
                     r->check->operand[i].name);
        free(first[i]);
    }
    return status;
}

enum ib_status check_run(const struct ib_instance *instance, const struct check *check, char *text, size_t n)
{
    struct run r = {.instance = instance, .check = check};
    text[0] = '\0';
    enum ib_status status = run_open(&r);
    if (status == IB_OK)
        status = run_call(&r);
    if (status == IB_OK)
        compare(&r, text, n);
    const bool may_differ = check->tolerance > 0 && instance->impl->flags & IB_DETERMINISTIC;
    if (status == IB_OK && text[0] == '\0' && may_differ)
        status = repeat(&r, text, n);
    run_close(&r);
    return status;
}

/* Appends to text[n]. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t n, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, n - used, format, arguments);
    va_end(arguments);
}

static void describe_operand(const struct operand *o, char *text, size_t n)
{
    const char *fill = fill_name(o->fill);
    append(text, n, " %s %llux%llu", o->name, (unsigned long long)o->rows, (unsigned long long)o->cols);
    if (fill[0] != '\0')
        append(text, n, " of %s", fill);
    if (o->pad > 0)
        append(text, n, " with gaps");
    if (o->is_first)
        append(text, n, " in place");
}

void check_describe(const struct check *c, char *text, size_t n)
{
    snprintf(text, n, "%s %s", c->operation->name, ib_word_of(ib_dtype_words, (int)c->type));
    if (c->operation->kinds != NULL)
        append(text, n, " %s", ib_word_of(c->operation->kinds, c->kind));
    if (c->transpose_a)
        append(text, n, " A transposed");
    if (c->transpose_b)
        append(text, n, " B transposed");
    if (c->alpha != 1 || c->beta != 0)
        append(text, n, " alpha %g beta %g", c->alpha, c->beta);
    append(text, n, ":");
    for (uint32_t i = 0; i < c->n_operands; i++)
        describe_operand(&c->operand[i], text, n);
}
