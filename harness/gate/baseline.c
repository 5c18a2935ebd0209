#include "gate/baseline.h"

#include "base/error.h"
#include "base/paths.h"
#include "gate/slowdown_test.h"
#include "stats/confidence_interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const ib_baseline_machine_names[] = {"fingerprint", "cpu",   "usable_cores", "os",
                                                 "compiler",    "flags", "sandbox",      NULL};

enum ib_status ib_baseline_path(struct ib_arena *arena, const char *name, bool to_read, const char **out)
{
    const size_t length = strlen(name);
    if (!length || name[0] == '.' || name[length - 1] == '/')
        if (strncmp(name, "./", 2) != 0 && strncmp(name, "../", 3) != 0)
            return ib_fail(IB_EINVAL, name, "is not a valid name for a baseline");
    *out = name;
    if (strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".json") == 0))
        return IB_OK;
    *out = ib_arena_print(arena, IB_BASELINES "/%s.json", name);
    if (to_read && access(*out, F_OK) != 0) {
        const char *shipped = ib_home_path(arena, *out);
        *out = access(shipped, F_OK) == 0 ? shipped : *out;
    }
    return IB_OK;
}

void ib_baseline_free(struct ib_baseline *b)
{
    ib_arena_free(&b->arena);
    *b = (struct ib_baseline){0};
}

static int by_id(const void *a, const void *b)
{
    const struct ib_baseline_case *left = a, *right = b;
    return strcmp(left->record.id, right->record.id);
}

void ib_baseline_sort(struct ib_baseline *b)
{
    qsort(b->cases, b->n, sizeof *b->cases, by_id);
}

const struct ib_baseline_case *ib_baseline_find(const struct ib_baseline *b, const char *id)
{
    const struct ib_baseline_case key = {.record.id = id};
    return b->n ? bsearch(&key, b->cases, b->n, sizeof *b->cases, by_id) : NULL;
}

/* ---- from a record ---- */

static bool is_control(const struct ib_case_record *c, const char *control)
{
    return strcmp(c->axis[IB_AXIS_IMPL], control) == 0 || strcmp(c->label, control) == 0;
}

/* The control case of the same problem; NULL if there is none. */
static const struct ib_case_record *control_of(const struct ib_run_record *record,
                                               const struct ib_case_record *c, const char *control)
{
    for (size_t i = 0; i < record->n; i++) {
        const struct ib_case_record *other = &record->cases[i];
        if (is_control(other, control) && ib_case_record_counts(other) &&
            strcmp(other->problem, c->problem) == 0)
            return other;
    }
    return NULL;
}

/* Treats the rounds of the run as one set of pairs. */
static struct ib_paired_ratio ratio_over(const struct ib_case_record *c, const struct ib_case_record *control,
                                         bool of_means)
{
    size_t n;
    const struct ib_rounds all = {
        .last = UINT64_MAX, .by_slice = !of_means, .disturbed = of_means, .trusts_right = true};
    double *logs = ib_paired_log_ratios(c, control, &all, &n);
    struct ib_interval ratio = ib_interval_correlated(logs, n, 0.95);
    free(logs);
    return (struct ib_paired_ratio){exp(ratio.median), exp(ratio.low), exp(ratio.high), ratio.n};
}

static struct ib_baseline_case keep_case(const struct ib_run_record *record, const struct ib_case_record *c,
                                         const char *control_name)
{
    const struct ib_case_record *control = c->simulated ? NULL : control_of(record, c, control_name);
    struct ib_baseline_case out = {.record = *c,
                                   .control = control ? control->id : NULL,
                                   .over_control = {NAN, NAN, NAN, 0},
                                   .mean_over_control = {NAN, NAN, NAN, 0}};
    if (control && control != c) {
        out.over_control = ratio_over(c, control, false);
        out.mean_over_control = ratio_over(c, control, true);
    }
    return out;
}

static enum ib_status choose_control(const struct ib_run_record *record, const char *wanted, const char **out)
{
    *out = wanted ? wanted : record->reference ? record->reference : "cpu_naive";
    for (size_t i = 0; wanted && i < record->n; i++)
        if (is_control(&record->cases[i], wanted))
            return IB_OK;
    if (!wanted)
        return IB_OK; /* without such a case, gates with this baseline do not judge speed */
    return ib_fail(IB_EINVAL, "--control", "no case of this run uses `%s`", wanted);
}

enum ib_status ib_baseline_make(const struct ib_run_record *record, const char *name, const char *control,
                                struct ib_baseline *out)
{
    if (record->n_machines > 1)
        return ib_fail(IB_EINVAL, "baseline",
                       "this run was made on %zu machines, and a baseline is of one: save the run of one of "
                       "them",
                       record->n_machines);
    IB_TRY(choose_control(record, control, &control));
    *out = (struct ib_baseline){.name = name,
                                .run = record->id,
                                .version = record->version,
                                .control = control,
                                .machine = record->machine};
    out->cases = ib_arena_alloc(&out->arena, (record->n + 1) * sizeof *out->cases);
    for (size_t i = 0; i < record->n; i++)
        if (ib_case_record_counts(&record->cases[i]))
            out->cases[out->n++] = keep_case(record, &record->cases[i], control);
    if (out->n) {
        ib_baseline_sort(out);
        return IB_OK;
    }
    ib_baseline_free(out);
    return ib_fail(IB_EINVAL, "baseline",
                   "no case of this run is verified and timed: there is nothing to keep");
}
