#include "gate/compare.h"

#include <math.h>
#include <string.h>

/* The times are identical. */
static struct ib_speed speed_against_itself(const struct ib_case_record *c)
{
    const size_t n = c->epoch_ns.n;
    return n ? (struct ib_speed){IB_SAME, 1, 1, 1, n, NAN, NULL}
             : (struct ib_speed){IB_AMBIGUOUS, NAN, NAN, NAN, 0, NAN, "it has no time"};
}

static bool has_machines(const struct ib_run_record *a, const struct ib_run_record *b)
{
    return a->n_machines > 1 || b->n_machines > 1;
}

/* The same case in another run: where either has several machines, on the same one. */
static const struct ib_case_record *partner(const struct ib_run_record *run, const struct ib_case_record *c,
                                            const struct ib_run_record *other)
{
    const char *fingerprint = ib_machine_of(run, c)->fingerprint;
    if (!has_machines(run, other))
        return ib_run_record_find(other, c->id);
    return ib_run_record_find_on(other, c->id, fingerprint ? fingerprint : "");
}

static struct ib_case_list cases_without(struct ib_arena *arena, const struct ib_run_record *run,
                                         const struct ib_run_record *other)
{
    struct ib_case_list out = {ib_arena_alloc(arena, (run->n + 1) * sizeof *out.list), 0};
    for (size_t i = 0; i < run->n; i++)
        if (!partner(run, &run->cases[i], other))
            out.list[out.n++] = &run->cases[i];
    return out;
}

void ib_compare(struct ib_arena *arena, const struct ib_run_record *old_run,
                const struct ib_run_record *new_run, double margin, struct ib_comparison *out)
{
    *out = (struct ib_comparison){
        .old_run = old_run,
        .new_run = new_run,
        .same_run = strcmp(old_run->id, new_run->id) == 0,
        .machines = has_machines(old_run, new_run),
        .margin = margin,
        .differences = ib_run_differences(arena, old_run, new_run),
        .cases = ib_arena_alloc(arena, (new_run->n + 1) * sizeof *out->cases),
        .only_old = cases_without(arena, old_run, new_run),
        .only_new = cases_without(arena, new_run, old_run),
    };
    for (size_t i = 0; i < new_run->n; i++) {
        const struct ib_case_record *new = &new_run->cases[i], *old = partner(new_run, new, old_run);
        if (!old)
            continue;
        out->cases[out->n++] = (struct ib_compared_case){
            .old_case = old,
            .new_case = new,
            .speed = out->same_run ? speed_against_itself(new) : ib_speed_unpaired(old, new, margin),
            .metrics = ib_metric_differences(arena, old, new, IB_COMPARE_TOLERANCE),
            .copies = ib_copy_differences(arena, old, new),
            .old_libraries = old->libraries ? old->libraries : "",
            .new_libraries = new->libraries ? new->libraries : "",
        };
        ib_cost_changes(old, new, false, &ib_gate_rules_default, out->cases[out->n - 1].costs);
    }
}
