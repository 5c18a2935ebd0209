#include "mistaken.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ELEMENTS_MAX = 2500 };

static const struct ib_operation *original;
static const struct mistake *mistake;

/* ---- memory ---- */

static double get(const struct ib_view *v, uint64_t i, uint64_t j)
{
    const uint64_t at = i * v->ld + j;
    return v->type == IB_F32 ? (double)((const float *)v->p)[at] : ((const double *)v->p)[at];
}

static void put(const struct ib_view *v, uint64_t i, uint64_t j, long double value)
{
    const uint64_t at = i * v->ld + j;
    if (v->type == IB_F32)
        ((float *)v->p)[at] = (float)value;
    else
        ((double *)v->p)[at] = (double)value;
}

static void read_operands(const struct ib_view *v, struct ib_expected *m)
{
    for (uint32_t o = 0; o < original->n_operands; o++) {
        if (!v[o].p || (o > 0 && v[o].p == v[0].p)) {
            m[o] = v[o].p ? m[0] : (struct ib_expected){0};
            continue;
        }
        m[o] = (struct ib_expected){v[o].rows, v[o].cols, calloc(v[o].rows * v[o].cols + 1, sizeof *m[o].at)};
        for (uint64_t e = 0; e < ib_op_size(&m[o]); e++)
            m[o].at[e] = get(&v[o], e / m[o].cols, e % m[o].cols);
    }
}

static void write_operands(const struct ib_view *v, const struct ib_expected *m, bool by_column)
{
    for (uint32_t o = 0; o < original->n_operands; o++) {
        if (!(original->operand[o].access & IB_WRITES) || !m[o].at)
            continue;
        const bool turned = by_column && m[o].rows > 1 && m[o].cols > 1;
        for (uint64_t e = 0; e < ib_op_size(&m[o]); e++)
            put(&v[o], e / m[o].cols, e % m[o].cols,
                m[o].at[turned ? e % m[o].rows * m[o].cols + e / m[o].rows : e]);
    }
}

/* ---- the operation ---- */

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    struct ib_op_args changed = *args;
    struct ib_expected m[IB_MAX_OPERANDS], taken[IB_MAX_OPERANDS];
    const struct ib_op_mutant *mutant = mistake->mutant;
    (void)ops, (void)state;
    read_operands(v, m);
    memcpy(taken, m, sizeof m);
    bool by_column = mutant && mutant->by_column;
    if (mutant && mutant->change && !mutant->change(&changed, m)) { /* no mistake is possible in this call */
        for (uint32_t o = 0; o < original->n_operands; o++)
            if (o == 0 || v[o].p != v[0].p)
                free(taken[o].at);
        read_operands(v, m);
        memcpy(taken, m, sizeof m);
        changed = *args;
        by_column = false;
    }
    original->reference(&changed, m);
    if (mistake->spoil)
        mistake->spoil(args, v, m);
    write_operands(v, m, by_column);
    for (uint32_t o = 0; o < original->n_operands; o++)
        if (o == 0 || v[o].p != v[0].p)
            free(taken[o].at);
    return IB_OK;
}

/* ---- its cases ---- */

struct filter {
    struct ib_visitor visitor, *to;
};

static void pass_on(struct ib_visitor *visitor, const struct ib_op_test *test)
{
    struct filter *filter = (struct filter *)visitor;
    uint64_t elements = 0;
    for (uint32_t i = 0; i < test->n_operands; i++)
        elements += test->operand[i].shape.rows * test->operand[i].shape.cols;
    if (elements <= ELEMENTS_MAX)
        filter->to->visit(filter->to, test);
}

static void few_cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    struct filter filter = {.visitor = {.quick = v->quick, .tf32 = v->tf32, .visit = pass_on}, .to = v};
    original->cases(start, &filter.visitor);
}

struct ib_operation mistaken(const struct ib_operation *operation, const struct mistake *made)
{
    struct ib_operation copy = *operation;
    original = operation;
    mistake = made;
    copy.call = call;
    copy.cases = few_cases;
    return copy;
}

struct ib_instance *opened(const char *name)
{
    static struct ib_instance instances[2];
    struct ib_instance *instance = &instances[strcmp(name, "fakedev") == 0];
    const struct ib_impl *impl;
    if (instance->impl)
        return instance;
    if (ib_impl_load(name, NULL, &impl) != IB_OK || ib_instance_open(impl, NULL, 0, instance) != IB_OK)
        fail_msg("%s: %s", name, ib_error_text());
    return instance;
}

struct ib_examination examine_mistake(const struct ib_operation *operation, const struct mistake *made)
{
    const struct ib_operation copy = mistaken(operation, made);
    struct ib_examination found;
    assert_int_equal(ib_operation_examine(opened("cpu_naive"), &copy, IB_F64, true, NULL, &found), IB_OK);
    return found;
}
