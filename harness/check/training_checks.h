/* The later levels of a check: every model trained over some epochs, as a sweep would. */
#ifndef IB_CHECK_TRAINING_CHECKS_H
#define IB_CHECK_TRAINING_CHECKS_H

#include "check/check_state.h"

/* The trainings that a check makes: cases with all that they point to. */
struct ib_check_cases {
    struct ib_check_case *list;
    size_t n;
    struct ib_arena arena;
};
enum ib_status ib_check_cases_make(struct ib_registry *, const struct ib_check_request *,
                                   struct ib_check_cases *out);
void ib_check_cases_free(struct ib_check_cases *);
const struct ib_case *ib_check_cases_first(const struct ib_check_cases *);

/* Trainings, predictions, repetition, copies; and options. */
void ib_checking_trainings(struct ib_checking *, const struct ib_check_cases *);
void ib_checking_options(struct ib_checking *);

#endif
