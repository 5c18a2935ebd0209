#include "store/merge_plan.h"

#include "base/error.h"
#include "store/load_run.h"

#include <stdlib.h>
#include <string.h>

void ib_merge_plan_free(struct ib_merge_plan *plan)
{
    for (size_t i = 0; i < plan->n_sources; i++)
        ib_run_record_free(&plan->sources[i].run);
    ib_arena_free(&plan->arena);
    *plan = (struct ib_merge_plan){.n_sources = 0};
}

/* ---- parts ---- */

/* A part that is there twice counts once, as far as it has come. */
static enum ib_status add_part(struct ib_merge_plan *plan, const struct ib_merge_part *part)
{
    for (size_t i = 0; i < plan->n_parts; i++) {
        const struct ib_merge_part copies[] = {plan->parts[i], *part};
        bool second;
        if (strcmp(copies[0].part->id, part->part->id) != 0)
            continue;
        IB_TRY(ib_merge_compare_copies(plan, copies, &second));
        plan->parts[i] = copies[second];
        return IB_OK;
    }
    plan->parts[plan->n_parts++] = *part;
    return IB_OK;
}

/* Ids begin with the start, and differ. */
static int by_start(const void *left, const void *right)
{
    const struct ib_merge_part *a = left, *b = right;
    return strcmp(a->part->id, b->part->id);
}

static enum ib_status collect_parts(struct ib_merge_plan *plan)
{
    size_t most = 0;
    for (size_t s = 0; s < plan->n_sources; s++)
        most += plan->sources[s].run.n_parts;
    plan->parts = ib_arena_alloc(&plan->arena, most * sizeof *plan->parts);
    for (size_t s = 0; s < plan->n_sources; s++) {
        const struct ib_run_record *run = &plan->sources[s].run;
        for (size_t i = 0; i < run->n_parts; i++)
            IB_TRY(add_part(plan, &(struct ib_merge_part){&run->parts[i], s, i + 1}));
    }
    return IB_OK;
}

/* ---- cases ---- */

static const char *fingerprint_of(const struct ib_merge_part *part)
{
    return part->part->machine.fingerprint ? part->part->machine.fingerprint : "";
}

/* The place of a part's machine among all machines. */
static size_t machine_of(const struct ib_merge_plan *plan, size_t part)
{
    size_t place = 0;
    for (size_t i = 0; i < part; i++) {
        bool first = true;
        if (strcmp(fingerprint_of(&plan->parts[i]), fingerprint_of(&plan->parts[part])) == 0)
            return machine_of(plan, i);
        for (size_t k = 0; k < i; k++)
            first &= strcmp(fingerprint_of(&plan->parts[k]), fingerprint_of(&plan->parts[i])) != 0;
        place += first ? 1 : 0;
    }
    return place;
}

static void add_cases_of(struct ib_merge_plan *plan, size_t p)
{
    const struct ib_merge_part *part = &plan->parts[p];
    const struct ib_run_record *run = &plan->sources[part->source].run;
    const size_t machine = machine_of(plan, p);
    plan->n_machines = machine + 1 > plan->n_machines ? machine + 1 : plan->n_machines;
    for (size_t i = 0; i < run->n; i++)
        if (run->cases[i].part == part->number)
            plan->cases[plan->n_cases++] =
                (struct ib_merge_case){&run->cases[i], part->source, machine, p + 1};
}

static bool was_run(const struct ib_merge_case *c)
{
    return c->record->status != 0;
}

/* By id; those that were run first, then by machine. */
static int by_id(const void *left, const void *right)
{
    const struct ib_merge_case *a = left, *b = right;
    const int order = strcmp(a->record->id, b->record->id);
    if (order != 0 || was_run(a) != was_run(b))
        return order != 0 ? order : was_run(a) ? -1 : 1;
    if (a->machine != b->machine)
        return a->machine < b->machine ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

static int by_position(const void *left, const void *right)
{
    const struct ib_merge_case *a = left, *b = right;
    if (a->record->position != b->record->position)
        return a->record->position < b->record->position ? -1 : 1;
    return by_id(left, right);
}

static enum ib_status refuse_overlap(const struct ib_merge_plan *plan, const struct ib_merge_case *one,
                                     const struct ib_merge_case *other)
{
    const bool in_order = one->source < other->source;
    const struct ib_merge_case *a = in_order ? one : other, *b = in_order ? other : one;
    return ib_fail(IB_EINVAL, plan->sources[b->source].dir,
                   "cannot be merged with %s: both measured %s on the same machine, in the runs %s and %s; "
                   "leave out one of them",
                   plan->sources[a->source].dir, a->record->id, plan->parts[a->part - 1].part->id,
                   plan->parts[b->part - 1].part->id);
}

/* Drops cases that were not run where another run has them. */
static enum ib_status drop_overlaps(struct ib_merge_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_cases; i++) {
        const struct ib_merge_case *c = &plan->cases[i], *last = n ? &plan->cases[n - 1] : NULL;
        const bool again = last && strcmp(last->record->id, c->record->id) == 0;
        if (again && !was_run(c))
            continue;
        if (again && last->machine == c->machine)
            return refuse_overlap(plan, last, c);
        plan->cases[n++] = *c;
    }
    plan->n_cases = n;
    return IB_OK;
}

static enum ib_status collect_cases(struct ib_merge_plan *plan)
{
    size_t most = 0;
    for (size_t s = 0; s < plan->n_sources; s++)
        most += plan->sources[s].run.n;
    plan->cases = ib_arena_alloc(&plan->arena, (most + 1) * sizeof *plan->cases);
    for (size_t p = 0; p < plan->n_parts; p++)
        add_cases_of(plan, p);
    qsort(plan->cases, plan->n_cases, sizeof *plan->cases, by_id);
    IB_TRY(drop_overlaps(plan));
    qsort(plan->cases, plan->n_cases, sizeof *plan->cases, by_position);
    return IB_OK;
}

enum ib_status ib_merge_plan_make(const char *const *dirs, size_t n, struct ib_merge_plan *out)
{
    *out = (struct ib_merge_plan){.n_sources = 0};
    out->sources = ib_arena_alloc(&out->arena, n * sizeof *out->sources);
    for (size_t i = 0; i < n; i++) {
        out->sources[i].dir = dirs[i];
        IB_TRY(ib_load_run_cases(dirs[i], &out->sources[i].run));
        out->n_sources++;
    }
    IB_TRY(collect_parts(out));
    IB_TRY(ib_merge_check_runs(out));
    qsort(out->parts, out->n_parts, sizeof *out->parts, by_start);
    return collect_cases(out);
}
