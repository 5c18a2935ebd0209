/* The rules that benchmarks are usually gated by, restated: is `new` slower than `old`? All look at two runs
 * of n samples each, one after the other, in nanoseconds. */
#ifndef TESTS_USUAL_H
#define TESTS_USUAL_H

#include <stdbool.h>
#include <stddef.h>

typedef bool usual_rule(const double *old, const double *new, size_t n);

/* Ends with a NULL name. */
extern const struct usual {
    const char *name;
    usual_rule *slower;
} usual_rules[];

#endif
