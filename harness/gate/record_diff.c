#include "gate/record_diff.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-9 /* of the target's spread */

/* Most cases have none. */
static struct ib_differences kept(struct ib_arena *arena, const struct ib_difference *list, size_t n)
{
    struct ib_differences out = {.n = n};
    if (n)
        out.list = memcpy(ib_arena_alloc(arena, n * sizeof *list), list, n * sizeof *list);
    return out;
}

/* ---- metrics ---- */

/* The variance of the target, mse / (1 - skill); 1 if that is not defined, as for standardised targets and
 * cross-entropy. */
static double spread_of(const struct ib_case_record *c)
{
    double spread = c->metrics[IB_METRIC_mse] / (1 - c->metrics[IB_METRIC_skill]);
    return spread > 0 && isfinite(spread) ? spread : 1;
}

static bool is_perfect(const struct ib_case_record *c)
{
    return c->metrics[IB_METRIC_skill] >= 1 - ROUNDING;
}

static double allowed_difference(enum ib_metric_form form, const struct ib_case_record *old_case,
                                 double old_value, double tolerance)
{
    const double share = tolerance * fabs(old_value), spread = spread_of(old_case);
    switch (form) {
    case IB_FORM_SQUARE:
        return fmax(share, ROUNDING * spread);
    case IB_FORM_LINEAR:
        return fmax(share, ROUNDING * sqrt(spread));
    case IB_FORM_SHARE:
        return fmax(share, old_case->test_rows ? 1.001 / (double)old_case->test_rows : 0);
    case IB_FORM_DERIVED:
        break;
    }
    return share;
}

/* Whether the program that wrote a record computed this metric. */
static bool knew(const struct ib_case_record *c, size_t metric)
{
    return !c->metrics_known || c->metrics_known >> metric & 1;
}

struct ib_differences ib_metric_differences(struct ib_arena *arena, const struct ib_case_record *old_case,
                                            const struct ib_case_record *new_case, double tolerance)
{
    struct ib_difference list[IB_METRIC_COUNT];
    size_t n = 0;
    const bool perfect = is_perfect(old_case) && is_perfect(new_case);
    for (size_t i = 0; i < IB_METRIC_COUNT; i++) {
        const struct ib_metric *metric = ib_metrics[i];
        const double old = old_case->metrics[i], new = new_case->metrics[i];
        const bool either = isnan(old) || isnan(new), neither = isnan(old) && isnan(new);
        const bool equal =
            old == new || fabs(new - old) <= allowed_difference(metric->form, old_case, old, tolerance);
        if (!knew(old_case, i) || metric->form == IB_FORM_DERIVED || neither || equal ||
            (perfect && metric->form != IB_FORM_SHARE))
            continue;
        enum ib_truth better = (metric->higher_is_better ? new > old : new < old) ? IB_YES : IB_NO;
        list[n++] = (struct ib_difference){metric->name, old, new, either ? IB_UNKNOWN : better};
    }
    return kept(arena, list, n);
}

/* ---- copies ---- */

static bool are_known(int64_t old, int64_t new)
{
    return old != IB_NO_COUNT && new != IB_NO_COUNT;
}

struct ib_differences ib_copy_differences(struct ib_arena *arena, const struct ib_case_record *old_case,
                                          const struct ib_case_record *new_case)
{
    const struct ib_transfer_totals *a = &old_case->transfers, *b = &new_case->transfers;
    const struct {
        const char *name;
        int64_t old, new;
    } counts[] = {{"h2d_count", a->h2d_count, b->h2d_count},
                  {"h2d_bytes", a->h2d_bytes, b->h2d_bytes},
                  {"d2h_count", a->d2h_count, b->d2h_count},
                  {"d2h_bytes", a->d2h_bytes, b->d2h_bytes}};
    enum { COUNTS = sizeof counts / sizeof *counts };
    struct ib_difference list[COUNTS];
    size_t n = 0;
    for (size_t i = 0; i < COUNTS; i++)
        if (are_known(counts[i].old, counts[i].new) && counts[i].old != counts[i].new)
            list[n++] = (struct ib_difference){counts[i].name, (double)counts[i].old, (double)counts[i].new,
                                               IB_UNKNOWN};
    return kept(arena, list, n);
}

/* ---- machines ---- */

/* Copies the texts: the differences may outlive the records. */
static void add_text(struct ib_arena *arena, struct ib_text_differences *out, const char *name,
                     const char *old, const char *new)
{
    const bool equal = old && new ? strcmp(old, new) == 0 : old == new;
    if (!equal)
        out->list[out->n++] = (struct ib_text_difference){name, old ? ib_arena_copy(arena, old) : NULL,
                                                          new ? ib_arena_copy(arena, new) : NULL};
}

/* `of`: precedes the names; "" where there is one machine. */
static void add_machine(struct ib_arena *arena, struct ib_text_differences *out, const char *of,
                        const struct ib_machine *old, const struct ib_machine *new, const char *const *names)
{
    for (; *names; names++)
        for (const struct ib_machine_field *field = ib_machine_fields; field->name; field++)
            if (strcmp(field->name, *names) == 0)
                add_text(arena, out, ib_arena_print(arena, "%s%s", of, field->name),
                         ib_machine_field_text(old, field, arena), ib_machine_field_text(new, field, arena));
}

