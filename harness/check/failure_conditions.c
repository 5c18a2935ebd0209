#include "check/failure_conditions.h"

#include "base/text.h"

#include <stdio.h>

static bool has_gaps(const struct ib_op_test *t)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].pad > 0)
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

static bool is_in_place(const struct ib_op_test *t)
{
    return t->n_operands > 2 && t->operand[2].is_first;
}

static bool asks_for_loss(const struct ib_op_test *t)
{
    return t->n_operands == 4;
}

static bool scales(const struct ib_op_test *t)
{
    return t->alpha != 1;
}

static bool adds(const struct ib_op_test *t)
{
    return t->beta != 0;
}

static bool overwrites(const struct ib_op_test *t)
{
    return t->beta == 0;
}

static bool transposes_a(const struct ib_op_test *t)
{
    return t->transpose_a;
}

static bool transposes_b(const struct ib_op_test *t)
{
    return t->transpose_b;
}

static bool takes_a_as_it_is(const struct ib_op_test *t)
{
    return !t->transpose_a;
}

static bool is_kind_1(const struct ib_op_test *t)
{
    return t->kind == 1;
}

static bool is_kind_2(const struct ib_op_test *t)
{
    return t->kind == 2;
}

static bool is_kind_3(const struct ib_op_test *t)
{
    return t->kind == 3;
}

static uint64_t most_rows(const struct ib_op_test *t)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < t->n_operands; i++)
        rows = t->operand[i].rows > rows ? t->operand[i].rows : rows;
    return rows;
}

static bool has_no_rows(const struct ib_op_test *t)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].rows == 0)
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

/* The telling ones first: the first that all wrong trials share, and that the fewest right ones have, is
 * named. */
static const struct {
    bool (*applies)(const struct ib_op_test *);
    const char *text; /* NULL: "for " and the word of this kind */
    int kind;
} circumstances[IB_FAILURE_CONDITION_COUNT] = {
    {has_gaps, "where rows have gaps (ld > cols)", 0},
    {has_nan, "where an operand holds a NaN", 0},
    {has_infinity, "where an operand holds an infinity", 0},
    {is_in_place, "where the gradient replaces Z", 0},
    {asks_for_loss, "where the loss itself is asked for", 0},
    {scales, "with alpha other than 1", 0},
    {adds, "with beta other than 0", 0},
    {overwrites, "with beta = 0", 0},
    {transposes_a, "with A transposed", 0},
    {transposes_b, "with B transposed", 0},
    {takes_a_as_it_is, "with A not transposed", 0},
    {is_kind_1, NULL, 1},
    {is_kind_2, NULL, 2},
    {is_kind_3, NULL, 3},
    {has_no_rows, "where a size is 0", 0},
    {has_many_rows, "over 60,000 rows", 0},
    {has_over_256_rows, "with over 256 rows", 0},
    {has_over_32_rows, "with over 32 rows", 0},
    {must_round, "where results must be rounded", 0},
};

void ib_failure_conditions_add(struct ib_failure_conditions *c, const struct ib_op_test *trial, bool right)
{
    c->kinds = trial->operation->kinds;
    *(right ? &c->right : &c->wrong) += 1;
    for (size_t i = 0; i < IB_FAILURE_CONDITION_COUNT; i++)
        if (circumstances[i].applies(trial))
            (right ? c->right_with : c->wrong_with)[i]++;
}

/* The circumstance that all wrong trials share and the fewest right ones do; IB_FAILURE_CONDITION_COUNT: none
 * sets them apart. */
static size_t most_telling(const struct ib_failure_conditions *c)
{
    size_t best = IB_FAILURE_CONDITION_COUNT;
    uint64_t fewest = c->right;
    for (size_t i = 0; c->wrong && i < IB_FAILURE_CONDITION_COUNT; i++)
        if (c->wrong_with[i] == c->wrong && c->right_with[i] < fewest) {
            fewest = c->right_with[i];
            best = i;
        }
    return best;
}

const char *ib_failure_conditions_name(const struct ib_failure_conditions *c, char *text, size_t n)
{
    const size_t i = most_telling(c);
    text[0] = '\0';
    if (i == IB_FAILURE_CONDITION_COUNT)
        return text;
    if (circumstances[i].text)
        snprintf(text, n, "only %s", circumstances[i].text);
    else
        snprintf(text, n, "only for %s",
                 c->kinds ? ib_word_of(c->kinds, circumstances[i].kind) : "this kind");
    return text;
}
