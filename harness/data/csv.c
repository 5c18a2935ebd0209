/* Comma-separated values as a table: a header or not, the columns of targets, and rows of numbers and words.
 */
#include "base/error.h"
#include "base/file.h"
#include "data/csv_columns.h"
#include "data/csv_decimal.h"
#include "data/csv_number.h"
#include "data/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct reading {
    struct ib_csv csv;
    struct ib_arena *arena;
    const struct ib_dataset_spec *spec;
    struct ib_csv_field *first; /* the cols fields of the first row */
    size_t cols;
    struct ib_csv_columns columns;
    bool has_header;
    bool guessed_delimiter, guessed_decimal;
    char decimal;                     /* what decimals follow: a point or a comma */
    bool target_is_text;              /* its values are words, of which one is the class 1 */
    enum ib_feature_kind target_kind; /* numbers, or words that are classes; unknown: no value yet */
};

/* ---- The first row ---- */

/* "; fields are separated by semicolons, unless `delimiter` says otherwise": for errors that a wrong
 * delimiter may have caused. */
static const char *delimiter_hint(const struct reading *in)
{
    if (!in->guessed_delimiter)
        return "";
    return ib_arena_print(
        in->arena,
        "; fields were taken to be separated by %ss: `delimiter` (train: --delimiter) says otherwise",
        ib_word_of(ib_delimiter_words, in->csv.delimiter));
}

static enum ib_status read_first_row(struct reading *in)
{
    size_t capacity = 0;
    struct ib_csv_field field = {0};
    while (!field.is_last) {
        IB_TRY(ib_csv_read_field(&in->csv, &field));
        in->first = ib_arena_grow(in->arena, in->first, sizeof field, in->cols, &capacity);
        in->first[in->cols++] = field;
    }
    if (in->cols < 2)
        return ib_fail_at(in->csv.path, field.line, field.column,
                          "only one column; features and target must be separated by commas, semicolons, "
                          "tabs or bars%s",
                          delimiter_hint(in));
    return IB_OK;
}

/* ---- All rows ---- */

/* "column `area`: `x4`", or "column 3" where the field is empty. */
static const char *show(const struct reading *in, const struct ib_csv_field *field, size_t column)
{
    char name[IB_SHORT_BYTES], value[IB_SHORT_BYTES];
    snprintf(name, sizeof name, "%zu", column + 1);
    if (in->has_header)
        ib_shorten(in->first[column].text, in->first[column].length, name, sizeof name);
    ib_shorten(field->text, field->length, value, sizeof value);
    const char *quote = in->has_header ? "`" : "";
    return ib_arena_print(in->arena, field->length ? "column %s%s%s: `%s`" : "column %s%s%s", quote, name,
                          quote, value);
}

/* What to do about a field that is not a number. */
static const char *remedy(const struct reading *in, const struct ib_csv_field *field, size_t column,
                          enum ib_csv_kind kind)
{
    char value[IB_SHORT_BYTES];
    const size_t feature = in->columns.feature[column];
    ib_shorten(field->text, field->length, value, sizeof value);
    if (ib_csv_is_missing(kind))
        return feature == IB_CSV_NONE ? "; " IB_MISSING_DROP_HINT : "; " IB_MISSING_HINT;
    if (kind != IB_CSV_TEXT)
        return "";
    if (feature == IB_CSV_NONE)
        return ib_arena_print(in->arena,
                              "; of two classes, `positive: %s` (train: --positive %s) makes this one 1",
                              value, value);
    const char *key = ib_feature_key(in->arena, &in->columns.features[feature]);
    return ib_arena_print(in->arena, "; " IB_IGNORE_HINT, key, key);
}

static enum ib_status bad_value(const struct reading *in, const struct ib_csv_field *field, size_t column,
                                enum ib_csv_kind kind)
{
    return ib_fail_at(in->csv.path, field->line, field->column, "%s %s%s", show(in, field, column),
                      ib_csv_complaint(field, in->decimal, kind), remedy(in, field, column, kind));
}

