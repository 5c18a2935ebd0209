/* NumPy arrays: rows x columns with the target in one column, or only features, with one target per row in
 * a second file (`y`). */
#include "base/npy.h"

#include "base/error.h"
#include "data/dataset.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Reads a finite element. Errors give its indices from 0, as in NumPy. */
static enum ib_status take(const char *path, const struct ib_npy *npy, uint64_t row, uint64_t column,
                           double *out)
{
    *out = ib_npy_at(npy, row * npy->cols + column);
    if (isfinite(*out))
        return IB_OK;
    return ib_fail(IB_EINVAL, path, "element [%" PRIu64 ", %" PRIu64 "] is %s; a finite number is required",
                   row, column,
                   isnan(*out) ? "nan"
                   : *out > 0  ? "inf"
                               : "-inf");
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

static enum ib_status read_with_target(const struct ib_dataset_spec *spec, const char *path,
                                       const struct ib_npy *npy, struct ib_table *out)
{
    uint64_t target = 0;
    if (npy->cols < 2)
        return ib_fail(
            IB_EINVAL, path,
            "fewer than two columns; add a target column, or give the targets in a second file (`y`)");
    IB_TRY(find_target(spec, path, npy->cols, &target));
    out->cols = npy->cols - 1;
    for (uint64_t i = 0; i < npy->rows; i++) {
        double *x = out->x + i * out->cols;
        for (uint64_t j = 0; j < npy->cols; j++)
            IB_TRY(take(path, npy, i, j, j == target ? &out->y[i] : x++));
    }
    return IB_OK;
}

/* ---- targets in a second file ---- */

static enum ib_status read_features(const char *path, const struct ib_npy *npy, struct ib_table *out)
{
    if (npy->cols == 0)
        return ib_fail(IB_EINVAL, path, "the array has no columns");
    out->cols = npy->cols;
    for (uint64_t i = 0; i < npy->rows * npy->cols; i++)
        IB_TRY(take(path, npy, i / npy->cols, i % npy->cols, &out->x[i]));
    return IB_OK;
}

static enum ib_status read_targets(const char *path, const struct ib_npy *npy, struct ib_table *out)
{
    if (npy->rows != out->rows || npy->cols != 1)
        return ib_fail(IB_EINVAL, path,
                       "shape is %" PRIu64 " x %" PRIu64 "; expected %" PRIu64 " x 1, one target per row",
                       npy->rows, npy->cols, out->rows);
    for (uint64_t i = 0; i < npy->rows; i++)
        IB_TRY(take(path, npy, i, 0, &out->y[i]));
    return IB_OK;
}

static enum ib_status read_separate(const struct ib_dataset_spec *spec, const char *path,
                                    const struct ib_npy *npy, struct ib_table *out)
{
    struct ib_npy y;
    IB_TRY(read_features(path, npy, out));
    IB_TRY(ib_npy_open(spec->y, &y));
    enum ib_status status = read_targets(spec->y, &y, out);
    ib_npy_close(&y);
    return status;
}

/* ---- the format ---- */

static enum ib_status check_spec(const struct ib_dataset_spec *spec, const char *path)
{
    const char *where = spec->where ? spec->where : path;
    if (spec->header)
        return ib_fail(IB_EINVAL, where, "`header` does not apply to NPY data");
    if (spec->y && (spec->target || spec->test))
        return ib_fail(IB_EINVAL, where, "`y` and `%s` are mutually exclusive",
                       spec->target ? "target" : "test");
    return IB_OK;
}

static enum ib_status read_npy(const struct ib_dataset_spec *spec, const char *path, struct ib_arena *arena,
                               struct ib_table *out)
{
    struct ib_npy npy;
    *out = (struct ib_table){.target = "y"};
    IB_TRY(check_spec(spec, path));
    IB_TRY(ib_npy_open(path, &npy));
    out->rows = npy.cols ? npy.rows : 0; /* without columns, the file's size does not limit its rows */
    out->x = ib_arena_alloc(arena, out->rows * npy.cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, out->rows * sizeof *out->y);
    enum ib_status status = (spec->y ? read_separate : read_with_target)(spec, path, &npy, out);
    ib_npy_close(&npy);
    return status;
}

const struct ib_dataset_format ib_dataset_npy = {
    .name = "npy",
    .extension = ".npy",
    .summary = "an f4 or f8 array, rows x columns; the target is one of its columns or in a second file",
    .read = read_npy,
};
