#include "data/dataset.h"

#include "base/error.h"
#include "base/file.h"
#include "base/rng.h"
#include "data/guesses.h"
#include "data/labels.h"
#include "data/missing.h"
#include "data/number_range.h"
#include "data/one_hot.h"
#include "data/spec.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define IB_DATASET_FORMAT(name) extern const struct ib_dataset_format ib_dataset_##name;
#include "data/formats.def"
#undef IB_DATASET_FORMAT

const struct ib_dataset_format *const ib_dataset_formats[] = {
#define IB_DATASET_FORMAT(name) &ib_dataset_##name,
#include "data/formats.def"
#undef IB_DATASET_FORMAT
    NULL};

const struct ib_dataset_format *ib_dataset_format_of(const char *path)
{
    struct ib_arena arena = {0};
    const struct ib_dataset_format *found = NULL;
    const char *name = ib_source_name(&arena, path);
    for (const struct ib_dataset_format *const *f = ib_dataset_formats; *f && !found; f++)
        for (const char *const *extension = (*f)->extensions; *extension; extension++)
            if (strlen(name) > strlen(*extension) && ib_file_has_suffix(name, *extension))
                found = *f;
    ib_arena_free(&arena);
    return found;
}

/* ---- Reading ---- */

static enum ib_status unknown_format(const char *path)
{
    const char *extensions[24] = {NULL};
    char list[160];
    for (size_t i = 0, n = 0; ib_dataset_formats[i]; i++)
        for (const char *const *extension = ib_dataset_formats[i]->extensions; *extension; extension++)
            extensions[n++] = *extension;
    return ib_fail(IB_EINVAL, path,
                   "unknown data format; the file name must end with %s, and may then end with .gz",
                   ib_name_list(extensions, list, sizeof list));
}

static enum ib_status read_file(const struct ib_dataset_spec *spec, const char *path, struct ib_arena *arena,
                                struct ib_table *out)
{
    const struct ib_dataset_format *format = ib_dataset_format_of(path);
    struct ib_source file;
    if (!format)
        return unknown_format(path);
    IB_TRY(ib_spec_check_keys(spec, format, path));
    IB_TRY(ib_source_open(arena, path, &file));
    *out = (struct ib_table){.rows = 0};
    enum ib_status status = format->read(spec, &file, arena, out);
    out->targets = out->targets ? out->targets : 1;
    ib_source_close(&file);
    return status;
}

/* Adds features that are 0 in all rows. */
static void widen(struct ib_arena *arena, struct ib_table *table, uint64_t cols)
{
    double *x = ib_arena_alloc(arena, table->rows * cols * sizeof *x);
    for (uint64_t i = 0; i < table->rows; i++)
        memcpy(x + i * cols, table->x + i * table->cols, table->cols * sizeof *x);
    table->x = x;
    table->cols = cols;
}

/* Training and test rows of sparse data may end with different features. */
static enum ib_status match_widths(const char *path, struct ib_arena *arena, struct ib_table *a,
                                   struct ib_table *b)
{
    if (!a->is_sparse || !b->is_sparse || a->cols == b->cols)
        return IB_OK;
    struct ib_table *narrow = a->cols < b->cols ? a : b;
    const uint64_t cols = narrow == a ? b->cols : a->cols;
    IB_TRY(ib_memory_check(path, (double)narrow->rows * (double)cols * sizeof *narrow->x));
    widen(arena, narrow, cols);
    return IB_OK;
}

static bool same_names(const struct ib_table *a, const struct ib_table *b)
{
    for (uint64_t j = 0; j < a->cols; j++)
        if (strcmp(a->features[j].name, b->features[j].name) != 0)
            return false;
    return strcmp(a->target, b->target) == 0; /* all of them, if they are several */
}

static bool same_columns(const struct ib_table *a, const struct ib_table *b)
{
    return a->cols == b->cols && a->targets == b->targets &&
           (!a->has_names || !b->has_names || same_names(a, b));
}

