/* Patterns found by repeating a mistake: the expected values are recomputed from the same operands with a
 * known mistake. If they equal the actual values, the mistake is found. */
#include "opcheck/diagnose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A call that a mistake may change. */
struct mutant {
    struct ib_op_args args;
    struct ib_expected m[IB_MAX_OPERANDS];
};

static bool open_mutant(const struct ib_symptom *s, struct mutant *r)
{
    const struct ib_op_test_run *run = s->run;
    *r = (struct mutant){.args = run->test->args};
    for (uint32_t i = 0; i < run->test->n_operands; i++) {
        const struct ib_guarded *a = &run->arrays[i];
        if (run->test->operand[i].is_first) {
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

static void close_mutant(const struct ib_symptom *s, struct mutant *r)
{
    for (uint32_t i = 0; i < s->run->test->n_operands; i++)
        if (!s->run->test->operand[i].is_first)
            free(r->m[i].at);
}

/* Returns true if the actual values are those of the mutant. */
static bool is_same(const struct ib_symptom *s, const struct mutant *r, bool by_column)
{
    const struct ib_expected *m = &r->m[s->result->operand];
    struct ib_op_test rounded = *s->run->test; /* a wrong formula may round where the right one is exact */
    rounded.tolerance = fmax(rounded.tolerance, ib_op_rounding(rounded.type));
    if (by_column && (m->rows < 2 || m->cols < 2))
        return false;
    for (uint64_t e = 0; e < ib_op_size(m); e++) {
        const uint64_t from = by_column ? e % m->rows * m->cols + e / m->rows : e;
        if (!ib_op_test_close_enough(&rounded, m->at[from], ib_symptom_got(s, e)))
            return false;
    }
    return true;
}

static bool explains(const struct ib_symptom *s, const struct ib_op_mutant *mutant)
{
    struct mutant r;
    bool same = open_mutant(s, &r) && (!mutant->change || mutant->change(&r.args, r.m));
    if (same) {
        s->run->test->operation->reference(&r.args, r.m);
        same = is_same(s, &r, mutant->by_column);
    }
    close_mutant(s, &r);
    return same;
}

/* Another kind of the operation: tanh instead of sigmoid, mse instead of bce. */
static const char *swapped_kind(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_operation *operation = s->run->test->operation;
    const int kind = s->run->test->args.kind;
    bool found = false;
    for (const struct ib_word *w = operation->kinds; w && w->word && !found; w++) {
        struct mutant r;
        if (w->value == kind)
            continue;
        if (open_mutant(s, &r)) {
            r.args.kind = w->value;
            operation->reference(&r.args, r.m);
            found = is_same(s, &r, false);
        }
        close_mutant(s, &r);
        if (found)
            snprintf(text, n, "computes %s%s instead of %s", operation->yields ? operation->yields : "",
                     w->word, ib_word_of(operation->kinds, kind));
    }
    return found ? "swapped kind" : NULL;
}

/* A mutant of every operation. */
static const struct ib_op_mutant transposed = {
    NULL, "the result is transposed: stored column by column, not row by row", true};

const char *ib_diagnose_mutant(const struct ib_symptom *s, char *text, size_t n)
{
    if (s->costly || s->result->fault != IB_OP_TEST_CELLS)
        return NULL;
    const struct ib_op_mutant *found = explains(s, &transposed) ? &transposed : NULL;
    for (const struct ib_op_mutant *m = s->run->test->operation->mutants; m && m->text && !found; m++)
        found = explains(s, m) ? m : NULL;
    if (!found)
        return swapped_kind(s, text, n);
    snprintf(text, n, "%s", found->text);
    return found->text;
}
