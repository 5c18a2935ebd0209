#include "data/csv_columns.h"

#include "base/error.h"

struct search {
    const struct ib_csv_row *first;
    bool has_header;
    struct ib_arena *arena;
    const char *what; /* is looked for: "target column" */
};

static const char *field_text(struct ib_arena *arena, const struct ib_csv_field *field)
{
    return ib_arena_print(arena, "%.*s", (int)field->length, field->text);
}

static enum ib_status not_found(const struct search *in, const char *wanted)
{
    const struct ib_csv_row *first = in->first;
    char hint[128] = "";
    if (in->has_header) {
        const char **names = ib_arena_alloc(in->arena, (first->n + 1) * sizeof *names);
        for (size_t j = 0; j < first->n; j++)
            names[j] = field_text(in->arena, &first->fields[j]);
        ib_hint(wanted, names, hint, sizeof hint);
    }
    return ib_fail_at(first->path, first->fields->line, 0,
                      "%s `%s` not found%s; allowed: %s1 to %zu, or -1 to -%zu from the end", in->what,
                      IB_SHORT(wanted), hint, in->has_header ? "a column's name, " : "", first->n, first->n);
}

/* Finds a column by name, else by number: from 1, or negative from the end. */
static enum ib_status find_column(const struct search *in, const char *wanted, size_t *out)
{
    const struct ib_csv_row *first = in->first;
    const int64_t n = (int64_t)first->n;
    size_t found = 0;
    for (size_t j = 0; j < first->n && in->has_header; j++) {
        if (ib_csv_field_is(&first->fields[j], wanted)) {
            *out = j;
            found++;
        }
    }
    if (found > 1)
        return ib_fail_at(first->path, first->fields[*out].line, first->fields[*out].column,
                          "two columns have the name of the %s; select it by number", in->what);
    int64_t number;
    if (found)
        return IB_OK;
    if (!ib_parse_i64(wanted, &number) || number == 0 || number > n || number < -n)
        return not_found(in, wanted);
    *out = (size_t)(number > 0 ? number - 1 : n + number);
    return IB_OK;
}

static enum ib_status mark_ignored(struct search *in, const struct ib_dataset_spec *spec, bool *ignored)
{
    in->what = "ignored column";
    for (const char *const *wanted = spec->ignore; wanted && *wanted; wanted++) {
        size_t column = 0;
        IB_TRY(find_column(in, *wanted, &column));
        ignored[column] = true;
    }
    return IB_OK;
}

static void add_target(size_t column, struct ib_csv_columns *out)
{
    out->target[column] = out->n_targets;
    out->target_columns[out->n_targets++] = column;
}

static enum ib_status find_target(const struct search *in, const struct ib_dataset_spec *spec,
                                  const char *wanted, const bool *ignored, struct ib_csv_columns *out)
{
    const char *where = spec->where ? spec->where : in->first->path;
    size_t column = 0;
    IB_TRY(find_column(in, wanted, &column));
    if (ignored[column])
        return ib_fail(IB_EINVAL, where, "column `%s` is both a target and ignored", IB_SHORT(wanted));
    if (out->target[column] != IB_CSV_NONE)
        return ib_fail(IB_EINVAL, where, "column `%s` is given twice as a target", IB_SHORT(wanted));
    add_target(column, out);
    return IB_OK;
}

static enum ib_status find_targets(struct search *in, const struct ib_dataset_spec *spec, const bool *ignored,
                                   struct ib_csv_columns *out)
{
    size_t last = in->first->n - 1;
    in->what = "target column";
    for (const char *const *wanted = spec->target; wanted && *wanted; wanted++)
        IB_TRY(find_target(in, spec, *wanted, ignored, out));
    while (last > 0 && ignored[last])
        last--;
    if (!out->n_targets)
        add_target(last, out);
    return IB_OK;
}

enum ib_status ib_csv_columns_find(const struct ib_csv_row *first, bool has_header,
                                   const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                   struct ib_csv_columns *out)
{
    struct search in = {.first = first, .has_header = has_header, .arena = arena};
    bool *ignored = ib_arena_alloc(arena, first->n * sizeof *ignored);
    *out = (struct ib_csv_columns){.n = first->n,
                                   .feature = ib_arena_alloc(arena, first->n * sizeof *out->feature),
                                   .target = ib_arena_alloc(arena, first->n * sizeof *out->target),
                                   .target_columns = ib_arena_alloc(arena, first->n * sizeof *out->target),
                                   .features = ib_arena_alloc(arena, first->n * sizeof *out->features)};
    for (size_t j = 0; j < first->n; j++)
        out->feature[j] = out->target[j] = IB_CSV_NONE;
    IB_TRY(mark_ignored(&in, spec, ignored));
    IB_TRY(find_targets(&in, spec, ignored, out));
    for (size_t j = 0; j < first->n; j++) {
        if (out->target[j] != IB_CSV_NONE || ignored[j])
            continue;
        out->feature[j] = out->n_features;
        out->features[out->n_features++] = (struct ib_feature){
            .name = has_header ? field_text(arena, &first->fields[j]) : NULL, .column = j + 1};
    }
    if (!out->n_features)
        return ib_fail_at(first->path, first->fields->line, 0,
                          "no column is left for the features: all %zu but the target%s are ignored",
                          first->n - out->n_targets, ib_plural(out->n_targets));
    return IB_OK;
}
