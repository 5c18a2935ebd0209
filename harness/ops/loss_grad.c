/* dZ = gradient of the loss with respect to Z, possibly in place (dZ is Z), and the loss (1 x 1), unless
 * NULL. */
#include "ops/row_softmax.h"

#include "core/loss.h"

#include <math.h>

enum { Z, Y, DZ, LOSS, OPERANDS };

static bool fits(const struct ib_op_args *args, const struct ib_view *v)
{
    (void)args;
    return ib_op_same_shape(&v[Z], &v[Y]) && ib_op_same_shape(&v[Z], &v[DZ]);
}

static enum ib_status call(const struct ib_tensor_ops *ops, void *state, const struct ib_op_args *args,
                           const struct ib_view *v)
{
    return ops->loss_grad(state, (enum ib_loss)args->kind, &v[Z], &v[Y], &v[DZ], v[LOSS].p ? &v[LOSS] : NULL);
}

/* -y log s(z) - (1 - y) log s(-z), with one exponential: log s(z) is -max(-z, 0) - log(1 + e^-|z|). */
static long double bce(long double z, long double y)
{
    const long double rest = log1pl(expl(-fabsl(z)));
    return y * (z < 0 ? rest - z : rest) + (1 - y) * (z < 0 ? rest : rest + z);
}

static long double averaged(const struct ib_op_args *args, uint64_t rows, uint64_t cols)
{
    return (long double)ib_loss_mean_count((enum ib_loss)args->kind, (double)rows, (double)cols);
}

/* Sets the gradient of one element, before the mean, and returns its loss. */
static long double element(const struct ib_softmax *softmax, const struct ib_softmax_row *row, long double z,
                           long double y, long double *dz)
{
    switch ((enum ib_loss)softmax->kind) {
    case IB_HALF_MSE:
        *dz = z - y;
        return (z - y) * (z - y) / 2;
    case IB_MSE:
        *dz = 2 * (z - y);
        return (z - y) * (z - y);
    case IB_BCE:
        *dz = ib_op_sigmoid(z) - y;
        return bce(z, y);
    case IB_CE:
        *dz = ib_softmax_at(row, z) - y;
        return -y * ib_softmax_log_at(row, z);
    }
    return 0;
}

/* dZ may share Z's memory, so each element is read before it is written. */
static void reference(const struct ib_op_args *args, struct ib_expected *m)
{
    const struct ib_softmax softmax = ib_softmax_of(args, &m[Z]);
    const struct ib_op_args plain = {.kind = softmax.kind};
    const long double count = averaged(&plain, m[Z].rows, m[Z].cols);
    long double sum = 0;
    for (uint64_t i = 0; i < m[Z].rows; i++) {
        struct ib_softmax_row row = {0};
        if (softmax.kind == IB_CE)
            row = ib_softmax_row(&softmax, m[Z].cols, 1, ib_op_at(&m[Z], i, 0));
        for (uint64_t j = 0; j < m[Z].cols; j++) {
            long double *dz = ib_op_at(&m[DZ], i, j);
            sum += element(&softmax, &row, *ib_op_at(&m[Z], i, j), *ib_op_at(&m[Y], i, j), dz);
            *dz /= count;
        }
    }
    if (m[LOSS].at)
        m[LOSS].at[0] = count == 0 ? 0 : sum / count;
}

static struct ib_op_test test_of(const struct ib_op_test *start, enum ib_loss kind, struct ib_op_shape s)
{
    struct ib_op_test t = *start;
    const double count = ib_loss_mean_count(kind, (double)s.rows, (double)s.cols);
    t.args.kind = (int)kind;
    t.scale = count == 0 ? 1 : 1 / count;
    t.operand[DZ] = (struct ib_operand){s, IB_FILL_UNSET, false};
    t.operand[LOSS] = (struct ib_operand){{1, 1, 0}, IB_FILL_UNSET, false};
    return t;
}

/* Tests one loss with dZ in separate memory and in place, with the loss itself and, unless `requested`, also
 * without. */
static void visit_loss(struct ib_op_test t, struct ib_op_shape s, enum ib_fill z, enum ib_fill y,
                       bool requested, struct ib_visitor *v)
{
    t.operand[Z] = (struct ib_operand){s, z, false};
    t.operand[Y] = (struct ib_operand){s, y, false};
    for (t.n_operands = requested ? OPERANDS : LOSS; t.n_operands <= OPERANDS; t.n_operands++) {
        t.operand[DZ].is_first = false;
        v->visit(v, &t);
        t.operand[DZ].is_first = true;
        v->visit(v, &t);
    }
}

