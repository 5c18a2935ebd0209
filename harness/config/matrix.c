#include "config/matrix.h"

#include "base/error.h"
#include "config/case_id.h"
#include "config/impl_options.h"
#include "config/impossible.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY SIZE_MAX
enum { COMBINATIONS_MAX = 2000000 };

/* A data set and the name used for it in the configuration. */
struct known {
    const char *name;
    const struct ib_dataset *dataset;
};

struct build {
    const struct ib_config *config;
    struct ib_registry *registry;
    struct ib_matrix *out;
    struct ib_matrix_spec *specs; /* with resolved values */
    struct ib_dataset *datasets;  /* out->datasets while being filled in; likewise the next two */
    struct ib_case *cases;
    struct ib_dropped *dropped; /* starts with one for each exclude and each -x */
    uint64_t *kept;             /* number of cases kept by each -s */
    size_t cases_capacity, dropped_capacity;
    struct known *known;
    size_t n_known;
    const char **ids; /* of the cases so far: a hash table with ids_mask + 1 slots */
    size_t ids_mask;
    uint64_t position; /* of the newest case */
    /* The current combination: its values, NULL for axes that do not apply, and for each leader the index
     * into its tied axes, ANY until the first of them that applies has chosen one. */
    const struct ib_axis_value *values[IB_AXIS_COUNT];
    size_t turn[IB_AXIS_COUNT];
};

/* ---- Data sets ---- */

/* Returns the line or flag that gave the file of the last error. */
static const char *giver_of_file(const struct build *b, const struct ib_axis_value *value,
                                 const struct ib_dataset_spec *spec)
{
    bool described = spec->path && strcmp(ib_last_error()->where, spec->path) != 0; /* `test` or `y` */
    for (size_t i = 0; i < b->config->n_datasets && b->config->path[0]; i++)
        described |= strcmp(b->config->datasets[i].name, value->name) == 0;
    return described && spec->where ? spec->where : value->where;
}

/* Reads a data set into *out. */
static enum ib_status read_dataset(struct build *b, const struct ib_axis_value *value, struct ib_dataset *out)
{
    const struct ib_config *config = b->config;
    const char *folder = config->path[0] ? config->folder : NULL;
    struct ib_dataset_spec spec;
    enum ib_status status =
        ib_dataset_find(&b->out->arena, value->name, config->datasets, config->n_datasets, folder, &spec);
    const struct ib_error *error = ib_last_error();
    if (status != IB_OK)
        return ib_fail(status, error->where[0] ? error->where : value->where, "%s", error->message);
    status = ib_dataset_load(&spec, out);
    if (status == IB_EIO)
        return ib_fail(status, error->where, "%s (named at %s)", error->message,
                       giver_of_file(b, value, &spec));
    return status;
}

/* Keeps the data set that was read last, unless one with the same contents exists. */
static enum ib_status keep_dataset(struct build *b, const struct ib_axis_value *value,
                                   const struct ib_dataset **out)
{
    struct ib_dataset *read = &b->datasets[b->out->n_datasets];
    for (size_t i = 0; i < b->out->n_datasets; i++) {
        struct ib_dataset *other = &b->datasets[i];
        if (strcmp(other->sha256, read->sha256) == 0) {
            ib_dataset_free(read);
            *out = other;
            return IB_OK;
        }
        if (strcmp(other->name, read->name) == 0) {
            enum ib_status status = ib_fail(
                IB_EINVAL, value->where,
                "two data sets are named `%s`; give one of them another name under `datasets`", read->name);
            ib_dataset_free(read);
            return status;
        }
    }
    b->out->n_datasets++;
    *out = read;
    return IB_OK;
}