/* Reads the test rows from spec->test. */
static enum ib_status read_test_file(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                     struct ib_table *table)
{
    struct ib_table test;
    IB_TRY(read_file(spec, spec->test, arena, &test));
    if (test.test_rows)
        return ib_fail(IB_EINVAL, spec->test, "a file of test rows must not contain separate test rows");
    IB_TRY(match_widths(spec->test, arena, table, &test));
    if (!same_columns(table, &test))
        return ib_fail(IB_EINVAL, spec->test, "its columns differ from those of %s", spec->path);
    if (table->negative && test.negative && strcmp(table->negative, test.negative) != 0)
        return ib_fail(IB_EINVAL, spec->test, "has a third class, `%s`, besides `%s` and `%s`",
                       IB_SHORT(test.negative), IB_SHORT(spec->positive), IB_SHORT(table->negative));
    IB_TRY(ib_one_hot_match(spec, arena, table, &test));
    IB_TRY(ib_labels_match(spec, arena, table, &test));
    table->test_rows = test.rows;
    table->x_test = test.x;
    table->y_test = test.y;
    return IB_OK;
}

static enum ib_status read_table(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                 struct ib_table *out)
{
    if (spec->test && spec->test_fraction > 0)
        return ib_fail(IB_EINVAL, spec->where, "`test` and `test_fraction` are mutually exclusive");
    IB_TRY(read_file(spec, spec->path, arena, out));
    if (out->test_rows && (spec->test || spec->test_fraction > 0 || spec->seed))
        return ib_fail(IB_EINVAL, spec->where ? spec->where : spec->path,
                       "`%s` does not apply: the data file contains its own test rows",
                       spec->test   ? "test"
                       : spec->seed ? "seed"
                                    : "test_fraction");
    if (spec->test)
        IB_TRY(read_test_file(spec, arena, out));
    IB_TRY(ib_missing_drop(spec, arena, out));
    IB_TRY(ib_one_hot_expand(spec, arena, out));
    return ib_labels_apply(spec, arena, out);
}

/* ---- Splitting ---- */

struct rows { /* n rows of a table */
    const double *x, *y;
    const uint64_t *order; /* NULL: in the table's order */
    uint64_t n;
};

static void take_rows(struct ib_dataset *set, const struct rows *from, double **x, double **y)
{
    *x = ib_arena_alloc(&set->arena, from->n * set->cols * sizeof **x);
    *y = ib_arena_alloc(&set->arena, from->n * set->outputs * sizeof **y);
    for (uint64_t i = 0; i < from->n; i++) {
        uint64_t row = from->order ? from->order[i] : i;
        memcpy(*x + i * set->cols, from->x + row * set->cols, set->cols * sizeof **x);
        memcpy(*y + i * set->outputs, from->y + row * set->outputs, set->outputs * sizeof **y);
    }
}

static void take_all(struct ib_dataset *set, const struct rows *train, const struct rows *test)
{
    set->rows = train->n;
    set->test_rows = test->n;
    take_rows(set, train, &set->x, &set->y);
    take_rows(set, test, &set->x_test, &set->y_test);
}

/* A random permutation of 0 .. n-1. */
static uint64_t *random_order(struct ib_arena *arena, uint64_t n, uint64_t seed)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    uint64_t *order = ib_arena_alloc(arena, n * sizeof *order);
    for (uint64_t i = 0; i < n; i++)
        order[i] = i;
    ib_rng_shuffle(&rng, order, n, sizeof *order);
    return order;
}

