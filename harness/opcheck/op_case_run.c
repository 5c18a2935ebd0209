#include "opcheck/op_case_run.h"

#include "base/error.h"
#include "base/text.h"
#include "opcheck/guarded_buffer.h"
#include "opcheck/operand_fill.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void run_close(struct ib_op_test_run *r)
{
    for (uint32_t i = 0; i < r->test->n_operands; i++) {
        if (r->test->operand[i].is_first)
            continue;
        ib_guarded_close(&r->arrays[i]);
        free(r->expected[i].at);
    }
}

static enum ib_status open_operand(struct ib_op_test_run *r, uint32_t index)
{
    const struct ib_operand *o = &r->test->operand[index];
    struct ib_guarded *a = &r->arrays[index];
    struct ib_expected *m = &r->expected[index];
    const uint64_t rows = o->shape.rows, cols = o->shape.cols;
    const uint64_t gap = o->shape.pad ? o->shape.pad + index : 0; /* differs between operands */
    const bool poisons = !ib_op_test_writes(r->test, index) && !r->test->harmless_guards;
    IB_TRY(ib_guarded_open(r->instance, ib_op_test_type(r->test, index), rows, cols, cols + gap,
                           poisons ? IB_GUARD_NAN : IB_GUARD_NUMBER, a));
    ib_fill_operand(a, r->test, index);
    *m = (struct ib_expected){rows, cols, malloc((rows * cols + 1) * sizeof *m->at)};
    if (m->at == NULL)
        return ib_fail(IB_ENOMEM, ib_op_test_operand(r->test, index),
                       "out of memory for the expected values");
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < cols; j++)
            *ib_op_at(m, i, j) = ib_guarded_start(a, i, j);
    return IB_OK;
}

/* Must be followed by run_close, even on failure. */
static enum ib_status run_open(struct ib_op_test_run *r)
{
    for (uint32_t i = 0; i < r->test->n_operands; i++) {
        if (!r->test->operand[i].is_first) {
            IB_TRY(open_operand(r, i));
        } else {
            r->arrays[i] = r->arrays[0];
            r->expected[i] = r->expected[0];
        }
    }
    r->test->operation->reference(&r->test->args, r->expected);
    return IB_OK;
}

/* Uploads the operands, calls the operation, and downloads all operands. */
static enum ib_status run_call(struct ib_op_test_run *r)
{
    const struct ib_op_test *c = r->test;
    const struct ib_impl *impl = r->instance->impl;
    struct ib_view views[IB_MAX_OPERANDS] = {0};
    for (uint32_t i = 0; i < c->n_operands; i++) {
        if (!c->operand[i].is_first)
            IB_TRY(ib_guarded_upload(&r->arrays[i]));
        views[i] = ib_guarded_view(&r->arrays[i]);
    }
    IB_TRY(c->operation->call(impl->ops, r->instance->state, &c->args, views));
    if (c->sync_first)
        IB_TRY(impl->mem->sync(r->instance->state));
    for (uint32_t i = 0; i < c->n_operands; i++)
        if (!c->operand[i].is_first)
            IB_TRY(ib_guarded_download(&r->arrays[i]));
    return IB_OK;
}

bool ib_op_test_close_enough(const struct ib_op_test *t, long double expected, long double got)
{
    if (got == expected)
        return true;
    if (isnan(expected))
        return isnan(got);
    const long double size = fabsl(expected);
    return !isinf(expected) && fabsl(got - expected) <= t->tolerance * (size > t->scale ? size : t->scale);
}

/* Finds the first wrong cell of an operand and the number of wrong cells. */
static void compare_cells(const struct ib_op_test_run *r, uint32_t index, struct ib_op_test_result *out)
{
    const struct ib_expected *m = &r->expected[index];
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++) {
            const double got = ib_guarded_get(&r->arrays[index], i, j);
            if (ib_op_test_close_enough(r->test, *ib_op_at(m, i, j), got) || out->wrong++ > 0)
                continue;
            out->fault = IB_OP_TEST_CELLS;
            out->row = i;
            out->col = j;
            out->got = got;
            out->expected = *ib_op_at(m, i, j);
        }
    out->operand = index;
    out->cells = ib_op_size(m);
}

static void compare(const struct ib_op_test_run *r, struct ib_op_test_result *out)
{
    for (uint32_t i = 0; i < r->test->n_operands && out->fault == IB_OP_TEST_RIGHT; i++) {
        if (r->test->operand[i].is_first)
            continue;
        out->operand = i;
        if (ib_op_test_writes(r->test, i))
            compare_cells(r, i, out);
        else if (!ib_guarded_untouched(&r->arrays[i]))
            out->fault = IB_OP_TEST_INPUT;
        if (out->fault == IB_OP_TEST_RIGHT && !ib_guarded_guards_untouched(&r->arrays[i]))
            out->fault = IB_OP_TEST_AROUND;
    }
}

