/* Names the mistake behind a wrong answer of an operation: known patterns are tried against one run, the most
 * telling first. diagnose/ does the same for whole trainings. */
#ifndef IB_OPCHECK_DIAGNOSE_H
#define IB_OPCHECK_DIAGNOSE_H

#include "opcheck/op_test.h"

/* The right result of the previous call; at == NULL: there was none. */
struct ib_last_output {
    uint64_t rows, cols;
    double *at;
};

struct ib_symptom {
    const struct ib_op_test_run *run;
    const struct ib_op_test_result *result;
    const struct ib_last_output *last;
    bool costly; /* the shape is so large that only what is cheap to try should be */
};

/* A pattern that fits says in text[n] what it sees, and returns its key: the same text for every run that it
 * fits, of static duration. NULL: it does not fit. */
typedef const char *ib_symptom_pattern(const struct ib_symptom *, char *text, size_t n);

/* The first pattern that fits; NULL, and text[n] empty, where none does. */
const char *ib_symptom_name(const struct ib_symptom *, char *text, size_t n);

/* ---- the patterns, by file ---- */

/* diagnose_values.c: seen in the values as they are. */
ib_symptom_pattern ib_looks_beyond, ib_looks_zero, ib_looks_untouched, ib_looks_dropped,
    ib_looks_partly_untouched, ib_looks_partly_zero, ib_looks_scaled, ib_looks_shifted, ib_looks_coarse,
    ib_looks_not_a_number;
/* diagnose_mutants.c: the answer is that of the operation with a known mistake in it. */
ib_symptom_pattern ib_diagnose_mutant;
/* diagnose_reruns.c: the call is right once one thing is changed, which is therefore the mistake. */
ib_symptom_pattern ib_retried_unchanged, ib_retried_synced, ib_retried_without_gaps, ib_retried_overwriting,
    ib_retried_tame, ib_retried_apart;

/* ---- for the patterns ---- */

/* The operand that is wrong: its cells, row by row, as they came and as they should have. */
static inline const struct ib_expected *ib_symptom_truth(const struct ib_symptom *s)
{
    return &s->run->expected[s->result->operand];
}

static inline double ib_symptom_got(const struct ib_symptom *s, uint64_t cell)
{
    const uint64_t cols = ib_symptom_truth(s)->cols;
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
    return !ib_op_test_close_enough(s->run->test, ib_symptom_truth(s)->at[cell], ib_symptom_got(s, cell));
}

/* Where the wrong cells lie: "in its last row", "from row 32 on", "in column 5", or "". Returns text. */
const char *ib_symptom_place(const struct ib_symptom *, char *text, size_t n);

#endif
