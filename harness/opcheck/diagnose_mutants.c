/* Patterns that are found by making the same mistake: the expected values are computed once more from the
 * same operands, with one thing done wrong. When these are the values that came, the mistake has been found.
 */
#include "base/text.h"
#include "opcheck/diagnose.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One trial as a mistake may change it: how it is called, and what its operands hold. */
struct mutant {
    struct ib_op_test trial;
    struct ib_expected m[IB_MAX_OPERANDS];
};

/* ---- mistakes: each changes the rehearsal; false: it has no place here ---- */

typedef bool mistake_fn(struct mutant *);

static bool ignores_alpha(struct mutant *r)
{
    const bool applies = r->trial.alpha != 1;
    r->trial.alpha = 1;
    return applies;
}

static bool negates_alpha(struct mutant *r)
{
    r->trial.alpha = -r->trial.alpha;
    return r->trial.alpha != 0;
}

static bool overwrites(struct mutant *r)
{
    const bool applies = r->trial.beta != 0;
    r->trial.beta = 0;
    return applies;
}

static bool takes_beta_for_one(struct mutant *r)
{
    const bool applies = r->trial.beta != 0 && r->trial.beta != 1;
    r->trial.beta = 1;
    return applies;
}

/* The same memory, read as a matrix of the other shape and turned: what a transpose flag that is ignored and
 * a matrix read column by column have in common. */
static bool read_otherwise(struct ib_expected *m, bool *transpose)
{
    const uint64_t rows = m->rows;
    m->rows = m->cols;
    m->cols = rows;
    *transpose = !*transpose;
    return m->rows > 1 && m->cols > 1;
}

static bool ignores_transpose_a(struct mutant *r)
{
    return r->trial.transpose_a && read_otherwise(&r->m[0], &r->trial.transpose_a);
}

static bool ignores_transpose_b(struct mutant *r)
{
    return r->trial.transpose_b && read_otherwise(&r->m[1], &r->trial.transpose_b);
}

static bool reads_a_by_column(struct mutant *r)
{
    return !r->trial.transpose_a && read_otherwise(&r->m[0], &r->trial.transpose_a);
}

static bool reads_b_by_column(struct mutant *r)
{
    return !r->trial.transpose_b && read_otherwise(&r->m[1], &r->trial.transpose_b);
}

static bool reads_both_by_column(struct mutant *r)
{
    const bool a = read_otherwise(&r->m[0], &r->trial.transpose_a);
    return read_otherwise(&r->m[1], &r->trial.transpose_b) && a;
}

static void clear_row(struct ib_expected *m, uint64_t i)
{
    memset(m->at + i * m->cols, 0, m->cols * sizeof *m->at);
}

static void clear_col(struct ib_expected *m, uint64_t j)
{
    for (uint64_t i = 0; i < m->rows; i++)
        m->at[i * m->cols + j] = 0;
}

/* One of the terms that each element of a product sums; of both factors, as what they hold may be NaN. */
static void clear_term(struct mutant *r, uint64_t l)
{
    (r->trial.transpose_a ? clear_row : clear_col)(&r->m[0], l);
    (r->trial.transpose_b ? clear_col : clear_row)(&r->m[1], l);
}

static uint64_t terms(const struct mutant *r)
{
    return r->trial.transpose_a ? r->m[0].rows : r->m[0].cols;
}

static bool drops_last_term(struct mutant *r)
{
    if (terms(r) > 0)
        clear_term(r, terms(r) - 1);
    return terms(r) > 1;
}

static bool drops_first_term(struct mutant *r)
{
    if (terms(r) > 0)
        clear_term(r, 0);
    return terms(r) > 1;
}

static bool drops_second_half(struct mutant *r)
{
    for (uint64_t l = (terms(r) + 1) / 2; l < terms(r); l++)
        clear_term(r, l);
    return terms(r) > 1;
}

static bool drops_last_row(struct mutant *r)
{
    if (r->m[0].rows > 0)
        clear_row(&r->m[0], r->m[0].rows - 1);
    return r->m[0].rows > 1;
}

static bool drops_first_row(struct mutant *r)
{
    if (r->m[0].rows > 0)
        clear_row(&r->m[0], 0);
    return r->m[0].rows > 1;
}

static bool differentiates_at_input(struct mutant *r)
{
    struct mutant activation = *r; /* shares Y, which is all that this writes */
    ib_operations[IB_OPERATION_ACT].expected(&activation.trial, activation.m);
    return true;
}

static bool leaves_out_dy(struct mutant *r)
{
    for (uint64_t e = 0; e < r->m[1].rows * r->m[1].cols; e++)
        r->m[1].at[e] = 1;
    return true;
}

static bool leaves_out_targets(struct mutant *r)
{
    memset(r->m[1].at, 0, r->m[1].rows * r->m[1].cols * sizeof *r->m[1].at);
    return true;
}

static bool adds_row_once(struct mutant *r)
{
    for (uint64_t e = r->m[1].cols; e < r->m[1].rows * r->m[1].cols; e++)
        r->m[1].at[e] -= r->m[0].at[e % r->m[1].cols];
    return r->m[1].rows > 1;
}

/* Everything is right but where it lies. */
static bool changes_nothing(struct mutant *r)
{
    (void)r;
    return true;
}

