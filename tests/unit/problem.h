/* Small training problems for tests of oracle and verdict, and the seed's where its files are at hand. */
#ifndef TESTS_PROBLEM_H
#define TESTS_PROBLEM_H

#include "core/model.h"
#include "oracle/oracle.h"

/* A problem with the memory that its pointers lead to. */
struct test_problem {
    struct ib_oracle_problem oracle;
    double *x, *y, *x_test, *y_test, *start;
    double y_mean, y_scale; /* of the targets, where they were standardised; else 0 and 1 */
};

/* Random features, and targets that depend on them: N(0,1) values, or classes for IB_BCE. Starts from `init`.
 */
void test_problem_random(struct test_problem *, const struct ib_network *, enum ib_init, uint64_t rows,
                         uint64_t test_rows, uint64_t seed);

/* A file of the seed (real_estate.json, spam.json), standardised; targets too for IB_MSE. false: not at hand,
 * and said so on stdout. width[0] and width[n_layers] of the network are set here. */
bool test_problem_seed(struct test_problem *, const char *file, const struct ib_network *, enum ib_init,
                       uint64_t seed);

void test_problem_free(struct test_problem *);

/* The same rows in another order: odd ones first. Sums then round otherwise, in whatever arithmetic. */
void test_problem_shuffle(struct test_problem *);

#endif
