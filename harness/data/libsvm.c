/* The text format of LIBSVM and SVMlight: a row per line, its target, then INDEX:VALUE of each feature that
 * is not 0, indices from 1 and ascending; # begins a comment. */
#include "base/error.h"
#include "data/csv_number.h"
#include "data/source.h"
#include "data/table.h"

enum { INDEX_MOST = 1000000 }; /* as of synthetic columns: the table is dense */

struct reading {
    const char *path;
    char *at, *line_start;
    size_t line;
};

static enum ib_status fail_here(const struct reading *in, const char *at, const char *what, size_t length)
{
    char shown[IB_SHORT_BYTES];
    ib_shorten(at, length, shown, sizeof shown);
    return ib_fail_at(in->path, in->line, (size_t)(at - in->line_start) + 1, "`%s` %s", shown, what);
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0' || c == '#';
}

static void skip_blanks(struct reading *in)
{
    while (*in->at == ' ' || *in->at == '\t')
        in->at++;
}

/* Moves to the next line that has a row; returns false at the end of the file. */
static bool find_row(struct reading *in)
{
    for (;;) {
        skip_blanks(in);
        if (!ends_line(*in->at))
            return true;
        in->at += strcspn(in->at, "\r\n");
        if (!*in->at)
            return false;
        in->at += in->at[0] == '\r' && in->at[1] == '\n' ? 2 : 1;
        in->line_start = in->at;
        in->line++;
    }
}

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (!ends_line(at[n]) && at[n] != ' ' && at[n] != '\t')
        n++;
    return n;
}

static enum ib_status read_number(const struct reading *in, char *at, size_t length, double *out)
{
    const struct ib_csv_field field = {.text = at, .length = length};
    const enum ib_csv_kind kind = ib_csv_parse(&field, '.', out);
    return kind == IB_CSV_NUMBER ? IB_OK : fail_here(in, at, ib_csv_complaint(&field, '.', kind), length);
}

static enum ib_status read_target(struct reading *in, double *out)
{
    const size_t length = word_length(in->at);
    if (memchr(in->at, ':', length))
        return fail_here(in, in->at, "is a feature; the row's target must come first", length);
    if (memchr(in->at, ',', length))
        return fail_here(in, in->at, "is several targets; one is allowed", length);
    IB_TRY(read_number(in, in->at, length, out));
    in->at += length;
    return IB_OK;
}

/* Reads the digits before the colon. `before` is the index before; 0: none. */
static enum ib_status read_index(const struct reading *in, size_t length, size_t digits, uint64_t before,
                                 uint64_t *out)
{
    char text[24];
    if (digits == length || digits == 0 || digits >= sizeof text)
        return fail_here(in, in->at, "is not INDEX:VALUE", length);
    if (digits == 3 && strncmp(in->at, "qid", digits) == 0)
        return fail_here(in, in->at, "is a query, for ranking, which is not supported", length);
    memcpy(text, in->at, digits);
    text[digits] = '\0';
    if (!ib_parse_u64(text, out))
        return fail_here(in, in->at, "is not INDEX:VALUE", length);
    if (*out == 0)
        return fail_here(in, in->at,
                         "has index 0; indices begin with 1 (scikit-learn: dump_svmlight_file(…, "
                         "zero_based=False))",
                         length);
    if (*out > INDEX_MOST)
        return fail_here(in, in->at, "has an index above 1000000, the largest that is allowed", length);
    if (*out == before)
        return fail_here(in, in->at, "has the same index as the feature before it", length);
    if (*out < before)
        return fail_here(in, in->at, "has a smaller index than the feature before it; they must ascend",
                         length);
    return IB_OK;
}

/* Reads the features of a row into row[], unless that is NULL; sets the largest index. */
static enum ib_status read_features(struct reading *in, double *row, uint64_t *largest)
{
    uint64_t index = 0;
    for (skip_blanks(in); !ends_line(*in->at); skip_blanks(in)) {
        const size_t length = word_length(in->at), digits = strcspn(in->at, ": \t\r\n#");
        double value;
        IB_TRY(read_index(in, length, digits < length ? digits : length, index, &index));
        IB_TRY(read_number(in, in->at + digits + 1, length - digits - 1, &value));
        in->at += length;
        if (row)
            row[index - 1] = value;
    }
    *largest = index > *largest ? index : *largest;
    return IB_OK;
}

/* Reads all rows, at first only to count them and their features. */
static enum ib_status read_rows(struct reading in, bool store, struct ib_table *out)
{
    uint64_t rows = 0, largest = 0;
    for (; find_row(&in); rows++) {
        double target;
        IB_TRY(read_target(&in, &target));
        IB_TRY(read_features(&in, store ? out->x + rows * out->cols : NULL, &largest));
        if (store)
            out->y[rows] = target;
    }
    out->rows = rows;
    out->cols = largest;
    return IB_OK;
}

static enum ib_status read_libsvm(const struct ib_dataset_spec *spec, const struct ib_source *file,
                                  struct ib_arena *arena, struct ib_table *out)
{
    struct reading in = {.path = file->path, .line = 1};
    size_t bytes;
    (void)spec; /* every row begins with its target */
    *out = (struct ib_table){.target = "y", .is_sparse = true};
    IB_TRY(ib_source_text(arena, file, &in.at, &bytes));
    in.line_start = in.at;
    IB_TRY(read_rows(in, false, out));
    if (!out->rows || !out->cols)
        return ib_fail(IB_EINVAL, file->path, out->rows ? "no row has a feature" : "the file has no rows");
    IB_TRY(ib_memory_check(file->path, (double)out->rows * (double)(out->cols + 1) * sizeof *out->x));
    out->x = ib_arena_alloc(arena, out->rows * out->cols * sizeof *out->x);
    out->y = ib_arena_alloc(arena, out->rows * sizeof *out->y);
    return read_rows(in, true, out);
}

const struct ib_dataset_format ib_dataset_libsvm = {
    .title = "LIBSVM",
    .extensions = {".libsvm", ".svmlight", ".svm"},
    .summary = "one row per line: its target, then INDEX:VALUE of features that are not 0, indices from 1",
    .read = read_libsvm,
};