static void split(const struct ib_dataset_spec *spec, const struct ib_table *table, struct ib_arena *scratch,
                  struct ib_dataset *out)
{
    struct rows train = {table->x, table->y, NULL, table->rows};
    struct rows test = {table->x_test, table->y_test, NULL, table->test_rows};
    double fraction = spec->test_fraction > 0 ? spec->test_fraction : IB_TEST_FRACTION;
    bool has_test = spec->test || test.n;
    if (!has_test && fraction >= 1) {
        test = train;
    } else if (!has_test && train.n) {
        uint64_t *order = random_order(scratch, table->rows, spec->seed ? spec->seed : IB_SPLIT_SEED);
        uint64_t n = (uint64_t)llround(fraction * (double)table->rows);
        n = n ? n : 1;
        test = (struct rows){table->x, table->y, order, n};
        train = (struct rows){table->x, table->y, order + n, table->rows - n};
    }
    take_all(out, &train, &test);
}

/* ---- Checking ---- */

static enum ib_status number_classes(const struct ib_dataset_spec *spec, const struct ib_labels *labels,
                                     struct ib_dataset *set)
{
    const char *complaint = ib_labels_complaint(&set->arena, labels, set->target);
    if (set->outputs > 1)
        return ib_fail(IB_EINVAL, spec->where ? spec->where : spec->path,
                       "%" PRIu64 " targets are given, but a classification has one", set->outputs);
    if (complaint)
        return ib_fail(IB_EINVAL, spec->path, "%s", complaint);
    set->classes = labels->n > 2 ? labels->n : 2;
    ib_labels_number(labels, set->y, set->rows);
    ib_labels_number(labels, set->y_test, set->test_rows);
    return IB_OK;
}

/* The labels are those of the table, before it was split. */
static enum ib_status decide_task(const struct ib_dataset_spec *spec, const struct ib_table *table,
                                  struct ib_arena *scratch, struct ib_dataset *set)
{
    struct ib_labels labels;
    ib_labels_find(scratch, table, &labels);
    const bool classes = ib_labels_are_classes(&labels) || spec->positive;
    set->task = spec->task ? spec->task : classes ? IB_CLASSIFICATION : IB_REGRESSION;
    set->guesses = ib_guesses_text(&set->arena, spec, table, &labels);
    if (set->task == IB_CLASSIFICATION)
        return number_classes(spec, &labels, set);
    if (!spec->task)
        set->no_classes = ib_labels_hint(&set->arena, &labels, set->target);
    return IB_OK;
}

static enum ib_status check_rows(const struct ib_dataset_spec *spec, const struct ib_dataset *set)
{
    if (set->rows >= 2 && set->test_rows >= 1)
        return IB_OK;
    return ib_fail(IB_EINVAL, spec->path,
                   "%" PRIu64 " training and %" PRIu64 " test rows; at least 2 and 1 are required", set->rows,
                   set->test_rows);
}

static void hash(struct ib_dataset *set)
{
    char head[128];
    struct ib_hash all;
    int bytes = snprintf(head, sizeof head, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                         ib_word_of(ib_task_words, (int)set->task), set->rows, set->test_rows, set->cols,
                         set->outputs);
    ib_hash_begin(&all);
    ib_hash_bytes(&all, head, (size_t)bytes);
    ib_hash_large(&all, set->x, set->rows * set->cols * sizeof *set->x);
    ib_hash_large(&all, set->y, set->rows * set->outputs * sizeof *set->y);
    ib_hash_large(&all, set->x_test, set->test_rows * set->cols * sizeof *set->x_test);
    ib_hash_large(&all, set->y_test, set->test_rows * set->outputs * sizeof *set->y_test);
    ib_hash_end(&all, set->sha256);
}

/* Measures all columns, and checks that their numbers can be used. */
static enum ib_status measure(const struct ib_dataset_spec *spec, const struct ib_table *table,
                              struct ib_dataset *set)
{
    struct ib_arena *arena = &set->arena;
    const struct ib_range_columns columns = {
        .x = ib_columns_of(arena, set->x, set->rows, set->cols),
        .y = ib_columns_of(arena, set->y, set->rows, set->outputs),
        .x_test = ib_columns_of(arena, set->x_test, set->test_rows, set->cols),
        .y_test = ib_columns_of(arena, set->y_test, set->test_rows, set->outputs)};
    set->x_columns = columns.x;
    set->y_columns = columns.y;
    IB_TRY(ib_range_check(spec->path, table, &columns, arena));
    set->no_f32 = ib_range_refuse_features(table, &columns, IB_F32, arena);
    set->no_f32_target = ib_range_refuse_target(table, &columns, IB_F32, arena);
    return IB_OK;
}

