#include "data/arrays.h"

#include "base/error.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

enum { BLOCK_ELEMENTS = 1 << 17 }; /* read at once, so that they stay in the cache */

/* Without a branch per element, so that the compiler can use vectors. */
static bool all_finite(const double *values, uint64_t n)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < n; i++)
        found |= !(fabs(values[i]) <= DBL_MAX);
    return !found;
}

static bool any_infinite(const double *values, uint64_t n)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < n; i++)
        found |= fabs(values[i]) > DBL_MAX;
    return found;
}

/* Errors give an element's indices from 0, as in NumPy. */
static enum ib_status not_finite(const struct ib_npy_input *in, uint64_t first, const double *values,
                                 bool allow_nan)
{
    uint64_t i = 0;
    while (isfinite(values[i]) || (allow_nan && isnan(values[i])))
        i++;
    const bool nan = isnan(values[i]);
    return ib_fail(IB_EINVAL, in->path,
                   "element [%" PRIu64 ", %" PRIu64 "] is %s; a finite number is required%s",
                   first + i / in->header.cols, i % in->header.cols,
                   nan             ? "nan"
                   : values[i] > 0 ? "inf"
                                   : "-inf",
                   nan ? "; " IB_MISSING_HINT : "");
}

/* Reads rows of finite numbers, or of NaN too, if missing values are allowed. */
static enum ib_status read_rows(const struct ib_npy_input *in, uint64_t first, uint64_t n, bool allow_nan,
                                double *out)
{
    const uint64_t elements = n * in->header.cols;
    IB_TRY(ib_npy_input_rows(in, first, n, out));
    if (all_finite(out, elements) || (allow_nan && !any_infinite(out, elements)))
        return IB_OK;
    return not_finite(in, first, out, allow_nan);
}

/* Reads all rows in blocks. Without a target, they go to out->x as they are. */
static enum ib_status read_blocks(const struct ib_npy_input *in, const uint64_t *target, bool allow_nan,
                                  struct ib_arena *arena, struct ib_table *out)
{
    const uint64_t rows = in->header.rows, cols = in->header.cols, at_once = BLOCK_ELEMENTS / cols + 1;
    double *block = target ? ib_arena_alloc(arena, at_once * cols * sizeof *block) : NULL;
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows - first < at_once ? rows - first : at_once;
        double *to = out->x + first * out->cols;
        IB_TRY(read_rows(in, first, n, allow_nan, target ? block : to));
        for (uint64_t i = 0; target && i < n; i++, to += out->cols) {
            const double *row = block + i * cols;
            memcpy(to, row, *target * sizeof *to);
            memcpy(to + *target, row + *target + 1, (out->cols - *target) * sizeof *to);
            out->y[first + i] = row[*target];
        }
    }
    return IB_OK;
}

/* ---- target in a column ---- */

static enum ib_status find_target(const struct ib_dataset_spec *spec, const char *path, uint64_t cols,
                                  uint64_t *out)
{
    int64_t number = -1;
    if (spec->target && (!ib_parse_i64(spec->target, &number) || number == 0 || number > (int64_t)cols ||
                         number < -(int64_t)cols))
        return ib_fail(IB_EINVAL, path,
                       "target column `%s` not found; allowed: 1 to %" PRIu64 ", or -1 to -%" PRIu64
                       " from the end",
                       spec->target, cols, cols);
    *out = number > 0 ? (uint64_t)number - 1 : cols - (uint64_t)-number;
    return IB_OK;
}

static enum ib_status read_with_target(const struct ib_dataset_spec *spec, const struct ib_npy_input *in,
                                       struct ib_arena *arena, struct ib_table *out)
{
    uint64_t target = 0;
    if (in->header.cols < 2)
        return ib_fail(
            IB_EINVAL, in->path,
            "fewer than two columns; add a target column, or give the targets in a second file (`y`)");
    IB_TRY(find_target(spec, in->path, in->header.cols, &target));
    out->cols = in->header.cols - 1;
    out->target_column = target + 1;
    return read_blocks(in, &target, ib_missing_allowed(spec), arena, out);
}

/* ---- targets in an array of their own ---- */

static enum ib_status read_separate(const struct ib_dataset_spec *spec, const struct ib_npy_input *x,
                                    const struct ib_npy_input *y, struct ib_arena *arena,
                                    struct ib_table *out)
{
    const struct ib_npy_header *h = &y->header;
    if (x->header.cols == 0)
        return ib_fail(IB_EINVAL, x->path, "the array has no columns");
    if (h->rows != x->header.rows || h->cols != 1)
        return ib_fail(IB_EINVAL, y->path,
                       "shape is %" PRIu64 " x %" PRIu64 "; expected %" PRIu64 " x 1, one target per row",
                       h->rows, h->cols, x->header.rows);
    out->cols = x->header.cols;
    IB_TRY(read_blocks(x, NULL, ib_missing_allowed(spec), arena, out));
    return read_rows(y, 0, out->rows, ib_missing_allowed(spec), out->y);
}

enum ib_status ib_arrays_read(const struct ib_dataset_spec *spec, const struct ib_npy_input *x,
                              const struct ib_npy_input *y, struct ib_arena *arena, struct ib_table *out)
{
    const struct ib_npy_header *h = &x->header;
    *out = (struct ib_table){.target = "y"};
    out->rows = h->cols ? h->rows : 0; /* without columns, the file's size does not limit its rows */
    IB_TRY(ib_memory_check(x->path, (double)out->rows * (double)(h->cols + 1) * sizeof *out->x));
    out->x = ib_arena_alloc(arena, out->rows * h->cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, out->rows * sizeof *out->y);
    return y ? read_separate(spec, x, y, arena, out) : read_with_target(spec, x, arena, out);
}
