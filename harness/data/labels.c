#include "data/labels.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>

/* ---- the distinct values ---- */

/* The place of the first value that is not below this one. */
static size_t place_of(const struct ib_labels *labels, double value)
{
    size_t low = 0, high = labels->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (labels->value[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Inserts a value; returns false if there is no room for it. */
static bool insert(struct ib_labels *labels, double value)
{
    const size_t at = place_of(labels, value);
    if (at < labels->n && labels->value[at] == value)
        return true;
    if (labels->n == IB_CLASSES_MAX)
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

void ib_labels_find(struct ib_arena *arena, const struct ib_table *table, struct ib_labels *out)
{
    *out = (struct ib_labels){.value = ib_arena_alloc(arena, IB_CLASSES_MAX * sizeof *out->value)};
    if (table->targets > 1 || !insert_all(out, table->y, table->rows) ||
        !insert_all(out, table->y_test, table->test_rows))
        out->n = 0;
    out->word = table->classes ? table->classes->word : NULL;
}

/* ---- what they are ---- */

static bool are_0_and_1(const struct ib_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++)
        if (labels->value[i] != 0 && labels->value[i] != 1)
            return false;
    return labels->n > 0;
}

bool ib_labels_are_classes(const struct ib_labels *labels)
{
    return labels->n > 0 && (labels->word || are_0_and_1(labels));
}

void ib_labels_number(const struct ib_labels *labels, double *y, uint64_t n)
{
    if (!are_0_and_1(labels))
        for (uint64_t i = 0; i < n; i++)
            y[i] = (double)place_of(labels, y[i]);
}

/* The first that is not an integer; n if all are. */
static size_t find_fraction(const struct ib_labels *labels)
{
    size_t i = 0;
    while (i < labels->n && labels->value[i] == floor(labels->value[i]))
        i++;
    return i;
}

static const char *label_text(struct ib_arena *arena, const struct ib_labels *labels, size_t i)
{
    char value[32];
    return labels->word ? ib_arena_print(arena, "%s", IB_SHORT(labels->word[(size_t)labels->value[i]]))
                        : ib_arena_copy(arena, ib_print_real(labels->value[i], value, sizeof value));
}

const char *ib_labels_text(struct ib_arena *arena, const struct ib_labels *labels)
{
    const char *text = "";
    if (labels->n == 0)
        return "numbers";
    if (labels->n > IB_LABELS_SHOWN)
        return ib_arena_print(arena, "%zu %s", labels->n,
                              labels->word                         ? "words"
                              : find_fraction(labels) == labels->n ? "integers"
                                                                   : "numbers");
    for (size_t i = 0; i < labels->n; i++)
        text = ib_arena_print(arena, "%s%s%s", text,
                              i == 0               ? ""
                              : i + 1 == labels->n ? " and "
                                                   : ", ",
                              label_text(arena, labels, i));
    return text;
}

const char *ib_labels_complaint(struct ib_arena *arena, const struct ib_labels *labels, const char *target)
{
    const char *values = ib_labels_text(arena, labels), *name = IB_SHORT(target);
    if (ib_labels_are_classes(labels))
        return NULL;
    if (labels->n == 0)
        return ib_arena_print(arena,
                              "target `%s` has more than %d values; at most so many classes are allowed",
                              name, IB_CLASSES_MAX);
    if (labels->n == 2) {
        const char *value = label_text(arena, labels, 1);
        return ib_arena_print(
            arena,
            "the values of target `%s` are %s; two classes must be 0 and 1: `positive: %s` (train: "
            "--positive %s) makes %s the class 1 and the other 0",
            name, values, value, value, value);
    }
    const size_t fraction = find_fraction(labels);
    if (fraction < labels->n)
        return ib_arena_print(arena,
                              "the values of target `%s` are %s, of which %s is one; classes must be "
                              "integers or words",
                              name, values, label_text(arena, labels, fraction));
    if (labels->n == 1)
        return ib_arena_print(arena, "target `%s` is always %s; classes must be two at least", name, values);
    return NULL;
}

const char *ib_labels_hint(struct ib_arena *arena, const struct ib_labels *labels, const char *target)
{
    const char *complaint = ib_labels_complaint(arena, labels, target);
    if (labels->n == 0 || ib_labels_are_classes(labels))
        return NULL;
    if (complaint)
        return labels->n <= IB_LABELS_SHOWN ? complaint : NULL;
    return ib_arena_print(
        arena,
        "the values of target `%s` are %s, taken as numbers; `task: classification` (train: "
        "--task classification) makes them classes",
        IB_SHORT(target), ib_labels_text(arena, labels));
}

/* ---- words ---- */

static void renumber(double *y, uint64_t n, const size_t *number)
{
    for (uint64_t i = 0; i < n; i++)
        if (!isnan(y[i]))
            y[i] = (double)number[(size_t)y[i]];
}

enum ib_status ib_labels_match(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                               struct ib_table *train, struct ib_table *test)
{
    size_t number[IB_LEVELS_MAX];
    if (!train->classes != !test->classes && test->rows && train->rows)
        return ib_fail(IB_EINVAL, spec->test, "target `%s` holds %s here, but %s in %s",
                       IB_SHORT(train->target), test->classes ? "words" : "numbers",
                       train->classes ? "words" : "numbers", spec->path);
    if (!test->classes || !train->classes)
        return IB_OK;
    for (size_t i = 0; i < test->classes->n; i++) {
        const char *word = test->classes->word[i];
        number[i] = ib_levels_number(arena, train->classes, word, strlen(word));
        if (number[i] == IB_LEVELS_MAX)
            return ib_fail(IB_EINVAL, spec->test,
                           "target `%s` has more than %d different words, together with %s",
                           IB_SHORT(train->target), IB_LEVELS_MAX, spec->path);
    }
    renumber(test->y, test->rows, number);
    return IB_OK;
}

static void put_in_order(struct ib_arena *arena, struct ib_table *table)
{
    struct ib_levels *classes = table->classes;
    size_t rank[IB_LEVELS_MAX];
    const char **word = ib_arena_alloc(arena, classes->n * sizeof *word);
    ib_levels_rank(classes, rank);
    for (size_t i = 0; i < classes->n; i++)
        word[rank[i]] = classes->word[i];
    renumber(table->y, table->rows, rank);
    renumber(table->y_test, table->test_rows, rank);
    classes->word = word;
}

/* ---- two values, one of them named ---- */

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
    ib_labels_find(arena, table, &labels);
    if (labels.n != 2 || (labels.value[0] != positive && labels.value[1] != positive))
        return ib_fail(IB_EINVAL, where,
                       "`positive: %s`: target `%s` must have two values, of which this is one; it has %s",
                       IB_SHORT(spec->positive), IB_SHORT(table->target),
                       labels.n ? ib_labels_text(arena, &labels)
                                : ib_arena_print(arena, "more than %d", IB_CLASSES_MAX));
    map(table->y, table->rows, positive);
    map(table->y_test, table->test_rows, positive);
    return IB_OK;
}

enum ib_status ib_labels_apply(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                               struct ib_table *table)
{
    double positive;
    const char *where = spec->where ? spec->where : spec->path;
    if (table->classes)
        put_in_order(arena, table);
    if (!spec->positive)
        return IB_OK;
    if (spec->task == IB_REGRESSION)
        return ib_fail(IB_EINVAL, where, "`positive` and `task: regression` are mutually exclusive");
    return ib_parse_f64(spec->positive, &positive) ? map_numbers(spec, positive, where, arena, table)
                                                   : check_words(spec, table, where);
}
