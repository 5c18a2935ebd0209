/* The cases of a run by their problem, so that what compares the cases of a problem need not search the run.
 */
#ifndef IB_ANALYSIS_PROBLEMS_H
#define IB_ANALYSIS_PROBLEMS_H

#include "store/run_record.h"

struct ib_problem_cases {
    const struct ib_case_record **cases; /* in the order of the plan */
    size_t n;
};

struct ib_problems {
    struct ib_problem_cases *list; /* in the order of their first cases */
    size_t n;
    size_t *of; /* of case i of the run: the index of its problem */
};

/* All memory is in the arena. */
struct ib_problems ib_problems_of(struct ib_arena *, const struct ib_run_record *);

#endif