static enum ib_status prepare(const struct ib_dataset_spec *spec, const struct ib_table *table,
                              struct ib_arena *scratch, struct ib_dataset *out)
{
    out->target = ib_arena_copy(&out->arena, table->target);
    out->cols = table->cols;
    out->outputs = table->targets;
    split(spec, table, scratch, out);
    IB_TRY(check_rows(spec, out));
    IB_TRY(ib_missing_fill(spec, table,
                           &(struct ib_split_features){out->x, out->x_test, out->rows, out->test_rows}));
    IB_TRY(decide_task(spec, table, scratch, out));
    IB_TRY(measure(spec, table, out));
    hash(out);
    return IB_OK;
}

static enum ib_status load_file(const struct ib_dataset_spec *spec, struct ib_dataset *out)
{
    struct ib_arena scratch = {0};
    struct ib_table table;
    enum ib_status status = read_table(spec, &scratch, &table);
    if (status == IB_OK)
        status = prepare(spec, &table, &scratch, out);
    ib_arena_free(&scratch);
    return status;
}

/* ---- Synthetic data ---- */

static uint64_t count_test_rows(const struct ib_dataset_spec *spec)
{
    double fraction = spec->test_fraction > 0 ? spec->test_fraction : IB_TEST_FRACTION;
    uint64_t n = (uint64_t)llround(fraction * (double)spec->synth.rows);
    if (spec->test_fraction <= 0 && n > IB_SYNTH_TEST_ROWS)
        return IB_SYNTH_TEST_ROWS;
    return n ? n : 1;
}

static enum ib_status open_synth(const struct ib_dataset_spec *spec, struct ib_dataset *out)
{
    const struct ib_synth_spec *synth = &spec->synth;
    IB_TRY(
        ib_synth_open(&out->arena, synth, spec->seed ? spec->seed : IB_SPLIT_SEED, spec->where, &out->synth));
    out->task = synth->kind == IB_SYNTH_REGRESSION ? IB_REGRESSION : IB_CLASSIFICATION;
    out->rows = synth->rows;
    out->test_rows = count_test_rows(spec);
    out->cols = synth->cols;
    out->outputs = synth->outputs ? synth->outputs : 1;
    if (out->task == IB_CLASSIFICATION)
        out->classes = synth->classes ? synth->classes : 2;
    out->target = "y";
    ib_synth_hash(out->synth, out->rows, out->test_rows, out->sha256);
    return IB_OK;
}

enum ib_status ib_dataset_load(const struct ib_dataset_spec *spec, struct ib_dataset *out)
{
    *out = (struct ib_dataset){0};
    out->name = ib_arena_copy(&out->arena, spec->name);
    enum ib_status status = spec->synth.kind ? open_synth(spec, out) : load_file(spec, out);
    if (status != IB_OK)
        ib_dataset_free(out);
    return status;
}

/* ---- Rows ---- */

void ib_dataset_rows(const struct ib_dataset *set, enum ib_rows_of of, uint64_t first, uint64_t n, double *x,
                     double *y)
{
    const bool test = of == IB_TEST_ROWS;
    if (set->synth) {
        ib_synth_rows(set->synth, test ? set->rows + first : first, n, x, y);
        return;
    }
    memcpy(x, (test ? set->x_test : set->x) + first * set->cols, n * set->cols * sizeof *x);
    memcpy(y, (test ? set->y_test : set->y) + first * set->outputs, n * set->outputs * sizeof *y);
}

void ib_dataset_free(struct ib_dataset *set)
{
    ib_arena_free(&set->arena);
    *set = (struct ib_dataset){0};
}
