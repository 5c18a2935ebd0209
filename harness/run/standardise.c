#include "run/standardise.h"

#include "base/error.h"
#include "base/npy.h"
#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns ---- */

/* The features or the targets of a data set, one block of rows at a time. */
struct side {
    uint64_t cols;
    struct ib_columns columns;
    double *values;
};

/* The conversion of a data set to files. */
struct conversion {
    const struct ib_dataset *dataset;
    uint64_t block_rows;
    struct side x, y;
};

static bool open_side(struct ib_arena *arena, struct side *side, const struct ib_columns *known,
                      uint64_t cols, uint64_t rows)
{
    side->cols = cols;
    if (known)
        side->columns = *known;
    else
        ib_columns_open(arena, cols, &side->columns);
    side->values = malloc(rows * cols * sizeof *side->values);
    return side->values;
}

static uint64_t rows_at(const struct conversion *p, uint64_t first, uint64_t rows)
{
    return rows - first < p->block_rows ? rows - first : p->block_rows;
}

/* Synthetic data are measured here, others when they are read. */
static void measure_columns(struct conversion *p)
{
    const uint64_t rows = p->dataset->rows;
    for (uint64_t first = p->x.columns.rows, n; first < rows; first += n) {
        n = rows_at(p, first, rows);
        ib_dataset_rows(p->dataset, IB_TRAINING_ROWS, first, n, p->x.values, p->y.values);
        ib_columns_add(&p->x.columns, p->x.values, n);
        ib_columns_add(&p->y.columns, p->y.values, n);
    }
}

static void standardise(struct side *side, uint64_t n)
{
    ib_columns_standardise(&side->columns, side->values, n);
}

/* ---- files ---- */

/* The files of a data set in one type: targets twice, since some models do not scale them. */
struct files {
    struct ib_npy_writer x, y, y_scaled, x_test;
};

static enum ib_status create_files(const struct ib_prepared *plain, const struct ib_prepared *scaled,
                                   struct files *out)
{
    const struct ib_dataset *d = plain->dataset;
    IB_TRY(ib_npy_create(plain->x, plain->type, d->rows, d->cols, &out->x));
    IB_TRY(ib_npy_create(plain->y, plain->type, d->rows, d->outputs, &out->y));
    IB_TRY(ib_npy_create(scaled->y, plain->type, d->rows, d->outputs, &out->y_scaled));
    return ib_npy_create(plain->x_test, plain->type, d->test_rows, d->cols, &out->x_test);
}

static enum ib_status finish_files(struct files *files, enum ib_status written)
{
    written = ib_npy_finish(&files->x, written);
    written = ib_npy_finish(&files->y, written);
    written = ib_npy_finish(&files->y_scaled, written);
    return ib_npy_finish(&files->x_test, written);
}

static enum ib_status write_training_rows(struct conversion *p, struct files *files)
{
    const uint64_t rows = p->dataset->rows;
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows_at(p, first, rows);
        ib_dataset_rows(p->dataset, IB_TRAINING_ROWS, first, n, p->x.values, p->y.values);
        standardise(&p->x, n);
        IB_TRY(ib_npy_append(&files->x, p->x.values, n * p->x.cols));
        IB_TRY(ib_npy_append(&files->y, p->y.values, n * p->y.cols));
        standardise(&p->y, n);
        IB_TRY(ib_npy_append(&files->y_scaled, p->y.values, n * p->y.cols));
    }
    return IB_OK;
}

/* Writes the test rows; their targets go to y_test, in their own units. */
static enum ib_status write_test_rows(struct conversion *p, struct files *files, double *y_test)
{
    const uint64_t rows = p->dataset->test_rows;
    for (uint64_t first = 0, n; first < rows; first += n) {
        n = rows_at(p, first, rows);
        ib_dataset_rows(p->dataset, IB_TEST_ROWS, first, n, p->x.values, y_test + first * p->y.cols);
        standardise(&p->x, n);
        IB_TRY(ib_npy_append(&files->x_test, p->x.values, n * p->x.cols));
    }
    return IB_OK;
}

/* Stores means and scales; models that do not scale targets get 0 and 1. */
static void keep_scales(struct ib_arena *arena, const struct conversion *p, struct ib_prepared *plain,
                        struct ib_prepared *scaled)
{
    const uint64_t outputs = p->dataset->outputs;
    double *zeros = ib_arena_alloc(arena, outputs * sizeof *zeros);
    double *ones = ib_arena_alloc(arena, outputs * sizeof *ones);
    double *mean = ib_arena_alloc(arena, outputs * sizeof *mean);
    double *scale = ib_arena_alloc(arena, outputs * sizeof *scale);
    for (uint64_t c = 0; c < outputs; c++) {
        ones[c] = 1;
        mean[c] = ib_columns_mean(&p->y.columns, c);
        scale[c] = ib_columns_deviation(&p->y.columns, c);
    }
    plain->y_mean = zeros;
    plain->y_scale = ones;
    scaled->y_mean = mean;
    scaled->y_scale = scale;
    plain->train_mean = scaled->train_mean = mean;
}