static const struct mistake {
    const char *operation; /* NULL: any */
    mistake_fn *make;
    const char *text;
    bool by_column; /* the result lies column by column, besides */
} mistakes[] = {
    {"gemm", ignores_alpha, "ignores alpha", false},
    {"axpy", ignores_alpha, "ignores alpha", false},
    {"axpy", negates_alpha, "alpha has the wrong sign", false},
    {"gemm", overwrites, "ignores beta: C is overwritten, not added to", false},
    {"gemm", takes_beta_for_one, "ignores beta: all of C is added, as if beta was 1", false},
    {"gemm", ignores_transpose_a, "ignores that A is transposed", false},
    {"gemm", ignores_transpose_b, "ignores that B is transposed", false},
    {NULL, changes_nothing, "the result is transposed: it lies column by column, not row by row", true},
    {"gemm", reads_a_by_column, "reads A column by column, not row by row", false},
    {"gemm", reads_b_by_column, "reads B column by column, not row by row", false},
    {"gemm", reads_both_by_column, "reads A and B column by column, not row by row", false},
    {"gemm", reads_both_by_column, "takes all matrices as column by column; the contract's are row by row",
     true},
    {"gemm", drops_last_term, "leaves out the last term of each sum: off by one", false},
    {"gemm", drops_first_term, "leaves out the first term of each sum: off by one", false},
    {"gemm", drops_second_half, "leaves out the second half of the terms of each sum", false},
    {"col_sum", drops_last_row, "leaves out the last row: off by one", false},
    {"col_sum", drops_first_row, "leaves out the first row: off by one", false},
    {"add_row", adds_row_once, "the bias row is added to the first row of M alone", false},
    {"act_grad", differentiates_at_input,
     "differentiates as if Y was the activation's input; it is its output", false},
    {"act_grad", leaves_out_dy, "gives act' alone: dY is not multiplied in", false},
    {"loss_grad", leaves_out_targets, "the targets are not subtracted", false},
};

/* ---- rehearsing ---- */

enum { ROUNDINGS = 32 };

static bool open_mutant(const struct ib_symptom *s, struct mutant *r)
{
    const struct ib_op_test_run *run = s->run;
    *r = (struct mutant){.trial = *run->trial};
    for (uint32_t i = 0; i < run->trial->n_operands; i++) {
        const struct ib_guarded *a = &run->arrays[i];
        if (run->trial->operand[i].is_first) {
            r->m[i] = r->m[0];
            continue;
        }
        r->m[i] =
            (struct ib_expected){a->rows, a->cols, malloc((a->rows * a->cols + 1) * sizeof *r->m[i].at)};
        if (!r->m[i].at)
            return false;
        for (uint64_t e = 0; e < a->rows * a->cols; e++)
            r->m[i].at[e] = ib_guarded_start(a, e / a->cols, e % a->cols);
    }
    return true;
}

static void close_mutant(struct mutant *r)
{
    for (uint32_t i = 0; i < r->trial.n_operands; i++)
        if (!r->trial.operand[i].is_first)
            free(r->m[i].at);
}

/* Are the values that came those of the rehearsal? */
static bool is_same(const struct ib_symptom *s, const struct mutant *r, bool by_column)
{
    const struct ib_expected *m = &r->m[s->result->operand];
    struct ib_op_test rounded = *s->run->trial; /* another formula rounds where the right one need not */
    rounded.tolerance =
        fmax(rounded.tolerance, ROUNDINGS * (rounded.type == IB_F32 ? FLT_EPSILON : DBL_EPSILON));
    if (by_column && (m->rows < 2 || m->cols < 2))
        return false;
    for (uint64_t e = 0; e < m->rows * m->cols; e++) {
        const uint64_t from = by_column ? e % m->rows * m->cols + e / m->rows : e;
        if (!ib_op_test_close_enough(&rounded, m->at[from], ib_symptom_got(s, e)))
            return false;
    }
    return true;
}

static bool explains(const struct ib_symptom *s, const struct mistake *mistake)
{
    struct mutant r;
    const struct ib_operation *operation = s->run->trial->operation;
    if (mistake->operation && strcmp(mistake->operation, operation->name) != 0)
        return false;
    bool same = open_mutant(s, &r) && mistake->make(&r);
    if (same) {
        operation->expected(&r.trial, r.m);
        same = is_same(s, &r, mistake->by_column);
    }
    close_mutant(&r);
    return same;
}

/* The same operation of another kind: tanh for sigmoid, mse for bce. */
static const char *swapped_kind(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_operation *operation = s->run->trial->operation;
    const bool gradient = strcmp(operation->name, "act") != 0;
    const char *found = NULL;
    for (const struct ib_word *w = operation->kinds; w && w->word && !found; w++) {
        struct mutant r;
        if (w->value == s->run->trial->kind)
            continue;
        if (open_mutant(s, &r)) {
            r.trial.kind = w->value;
            operation->expected(&r.trial, r.m);
            if (is_same(s, &r, false))
                found = "swapped kind";
        }
        close_mutant(&r);
        if (found)
            snprintf(text, n, "computes %s%s instead of %s", gradient ? "the gradient of " : "", w->word,
                     ib_word_of(operation->kinds, s->run->trial->kind));
    }
    return found;
}

const char *ib_diagnose_mutant(const struct ib_symptom *s, char *text, size_t n)
{
    if (s->costly || s->result->fault != IB_OP_TEST_CELLS)
        return NULL;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        if (explains(s, &mistakes[i])) {
            snprintf(text, n, "%s", mistakes[i].text);
            return mistakes[i].text;
        }
    return swapped_kind(s, text, n);
}