static enum ib_status find_dataset(struct build *b, const struct ib_axis_value *value,
                                   const struct ib_dataset **out)
{
    for (size_t i = 0; i < b->n_known; i++) {
        if (strcmp(b->known[i].name, value->name) == 0) {
            *out = b->known[i].dataset;
            return IB_OK;
        }
    }
    IB_TRY(read_dataset(b, value, &b->datasets[b->out->n_datasets]));
    IB_TRY(keep_dataset(b, value, out));
    b->known[b->n_known++] = (struct known){value->name, *out};
    return IB_OK;
}

static enum ib_status resolve_datasets(struct build *b, const struct ib_axis *axis, struct ib_axis *out)
{
    struct ib_axis_value *values = ib_arena_alloc(&b->out->arena, axis->n * sizeof *values);
    for (size_t i = 0; i < axis->n; i++) {
        const struct ib_dataset *dataset = NULL;
        IB_TRY(find_dataset(b, &axis->values[i], &dataset));
        values[i] = axis->values[i];
        values[i].text = values[i].name = dataset->name;
        values[i].identity = dataset->sha256;
        values[i].object = dataset;
    }
    *out = (struct ib_axis){.values = values, .n = axis->n, .given = axis->given};
    return IB_OK;
}

/* ---- Dropped combinations ---- */

static struct ib_dropped *new_dropped(struct build *b, const char *reason)
{
    struct ib_matrix *out = b->out;
    b->dropped =
        ib_arena_grow(&out->arena, b->dropped, sizeof *b->dropped, out->n_dropped, &b->dropped_capacity);
    struct ib_dropped *dropped = &b->dropped[out->n_dropped++];
    *dropped = (struct ib_dropped){.reason = ib_arena_copy(&out->arena, reason)};
    return dropped;
}

static void drop(struct build *b, const char *reason)
{
    for (size_t i = 0; i < b->out->n_dropped; i++) {
        if (strcmp(b->dropped[i].reason, reason) == 0) {
            b->dropped[i].count++;
            return;
        }
    }
    new_dropped(b, reason)->count++;
}

/* Lists all excludes, so that one that matches nothing can be noticed. */
static void list_excludes(struct build *b, const char *how, const struct ib_case_filter *excludes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char reason[IB_REASON_BYTES];
        snprintf(reason, sizeof reason, "excluded %s %s", how, excludes[i].where);
        new_dropped(b, reason);
    }
}

/* dropped: the counts of the excludes. */
static bool is_excluded(struct build *b, const struct ib_case_filter *excludes, size_t n,
                        struct ib_dropped *dropped, const struct ib_case *c)
{
    for (size_t i = 0; i < n; i++) {
        if (ib_case_filter_matches(&excludes[i], b->values, c->dataset)) {
            dropped[i].count++;
            return true;
        }
    }
    return false;
}

/* Counts the matches of every -s, so that one that matches nothing is an error. */
static bool is_selected(struct build *b, const struct ib_case *c)
{
    const struct ib_case_selection *selection = &b->config->selection;
    bool selected = selection->n_keep == 0;
    for (size_t i = 0; i < selection->n_keep; i++) {
        bool met = ib_case_filter_matches(&selection->keep[i], b->values, c->dataset);
        b->kept[i] += met;
        selected |= met;
    }
    return selected;
}

/* ---- The product ---- */

/* Inserts the id; false if already present. */
static bool insert_id(struct build *b, const char *id)
{
    size_t place = strtoul(strrchr(id, '-') + 1, NULL, 16) & b->ids_mask; /* an id ends with a hash */
    for (; b->ids[place]; place = (place + 1) & b->ids_mask)
        if (strcmp(b->ids[place], id) == 0)
            return false;
    b->ids[place] = id;
    return true;
}

