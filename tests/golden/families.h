/* Families of problems on which honest trainings have been called wrong, or might be. */
#ifndef TESTS_FAMILIES_H
#define TESTS_FAMILIES_H

#include "../unit/fixtures/problem.h"

struct family {
    const char *name;
    void (*open)(struct test_problem *, uint64_t seed);
    bool stable; /* rounding does not grow: no honest training may be called wrong */
};

extern const struct family families[]; /* ends with a NULL name */

#endif