static void describe_result(const struct ib_op_test_run *r, struct ib_op_test_result *out)
{
    const char *name = out->name = ib_op_test_operand(r->test, out->operand);
    switch (out->fault) {
    case IB_OP_TEST_RIGHT:
        break;
    case IB_OP_TEST_CELLS:
        snprintf(out->text, sizeof out->text,
                 "%s[%llu, %llu] is %.17g, expected %.17Lg; %llu of %llu elements are wrong", name,
                 (unsigned long long)out->row, (unsigned long long)out->col, out->got, out->expected,
                 (unsigned long long)out->wrong, (unsigned long long)out->cells);
        break;
    case IB_OP_TEST_INPUT:
        snprintf(out->text, sizeof out->text, "the input %s was written", name);
        break;
    case IB_OP_TEST_AROUND:
        snprintf(out->text, sizeof out->text, "memory around %s was written", name);
        break;
    case IB_OP_TEST_REPEAT:
        snprintf(out->text, sizeof out->text,
                 "%s differs between two calls, but the implementation promises identical bits", name);
        break;
    }
}

/* Repeats the call: an implementation that claims to be deterministic must give identical bits. */
static enum ib_status repeat(struct ib_op_test_run *r, struct ib_op_test_result *out)
{
    unsigned char *first[IB_MAX_OPERANDS] = {NULL};
    enum ib_status status = IB_OK;
    for (uint32_t i = 0; i < r->test->n_operands && status == IB_OK; i++) {
        const size_t bytes = ib_guarded_bytes(&r->arrays[i]);
        first[i] = malloc(bytes);
        if (first[i] == NULL)
            status = ib_fail(IB_ENOMEM, "repeat", "out of memory for %zu bytes", bytes);
        else
            memcpy(first[i], r->arrays[i].after, bytes);
    }
    if (status == IB_OK)
        status = run_call(r);
    for (uint32_t i = 0; i < r->test->n_operands; i++) {
        if (status == IB_OK && memcmp(first[i], r->arrays[i].after, ib_guarded_bytes(&r->arrays[i])) != 0) {
            out->fault = IB_OP_TEST_REPEAT;
            out->operand = i;
        }
        free(first[i]);
    }
    return status;
}

enum ib_status ib_op_test_run(const struct ib_instance *instance, const struct ib_op_test *test,
                              ib_examine_fn *examine, void *context, struct ib_op_test_result *out)
{
    struct ib_op_test_run r = {.instance = instance, .test = test};
    *out = (struct ib_op_test_result){.fault = IB_OP_TEST_RIGHT};
    enum ib_status status = run_open(&r);
    if (status == IB_OK)
        status = run_call(&r);
    if (status == IB_OK)
        compare(&r, out);
    const bool may_differ = test->tolerance > 0 && instance->impl->flags & IB_DETERMINISTIC;
    if (status == IB_OK && out->fault == IB_OP_TEST_RIGHT && may_differ)
        status = repeat(&r, out);
    if (status == IB_OK) {
        describe_result(&r, out);
        if (examine)
            examine(context, &r, out);
    }
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

static void describe_operand(const struct ib_op_test *t, uint32_t index, char *text, size_t n)
{
    const struct ib_operand *o = &t->operand[index];
    const char *fill = ib_fill_name(o->fill);
    append(text, n, " %s %llux%llu", ib_op_test_operand(t, index), (unsigned long long)o->shape.rows,
           (unsigned long long)o->shape.cols);
    if (fill[0] != '\0')
        append(text, n, " of %s", fill);
    if (o->shape.pad > 0)
        append(text, n, " with gaps");
    if (o->is_first)
        append(text, n, " in place");
}

void ib_op_test_describe(const struct ib_op_test *c, char *text, size_t n)
{
    snprintf(text, n, "%s %s", c->operation->name, ib_word_of(ib_dtype_words, (int)c->type));
    if (c->operation->kinds != NULL)
        append(text, n, " %s", ib_word_of(c->operation->kinds, c->args.kind));
    if (c->args.transpose_a)
        append(text, n, " A transposed");
    if (c->args.transpose_b)
        append(text, n, " B transposed");
    if (c->args.alpha != 1 || c->args.beta != 0)
        append(text, n, " alpha %g", c->args.alpha);
    if (c->args.beta != 0)
        append(text, n, " beta %g", c->args.beta);
    if (c->args.first != 0)
        append(text, n, " first %llu", (unsigned long long)c->args.first);
    append(text, n, ":");
    for (uint32_t i = 0; i < c->n_operands; i++)
        describe_operand(c, i, text, n);
}