/* The gradient does not drift with the number of elements, but the loss does. Over a million elements of one
 * loss are enough. */
static void visit_large_losses(const struct ib_op_test *start, enum ib_loss kind, enum ib_fill target,
                               struct ib_visitor *v)
{
    for (size_t i = 0; i < ib_op_large_count(v, kind == IB_HALF_MSE); i++) {
        struct ib_op_test t = test_of(start, kind, ib_op_large[i]);
        t.tolerance = ib_op_drift(t.type);
        visit_loss(t, ib_op_large[i], IB_FILL_REAL, target, i > 0, v);
    }
}

/* Tests a loss over enough rows for a plain f32 sum to drift. */
static void visit_long_loss(const struct ib_op_test *start, enum ib_loss kind, uint64_t cols,
                            enum ib_fill target, struct ib_visitor *v)
{
    const struct ib_op_shape s = {ib_op_many_rows(v), cols, 0};
    struct ib_op_test t = test_of(start, kind, s);
    t.tolerance = ib_op_drift(t.type);
    t.n_operands = OPERANDS;
    t.operand[Z] = (struct ib_operand){s, IB_FILL_POSITIVE, false};
    t.operand[Y] = (struct ib_operand){s, target, false};
    v->visit(v, &t);
}

static void visit_kind(const struct ib_op_test *start, enum ib_loss kind, enum ib_fill target,
                       struct ib_visitor *v)
{
    for (size_t i = 0; i < IB_OP_SHAPE_COUNT; i++) {
        const struct ib_op_shape s = ib_op_shape_at(i);
        struct ib_op_test t = test_of(start, kind, s);
        t.tolerance = ib_op_rounding(t.type);
        visit_loss(t, s, IB_FILL_WIDE, target, false, v);
        visit_loss(t, s, IB_FILL_NAN, target, false, v);
    }
    visit_large_losses(start, kind, target, v);
}

/* Losses that not every implementation knows are last, so that the numbers of the other tests do not depend
 * on them. */
static void cases(const struct ib_op_test *start, struct ib_visitor *v)
{
    visit_kind(start, IB_HALF_MSE, IB_FILL_REAL, v);
    visit_kind(start, IB_MSE, IB_FILL_REAL, v);
    visit_kind(start, IB_BCE, IB_FILL_LABELS, v);
    visit_long_loss(start, IB_MSE, 1, IB_FILL_LABELS, v);
    if (!ib_loss_is_known(IB_CE, v->losses))
        return;
    visit_kind(start, IB_CE, IB_FILL_ONE_HOT, v);
    visit_long_loss(start, IB_CE, 2, IB_FILL_ONE_HOT, v);
}

static bool omits_targets(struct ib_op_args *args, struct ib_expected *m)
{
    (void)args;
    for (uint64_t i = 0; i < m[Y].rows; i++)
        ib_op_clear_row(&m[Y], i);
    return true;
}

/* Mistakes in the softmax show in its loss alone. */
static bool adds_nothing(struct ib_op_args *args, struct ib_expected *m)
{
    return args->kind == IB_CE && ib_softmax_adds_nothing(args, m);
}

static const struct ib_op_mutant mutants[] = {
    {omits_targets, "the targets are not subtracted", false},
    IB_SOFTMAX_MUTANTS,
    {adds_nothing, "the largest element of a row is not added to the logarithm again", false},
    {NULL, NULL, false},
};

static bool is_in_place(const struct ib_op_test *t)
{
    return t->operand[DZ].is_first;
}

static bool requests_loss(const struct ib_op_test *t)
{
    return t->n_operands == OPERANDS;
}

static const struct ib_op_condition conditions[] = {
    {is_in_place, "when the gradient replaces Z"},
    {requests_loss, "when the loss itself is requested"},
    {NULL, NULL},
};

const struct ib_operation ib_operation_loss_grad = {
    IB_OPERATION_NAME(loss_grad),
    .kinds = ib_loss_words,
    .yields = "the gradient of ",
    .averaged = averaged,
    .n_operands = OPERANDS,
    .operand = {[Z] = {"Z", IB_READS},
                [Y] = {"Y", IB_READS},
                [DZ] = {"dZ", IB_WRITES},
                [LOSS] = {"loss", IB_WRITES | IB_OPTIONAL}},
    .fits = fits,
    .call = call,
    .flops_per_element = 2,
    .reference = reference,
    .cases = cases,
    .mutants = mutants,
    .conditions = conditions,
};
