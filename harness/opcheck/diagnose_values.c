/* Patterns in the values of a wrong result. */
#include "opcheck/diagnose.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* ---- location ---- */

struct range {
    uint64_t first, last, size;
};

/* Describes the range in one dimension: "in its last row", "in row 3", "in rows 32 to 40". Returns false if
 * the range is the whole dimension. */
static bool describe_range(const char *what, struct range s, char *text, size_t n)
{
    if (s.size < 2 || (s.first == 0 && s.last + 1 == s.size))
        return false;
    if (s.first == s.last && s.last + 1 == s.size)
        snprintf(text, n, "in its last %s", what);
    else if (s.first == s.last)
        snprintf(text, n, "in %s %llu", what, (unsigned long long)s.first);
    else if (s.last + 1 == s.size)
        snprintf(text, n, "from %s %llu on", what, (unsigned long long)s.first);
    else
        snprintf(text, n, "in %ss %llu to %llu", what, (unsigned long long)s.first,
                 (unsigned long long)s.last);
    return true;
}

const char *ib_symptom_place(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_expected *expected = ib_symptom_expected(s);
    struct range rows = {expected->rows, 0, expected->rows}, cols = {expected->cols, 0, expected->cols};
    text[0] = '\0';
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const uint64_t i = e / expected->cols, j = e % expected->cols;
        if (!ib_symptom_wrong(s, e))
            continue;
        rows.first = i < rows.first ? i : rows.first;
        rows.last = i > rows.last ? i : rows.last;
        cols.first = j < cols.first ? j : cols.first;
        cols.last = j > cols.last ? j : cols.last;
    }
    if (!describe_range("row", rows, text, n))
        describe_range("column", cols, text, n);
    return text;
}

/* "C", or "C in its last row". */
static void describe_wrong_part(const struct ib_symptom *s, char *text, size_t n)
{
    char place[64];
    ib_symptom_place(s, place, sizeof place);
    snprintf(text, n, "%s%s%s", ib_symptom_operand(s), place[0] ? " " : "", place);
}

/* ---- missing and stray writes ---- */

const char *ib_diagnose_stray_write(const struct ib_symptom *s, char *text, size_t n)
{
    switch (s->result->fault) {
    case IB_OP_TEST_INPUT:
        snprintf(text, n, "writes to its input %s", ib_symptom_operand(s));
        return "writes to an input";
    case IB_OP_TEST_AROUND:
        snprintf(text, n, "writes outside the bounds of %s", ib_symptom_operand(s));
        return "writes out of bounds";
    case IB_OP_TEST_REPEAT:
        snprintf(text, n, "gives different bits on the second call although IB_DETERMINISTIC is set");
        return "not deterministic";
    case IB_OP_TEST_RIGHT:
    case IB_OP_TEST_CELLS:
        break;
    }
    return NULL;
}

const char *ib_diagnose_zero(const struct ib_symptom *s, char *text, size_t n)
{
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_got(s, e) != 0)
            return NULL;
    snprintf(text, n, "%s is all zero", ib_symptom_operand(s));
    return ib_symptom_cells(s) ? "all zero" : NULL;
}

/* Returns true if the operand has contents that the operation updates. */
static bool in_place(const struct ib_op_test *t, uint32_t operand)
{
    return t->operand[operand].fill != IB_FILL_UNSET;
}

const char *ib_diagnose_unwritten(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_op_test *t = s->run->test;
    const struct ib_guarded *a = &s->run->arrays[s->result->operand];
    if (!ib_symptom_cells(s) || !ib_guarded_untouched(a))
        return NULL;
    if (in_place(t, s->result->operand))
        snprintf(text, n, "%s is unchanged: the call did nothing", ib_symptom_operand(s));
    else
        snprintf(text, n, "%s is never written", ib_symptom_operand(s));
    return "untouched";
}

