#include "ops/row_softmax.h"

#include <math.h>

/* args->kind, from its lowest bits: enum ib_loss, or 0; the mistake; the type. */
enum { KINDS = 1 << 8, MISTAKES = 1 << 4 };

static bool put(struct ib_op_args *args, enum ib_softmax_mistake mistake, int type)
{
    args->kind += KINDS * ((int)mistake + MISTAKES * type);
    return true;
}

bool ib_softmax_subtracts_nothing_f32(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_NOTHING_SUBTRACTED, IB_F32);
}

bool ib_softmax_subtracts_nothing_f64(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_NOTHING_SUBTRACTED, IB_F64);
}

bool ib_softmax_subtracts_one_f32(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_ONE_SUBTRACTED, IB_F32);
}

bool ib_softmax_subtracts_one_f64(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_ONE_SUBTRACTED, IB_F64);
}

bool ib_softmax_adds_nothing(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_NOT_ADDED, 0);
}

bool ib_softmax_divides_by_nothing(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_NOT_DIVIDED, 0);
}

bool ib_softmax_runs_down_columns(struct ib_op_args *args, struct ib_expected *m)
{
    (void)m;
    return put(args, IB_SOFTMAX_DOWN_COLUMNS, 0);
}

static long double largest_of(uint64_t n, uint64_t step, const long double *z)
{
    long double largest = n ? z[0] : 0;
    for (uint64_t j = 1; j < n; j++)
        largest = z[j * step] > largest ? z[j * step] : largest;
    return largest;
}

struct ib_softmax ib_softmax_of(const struct ib_op_args *args, const struct ib_expected *z)
{
    const int packed = args->kind / KINDS;
    return (struct ib_softmax){.kind = args->kind % KINDS,
                               .mistake = (enum ib_softmax_mistake)(packed % MISTAKES),
                               .type = (enum ib_dtype)(packed / MISTAKES),
                               .largest = largest_of(ib_op_size(z), 1, z->at)};
}

static long double exponential(enum ib_dtype type, long double x)
{
    const long double e = expl(x);
    if (type == IB_F32)
        return e > FLT_MAX ? (long double)INFINITY : (long double)(float)e;
    if (type == IB_F64)
        return e > DBL_MAX ? (long double)INFINITY : (long double)(double)e;
    return e;
}

struct ib_softmax_row ib_softmax_row(const struct ib_softmax *s, uint64_t n, uint64_t step,
                                     const long double *z)
{
    const long double largest = largest_of(n, step, z);
    struct ib_softmax_row row = {.type = s->type, .subtracted = largest, .added = largest};
    if (s->mistake == IB_SOFTMAX_NOTHING_SUBTRACTED)
        row.subtracted = row.added = 0;
    else if (s->mistake == IB_SOFTMAX_ONE_SUBTRACTED)
        row.subtracted = row.added = s->largest;
    else if (s->mistake == IB_SOFTMAX_NOT_ADDED)
        row.added = 0;
    for (uint64_t j = 0; j < n; j++)
        row.sum += exponential(row.type, z[j * step] - row.subtracted);
    row.divisor = s->mistake == IB_SOFTMAX_NOT_DIVIDED ? 1 : row.sum;
    return row;
}

long double ib_softmax_at(const struct ib_softmax_row *row, long double z)
{
    return exponential(row->type, z - row->subtracted) / row->divisor;
}

long double ib_softmax_log_at(const struct ib_softmax_row *row, long double z)
{
    return (z - row->added) - logl(row->sum);
}
