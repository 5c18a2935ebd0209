/* The trainings of a check, as cases. */
#ifndef IB_CHECK_TRAINING_CASES_H
#define IB_CHECK_TRAINING_CASES_H

#include "check/check_state.h"

/* One training: a case with everything it refers to. */
struct ib_check_case {
    struct ib_config config;
    struct ib_matrix matrix;
    const struct ib_case *c;
    const char *subject;
};

/* Opens one training with an additional option. It must be closed, even on failure. */
enum ib_status ib_check_case_for_option(struct ib_registry *, const struct ib_check_request *,
                                        const char *option, struct ib_check_case *out);
void ib_check_case_close(struct ib_check_case *);

/* The trainings of all requested models. */
struct ib_check_cases {
    struct ib_check_case *list;
    size_t n;
    struct ib_arena arena;
};
enum ib_status ib_check_cases_make(struct ib_registry *, const struct ib_check_request *,
                                   struct ib_check_cases *out);
void ib_check_cases_free(struct ib_check_cases *);
const struct ib_case *ib_check_cases_first(const struct ib_check_cases *);

#endif
