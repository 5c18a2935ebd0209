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

/* The columns of targets, in their order, and of features. */
struct targets {
    uint64_t n, *column;
    uint64_t n_features, *feature;
};

static uint64_t which_target(const struct targets *targets, uint64_t column)
{
    uint64_t t = 0;
    while (t < targets->n && targets->column[t] != column)
        t++;
    return t;
}

/* Separates a row's targets, y, from its features, x. */
static void separate(const struct targets *targets, const double *row, double *x, double *y)
{
    for (uint64_t t = 0; t < targets->n; t++)
        y[t] = row[targets->column[t]];
    for (uint64_t j = 0; j < targets->n_features; j++)
        x[j] = row[targets->feature[j]];
}

/* Reads all rows in blocks. Without targets, they go to out->x as they are. */
static enum ib_status read_blocks(const struct ib_npy_input *in, const struct targets *targets,
                                  bool allow_nan, struct ib_arena *arena, struct ib_table *out)
{
    const uint64_t rows = in->header.rows, cols = in->header.cols, at_once = BLOCK_ELEMENTS / cols + 1;
    double *block = targets ? ib_arena_alloc(arena, at_once * cols * sizeof *block) : NULL;
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows - first < at_once ? rows - first : at_once;
        double *to = out->x + first * out->cols;
        IB_TRY(read_rows(in, first, n, allow_nan, targets ? block : to));
        for (uint64_t i = 0; targets && i < n; i++)
            separate(targets, block + i * cols, to + i * out->cols, out->y + (first + i) * targets->n);
    }
    return IB_OK;
}

/* ---- targets in columns ---- */

static enum ib_status find_target(const char *wanted, const char *path, uint64_t cols,
                                  struct targets *targets)
{
    int64_t number;
    if (!ib_parse_i64(wanted, &number) || number == 0 || number > (int64_t)cols || number < -(int64_t)cols)
        return ib_fail(IB_EINVAL, path,
                       "target column `%s` not found; allowed: 1 to %" PRIu64 ", or -1 to -%" PRIu64
                       " from the end",
                       wanted, cols, cols);
    const uint64_t column = number > 0 ? (uint64_t)number - 1 : cols - (uint64_t)-number;
    if (which_target(targets, column) < targets->n)
        return ib_fail(IB_EINVAL, path, "column `%s` is given twice as a target", wanted);
    targets->column[targets->n++] = column;
    return IB_OK;
}

static enum ib_status find_columns(const struct ib_dataset_spec *spec, const char *path, uint64_t cols,
                                   struct ib_arena *arena, struct targets *out)
{
    static const char *const last[] = {"-1", NULL};
    *out = (struct targets){.column = ib_arena_alloc(arena, cols * sizeof *out->column),
                            .feature = ib_arena_alloc(arena, cols * sizeof *out->feature)};
    for (const char *const *wanted = spec->target ? spec->target : last; *wanted; wanted++)
        IB_TRY(find_target(*wanted, path, cols, out));
    for (uint64_t j = 0; j < cols; j++)
        if (which_target(out, j) == out->n)
            out->feature[out->n_features++] = j;
    return out->n_features ? IB_OK : ib_fail(IB_EINVAL, path, "no column is left for the features");
}

static struct ib_feature *describe_features(struct ib_arena *arena, const struct targets *targets)
{
    struct ib_feature *features = ib_arena_alloc(arena, targets->n_features * sizeof *features);
    for (uint64_t j = 0; j < targets->n_features; j++)
        features[j] = (struct ib_feature){.column = targets->feature[j] + 1, .kind = IB_FEATURE_NUMBERS};
    return features;
}

static enum ib_status read_with_targets(const struct ib_dataset_spec *spec, const struct ib_npy_input *in,
                                        struct ib_arena *arena, struct ib_table *out)
{
    struct targets targets;
    if (in->header.cols < 2)
        return ib_fail(
            IB_EINVAL, in->path,
            "fewer than two columns; add a target column, or give the targets in a second file (`y`)");
    IB_TRY(find_columns(spec, in->path, in->header.cols, arena, &targets));
    out->cols = targets.n_features;
    out->targets = targets.n;
    out->target_column = targets.column[0] + 1;
    out->features = targets.n > 1 ? describe_features(arena, &targets) : NULL;
    out->y = ib_arena_alloc(arena, out->rows * out->targets * sizeof *out->y);
    return read_blocks(in, &targets, ib_missing_allowed(spec), arena, out);
}

/* ---- targets in an array of their own ---- */

static enum ib_status read_separate(const struct ib_dataset_spec *spec, const struct ib_npy_input *x,
                                    const struct ib_npy_input *y, struct ib_arena *arena,
                                    struct ib_table *out)
{
    const struct ib_npy_header *h = &y->header;
    if (x->header.cols == 0)
        return ib_fail(IB_EINVAL, x->path, "the array has no columns");
    if (h->rows != x->header.rows || h->cols < 1)
        return ib_fail(IB_EINVAL, y->path,
                       "shape is %" PRIu64 " x %" PRIu64 "; expected %" PRIu64
                       " rows of one target, or of several",
                       h->rows, h->cols, x->header.rows);
    IB_TRY(ib_memory_check(y->path, (double)h->rows * (double)h->cols * sizeof *out->y));
    out->cols = x->header.cols;
    out->targets = h->cols;
    out->y = ib_arena_alloc(arena, out->rows * out->targets * sizeof *out->y);
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
    return y ? read_separate(spec, x, y, arena, out) : read_with_targets(spec, x, arena, out);
}
