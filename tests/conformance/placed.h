/* A problem in the memory of the implementation under test. */
#ifndef TESTS_PLACED_H
#define TESTS_PLACED_H

#include "plugin/loader.h"

/* Moves a problem's matrices, those with pointers, to the device; in host memory they stay where they are. */
void place_problem(const struct ib_instance *, struct ib_problem *);
/* Moves parameters and loss back to where the pointers of `home` are, and frees the device's memory. */
void take_problem_back(const struct ib_instance *, struct ib_problem *placed, const struct ib_problem *home);

/* The same for one matrix. */
void place_view(const struct ib_instance *, struct ib_view *);
void take_view_back(const struct ib_instance *, struct ib_view *placed, const struct ib_view *home);

#endif
