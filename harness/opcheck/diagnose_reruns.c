/* Patterns found by rerunning a test with a single change. If the result is then right, the change
 * identifies the mistake. */
#include "opcheck/diagnose.h"

#include <math.h>
#include <stdio.h>

static bool is_right(const struct ib_symptom *s, const struct ib_op_test *changed)
{
    struct ib_op_test_result result;
    return ib_op_test_run(s->run->instance, changed, NULL, NULL, &result) == IB_OK &&
           result.fault == IB_OP_TEST_RIGHT;
}

/* Returns true if the result is the expected result of the previous call. */
static bool is_stale(const struct ib_symptom *s)
{
    const struct ib_expected *expected = ib_symptom_expected(s);
    const struct ib_last_output *last = s->last;
    if (s->result->fault != IB_OP_TEST_CELLS || !last->at || last->rows != expected->rows ||
        last->cols != expected->cols)
        return false;
    for (uint64_t e = 0; e < s->result->cells; e++)
        if (!ib_op_test_close_enough(s->run->test, last->at[e], ib_symptom_got(s, e)))
            return false;
    return true;
}

/* The control for all others: if an unchanged rerun is right, a change explains nothing. */
const char *ib_diagnose_stale(const struct ib_symptom *s, char *text, size_t n)
{
    if (!is_right(s, s->run->test))
        return NULL;
    if (is_stale(s))
        snprintf(text, n, "stale: %s holds the result of the previous call", ib_symptom_operand(s));
    else
        snprintf(text, n, "stale or unordered: the same call gives the right result the second time");
    return "stale";
}

const char *ib_diagnose_missing_sync(const struct ib_symptom *s, char *text, size_t n)
{
    struct ib_op_test changed = *s->run->test;
    changed.sync_first = true;
    if (!IB_HAS(s->run->instance->impl, mem) || !is_right(s, &changed))
        return NULL;
    snprintf(text, n, "d2h does not wait for queued work: the result is right only after a sync");
    return "missing sync";
}

const char *ib_diagnose_ignored_ld(const struct ib_symptom *s, char *text, size_t n)
{
    struct ib_op_test changed = *s->run->test;
    bool gaps = false;
    for (uint32_t i = 0; i < changed.n_operands; i++) {
        gaps = gaps || changed.operand[i].shape.pad > 0;
        changed.operand[i].shape.pad = 0;
    }
    if (!gaps || !is_right(s, &changed))
        return NULL;
    snprintf(text, n, "ignores ld: right only without gaps between the rows (ld == cols)");
    return "ignores ld";
}

static bool has_wrong_nan(const struct ib_symptom *s)
{
    for (uint64_t e = 0; e < ib_symptom_cells(s); e++)
        if (ib_symptom_wrong(s, e) && isnan(ib_symptom_got(s, e)))
            return true;
    return false;
}

const char *ib_diagnose_unwanted_read(const struct ib_symptom *s, char *text, size_t n)
{
    struct ib_op_test changed = *s->run->test;
    if (!has_wrong_nan(s))
        return NULL;
    for (uint32_t i = 0; i < changed.n_operands; i++)
        if (changed.operand[i].fill == IB_FILL_UNSET)
            changed.operand[i].fill = IB_FILL_ZERO;
    if (!is_right(s, &changed))
        return NULL;
    if (changed.operation->operand[s->result->operand].access & IB_READS_IF_BETA)
        snprintf(text, n, "reads %s although beta is 0: its old contents affect the result",
                 ib_symptom_operand(s));
    else
        snprintf(text, n, "adds to the old contents of %s instead of overwriting them",
                 ib_symptom_operand(s));
    return "reads what it must overwrite";
}

const char *ib_diagnose_stray_read(const struct ib_symptom *s, char *text, size_t n)
{
    struct ib_op_test changed = *s->run->test;
    changed.harmless_guards = true;
    if (!has_wrong_nan(s) || !is_right(s, &changed))
        return NULL;
    snprintf(text, n, "reads out of bounds: the NaN around an operand reaches the result");
    return "reads beyond";
}

const char *ib_diagnose_in_place(const struct ib_symptom *s, char *text, size_t n)
{
    struct ib_op_test changed = *s->run->test;
    const char *name = NULL;
    for (uint32_t i = 0; i < changed.n_operands; i++) {
        if (changed.operand[i].is_first)
            name = ib_op_test_operand(&changed, i);
        changed.operand[i].is_first = false;
    }
    if (!name || !is_right(s, &changed))
        return NULL;
    snprintf(text, n,
             "wrong only when %s shares the memory of %s: an element is read after it was overwritten", name,
             ib_op_test_operand(&changed, 0));
    return "wrong in place";
}
