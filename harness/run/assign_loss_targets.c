#include "run/assign_loss_targets.h"

#include "analysis/time_to_loss.h"

#include <string.h>

bool ib_loss_goals_concern(const struct ib_case *c)
{
    return c->impl->info->algorithm && c->impl->info->command;
}

static bool is_open(const struct ib_case_run *s)
{
    return ib_loss_goals_concern(s->c) && s->progress.checked && !s->progress.ended && !s->progress.searched;
}

static void set_targets(struct ib_case_run *s, const struct ib_loss_group *groups, size_t n)
{
    for (size_t g = 0; g < n && !s->has_targets; g++)
        for (size_t i = 0; i < groups[g].n && !s->has_targets; i++) {
            const struct ib_case_record *record = groups[g].entries[i].record;
            if (strcmp(record->id, s->c->id) != 0)
                continue;
            memcpy(s->losses, groups[g].targets.loss, sizeof s->losses);
            s->curve = record->curve;
            s->has_targets = true;
        }
}

void ib_loss_goals_set(const struct ib_run_record *record, struct ib_case_run *case_runs, size_t n)
{
    struct ib_arena arena = {0};
    struct ib_loss_group *groups;
    const size_t n_groups = ib_loss_groups(&arena, record, &groups);
    for (size_t i = 0; i < n; i++)
        if (is_open(&case_runs[i]))
            set_targets(&case_runs[i], groups, n_groups);
    ib_arena_free(&arena);
}