static void finish(struct build *b, const struct ib_matrix_spec *spec, struct ib_case *c)
{
    const struct ib_config *config = b->config;
    const struct ib_case_selection *selection = &config->selection;
    struct ib_matrix *out = b->out;
    char reason[IB_REASON_BYTES];
    if (ib_case_is_impossible(c, reason)) {
        drop(b, reason);
        return;
    }
    if (!spec->included && is_excluded(b, config->excludes, config->n_excludes, b->dropped, c))
        return;
    c->position = ++b->position;
    if (!is_selected(b, c)) {
        drop(b, "not selected by " IB_SELECT_FLAG);
        return;
    }
    if (is_excluded(b, selection->drop, selection->n_drop, b->dropped + config->n_excludes, c))
        return;
    ib_case_identify(&out->arena, b->values, c);
    if (!insert_id(b, c->id)) {
        drop(b, "duplicates another case");
        return;
    }
    b->cases = ib_arena_grow(&out->arena, b->cases, sizeof *c, out->n, &b->cases_capacity);
    ib_case_use_dataset(c);
    b->cases[out->n++] = *c;
}

/* Expands axis `kind` and those after it, for a case whose earlier axes are set. */
static void expand(struct build *b, const struct ib_matrix_spec *spec, int kind, struct ib_case c)
{
    if (kind == IB_AXIS_COUNT) {
        finish(b, spec, &c);
        return;
    }
    const struct ib_axis *axis = &spec->axes[kind];
    size_t (*const which_default)(const struct ib_case *) = ib_axis_rules[kind].which_default;
    b->values[kind] = NULL;
    if (!ib_axis_applies((enum ib_axis_kind)kind, &c)) {
        expand(b, spec, kind + 1, c);
        return;
    }
    size_t *turn = &b->turn[spec->leader[kind]], chosen = *turn;
    size_t first = chosen == ANY ? 0 : chosen, end = chosen == ANY ? axis->n : chosen + 1;
    if (!axis->given && which_default) {
        first = which_default(&c);
        end = first + 1;
    }
    for (size_t i = first; i < end; i++) {
        *turn = i;
        b->values[kind] = &axis->values[i];
        ib_axis_enter((enum ib_axis_kind)kind, &axis->values[i], &c);
        expand(b, spec, kind + 1, c);
    }
    *turn = chosen;
}

/* ---- The whole matrix ---- */

/* Tied entries stay aligned only if each names exactly one implementation. */
static enum ib_status resolve_tied_impls(struct build *b, struct ib_axis *axis)
{
    struct ib_axis_value *values = ib_arena_alloc(&b->out->arena, axis->n * sizeof *values);
    for (size_t i = 0; i < axis->n; i++) {
        struct ib_axis one = {.values = &axis->values[i], .n = 1}, resolved;
        IB_TRY(ib_impl_options_resolve(b->registry, &b->out->arena, &one, &resolved));
        if (resolved.n != 1)
            return ib_fail(IB_EINVAL, one.values->where,
                           "key `impl`: `%s` matches %zu implementations; with `zip` each entry must "
                           "name exactly one",
                           IB_SHORT(one.values->text), resolved.n);
        values[i] = resolved.values[0];
    }
    axis->values = values;
    return IB_OK;
}

static enum ib_status resolve(struct build *b)
{
    size_t n_names = 0;
    for (size_t i = 0; i < b->config->n_specs; i++)
        n_names += b->config->specs[i].axes[IB_AXIS_DATASET].n;
    b->datasets = ib_arena_alloc(&b->out->arena, n_names * sizeof *b->datasets);
    b->known = ib_arena_alloc(&b->out->arena, n_names * sizeof *b->known);
    b->specs = ib_arena_alloc(&b->out->arena, b->config->n_specs * sizeof *b->specs);
    b->out->datasets = b->datasets;
    for (size_t i = 0; i < b->config->n_specs; i++) {
        struct ib_axis *axes = b->specs[i].axes;
        b->specs[i] = b->config->specs[i];
        if (ib_matrix_spec_is_zipped(&b->specs[i], IB_AXIS_IMPL))
            IB_TRY(resolve_tied_impls(b, &axes[IB_AXIS_IMPL]));
        else
            IB_TRY(ib_impl_options_resolve(b->registry, &b->out->arena, &axes[IB_AXIS_IMPL],
                                           &axes[IB_AXIS_IMPL]));
        IB_TRY(resolve_datasets(b, &axes[IB_AXIS_DATASET], &axes[IB_AXIS_DATASET]));
    }
    return IB_OK;
}

