#include "data/number_range.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>

/* Numbers that a training in a type can use: their sums and products with parameters must fit, and
 * predictions must remain comparable. Losses in f32 may overflow or underflow; then other evidence decides
 * (verify/verify.h). */
static const struct range {
    double most, least;
} ranges[] = {[IB_F32] = {1e30, 1e-30}, [IB_F64] = {1e100, 1e-100}};

static double larger(double a, double b)
{
    return fabs(a) > fabs(b) ? a : b;
}

const char *ib_range_refuse_features(const struct ib_table *table, const struct ib_range_columns *c,
                                     enum ib_dtype type, struct ib_arena *arena)
{
    for (uint64_t j = 0; j < c->x->cols; j++) { /* training rows are never far from their own mean */
        const double value = larger(ib_columns_standardised(c->x, j, c->x_test->low[j]),
                                    ib_columns_standardised(c->x, j, c->x_test->high[j]));
        if (!(fabs(value) <= ranges[type].most))
            return ib_arena_print(
                arena, "%s lies %.3g standard deviations from its training mean in a test row; %s allows %g",
                ib_table_feature(arena, table, j), fabs(value), ib_word_of(ib_dtype_words, (int)type),
                ranges[type].most);
    }
    return NULL;
}

static const char *refuse_target(const struct ib_table *table, const struct ib_range_columns *c, uint64_t t,
                                 enum ib_dtype type, struct ib_arena *arena)
{
    const char *target = IB_SHORT(ib_table_target(table, t)), *name = ib_word_of(ib_dtype_words, (int)type);
    const double value =
        larger(larger(c->y->low[t], c->y->high[t]), larger(c->y_test->low[t], c->y_test->high[t]));
    const double deviation = ib_columns_deviation(c->y, t);
    if (!(fabs(value) <= ranges[type].most))
        return ib_arena_print(arena, "target `%s` reaches %.3g, too much for %s; at most %g is allowed",
                              target, value, name, ranges[type].most);
    if (deviation < ranges[type].least)
        return ib_arena_print(
            arena, "target `%s` has a standard deviation of %.3g, too little for %s; at least %g is needed",
            target, deviation, name, ranges[type].least);
    return NULL;
}

const char *ib_range_refuse_target(const struct ib_table *table, const struct ib_range_columns *c,
                                   enum ib_dtype type, struct ib_arena *arena)
{
    const char *refusal = NULL;
    for (uint64_t t = 0; t < c->y->cols && !refusal; t++)
        refusal = refuse_target(table, c, t, type, arena);
    return refusal;
}

static enum ib_status check_target_varies(const char *path, const char *target, const struct ib_columns *y,
                                          uint64_t t)
{
    if (!ib_columns_is_constant(y, t))
        return IB_OK;
    if (y->low[t] == y->high[t])
        return ib_fail(IB_EINVAL, path,
                       "target `%s` is %g in all %" PRIu64 " training rows: nothing to learn", target,
                       y->low[t], y->rows);
    return ib_fail(IB_EINVAL, path,
                   "target `%s` varies by rounding only, from %.17g to %.17g in %" PRIu64
                   " training rows: nothing to learn",
                   target, y->low[t], y->high[t], y->rows);
}

enum ib_status ib_range_check(const char *path, const struct ib_table *table,
                              const struct ib_range_columns *columns, struct ib_arena *arena)
{
    for (uint64_t t = 0; t < columns->y->cols; t++)
        IB_TRY(check_target_varies(path, IB_SHORT(ib_table_target(table, t)), columns->y, t));
    const char *refusal = ib_range_refuse_features(table, columns, IB_F64, arena);
    if (!refusal)
        refusal = ib_range_refuse_target(table, columns, IB_F64, arena);
    return refusal ? ib_fail(IB_EINVAL, path, "%s", refusal) : IB_OK;
}