/* Reads a word that names a class: 1 for the positive one, 0 for the other, which all rows share. */
static enum ib_status read_class(const struct reading *in, const struct ib_csv_field *field, double *out,
                                 struct ib_table *table)
{
    char text[IB_SHORT_BYTES];
    *out = ib_csv_field_is(field, in->spec->positive);
    if (*out == 1)
        return IB_OK;
    if (!table->negative)
        table->negative = ib_arena_print(in->arena, "%.*s", (int)field->length, field->text);
    if (ib_csv_field_is(field, table->negative))
        return IB_OK;
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "`%s` is a third class of the target, after `%s` and `%s`; two are allowed",
                      ib_shorten(field->text, field->length, text, sizeof text), IB_SHORT(in->spec->positive),
                      IB_SHORT(table->negative));
}

/* Missing targets are never filled in. */
static enum ib_status store_missing(const struct reading *in, const struct ib_csv_field *field, size_t column,
                                    double *to)
{
    const bool allowed = in->columns.target[column] == IB_CSV_NONE ? ib_missing_allowed(in->spec)
                                                                   : in->spec->missing == IB_MISSING_DROP;
    double ignored;
    *to = NAN;
    return allowed ? IB_OK : bad_value(in, field, column, ib_csv_parse(field, in->decimal, &ignored));
}

/* A word that is one of many classes, as its number. */
static enum ib_status store_class(const struct reading *in, const struct ib_csv_field *field, size_t column,
                                  double *to, struct ib_table *out)
{
    if (!out->classes)
        out->classes = ib_arena_alloc(in->arena, sizeof *out->classes);
    const size_t number = ib_levels_number(in->arena, out->classes, field->text, field->length);
    *to = (double)number;
    if (number < IB_LEVELS_MAX)
        return IB_OK;
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "%s is one more class than the %d that a target may have", show(in, field, column),
                      IB_CLASSES_MAX);
}

/* The first value of a target decides whether it holds numbers or words. Several targets are numbers. */
static enum ib_status store_target(struct reading *in, const struct ib_csv_field *field, size_t column,
                                   struct ib_table *out)
{
    double *to = &out->y[out->rows * out->targets + in->columns.target[column]];
    const enum ib_csv_kind kind = ib_csv_parse(field, in->decimal, to);
    if (ib_csv_is_missing(kind) && !(in->target_is_text && ib_csv_field_is(field, in->spec->positive)))
        return store_missing(in, field, column, to);
    if (in->target_is_text)
        return read_class(in, field, to, out);
    const bool may_be_class = kind == IB_CSV_TEXT && out->targets == 1 && !in->spec->positive &&
                              in->spec->task != IB_REGRESSION && ib_csv_is_word(field);
    if (in->target_kind == IB_FEATURE_UNKNOWN && (may_be_class || kind == IB_CSV_NUMBER))
        in->target_kind = may_be_class ? IB_FEATURE_WORDS : IB_FEATURE_NUMBERS;
    if (in->target_kind == IB_FEATURE_WORDS && may_be_class)
        return store_class(in, field, column, to, out);
    if (in->target_kind != IB_FEATURE_WORDS || kind != IB_CSV_NUMBER)
        return kind == IB_CSV_NUMBER ? IB_OK : bad_value(in, field, column, kind);
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "%s is a number, but the target's first value is the word `%s`",
                      show(in, field, column), IB_SHORT(out->classes->word[0]));
}

static enum ib_status store_word(const struct reading *in, const struct ib_csv_field *field, size_t column,
                                 double *to)
{
    struct ib_feature *feature = &in->columns.features[in->columns.feature[column]];
    if (!feature->levels)
        feature->levels = ib_arena_alloc(in->arena, sizeof *feature->levels);
    const size_t number = ib_levels_number(in->arena, feature->levels, field->text, field->length);
    *to = (double)number;
    if (number < IB_LEVELS_MAX)
        return IB_OK;
    const char *key = ib_feature_key(in->arena, feature);
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "%s is one more word than the %d that a column may have; " IB_IGNORE_HINT,
                      show(in, field, column), IB_LEVELS_MAX, key, key);
}

