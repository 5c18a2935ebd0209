/* The later levels of a check: trains every model for some epochs, as a sweep would. */
#ifndef IB_CHECK_TRAINING_CHECKS_H
#define IB_CHECK_TRAINING_CHECKS_H

#include "check/training_cases.h"

/* Trainings, predictions, repetition, copies; and options. */
void ib_checking_trainings(struct ib_checking *, const struct ib_check_cases *);
void ib_checking_options(struct ib_checking *);

#endif
