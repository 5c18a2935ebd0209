/* Comma-separated values as in RFC 4180: quoted fields, "" for a quote inside them, LF or CRLF. If the
 * first line contains no comma, the delimiter is a semicolon or a tab. Blanks around fields and empty lines
 * are ignored. */
#include "base/error.h"
#include "base/file.h"
#include "data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUOTED_TEXT = 40 }; /* maximum length of a field quoted in a message */

struct csv {
    const char *path;
    char *at; /* next character; a NUL ends the file */
    char *line_start;
    size_t line;
    char delimiter;
};

struct field {
    char *text; /* not terminated, but never followed by a character of a number */
    size_t length;
    size_t line, column;
    bool is_last; /* of its row */
};

static enum ib_status fail_at(const struct csv *csv, size_t line, size_t column, const char *what)
{
    char where[512];
    snprintf(where, sizeof where, "%s:%zu:%zu", csv->path, line, column);
    return ib_fail(IB_EINVAL, where, "%s", what);
}

/* ---- Fields ---- */

static size_t column_of(const struct csv *csv, const char *at)
{
    return (size_t)(at - csv->line_start) + 1;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

static void skip_spaces(struct csv *csv)
{
    while (*csv->at == ' ' || (*csv->at == '\t' && csv->delimiter != '\t'))
        csv->at++;
}

/* Skips one line end; returns false if there is none. */
static bool skip_line_end(struct csv *csv)
{
    size_t length = csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : csv->at[0] == '\n' || csv->at[0] == '\r';
    if (!length)
        return false;
    csv->at += length;
    csv->line_start = csv->at;
    csv->line++;
    return true;
}

/* Reads a field from its opening quote, unquoting the text in place. */
static enum ib_status read_quoted(struct csv *csv, struct field *out)
{
    char *to = out->text = ++csv->at;
    for (;; csv->at++) {
        if (*csv->at == '\0')
            return fail_at(csv, out->line, out->column, "unclosed quote");
        if (*csv->at == '"' && *++csv->at != '"')
            break;
        *to++ = *csv->at;
        if (*csv->at == '\n') {
            csv->line_start = csv->at + 1;
            csv->line++;
        }
    }
    out->length = (size_t)(to - out->text);
    skip_spaces(csv);
    if (*csv->at != csv->delimiter && !ends_line(*csv->at))
        return fail_at(csv, csv->line, column_of(csv, csv->at), "unexpected text after a closing quote");
    return IB_OK;
}

static void read_plain(struct csv *csv, struct field *out)
{
    out->text = csv->at;
    while (*csv->at != csv->delimiter && !ends_line(*csv->at))
        csv->at++;
    out->length = (size_t)(csv->at - out->text);
    while (out->length && (out->text[out->length - 1] == ' ' || out->text[out->length - 1] == '\t'))
        out->length--;
}

/* Reads the next field; after the last of a row, moves to the next row. */
static enum ib_status read_field(struct csv *csv, struct field *out)
{
    skip_spaces(csv);
    *out = (struct field){.line = csv->line, .column = column_of(csv, csv->at)};
    if (*csv->at == '"')
        IB_TRY(read_quoted(csv, out));
    else
        read_plain(csv, out);
    out->is_last = ends_line(*csv->at);
    if (!out->is_last)
        csv->at++;
    while (out->is_last && skip_line_end(csv))
        ;
    return IB_OK;
}

/* ---- Numbers ---- */

/* Most numbers have few enough digits that their value and power of ten are exact in f64. One division then
 * rounds correctly, without strtod. */
static bool parse_short_number(const char *text, const char *end, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = *text == '-';
    text += negative;
    if (end - text > 16 || text == end)
        return false;
    uint64_t digits = 0;
    size_t count = 0, decimals = 0;
    bool point = false;
    for (; text < end; text++) {
        if (*text == '.' && !point) {
            point = true;
        } else if (*text >= '0' && *text <= '9') {
            digits = digits * 10 + (uint64_t)(*text - '0');
            count++;
            decimals += point;
        } else {
            return false;
        }
    }
    if (count == 0 || count > 15)
        return false;
    *out = (double)digits / powers[decimals];
    if (negative)
        *out = -*out;
    return true;
}

/* Parses a field; returns what is wrong with it, or NULL. */
static const char *parse_number(const struct field *field, double *out)
{
    const char *end = field->text + field->length;
    if (field->length == 0)
        return "is empty; a number is required";
    if (parse_short_number(field->text, end, out))
        return NULL;
    char *stop;
    *out = strtod(field->text, &stop);
    if (stop != end || memchr(field->text, 'x', field->length) || memchr(field->text, 'X', field->length))
        return "is not a number";
    return isfinite(*out) ? NULL : "is not a finite number";
}

/* ---- The first row ---- */

struct reading {
    struct csv csv;
    struct ib_arena *arena;
    const struct ib_dataset_spec *spec;
    struct field *first; /* the cols fields of the first row */
    size_t cols, target;
    bool has_header;
};

static enum ib_status read_first_row(struct reading *in)
{
    size_t capacity = 0;
    struct field field = {0};
    while (!field.is_last) {
        IB_TRY(read_field(&in->csv, &field));
        in->first = ib_arena_grow(in->arena, in->first, sizeof field, in->cols, &capacity);
        in->first[in->cols++] = field;
    }
    if (in->cols < 2)
        return fail_at(
            &in->csv, field.line, field.column,
            "only one column; features and target must be separated by commas, semicolons or tabs");
    return IB_OK;
}

/* A header contains a field that is neither a number nor empty. */
static bool looks_like_header(const struct reading *in)
{
    for (size_t j = 0; j < in->cols; j++) {
        const struct field *field = &in->first[j];
        char *stop;
        strtod(field->text, &stop);
        if (field->length && stop != field->text + field->length)
            return true;
    }
    return false;
}

static bool is_named(const struct field *field, const char *name)
{
    return field->length == strlen(name) && memcmp(field->text, name, field->length) == 0;
}

static const char *const *column_names(const struct reading *in)
{
    const char **names = ib_arena_alloc(in->arena, (in->cols + 1) * sizeof *names);
    for (size_t j = 0; j < in->cols; j++)
        names[j] = ib_arena_print(in->arena, "%.*s", (int)in->first[j].length, in->first[j].text);
    return names;
}

static enum ib_status no_such_target(const struct reading *in)
{
    char where[512], hint[128] = "";
    snprintf(where, sizeof where, "%s:%zu", in->csv.path, in->first->line);
    if (in->has_header)
        ib_hint(in->spec->target, column_names(in), hint, sizeof hint);
    return ib_fail(IB_EINVAL, where,
                   "target column `%s` not found%s; allowed: %s1 to %zu, or -1 to -%zu from the end",
                   in->spec->target, hint, in->has_header ? "a column's name, " : "", in->cols, in->cols);
}

/* Finds the target by name, else by number: from 1, or negative from the end. The default is the last
 * column. */
static enum ib_status find_target(struct reading *in)
{
    const char *wanted = in->spec->target;
    in->target = in->cols - 1;
    if (!wanted)
        return IB_OK;
    size_t found = 0;
    for (size_t j = 0; j < in->cols && in->has_header; j++) {
        if (is_named(&in->first[j], wanted)) {
            in->target = j;
            found++;
        }
    }
    if (found > 1)
        return fail_at(&in->csv, in->first[in->target].line, in->first[in->target].column,
                       "two columns have the target's name; select it by number");
    if (found)
        return IB_OK;
    int64_t number;
    if (!ib_parse_i64(wanted, &number) || number == 0 || number > (int64_t)in->cols ||
        number < -(int64_t)in->cols)
        return no_such_target(in);
    in->target = (size_t)(number > 0 ? number - 1 : (int64_t)in->cols + number);
    return IB_OK;
}

/* ---- All rows ---- */

static enum ib_status bad_value(const struct reading *in, const struct field *field, size_t column,
                                const char *what)
{
    char message[256], quoted[QUOTED_TEXT + 8] = "";
    if (field->length)
        snprintf(quoted, sizeof quoted, ": `%.*s`",
                 (int)(field->length < QUOTED_TEXT ? field->length : QUOTED_TEXT), field->text);
    if (in->has_header)
        snprintf(message, sizeof message, "column `%.*s`%s %s", (int)in->first[column].length,
                 in->first[column].text, quoted, what);
    else
        snprintf(message, sizeof message, "column %zu%s %s", column + 1, quoted, what);
    return fail_at(&in->csv, field->line, field->column, message);
}

static enum ib_status store(const struct reading *in, const struct field *field, size_t column,
                            struct ib_table *out)
{
    size_t features = in->cols - 1;
    double *to = column == in->target ? &out->y[out->rows]
                                      : &out->x[out->rows * features + column - (column > in->target)];
    const char *wrong = parse_number(field, to);
    return wrong ? bad_value(in, field, column, wrong) : IB_OK;
}

static enum ib_status ragged(const struct reading *in, const struct field *field, size_t column)
{
    char message[128];
    if (field->is_last)
        snprintf(message, sizeof message, "this row has %zu columns; the first row has %zu", column + 1,
                 in->cols);
    else
        snprintf(message, sizeof message, "this row has more columns than the first row, which has %zu",
                 in->cols);
    return fail_at(&in->csv, field->line, field->column, message);
}

static enum ib_status read_rows(struct reading *in, struct ib_table *out)
{
    for (size_t j = 0; j < in->cols && !in->has_header; j++)
        IB_TRY(store(in, &in->first[j], j, out));
    out->rows = !in->has_header;
    for (; *in->csv.at; out->rows++) {
        for (size_t j = 0; j < in->cols; j++) {
            struct field field;
            IB_TRY(read_field(&in->csv, &field));
            if (field.is_last != (j == in->cols - 1))
                return ragged(in, &field, j);
            IB_TRY(store(in, &field, j, out));
        }
    }
    return IB_OK;
}

/* An upper bound of the number of rows: the lines, but no more than fit into the bytes with a digit and a
 * separator per value. (By lines alone, a file of empty lines would allocate too much.) */
static size_t rows_at_most(const struct reading *in, size_t bytes)
{
    size_t lines = 2, fitting = bytes / (2 * in->cols - 1) + 1;
    for (size_t i = 0, n = strlen(in->csv.at); i < n; i++)
        lines += in->csv.at[i] == '\n' || in->csv.at[i] == '\r';
    return lines < fitting ? lines : fitting;
}

static char find_delimiter(const char *text)
{
    size_t length = strcspn(text, "\r\n");
    for (const char *c = ",;\t"; *c; c++)
        if (memchr(text, *c, length))
            return *c;
    return ',';
}

static enum ib_status open_csv(struct reading *in, const char *path, size_t *bytes)
{
    char *text;
    IB_TRY(ib_file_read(in->arena, path, SIZE_MAX / 8, &text, bytes));
    if (memchr(text, '\0', *bytes))
        return ib_fail(IB_EINVAL, path, "not a text file: it contains NUL bytes");
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark */
        text += 3;
    in->csv = (struct csv){.path = path, .at = text, .line_start = text, .line = 1};
    while (skip_line_end(&in->csv))
        ;
    in->csv.delimiter = find_delimiter(in->csv.at);
    return *in->csv.at ? IB_OK : ib_fail(IB_EINVAL, path, "the file is empty");
}

static enum ib_status read_csv(const struct ib_dataset_spec *spec, const char *path, struct ib_arena *arena,
                               struct ib_table *out)
{
    struct reading in = {.arena = arena, .spec = spec};
    size_t bytes;
    *out = (struct ib_table){0};
    if (spec->y)
        return ib_fail(IB_EINVAL, spec->where ? spec->where : path,
                       "`y` does not apply to CSV data, where the target is a column");
    IB_TRY(open_csv(&in, path, &bytes));
    IB_TRY(read_first_row(&in));
    in.has_header = spec->header == IB_HEADER_AUTO ? looks_like_header(&in) : spec->header == IB_HEADER_YES;
    IB_TRY(find_target(&in));
    size_t rows_max = rows_at_most(&in, bytes);
    out->cols = in.cols - 1;
    out->x = ib_arena_alloc(arena, rows_max * out->cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, rows_max * sizeof *out->y);
    if (in.has_header)
        out->columns = column_names(&in);
    out->target = in.has_header ? out->columns[in.target] : "y";
    return read_rows(&in, out);
}

const struct ib_dataset_format ib_dataset_csv = {
    .name = "csv",
    .extension = ".csv",
    .summary = "one row per line, separated by commas, semicolons or tabs, with or without a header",
    .read = read_csv,
};