/* The first value of a column decides whether it holds numbers or words. */
static enum ib_status store_feature(const struct reading *in, const struct ib_csv_field *field, size_t column,
                                    double *to)
{
    struct ib_feature *feature = &in->columns.features[in->columns.feature[column]];
    const enum ib_csv_kind kind = ib_csv_parse(field, in->decimal, to);
    if (ib_csv_is_missing(kind))
        return store_missing(in, field, column, to);
    const bool is_word = kind == IB_CSV_TEXT && in->spec->words != IB_WORDS_REFUSE && ib_csv_is_word(field);
    if (feature->kind == IB_FEATURE_UNKNOWN && (is_word || kind == IB_CSV_NUMBER))
        feature->kind = is_word ? IB_FEATURE_WORDS : IB_FEATURE_NUMBERS;
    if (feature->kind == IB_FEATURE_WORDS && is_word)
        return store_word(in, field, column, to);
    if (feature->kind != IB_FEATURE_WORDS || kind != IB_CSV_NUMBER)
        return kind == IB_CSV_NUMBER ? IB_OK : bad_value(in, field, column, kind);
    const char *key = ib_feature_key(in->arena, feature);
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "%s is a number, but the column's first value is the word `%s`; " IB_IGNORE_HINT,
                      show(in, field, column), IB_SHORT(feature->levels->word[0]), key, key);
}

static enum ib_status store(struct reading *in, const struct ib_csv_field *field, size_t column,
                            struct ib_table *out)
{
    const size_t feature = in->columns.feature[column];
    if (in->columns.target[column] != IB_CSV_NONE)
        return store_target(in, field, column, out);
    if (feature == IB_CSV_NONE)
        return IB_OK;
    return store_feature(in, field, column, &out->x[out->rows * out->cols + feature]);
}

static enum ib_status ragged(const struct reading *in, const struct ib_csv_field *field, size_t column)
{
    if (field->is_last)
        return ib_fail_at(in->csv.path, field->line, field->column,
                          "this row has %zu columns; the first row has %zu%s", column + 1, in->cols,
                          delimiter_hint(in));
    return ib_fail_at(in->csv.path, field->line, field->column,
                      "this row has more columns than the first row, which has %zu%s", in->cols,
                      delimiter_hint(in));
}

static enum ib_status read_rows(struct reading *in, struct ib_table *out)
{
    for (size_t j = 0; j < in->cols && !in->has_header; j++)
        IB_TRY(store(in, &in->first[j], j, out));
    out->rows = !in->has_header;
    for (; *in->csv.at; out->rows++) {
        for (size_t j = 0; j < in->cols; j++) {
            struct ib_csv_field field;
            IB_TRY(ib_csv_read_field(&in->csv, &field));
            if (field.is_last != (j == in->cols - 1))
                return ragged(in, &field, j);
            IB_TRY(store(in, &field, j, out));
        }
    }
    return IB_OK;
}

/* An upper bound of the number of rows: the lines, but no more than fit into the bytes with a separator per
 * value, which may be missing. (By lines alone, a file of empty lines would allocate too much.) */
static size_t rows_at_most(const struct reading *in, size_t bytes)
{
    size_t lines = 2, fitting = bytes / in->cols + 1;
    for (size_t i = 0, n = strlen(in->csv.at); i < n; i++)
        lines += in->csv.at[i] == '\n' || in->csv.at[i] == '\r';
    return lines < fitting ? lines : fitting;
}

/* ---- The file ---- */

