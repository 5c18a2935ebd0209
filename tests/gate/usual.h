/* The rules that benchmarks are usually gated by, restated: is `is` slower than `was`? All look at two runs
 * of n samples each, one after the other, in nanoseconds. */
#ifndef TESTS_USUAL_H
#define TESTS_USUAL_H

#include <stdbool.h>
#include <stddef.h>

typedef bool usual_rule(const double *was, const double *candidate, size_t n);

/* Ends with a NULL name. */
extern const struct usual {
    const char *name;
    usual_rule *slower;
} usual_rules[];

#endif
