/* Patterns that show in the values of a wrong answer as they are. */
#include "opcheck/diagnose.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* ---- where ---- */

struct stretch {
    uint64_t first, last, size;
};

/* "its last row", "row 3", "rows 32 to 40": one direction of a matrix. Returns false where it says nothing.
 */
static bool name_stretch(const char *what, struct stretch s, char *text, size_t n)
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
    const struct ib_expected *truth = ib_symptom_truth(s);
    struct stretch rows = {truth->rows, 0, truth->rows}, cols = {truth->cols, 0, truth->cols};
    text[0] = '\0';
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const uint64_t i = e / truth->cols, j = e % truth->cols;
        if (!ib_symptom_wrong(s, e))
            continue;
        rows.first = i < rows.first ? i : rows.first;
        rows.last = i > rows.last ? i : rows.last;
        cols.first = j < cols.first ? j : cols.first;
        cols.last = j > cols.last ? j : cols.last;
    }
    if (!name_stretch("row", rows, text, n))
        name_stretch("column", cols, text, n);
    return text;
}

/* "C", or "C in its last row". */
static void name_wrong_part(const struct ib_symptom *s, char *text, size_t n)
{
    char place[64];
    ib_symptom_place(s, place, sizeof place);
    snprintf(text, n, "%s%s%s", ib_symptom_operand(s), place[0] ? " " : "", place);
}

/* ---- nothing, or not everything ---- */

const char *ib_looks_beyond(const struct ib_symptom *s, char *text, size_t n)
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

const char *ib_looks_zero(const struct ib_symptom *s, char *text, size_t n)
{
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_got(s, e) != 0)
            return NULL;
    snprintf(text, n, "%s is all zero", ib_symptom_operand(s));
    return ib_symptom_cells(s) ? "all zero" : NULL;
}

/* Does an operand of that number hold something that the operation must build on? */
static bool in_place(const struct ib_op_test *t, uint32_t operand)
{
    return t->operand[operand].fill != IB_FILL_UNSET;
}

const char *ib_looks_untouched(const struct ib_symptom *s, char *text, size_t n)
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

const char *ib_looks_partly_untouched(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_guarded *a = &s->run->arrays[s->result->operand];
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && !ib_guarded_cell_untouched(a, e / a->cols, e % a->cols))
            return NULL;
    name_wrong_part(s, part, sizeof part);
    snprintf(text, n, "leaves %llu of %llu elements unwritten: %s keeps its old contents",
             (unsigned long long)s->result->wrong, (unsigned long long)s->result->cells, part);
    return ib_symptom_cells(s) ? "partly unwritten" : NULL;
}

const char *ib_looks_partly_zero(const struct ib_symptom *s, char *text, size_t n)
{
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && ib_symptom_got(s, e) != 0)
            return NULL;
    name_wrong_part(s, part, sizeof part);
    snprintf(text, n, "%s is zero", part);
    return ib_symptom_cells(s) ? "partly zero" : NULL;
}

const char *ib_looks_not_a_number(const struct ib_symptom *s, char *text, size_t n)
{
    char part[96];
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && !isnan(ib_symptom_got(s, e)))
            return NULL;
    name_wrong_part(s, part, sizeof part);
    snprintf(text, n, "%s is NaN", part);
    return ib_symptom_cells(s) ? "NaN" : NULL;
}

/* ---- something else ---- */

/* A NaN or an infinity went in and should have come out. */
const char *ib_looks_dropped(const struct ib_symptom *s, char *text, size_t n)
{
    bool nan = false;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        if (!ib_symptom_wrong(s, e))
            continue;
        if (isfinite(ib_symptom_truth(s)->at[e]) || !isfinite(ib_symptom_got(s, e)))
            return NULL;
        nan = nan || isnan(ib_symptom_truth(s)->at[e]);
    }
    snprintf(text, n, "does not propagate %s", nan ? "a NaN" : "an infinity");
    return ib_symptom_cells(s) ? "drops a NaN" : NULL;
}

/* Least squares over the cells that should be numbers; NaN where nothing can be said. */
static long double factor_of(const struct ib_symptom *s)
{
    const struct ib_expected *truth = ib_symptom_truth(s);
    long double product = 0, square = 0;
    uint64_t telling = 0;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        if (!isfinite(truth->at[e]))
            continue;
        product += ib_symptom_got(s, e) * truth->at[e];
        square += truth->at[e] * truth->at[e];
        telling += truth->at[e] != 0;
    }
    return telling ? product / square : (long double)NAN;
}

static bool equals(long double a, long double b)
{
    return fabsl(a - b) <= 1e-4L * fabsl(b);
}

/* What the factor is, where the operation takes a mean over rows x columns. */
static const char *name_count(const struct ib_symptom *s, long double factor)
{
    const struct ib_op_shape *z = &s->run->test->operand[0].shape;
    const long double rows = (long double)z->rows, cols = (long double)z->cols, count = rows * cols;
    if (!s->run->test->operation->is_mean)
        return NULL;
    if (count > 1 && equals(factor, count))
        return "a sum, not a mean";
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

const char *ib_looks_scaled(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_expected *truth = ib_symptom_truth(s);
    const long double factor = factor_of(s);
    const long double slack = s->run->test->type == IB_F32 ? 1e-5L : 1e-12L;
    if (!isfinite(factor))
        return NULL;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const long double expected = factor * truth->at[e];
        if (isnan(expected) && isnan(ib_symptom_got(s, e)))
            continue;
        if (!(fabsl(ib_symptom_got(s, e) - expected) <= slack * fmaxl(fabsl(expected), s->run->test->scale)))
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

/* Is each row that of `by` rows before? */
static bool is_shifted(const struct ib_symptom *s, int64_t by)
{
    const struct ib_expected *truth = ib_symptom_truth(s);
    for (uint64_t i = 0; i < truth->rows; i++) {
        const int64_t from = (int64_t)i - by;
        for (uint64_t j = 0; from >= 0 && from < (int64_t)truth->rows && j < truth->cols; j++)
            if (!ib_op_test_close_enough(s->run->test, truth->at[(uint64_t)from * truth->cols + j],
                                         ib_symptom_got(s, i * truth->cols + j)))
                return false;
    }
    return true;
}

const char *ib_looks_shifted(const struct ib_symptom *s, char *text, size_t n)
{
    if (s->result->fault != IB_OP_TEST_CELLS || ib_symptom_truth(s)->rows < 3)
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

/* Right but for errors far below the values, and yet above what the type would show. */
const char *ib_looks_coarse(const struct ib_symptom *s, char *text, size_t n)
{
    const struct ib_op_test *t = s->run->test;
    bool all_f32 = true;
    double worst = 0;
    if (t->tolerance == 0)
        return NULL;
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++) {
        const long double truth = ib_symptom_truth(s)->at[e];
        const double got = ib_symptom_got(s, e);
        const double error = (double)(fabsl(got - truth) / fmaxl(fabsl(truth), t->scale));
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
    if (!(worst < 0.02))
        return NULL;
    snprintf(text, n, "lower precision: errors of %.1e, typical of TF32 or half precision on f32 data",
             worst);
    return "lower precision";
}
