/* The softmax of the rows of a matrix, for the references of softmax and of loss_grad with IB_CE, and the
 * mistakes that implementations make in it. */
#ifndef IB_OPS_ROW_SOFTMAX_H
#define IB_OPS_ROW_SOFTMAX_H

#include "ops/op_case.h"

enum ib_softmax_mistake {
    IB_SOFTMAX_RIGHT,
    IB_SOFTMAX_NOTHING_SUBTRACTED, /* before exp: large elements overflow */
    IB_SOFTMAX_ONE_SUBTRACTED,     /* the largest of the whole matrix: smaller rows underflow */
    IB_SOFTMAX_NOT_ADDED,          /* again, to the logarithm */
    IB_SOFTMAX_NOT_DIVIDED,        /* by the sum */
    IB_SOFTMAX_DOWN_COLUMNS        /* instead of along rows */
};

/* Put a mistake into args->kind, where references find it. Those that overflow or underflow do so as in one
 * type. */
bool ib_softmax_subtracts_nothing_f32(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_subtracts_nothing_f64(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_subtracts_one_f32(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_subtracts_one_f64(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_adds_nothing(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_divides_by_nothing(struct ib_op_args *, struct ib_expected *);
bool ib_softmax_runs_down_columns(struct ib_op_args *, struct ib_expected *);

/* The first of them as mutants, for lists. */
#define IB_SOFTMAX_MUTANTS                                                                                   \
    {ib_softmax_subtracts_nothing_f32, IB_SOFTMAX_OVERFLOWS, false},                                         \
        {ib_softmax_subtracts_nothing_f64, IB_SOFTMAX_OVERFLOWS, false},                                     \
        {ib_softmax_subtracts_one_f32, IB_SOFTMAX_UNDERFLOWS, false},                                        \
        {ib_softmax_subtracts_one_f64, IB_SOFTMAX_UNDERFLOWS, false},                                        \
    {                                                                                                        \
        ib_softmax_divides_by_nothing, "exponentials are not divided by their sum", false                    \
    }
#define IB_SOFTMAX_OVERFLOWS  "exp overflows: the largest element of a row is not subtracted first"
#define IB_SOFTMAX_UNDERFLOWS "exp underflows: the largest element of all is subtracted, not that of the row"

struct ib_softmax {
    int kind; /* without the mistake: enum ib_loss */
    enum ib_softmax_mistake mistake;
    enum ib_dtype type;  /* of the exponentials; 0: exact */
    long double largest; /* of the whole matrix */
};
struct ib_softmax ib_softmax_of(const struct ib_op_args *, const struct ib_expected *z);

struct ib_softmax_row {
    enum ib_dtype type;
    long double subtracted, added, sum, divisor;
};
/* The sum over n elements, each `step` after the one before. None may have changed yet. */
struct ib_softmax_row ib_softmax_row(const struct ib_softmax *, uint64_t n, uint64_t step,
                                     const long double *z);
/* The softmax of one of these elements, and the logarithm of that. */
long double ib_softmax_at(const struct ib_softmax_row *, long double z);
long double ib_softmax_log_at(const struct ib_softmax_row *, long double z);

#endif
