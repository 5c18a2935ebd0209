#include "data/missing.h"

#include "base/error.h"
#include "data/columns.h"

#include <inttypes.h>
#include <math.h>

/* ---- rows ---- */

static uint64_t count_missing(const double *values, uint64_t n)
{
    uint64_t missing = 0;
    for (uint64_t i = 0; i < n; i++)
        missing += isnan(values[i]) != 0;
    return missing;
}

/* Moves the complete rows to the front; returns their number. */
static uint64_t keep_complete(double *x, double *y, uint64_t rows, uint64_t cols, uint64_t targets)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < rows; i++) {
        if (count_missing(y + i * targets, targets) || count_missing(x + i * cols, cols))
            continue;
        memmove(x + kept * cols, x + i * cols, cols * sizeof *x);
        memmove(y + kept++ * targets, y + i * targets, targets * sizeof *y);
    }
    return kept;
}

static void drop(struct ib_arena *arena, struct ib_table *table)
{
    const uint64_t rows = table->rows + table->test_rows;
    table->rows = keep_complete(table->x, table->y, table->rows, table->cols, table->targets);
    table->test_rows =
        keep_complete(table->x_test, table->y_test, table->test_rows, table->cols, table->targets);
    const uint64_t dropped = rows - table->rows - table->test_rows;
    if (dropped)
        table->guesses[IB_GUESS_MISSING] = ib_arena_print(
            arena, "%" PRIu64 " of %" PRIu64 " rows dropped, as they lack values (missing: drop)", dropped,
            rows);
}

static enum ib_status require_targets(const char *path, const double *y, uint64_t rows, uint64_t targets)
{
    for (uint64_t i = 0; i < rows; i++)
        if (count_missing(y + i * targets, targets))
            return ib_fail(IB_EINVAL, path,
                           "row %" PRIu64
                           " has no target, which `missing: mean` does not fill in; " IB_MISSING_DROP_HINT,
                           i + 1);
    return IB_OK;
}

enum ib_status ib_missing_drop(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                               struct ib_table *table)
{
    if (spec->missing == IB_MISSING_DROP)
        drop(arena, table);
    if (spec->missing != IB_MISSING_MEAN)
        return IB_OK;
    IB_TRY(require_targets(spec->path, table->y, table->rows, table->targets));
    IB_TRY(require_targets(spec->test ? spec->test : spec->path, table->y_test, table->test_rows,
                           table->targets));
    const uint64_t missing = count_missing(table->x, table->rows * table->cols) +
                             count_missing(table->x_test, table->test_rows * table->cols);
    if (missing)
        table->guesses[IB_GUESS_MISSING] = ib_arena_print(
            arena, "%" PRIu64 " missing value%s replaced by the mean of the training rows (missing: mean)",
            missing, ib_plural(missing));
    return IB_OK;
}

/* ---- means ---- */

static void mark_columns(const double *x, uint64_t rows, uint64_t cols, bool *marks)
{
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < cols; j++)
            marks[j] |= isnan(x[i * cols + j]) != 0;
}

/* Collects the values that there are; returns their number. */
static uint64_t collect(const double *column, uint64_t rows, uint64_t cols, double *out)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < rows; i++)
        if (!isnan(column[i * cols]))
            out[n++] = column[i * cols];
    return n;
}

static void fill(double *column, uint64_t rows, uint64_t cols, double mean)
{
    for (uint64_t i = 0; i < rows; i++)
        if (isnan(column[i * cols]))
            column[i * cols] = mean;
}

static enum ib_status fill_columns(const struct ib_dataset_spec *spec, const struct ib_table *table,
                                   struct ib_arena *scratch, const struct ib_split_features *x)
{
    double *values = ib_arena_alloc(scratch, x->rows * sizeof *values);
    bool *marks = ib_arena_alloc(scratch, table->cols * sizeof *marks);
    mark_columns(x->train, x->rows, table->cols, marks);
    mark_columns(x->test, x->test_rows, table->cols, marks);
    for (uint64_t j = 0; j < table->cols; j++) {
        if (!marks[j])
            continue;
        const uint64_t n = collect(x->train + j, x->rows, table->cols, values);
        if (!n)
            return ib_fail(IB_EINVAL, spec->path, "%s has no value in any of the %" PRIu64 " training rows",
                           ib_table_feature(scratch, table, j), x->rows);
        const double mean = ib_columns_mean(ib_columns_of(scratch, values, n, 1), 0);
        fill(x->train + j, x->rows, table->cols, mean);
        fill(x->test + j, x->test_rows, table->cols, mean);
    }
    return IB_OK;
}

enum ib_status ib_missing_fill(const struct ib_dataset_spec *spec, const struct ib_table *table,
                               const struct ib_split_features *x)
{
    struct ib_arena scratch = {0};
    if (spec->missing != IB_MISSING_MEAN)
        return IB_OK;
    enum ib_status status = fill_columns(spec, table, &scratch, x);
    ib_arena_free(&scratch);
    return status;
}