const char *ib_diagnose_partly_unwritten(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_guarded *a = &s->run->arrays[s->result->operand];
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && !ib_guarded_cell_untouched(a, e / a->cols, e % a->cols))
            return NULL;
    describe_wrong_part(s, part, sizeof part);
    snprintf(text, n, "leaves %llu of %llu elements unwritten: %s keeps its old contents",
             (unsigned long long)s->result->wrong, (unsigned long long)s->result->cells, part);
    return ib_symptom_cells(s) ? "partly unwritten" : NULL;
}

const char *ib_diagnose_partly_zero(const struct ib_symptom *s, char *text, size_t n)
{
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && ib_symptom_got(s, e) != 0)
            return NULL;
    describe_wrong_part(s, part, sizeof part);
    snprintf(text, n, "%s is zero", part);
    return ib_symptom_cells(s) ? "partly zero" : NULL;
}

const char *ib_diagnose_not_a_number(const struct ib_symptom *s, char *text, size_t n)
{
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && !isnan(ib_symptom_got(s, e)))
            return NULL;
    describe_wrong_part(s, part, sizeof part);
    snprintf(text, n, "%s is NaN", part);
    return ib_symptom_cells(s) ? "NaN" : NULL;
}

/* ---- wrong values ---- */

/* A NaN or an infinity is expected, but the result is finite. */
const char *ib_diagnose_dropped_nan(const struct ib_symptom *s, char *text, size_t n)
{
    bool nan = false;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        if (!ib_symptom_wrong(s, e))
            continue;
        if (isfinite(ib_symptom_expected(s)->at[e]) || !isfinite(ib_symptom_got(s, e)))
            return NULL;
        nan = nan || isnan(ib_symptom_expected(s)->at[e]);
    }
    snprintf(text, n, "does not propagate %s", nan ? "a NaN" : "an infinity");
    return ib_symptom_cells(s) ? "drops a NaN" : NULL;
}

/* The factor by least squares over the cells expected to be finite; NaN if it is undetermined. */
static long double factor_of(const struct ib_symptom *s)
{
    const struct ib_expected *expected = ib_symptom_expected(s);
    long double product = 0, square = 0;
    uint64_t nonzero = 0;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        if (!isfinite(expected->at[e]))
            continue;
        product += ib_symptom_got(s, e) * expected->at[e];
        square += expected->at[e] * expected->at[e];
        nonzero += expected->at[e] != 0;
    }
    return nonzero ? product / square : (long double)NAN;
}

static bool equals(long double a, long double b)
{
    return fabsl(a - b) <= 1e-4L * fabsl(b);
}

/* Explains the factor, if the operation takes a mean over rows x columns. */
static const char *name_count(const struct ib_symptom *s, long double factor)
{
    const struct ib_op_test *t = s->run->test;
    const struct ib_op_shape *z = &t->operand[0].shape;
    const long double rows = (long double)z->rows, cols = (long double)z->cols;
    if (!t->operation->averaged)
        return NULL;
    const long double count = t->operation->averaged(&t->args, z->rows, z->cols);
    if (count > 1 && equals(factor, count))
        return "a sum, not a mean";
    if (cols > 1 && count == rows && equals(factor, 1 / cols))
        return "the mean is over rows x columns, not over the rows";
    if (rows > 1 && equals(factor, rows))
        return "the mean is over the columns, not over rows x columns";
    if (cols > 1 && equals(factor, cols))
        return "the mean is over the rows, not over rows x columns";
    if (count > 1 && equals(factor, count / (count - 1)))
        return "the mean divides by n - 1";
    if (count > 1 && equals(factor, count / (count + 1)))
        return "the mean divides by n + 1";
    return NULL;
}