static enum ib_status write_all(struct conversion *p, struct ib_arena *arena, struct ib_prepared *plain,
                                struct ib_prepared *scaled)
{
    const struct ib_dataset *d = p->dataset;
    struct files files = {0};
    double *y_test = ib_arena_alloc(arena, d->test_rows * d->outputs * sizeof *y_test);
    measure_columns(p);
    keep_scales(arena, p, plain, scaled);
    plain->y_test = scaled->y_test = y_test;
    enum ib_status status = create_files(plain, scaled, &files);
    if (status == IB_OK)
        status = write_training_rows(p, &files);
    if (status == IB_OK)
        status = write_test_rows(p, &files, y_test);
    return finish_files(&files, status);
}

enum ib_status ib_standardise(struct ib_arena *arena, struct ib_prepared *plain, struct ib_prepared *scaled)
{
    const struct ib_dataset *d = plain->dataset;
    struct ib_arena scratch = {0};
    struct conversion p = {.dataset = d, .block_rows = IB_COLUMNS_BLOCK / d->cols + 1};
    bool ready = open_side(&scratch, &p.x, d->x_columns, d->cols, p.block_rows);
    ready = open_side(&scratch, &p.y, d->y_columns, d->outputs, p.block_rows) && ready;
    enum ib_status status =
        ready ? write_all(&p, arena, plain, scaled)
              : ib_fail(IB_ENOMEM, d->name, "out of memory while standardising %llu columns",
                        (unsigned long long)d->cols);
    free(p.x.values);
    free(p.y.values);
    ib_arena_free(&scratch);
    return status;
}

/* ---- classes ---- */

struct class_conversion {
    const struct ib_dataset *dataset;
    uint64_t at_once;           /* rows of a block */
    double *x, *label, *values; /* of a block; values: a column for each class */
    double *counts;             /* rows of each class */
};

static enum ib_status append_class_rows(const struct class_conversion *p, uint64_t first, uint64_t n,
                                        struct ib_npy_writer *out)
{
    const uint64_t classes = p->dataset->classes;
    ib_dataset_rows(p->dataset, IB_TRAINING_ROWS, first, n, p->x, p->label);
    memset(p->values, 0, n * classes * sizeof *p->values);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t class = (uint64_t)p->label[i];
        p->values[i * classes + class] = 1;
        p->counts[class]++;
    }
    return ib_npy_append(out, p->values, n * classes);
}

static enum ib_status write_classes(const struct class_conversion *p, const struct ib_prepared *to)
{
    const struct ib_dataset *d = p->dataset;
    struct ib_npy_writer out = {0};
    enum ib_status status = ib_npy_create(to->y, to->type, d->rows, d->classes, &out);
    for (uint64_t first = 0, n; status == IB_OK && first < d->rows; first += n) {
        n = d->rows - first < p->at_once ? d->rows - first : p->at_once;
        status = append_class_rows(p, first, n, &out);
    }
    return ib_npy_finish(&out, status);
}

enum ib_status ib_one_hot_targets(struct ib_arena *arena, const struct ib_prepared *plain,
                                  struct ib_prepared *one_hot)
{
    const struct ib_dataset *d = plain->dataset;
    const uint64_t classes = d->classes, at_once = IB_COLUMNS_BLOCK / (d->cols + classes) + 1;
    double *zeros = ib_arena_alloc(arena, classes * sizeof *zeros),
           *ones = ib_arena_alloc(arena, classes * sizeof *ones),
           *shares = ib_arena_alloc(arena, classes * sizeof *shares),
           *block = malloc(at_once * (d->cols + 1 + classes) * sizeof *block);
    const struct class_conversion p = {
        d, at_once, block, block + at_once * d->cols, block + at_once * (d->cols + 1), shares};
    if (!block)
        return ib_fail(IB_ENOMEM, d->name, "out of memory while writing targets of %llu classes",
                       (unsigned long long)classes);
    const enum ib_status status = write_classes(&p, one_hot);
    for (uint64_t c = 0; c < classes; c++) {
        ones[c] = 1;
        shares[c] /= (double)d->rows;
    }
    one_hot->y_mean = zeros;
    one_hot->y_scale = ones;
    one_hot->train_mean = shares;
    free(block);
    return status;
}