/* The total size of all products, before axes collapse. */
static double count_combinations(const struct build *b)
{
    double total = 0;
    for (size_t i = 0; i < b->config->n_specs; i++) {
        double size = 1;
        for (int k = 0; k < IB_AXIS_COUNT; k++)
            if (b->specs[i].leader[k] == (enum ib_axis_kind)k && /* tied axes count once */
                (b->specs[i].axes[k].given || !ib_axis_rules[k].which_default))
                size *= (double)b->specs[i].axes[k].n;
        total += size;
    }
    return total;
}

static enum ib_status nothing_left(const struct build *b)
{
    const char *reasons = "";
    for (size_t i = 0; i < b->out->n_dropped; i++)
        if (b->dropped[i].count)
            reasons = ib_arena_print(&b->out->arena, "%s%s%" PRIu64 " x %s", reasons, reasons[0] ? "; " : "",
                                     b->dropped[i].count, b->dropped[i].reason);
    return ib_fail(IB_EINVAL, b->config->path, "no cases left: %s", reasons);
}

static enum ib_status check_selection(struct build *b)
{
    const struct ib_case_selection *selection = &b->config->selection;
    for (size_t i = 0; i < selection->n_keep; i++)
        if (!b->kept[i])
            return ib_case_selection_missed(&b->out->arena, &selection->keep[i], b->specs, b->config->n_specs,
                                            b->datasets, b->out->n_datasets);
    for (size_t i = 0; i < selection->n_drop; i++)
        IB_TRY(ib_case_filter_check_words(&b->out->arena, &selection->drop[i], b->specs, b->config->n_specs));
    return IB_OK;
}

static enum ib_status multiply(struct build *b)
{
    double total = count_combinations(b);
    if (total > COMBINATIONS_MAX)
        return ib_fail(IB_EINVAL, b->config->path, "%.0f combinations; at most %d are allowed", total,
                       COMBINATIONS_MAX);
    b->ids_mask = 1;
    while ((double)b->ids_mask < 2 * total)
        b->ids_mask = 2 * b->ids_mask + 1;
    b->ids = calloc(b->ids_mask + 1, sizeof *b->ids);
    if (!b->ids)
        return ib_fail(IB_ENOMEM, b->config->path, "out of memory for %.0f combinations", total);
    const struct ib_case_selection *selection = &b->config->selection;
    list_excludes(b, "at", b->config->excludes, b->config->n_excludes);
    list_excludes(b, "by", selection->drop, selection->n_drop);
    b->kept = ib_arena_alloc(&b->out->arena, selection->n_keep * sizeof *b->kept);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        b->turn[k] = ANY;
    for (size_t i = 0; i < b->config->n_specs; i++)
        expand(b, &b->specs[i], 0, (struct ib_case){0});
    free(b->ids);
    b->out->cases = b->cases;
    b->out->dropped = b->dropped;
    IB_TRY(check_selection(b));
    return b->out->n ? IB_OK : nothing_left(b);
}

enum ib_status ib_matrix_build(const struct ib_config *config, struct ib_registry *registry,
                               struct ib_matrix *out)
{
    *out = (struct ib_matrix){0};
    struct build b = {.config = config, .registry = registry, .out = out};
    enum ib_status status = resolve(&b);
    if (status == IB_OK)
        status = multiply(&b);
    if (status != IB_OK)
        ib_matrix_free(out);
    return status;
}

void ib_matrix_free(struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n_datasets; i++)
        ib_dataset_free((struct ib_dataset *)(uintptr_t)&matrix->datasets[i]);
    ib_arena_free(&matrix->arena);
    *matrix = (struct ib_matrix){0};
}
