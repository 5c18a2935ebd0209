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

static enum ib_status find_target(struct search *in, const struct ib_dataset_spec *spec, const bool *ignored,
                                  size_t *out)
{
    const struct ib_csv_row *first = in->first;
    in->what = "target column";
    *out = first->n - 1;
    if (!spec->target) {
        while (*out > 0 && ignored[*out])
            --*out;
        return IB_OK;
    }
    IB_TRY(find_column(in, spec->target, out));
    if (ignored[*out])
        return ib_fail(IB_EINVAL, spec->where ? spec->where : first->path,
                       "column `%s` is both the target and ignored", IB_SHORT(spec->target));
    return IB_OK;
}

enum ib_status ib_csv_columns_find(const struct ib_csv_row *first, bool has_header,
                                   const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                   struct ib_csv_columns *out)
{
    struct search in = {.first = first, .has_header = has_header, .arena = arena};
    bool *ignored = ib_arena_alloc(arena, first->n * sizeof *ignored);
    *out = (struct ib_csv_columns){.n = first->n};
    IB_TRY(mark_ignored(&in, spec, ignored));
    IB_TRY(find_target(&in, spec, ignored, &out->target));
    out->feature = ib_arena_alloc(arena, first->n * sizeof *out->feature);
    out->features = ib_arena_alloc(arena, first->n * sizeof *out->features);
    for (size_t j = 0; j < first->n; j++) {
        out->feature[j] = IB_CSV_NO_FEATURE;
        if (j == out->target || ignored[j])
            continue;
        out->feature[j] = out->n_features;
        out->features[out->n_features++] = (struct ib_feature){
            .name = has_header ? field_text(arena, &first->fields[j]) : NULL, .column = j + 1};
    }
    if (!out->n_features)
        return ib_fail_at(first->path, first->fields->line, 0,
                          "no column is left for the features: all %zu but the target are ignored",
                          first->n - 1);
    return IB_OK;
}