static enum ib_status open_csv(struct reading *in, const struct ib_source *file, size_t *bytes)
{
    char *text;
    IB_TRY(ib_source_text(in->arena, file, &text, bytes));
    in->csv = (struct ib_csv){.path = file->path, .at = text, .line_start = text, .line = 1};
    while (ib_csv_skip_line_end(&in->csv))
        ;
    const bool tabs = ib_file_has_suffix(file->name, ".tsv");
    const char guess = tabs ? '\t' : ib_csv_find_delimiter(in->csv.at);
    in->csv.delimiter = in->spec->delimiter ? (char)in->spec->delimiter : guess;
    in->guessed_delimiter = !in->spec->delimiter && !tabs && guess != ',';
    const char decimal = ib_csv_find_decimal(&in->csv, in->arena);
    in->decimal = in->spec->decimal ? (char)in->spec->decimal : decimal;
    in->guessed_decimal = !in->spec->decimal && decimal == ',';
    return *in->csv.at ? IB_OK : ib_fail(IB_EINVAL, file->path, "the file is empty");
}

/* Names the targets: as their columns are, or y; of several without names, y1, y2, … */
static void name_targets(const struct reading *in, struct ib_table *out)
{
    const char **names = ib_arena_alloc(in->arena, out->targets * sizeof *names);
    for (size_t t = 0; t < out->targets; t++) {
        const struct ib_csv_field *field = &in->first[in->columns.target_columns[t]];
        names[t] = in->has_header     ? ib_arena_print(in->arena, "%.*s", (int)field->length, field->text)
                   : out->targets > 1 ? ib_arena_print(in->arena, "y%zu", t + 1)
                                      : "y";
        out->target = t ? ib_arena_print(in->arena, "%s, %s", out->target, names[t]) : names[t];
    }
    out->target_names = out->targets > 1 ? names : NULL;
}

/* Describes the columns, and says what was guessed. */
static void describe(const struct reading *in, struct ib_table *out)
{
    out->cols = in->columns.n_features;
    out->targets = in->columns.n_targets;
    out->features = in->columns.features;
    out->target_column = in->columns.target_columns[0] + 1;
    out->has_names = in->has_header;
    name_targets(in, out);
    if (in->guessed_delimiter)
        out->guesses[IB_GUESS_DELIMITER] =
            ib_arena_print(in->arena, "%ss taken as delimiters (delimiter: %s)",
                           ib_word_of(ib_delimiter_words, in->csv.delimiter),
                           ib_word_of(ib_delimiter_words, in->csv.delimiter));
    if (in->guessed_decimal)
        out->guesses[IB_GUESS_DECIMAL] = "commas in numbers taken as decimal commas (decimal: comma)";
}

static enum ib_status read_csv(const struct ib_dataset_spec *spec, const struct ib_source *file,
                               struct ib_arena *arena, struct ib_table *out)
{
    struct reading in = {.arena = arena, .spec = spec};
    double number;
    size_t bytes;
    *out = (struct ib_table){0};
    IB_TRY(open_csv(&in, file, &bytes));
    IB_TRY(read_first_row(&in));
    const struct ib_csv_row first = {file->path, in.first, in.cols, in.decimal};
    IB_TRY(ib_csv_find_header(&first, spec, arena, &in.has_header, &out->guesses[IB_GUESS_HEADER]));
    IB_TRY(ib_csv_columns_find(&first, in.has_header, spec, arena, &in.columns));
    in.target_is_text = spec->positive && !ib_parse_f64(spec->positive, &number);
    describe(&in, out);
    size_t rows_max = rows_at_most(&in, bytes);
    IB_TRY(ib_memory_check(file->path, (double)rows_max * (double)in.cols * sizeof *out->x));
    out->x = ib_arena_alloc(arena, rows_max * out->cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, rows_max * out->targets * sizeof *out->y);
    return read_rows(&in, out);
}

const struct ib_dataset_format ib_dataset_csv = {
    .title = "CSV",
    .extensions = {".csv", ".tsv"},
    .summary = "one row per line, separated by commas, semicolons, tabs or bars, with or without a header",
    .keys = IB_SPEC_TARGET | IB_SPEC_HEADER | IB_SPEC_DELIMITER | IB_SPEC_DECIMAL | IB_SPEC_IGNORE |
            IB_SPEC_WORDS | IB_SPEC_MISSING,
    .read = read_csv,
};