const char *ib_diagnose_scaled(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_expected *expected = ib_symptom_expected(s);
    const long double factor = factor_of(s);
    const long double slack = s->run->test->type == IB_F32 ? 1e-5L : 1e-12L;
    if (!isfinite(factor))
        return NULL;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const long double scaled = factor * expected->at[e];
        if (isnan(scaled) && isnan(ib_symptom_got(s, e)))
            continue;
        if (!(fabsl(ib_symptom_got(s, e) - scaled) <= slack * fmaxl(fabsl(scaled), s->run->test->scale)))
            return NULL;
    }
    const char *count = name_count(s, factor);
    if (equals(factor, -1))
        snprintf(text, n, "%s has the wrong sign", ib_symptom_operand(s));
    else if (count)
        snprintf(text, n, "%s is off by a factor of %.4Lg: %s", ib_symptom_operand(s), factor, count);
    else if (fabsl(factor - 1) < 1e-3L)
        snprintf(text, n, "%s is a constant factor (1 %+.2Lg) off", ib_symptom_operand(s), factor - 1);
    else
        snprintf(text, n, "%s is a constant factor (%.4Lg) off", ib_symptom_operand(s), factor);
    return equals(factor, -1) ? "wrong sign" : count ? "wrong count" : "constant factor";
}

/* Returns true if each row equals the expected row `by` rows above. */
static bool is_shifted(const struct ib_symptom *s, int64_t by)
{
    const struct ib_expected *expected = ib_symptom_expected(s);
    for (uint64_t i = 0; i < expected->rows; i++) {
        const int64_t from = (int64_t)i - by;
        for (uint64_t j = 0; from >= 0 && from < (int64_t)expected->rows && j < expected->cols; j++)
            if (!ib_op_test_close_enough(s->run->test, expected->at[(uint64_t)from * expected->cols + j],
                                         ib_symptom_got(s, i * expected->cols + j)))
                return false;
    }
    return true;
}

const char *ib_diagnose_shifted(const struct ib_symptom *s, char *text, size_t n)
{
    if (s->result->fault != IB_OP_TEST_CELLS || ib_symptom_expected(s)->rows < 3)
        return NULL;
    const bool down = is_shifted(s, 1);
    if (!down && !is_shifted(s, -1))
        return NULL;
    snprintf(text, n, "%s is shifted by one row: row i holds the values of row i %c 1", ib_symptom_operand(s),
             down ? '-' : '+');
    return "shifted by one row";
}

/* ---- rounding ---- */

enum { LONG_SUM = 60000 };

static bool sums_many(const struct ib_op_test *t)
{
    for (uint32_t i = 0; i < t->n_operands; i++)
        if (t->operand[i].shape.rows >= LONG_SUM)
            return true;
    return false;
}

static bool multiplies(const struct ib_op_test *t)
{
    return t->operation == &ib_operation_gemm || t->operation == &ib_operation_layer;
}

/* Errors that are small relative to the values, but too large for the type. */
const char *ib_diagnose_coarse(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_op_test *t = s->run->test;
    const enum ib_products products = ib_instance_products(s->run->instance);
    bool all_f32 = true;
    double worst = 0;
    if (t->tolerance == 0)
        return NULL;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const long double expected = ib_symptom_expected(s)->at[e];
        const double got = ib_symptom_got(s, e);
        const double error = (double)(fabsl(got - expected) / fmaxl(fabsl(expected), t->scale));
        if (!isfinite(got) || !(error < 0.1))
            return NULL;
        worst = fmax(worst, error);
        all_f32 = all_f32 && (double)(float)got == got;
    }
    if (!(worst > t->tolerance))
        return NULL;
    if (t->type == IB_F64 && worst > 1e-10 && (all_f32 || worst < 1e-4)) {
        snprintf(text, n, "lower precision: errors of %.1e, typical of f32 arithmetic on f64 data", worst);
        return "lower precision";
    }
    if (sums_many(t)) {
        snprintf(text, n, "a long sum drifts by %.1e: accumulate in double or in blocks", worst);
        return "plain sum over many rows";
    }
    if (products != IB_PRODUCTS_F32 && t->type == IB_F32 && multiplies(t)) {
        snprintf(text, n, "lower precision: errors of %.1e; the option says that products are in %s", worst,
                 ib_word_of(ib_products_words, (int)products));
        return "lower precision";
    }
    if (!(worst < 0.02))
        return NULL;
    snprintf(text, n, "lower precision: errors of %.1e, typical of TF32 or half precision on f32 data",
             worst);
    return "lower precision";
}
