#include "run/loss_goals.h"

#include "analysis/member.h"
#include "analysis/time_to_loss.h"
#include "store/load_run.h"

#include <string.h>

bool ib_loss_goals_concern(const struct ib_case *c)
{
    return c->impl->info->algorithm && c->impl->info->command;
}

static bool is_open(const struct ib_case_run *s)
{
    return ib_loss_goals_concern(s->c) && s->progress.checked && !s->progress.ended && !s->progress.searched;
}

/* The curve of a record's case; NaN for a loss that is no number. */
static void read_curve(const json_t *record, struct ib_arena *arena, struct ib_curve *out)
{
    const json_t *epochs = ib_member(record, "curve.epoch"), *losses = ib_member(record, "curve.loss");
    out->n = json_array_size(epochs);
    out->epoch = ib_arena_alloc(arena, out->n * sizeof *out->epoch);
    out->loss = ib_arena_alloc(arena, out->n * sizeof *out->loss);
    for (size_t i = 0; i < out->n; i++) {
        out->epoch[i] = (uint64_t)json_integer_value(json_array_get(epochs, i));
        out->loss[i] = ib_json_value(json_array_get(losses, i));
    }
}

static void ask(struct ib_case_run *s, const struct ib_loss_group *loss_groups, size_t n)
{
    for (size_t r = 0; r < n && !s->asked; r++)
        for (size_t i = 0; i < loss_groups[r].n && !s->asked; i++) {
            const json_t *record = loss_groups[r].entries[i].record;
            if (strcmp(ib_member_text(record, "id"), s->c->id) != 0)
                continue;
            memcpy(s->losses, loss_groups[r].targets.loss, sizeof s->losses);
            read_curve(record, &s->arena, &s->curve);
            s->asked = true;
        }
}

enum ib_status ib_loss_goals_ask(const char *dir, struct ib_case_run *case_runs, size_t n)
{
    struct ib_arena arena = {0};
    struct ib_loss_group *loss_groups;
    json_t *record;
    size_t first = 0;
    while (first < n && !is_open(&case_runs[first]))
        first++;
    if (first == n)
        return IB_OK; /* reading a run takes its time */
    IB_TRY(ib_load_run(dir, &record));
    const size_t n_loss_groups = ib_loss_groups(&arena, json_object_get(record, "cases"), &loss_groups);
    for (size_t i = first; i < n; i++)
        if (is_open(&case_runs[i]))
            ask(&case_runs[i], loss_groups, n_loss_groups);
    ib_arena_free(&arena);
    json_decref(record);
    return IB_OK;
}
