#include "data/csv_header.h"

#include "base/error.h"
#include "data/csv_number.h"

#include <math.h>

/* A target that is not a number and is the text of a field can only be a column's name. */
static bool is_named_by_target(const struct ib_csv_row *first, const char *const *target)
{
    int64_t number;
    for (; target && *target; target++)
        for (size_t j = 0; j < first->n && !ib_parse_i64(*target, &number); j++)
            if (ib_csv_field_is(&first->fields[j], *target))
                return true;
    return false;
}

/* Years, or numbers in sequence from 0 or 1, are often names. One column is left out. */
static bool may_be_names(const struct ib_csv_row *first, size_t without)
{
    bool years = true, sequence = true;
    double value, before = 0;
    for (size_t j = 0; j < first->n; j++, before = value) {
        if (j == without)
            continue;
        if (ib_csv_parse(&first->fields[j], first->decimal, &value) != IB_CSV_NUMBER || value != floor(value))
            return false;
        years &= value >= 1800 && value <= 2100 && value != before;
        sequence &= j ? value == before + 1 : value == 0 || value == 1;
    }
    return years || sequence;
}

/* Classes may be words, so the target's field does not tell; but of the others, there must be no doubt. */
static bool may_be_class(const struct ib_csv_row *first, const struct ib_dataset_spec *spec, size_t j)
{
    int64_t number = -1;
    double value;
    if (spec->target && (!ib_parse_i64(spec->target[0], &number) || spec->target[1]))
        return false;
    if (j != (size_t)(number > 0 ? number - 1 : (int64_t)first->n + number))
        return false;
    if (spec->positive)
        return !ib_parse_f64(spec->positive, &value);
    return spec->task != IB_REGRESSION && !may_be_names(first, j);
}

/* "2020, 2021, …" */
static const char *first_fields(const struct ib_csv_row *first, struct ib_arena *arena)
{
    enum { SHOWN = 3 };
    const char *list = "";
    for (size_t j = 0; j < first->n && j < SHOWN; j++)
        list = ib_arena_print(arena, "%s%s%.*s", list, j ? ", " : "", (int)first->fields[j].length,
                              first->fields[j].text);
    return first->n > SHOWN ? ib_arena_print(arena, "%s, …", list) : list;
}

static enum ib_status mixed(const struct ib_csv_row *first, size_t j)
{
    double value;
    const struct ib_csv_field *field = &first->fields[j];
    const char *complaint =
        ib_csv_complaint(field, first->decimal, ib_csv_parse(field, first->decimal, &value));
    char text[IB_SHORT_BYTES];
    ib_shorten(field->text, field->length, text, sizeof text);
    return ib_fail_at(
        first->path, field->line, field->column,
        "column %zu%s%s%s %s. Other fields of the first row are numbers: if it holds the columns' "
        "names, add `header: true` (train: --header true), and if it holds data, correct the value",
        j + 1, field->length ? ": `" : "", text, field->length ? "`" : "", complaint);
}

static enum ib_status guess_header(const struct ib_csv_row *first, const struct ib_dataset_spec *spec,
                                   struct ib_arena *arena, bool *has_header, const char **guess)
{
    size_t numbers = 0, odd[IB_CSV_NUMBER] = {0}; /* of each kind but numbers: the first one's column */
    for (size_t j = 0; j < first->n; j++) {
        double value;
        const enum ib_csv_kind kind = ib_csv_parse(&first->fields[j], first->decimal, &value);
        if (kind >= IB_CSV_NUMBER)
            numbers++;
        else if (kind != IB_CSV_TEXT && ib_missing_allowed(spec))
            continue;
        else if (odd[kind] == 0 && !may_be_class(first, spec, j))
            odd[kind] = j + 1;
    }
    const size_t text = odd[IB_CSV_TEXT] ? odd[IB_CSV_TEXT] : odd[IB_CSV_MISSING];
    if (numbers && (text || odd[IB_CSV_EMPTY]))
        return mixed(first, (text ? text : odd[IB_CSV_EMPTY]) - 1);
    *has_header = text > 0;
    *guess = *has_header ? "first row taken as names (header: true)"
             : may_be_names(first, SIZE_MAX)
                 ? ib_arena_print(arena, "first row taken as data, though %s may be names (header: false)",
                                  first_fields(first, arena))
                 : "first row taken as data (header: false)";
    return IB_OK;
}

enum ib_status ib_csv_find_header(const struct ib_csv_row *first, const struct ib_dataset_spec *spec,
                                  struct ib_arena *arena, bool *has_header, const char **guess)
{
    *guess = NULL;
    *has_header = spec->header == IB_HEADER_YES;
    if (spec->header != IB_HEADER_AUTO)
        return IB_OK;
    if (is_named_by_target(first, spec->target)) {
        *has_header = true;
        return IB_OK;
    }
    return guess_header(first, spec, arena, has_header, guess);
}
