#include "opcheck/failure_conditions.h"

#include <stdio.h>

/* ---- conditions of any operation ---- */

static bool has_gaps(const struct ib_op_test *t)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].shape.pad > 0)
            return true;
    return false;
}

static bool holds(const struct ib_op_test *t, enum ib_fill fill)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].fill == fill)
            return true;
    return false;
}

static bool has_nan(const struct ib_op_test *t)
{
    return holds(t, IB_FILL_NAN);
}

static bool has_infinity(const struct ib_op_test *t)
{
    return holds(t, IB_FILL_INFINITY);
}

static bool scales(const struct ib_op_test *t)
{
    return t->args.alpha != 1;
}

static bool adds(const struct ib_op_test *t)
{
    return t->args.beta != 0;
}

static bool overwrites(const struct ib_op_test *t)
{
    return t->args.beta == 0;
}

static uint64_t most_rows(const struct ib_op_test *t)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < t->n_operands; i++)
        rows = t->operand[i].shape.rows > rows ? t->operand[i].shape.rows : rows;
    return rows;
}

static bool has_no_rows(const struct ib_op_test *t)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].shape.rows == 0)
            return true;
    return false;
}

static bool has_many_rows(const struct ib_op_test *t)
{
    return most_rows(t) > 60000;
}

static bool has_over_256_rows(const struct ib_op_test *t)
{
    return most_rows(t) > 256;
}

static bool has_over_32_rows(const struct ib_op_test *t)
{
    return most_rows(t) > 32;
}

static bool must_round(const struct ib_op_test *t)
{
    return t->tolerance > 0;
}

/* ---- all conditions ---- */

/* The operation's own conditions, and one for each of its kinds, come between contents and sizes. */
static const struct ib_op_condition contents[] = {
    {has_gaps, "with gaps between the rows (ld > cols)"},
    {has_nan, "when an operand contains a NaN"},
    {has_infinity, "when an operand contains an infinity"},
    {scales, "with alpha other than 1"},
    {adds, "with beta other than 0"},
    {overwrites, "with beta = 0"},
};

static const struct ib_op_condition sizes[] = {
    {has_no_rows, "when a size is 0"},
    {has_many_rows, "with over 60,000 rows"},
    {has_over_256_rows, "with over 256 rows"},
    {has_over_32_rows, "with over 32 rows"},
    {must_round, "when results must be rounded"},
};

/* A condition, or, with `kind`, the condition that a test is of that kind. */
struct condition {
    struct ib_op_condition of;
    const struct ib_word *kind;
};

/* Lists every condition of an operation, the most specific first: of two that match equally well, the first
 * is reported. */
static size_t list_conditions(const struct ib_operation *operation,
                              struct condition list[IB_FAILURE_CONDITIONS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < IB_COUNT(contents); i++)
        list[n++] = (struct condition){.of = contents[i]};
    for (const struct ib_op_condition *own = operation->conditions; own && own->text; own++)
        list[n++] = (struct condition){.of = *own};
    for (const struct ib_word *kind = operation->kinds;
         kind && kind->word && n < IB_FAILURE_CONDITIONS_MAX - IB_COUNT(sizes); kind++)
        list[n++] = (struct condition){.kind = kind};
    for (size_t i = 0; i < IB_COUNT(sizes); i++)
        list[n++] = (struct condition){.of = sizes[i]};
    return n;
}

static bool applies(const struct condition *c, const struct ib_op_test *t)
{
    return c->kind ? t->args.kind == c->kind->value : c->of.applies(t);
}

void ib_failure_conditions_add(struct ib_failure_conditions *c, const struct ib_op_test *test, bool right)
{
    struct condition list[IB_FAILURE_CONDITIONS_MAX];
    const size_t n = list_conditions(test->operation, list);
    c->operation = test->operation;
    *(right ? &c->right : &c->wrong) += 1;
    for (size_t i = 0; i < n; i++)
        if (applies(&list[i], test))
            (right ? c->right_with : c->wrong_with)[i]++;
}

const char *ib_failure_conditions_name(const struct ib_failure_conditions *c, char *text, size_t n)
{
    struct condition list[IB_FAILURE_CONDITIONS_MAX];
    const struct condition *best = NULL;
    uint64_t fewest = c->right;
    const size_t count = c->wrong ? list_conditions(c->operation, list) : 0;
    for (size_t i = 0; i < count; i++)
        if (c->wrong_with[i] == c->wrong && c->right_with[i] < fewest) {
            fewest = c->right_with[i];
            best = &list[i];
        }
    text[0] = '\0';
    if (best && best->kind)
        snprintf(text, n, "only for %s", best->kind->word);
    else if (best)
        snprintf(text, n, "only %s", best->of.text);
    return text;
}
