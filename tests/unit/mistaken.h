/* Operations that are wrong on purpose, whichever they are: called, they compute the reference with a mistake
 * in it. */
#ifndef TESTS_MISTAKEN_H
#define TESTS_MISTAKEN_H

#include "opcheck/op_check.h"

/* What goes wrong. One at a time is in use, by whatever mistaken() returned last. */
struct mistake {
    const struct ib_op_mutant *mutant; /* before the operation; NULL: nothing */
    /* After it: what it has computed may be changed, and anything written to the operands' memory. An operand
     * with at == NULL is then not written. NULL: nothing. */
    void (*spoil)(const struct ib_op_args *, const struct ib_view *, struct ib_expected *);
};

/* A copy of the descriptor whose call, on host memory, makes the mistake, and whose cases are only those with
 * few elements. */
struct ib_operation mistaken(const struct ib_operation *, const struct mistake *);

/* Examines it in f64 on cpu_naive. */
struct ib_examination examine_mistake(const struct ib_operation *, const struct mistake *);

/* cpu_naive or fakedev, opened for the program's life. */
struct ib_instance *opened(const char *name);

#endif
