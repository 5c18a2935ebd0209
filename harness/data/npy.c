/* NumPy arrays: rows x columns with the target in one column, or only features, with one target per row in
 * a second file (`y`). */
#include "base/error.h"
#include "base/npy_input.h"
#include "data/table.h"

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

/* Errors give an element's indices from 0, as in NumPy. */
static enum ib_status not_finite(const struct ib_npy_input *in, uint64_t first, const double *values)
{
    uint64_t i = 0;
    while (isfinite(values[i]))
        i++;
    return ib_fail(IB_EINVAL, in->path,
                   "element [%" PRIu64 ", %" PRIu64 "] is %s; a finite number is required",
                   first + i / in->header.cols, i % in->header.cols,
                   isnan(values[i]) ? "nan"
                   : values[i] > 0  ? "inf"
                                    : "-inf");
}

static enum ib_status read_rows(const struct ib_npy_input *in, uint64_t first, uint64_t n, double *out)
{
    IB_TRY(ib_npy_input_rows(in, first, n, out));
    return all_finite(out, n * in->header.cols) ? IB_OK : not_finite(in, first, out);
}

/* Reads all rows in blocks. Without a target, they go to out->x as they are. */
static enum ib_status read_blocks(const struct ib_npy_input *in, const uint64_t *target,
                                  struct ib_arena *arena, struct ib_table *out)
{
    const uint64_t rows = in->header.rows, cols = in->header.cols, at_once = BLOCK_ELEMENTS / cols + 1;
    double *block = target ? ib_arena_alloc(arena, at_once * cols * sizeof *block) : NULL;
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows - first < at_once ? rows - first : at_once;
        double *to = out->x + first * out->cols;
        IB_TRY(read_rows(in, first, n, target ? block : to));
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
    return read_blocks(in, &target, arena, out);
}

/* ---- targets in a second file ---- */

static enum ib_status read_targets(const struct ib_npy_input *in, struct ib_table *out)
{
    const struct ib_npy_header *h = &in->header;
    if (h->rows != out->rows || h->cols != 1)
        return ib_fail(IB_EINVAL, in->path,
                       "shape is %" PRIu64 " x %" PRIu64 "; expected %" PRIu64 " x 1, one target per row",
                       h->rows, h->cols, out->rows);
    return read_rows(in, 0, out->rows, out->y);
}

static enum ib_status read_separate(const struct ib_dataset_spec *spec, const struct ib_npy_input *in,
                                    struct ib_arena *arena, struct ib_table *out)
{
    struct ib_npy_input y;
    if (in->header.cols == 0)
        return ib_fail(IB_EINVAL, in->path, "the array has no columns");
    out->cols = in->header.cols;
    IB_TRY(read_blocks(in, NULL, arena, out));
    IB_TRY(ib_npy_input_open(spec->y, &y));
    enum ib_status status = read_targets(&y, out);
    ib_npy_input_close(&y);
    return status;
}

/* ---- the format ---- */

static enum ib_status check_spec(const struct ib_dataset_spec *spec, const char *path)
{
    const char *where = spec->where ? spec->where : path;
    if (spec->y && (spec->target || spec->test))
        return ib_fail(IB_EINVAL, where, "`y` and `%s` are mutually exclusive",
                       spec->target ? "target" : "test");
    return IB_OK;
}

static enum ib_status read_open(const struct ib_dataset_spec *spec, const struct ib_npy_input *in,
                                struct ib_arena *arena, struct ib_table *out)
{
    const struct ib_npy_header *h = &in->header;
    out->rows = h->cols ? h->rows : 0; /* without columns, the file's size does not limit its rows */
    IB_TRY(ib_memory_check(in->path, (double)out->rows * (double)(h->cols + 1) * sizeof *out->x));
    out->x = ib_arena_alloc(arena, out->rows * h->cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, out->rows * sizeof *out->y);
    return (spec->y ? read_separate : read_with_target)(spec, in, arena, out);
}

static enum ib_status read_npy(const struct ib_dataset_spec *spec, const char *path, struct ib_arena *arena,
                               struct ib_table *out)
{
    struct ib_npy_input in;
    *out = (struct ib_table){.target = "y"};
    IB_TRY(check_spec(spec, path));
    IB_TRY(ib_npy_input_open(path, &in));
    enum ib_status status = read_open(spec, &in, arena, out);
    ib_npy_input_close(&in);
    return status;
}

const struct ib_dataset_format ib_dataset_npy = {
    .title = "NPY",
    .extensions = {".npy"},
    .summary = "an array of numbers, rows x columns; the target is one of its columns or in a second file",
    .keys = IB_SPEC_TARGET | IB_SPEC_Y,
    .read = read_npy,
};
