#include "data/labels.h"

#include "base/error.h"

/* Inserts a value; returns false if there is no room for it. */
static bool insert(struct ib_labels *labels, double value)
{
    size_t at = 0;
    while (at < labels->n && labels->value[at] < value)
        at++;
    if (at < labels->n && labels->value[at] == value)
        return true;
    if (labels->n == IB_LABELS_MAX)
        return false;
    memmove(labels->value + at + 1, labels->value + at, (labels->n - at) * sizeof *labels->value);
    labels->value[at] = value;
    labels->n++;
    return true;
}

static bool insert_all(struct ib_labels *labels, const double *values, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if ((i == 0 || values[i] != values[i - 1]) && !insert(labels, values[i]))
            return false;
    return true;
}

void ib_labels_find(const struct ib_table *table, struct ib_labels *out)
{
    *out = (struct ib_labels){0};
    if (!insert_all(out, table->y, table->rows) || !insert_all(out, table->y_test, table->test_rows))
        out->n = 0;
}

bool ib_labels_are_classes(const struct ib_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++)
        if (labels->value[i] != 0 && labels->value[i] != 1)
            return false;
    return labels->n > 0;
}

const char *ib_labels_text(struct ib_arena *arena, const struct ib_labels *labels)
{
    const char *text = "";
    for (size_t i = 0; i < labels->n; i++) {
        char value[32];
        text = ib_arena_print(arena, "%s%s%s", text,
                              i == 0               ? ""
                              : i + 1 == labels->n ? " and "
                                                   : ", ",
                              ib_print_real(labels->value[i], value, sizeof value));
    }
    return text;
}

const char *ib_labels_complaint(struct ib_arena *arena, const struct ib_labels *labels, const char *target)
{
    char value[32];
    const char *values = ib_labels_text(arena, labels), *name = IB_SHORT(target);
    if (labels->n == 0)
        return ib_arena_print(arena, "target `%s` has more than %d values; classes must be 0 and 1", name,
                              IB_LABELS_MAX);
    if (labels->n != 2)
        return ib_arena_print(arena, "the values of target `%s` are %s; classes must be two, 0 and 1", name,
                              values);
    ib_print_real(labels->value[1], value, sizeof value);
    return ib_arena_print(arena,
                          "the values of target `%s` are %s; classes must be 0 and 1: `positive: %s` (train: "
                          "--positive %s) makes %s the class 1 and the other 0",
                          name, values, value, value, value);
}

/* ---- mapping ---- */

static bool has_value(const double *y, uint64_t n, double value)
{
    for (uint64_t i = 0; i < n; i++)
        if (y[i] == value)
            return true;
    return false;
}

static void map(double *y, uint64_t n, double positive)
{
    for (uint64_t i = 0; i < n; i++)
        y[i] = y[i] == positive;
}

/* The reader has compared words, and mapped them. */
static enum ib_status check_words(const struct ib_dataset_spec *spec, const struct ib_table *table,
                                  const char *where)
{
    const bool found = has_value(table->y, table->rows, 1) || has_value(table->y_test, table->test_rows, 1);
    if (table->negative && found)
        return IB_OK;
    return ib_fail(IB_EINVAL, where, "`positive: %s`: %s value of target `%s` is this one",
                   IB_SHORT(spec->positive), found ? "every" : "no", IB_SHORT(table->target));
}

static enum ib_status map_numbers(const struct ib_dataset_spec *spec, double positive, const char *where,
                                  struct ib_arena *arena, struct ib_table *table)
{
    struct ib_labels labels;
    ib_labels_find(table, &labels);
    if (labels.n != 2 || (labels.value[0] != positive && labels.value[1] != positive))
        return ib_fail(IB_EINVAL, where,
                       "`positive: %s`: target `%s` must have two values, of which this is one; it has %s",
                       IB_SHORT(spec->positive), IB_SHORT(table->target),
                       labels.n ? ib_labels_text(arena, &labels) : "more than five");
    map(table->y, table->rows, positive);
    map(table->y_test, table->test_rows, positive);
    return IB_OK;
}

enum ib_status ib_labels_apply(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                               struct ib_table *table)
{
    double positive;
    const char *where = spec->where ? spec->where : spec->path;
    if (!spec->positive)
        return IB_OK;
    if (spec->task == IB_REGRESSION)
        return ib_fail(IB_EINVAL, where, "`positive` and `task: regression` are mutually exclusive");
    return ib_parse_f64(spec->positive, &positive) ? map_numbers(spec, positive, where, arena, table)
                                                   : check_words(spec, table, where);
}
