/* Diagnoses a wrong result of an operation by trying known patterns on one run, the most specific first.
 * diagnose/ does the same for whole trainings. */
#ifndef IB_OPCHECK_DIAGNOSE_H
#define IB_OPCHECK_DIAGNOSE_H

#include "opcheck/op_case_run.h"

/* The expected result of the previous call; at == NULL: none. */
struct ib_last_output {
    uint64_t rows, cols;
    double *at;
};

struct ib_symptom {
    const struct ib_op_test_run *run;
    const struct ib_op_test_result *result;
    const struct ib_last_output *last;
    bool costly; /* the shape is large: skip expensive patterns */
};

/* A pattern that matches writes a description to text[n] and returns its key: a static string, the same for
 * every run that it matches. NULL: no match. */
typedef const char *ib_symptom_pattern(const struct ib_symptom *, char *text, size_t n);

/* Returns the key of the first pattern that matches; NULL, with text[n] empty, if none does. */
const char *ib_symptom_name(const struct ib_symptom *, char *text, size_t n);

/* ---- the patterns, by file ---- */

/* diagnose_values.c: patterns in the values. */
ib_symptom_pattern ib_diagnose_stray_write, ib_diagnose_zero, ib_diagnose_unwritten, ib_diagnose_dropped_nan,
    ib_diagnose_partly_unwritten, ib_diagnose_partly_zero, ib_diagnose_scaled, ib_diagnose_shifted,
    ib_diagnose_coarse, ib_diagnose_not_a_number;
/* diagnose_mutants.c: the result equals that of the operation with a known mistake. */
ib_symptom_pattern ib_diagnose_mutant;
/* diagnose_reruns.c: the result is right after a single change to the call, which identifies the mistake. */
ib_symptom_pattern ib_diagnose_stale, ib_diagnose_missing_sync, ib_diagnose_ignored_ld,
    ib_diagnose_unwanted_read, ib_diagnose_stray_read, ib_diagnose_in_place;

/* ---- for the patterns ---- */

/* The wrong operand: its expected and its actual cells, row by row. */
static inline const struct ib_expected *ib_symptom_expected(const struct ib_symptom *s)
{
    return &s->run->expected[s->result->operand];
}

static inline double ib_symptom_got(const struct ib_symptom *s, uint64_t cell)
{
    const uint64_t cols = ib_symptom_expected(s)->cols;
    return ib_guarded_get(&s->run->arrays[s->result->operand], cell / cols, cell % cols);
}

static inline uint64_t ib_symptom_cells(const struct ib_symptom *s)
{
    return s->result->fault == IB_OP_TEST_CELLS ? s->result->cells : 0;
}

static inline const char *ib_symptom_operand(const struct ib_symptom *s)
{
    return ib_op_test_operand(s->run->test, s->result->operand);
}

static inline bool ib_symptom_wrong(const struct ib_symptom *s, uint64_t cell)
{
    return !ib_op_test_close_enough(s->run->test, ib_symptom_expected(s)->at[cell], ib_symptom_got(s, cell));
}

/* Writes the location of the wrong cells: "in its last row", "from row 32 on", "in column 5", or "".
 * Returns text. */
const char *ib_symptom_place(const struct ib_symptom *, char *text, size_t n);

#endif