static const char *text_named(const struct ib_named_text *list, const char *name)
{
    for (; list && list->name; list++)
        if (strcmp(list->name, name) == 0)
            return list->text;
    return NULL;
}

/* Adds the libraries that differ; one that only one side has is unknown on the other. */
static void add_libraries(struct ib_arena *arena, struct ib_text_differences *out, const char *of,
                          const struct ib_named_text *old, const struct ib_named_text *new)
{
    for (const struct ib_named_text *at = old; at && at->name; at++)
        add_text(arena, out, ib_arena_print(arena, "%slibrary %s", of, at->name), at->text,
                 text_named(new, at->name));
    for (const struct ib_named_text *at = new; at && at->name; at++)
        if (!text_named(old, at->name))
            add_text(arena, out, ib_arena_print(arena, "%slibrary %s", of, at->name), NULL, at->text);
}

static size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names[n])
        n++;
    return n;
}

static size_t count_texts(const struct ib_named_text *list)
{
    size_t n = 0;
    while (list && list[n].name)
        n++;
    return n;
}

struct ib_text_differences ib_machine_differences(struct ib_arena *arena,
                                                  const struct ib_machine *old_machine,
                                                  const struct ib_machine *new_machine,
                                                  const char *const *names)
{
    struct ib_text_differences out = {ib_arena_alloc(arena, (count_names(names) + 1) * sizeof *out.list), 0};
    add_machine(arena, &out, "", old_machine, new_machine, names);
    return out;
}

static const char *const compared_names[] = {
    "cpu",    "architecture", "usable_cores", "memory_bytes", "governor", "turbo", "gpu_driver",
    "kernel", "os",           "compiler",     "flags",        "sandbox",  NULL};

static size_t most_differences(const struct ib_machine *old, const struct ib_machine *new)
{
    return count_names(compared_names) + count_texts(old->libraries) + count_texts(new->libraries);
}

/* One machine of each run. */
static void add_pair(struct ib_arena *arena, struct ib_text_differences *out, const char *of,
                     const struct ib_machine *old, const struct ib_machine *new)
{
    add_machine(arena, out, of, old, new, compared_names);
    add_libraries(arena, out, of, old->libraries, new->libraries);
}

/* The machines that both runs have. */
static void add_common(struct ib_arena *arena, struct ib_text_differences *out,
                       const struct ib_run_record *old_run, const struct ib_run_record *new_run)
{
    for (size_t i = 0; i < new_run->n_machines; i++)
        for (size_t k = 0; k < old_run->n_machines; k++) {
            const struct ib_machine *new = new_run->machines[i].description,
                                    *old = old_run->machines[k].description;
            if (!new->fingerprint || !old->fingerprint || strcmp(new->fingerprint, old->fingerprint) != 0)
                continue;
            add_pair(arena, out, ib_arena_print(arena, "%s: ", new_run->machines[i].name), old, new);
        }
}

struct ib_text_differences ib_run_differences(struct ib_arena *arena, const struct ib_run_record *old_run,
                                              const struct ib_run_record *new_run)
{
    size_t most = most_differences(&old_run->machine, &new_run->machine) + 1;
    for (size_t i = 0; i < new_run->n_machines; i++)
        for (size_t k = 0; k < old_run->n_machines; k++)
            most += most_differences(old_run->machines[k].description, new_run->machines[i].description);
    struct ib_text_differences out = {ib_arena_alloc(arena, most * sizeof *out.list), 0};
    if (old_run->n_machines > 1 || new_run->n_machines > 1)
        add_common(arena, &out, old_run, new_run);
    else
        add_pair(arena, &out, "", &old_run->machine, &new_run->machine);
    add_text(arena, &out, "ironbench", old_run->version, new_run->version);
    return out;
}

/* ---- words ---- */

static const char *number_words(struct ib_arena *arena, double value)
{
    return isnan(value) ? "unknown" : ib_arena_print(arena, "%.6g", value);
}

const char *ib_difference_words(struct ib_arena *arena, const struct ib_differences *differences)
{
    const char *text = "";
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_difference *d = &differences->list[i];
        text = ib_arena_print(arena, "%s%s%s %s → %s%s", text, i ? ", " : "", d->name,
                              number_words(arena, d->old), number_words(arena, d->new),
                              d->better == IB_YES  ? " (better)"
                              : d->better == IB_NO ? " (worse)"
                                                   : "");
    }
    return text;
}

const char *ib_text_difference_words(struct ib_arena *arena, const struct ib_text_differences *differences)
{
    const char *text = "";
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_text_difference *d = &differences->list[i];
        text = ib_arena_print(arena, "%s%s%s %s → %s", text, i ? ", " : "", d->name,
                              d->old ? d->old : "unknown", d->new ? d->new : "unknown");
    }
    return text;
}

const char *ib_answer_word(enum ib_case_status status, enum ib_verdict verdict)
{
    if (status == IB_CASE_OK)
        return ib_word_of(ib_verdict_words, (int)verdict);
    return status ? ib_word_of(ib_case_status_words, (int)status) : "";
}
