#include "gate/ab_runner.h"

#include "base/interrupt.h"
#include "base/rng.h"
#include "machine/machine_info.h"

#include <stdlib.h>

/* ---- opening ---- */

/* What is known of the machine says nothing of how another program was built. */
static json_t *describe_machine(const char *program)
{
    json_t *machine = ib_machine_describe();
    if (program) {
        json_object_set_new(machine, "compiler", json_null());
        json_object_set_new(machine, "flags", json_null());
    }
    return machine;
}

static enum ib_status open_side(struct ib_ab_runner *s, const char *dir, const struct ib_ab_side_plan *plan,
                                uint64_t max_rounds, struct ib_ab_side *out)
{
    json_t *machine = describe_machine(plan->program);
    out->dir = ib_arena_print(&s->arena, "%s/%s", dir, plan->name);
    enum ib_status status = ib_store_create(out->dir, s->config, machine, &out->store);
    json_decref(machine);
    if (status == IB_OK)
        status = ib_store_add_cases(out->store, plan->cases, s->n);
    out->context = (struct ib_pass_context){.measure = &s->config->measure,
                                            .work = &s->work,
                                            .oracle_cache = &s->oracle_cache,
                                            .program = plan->program};
    out->case_runs = ib_arena_alloc(&s->arena, (s->n + 1) * sizeof *out->case_runs);
    for (size_t i = 0; i < s->n; i++)
        ib_case_run_open(&out->case_runs[i], &plan->cases[i], NULL, max_rounds);
    return status;
}

enum ib_status ib_ab_runner_open(struct ib_ab_runner *s, const struct ib_config *config, const char *dir,
                                 const struct ib_ab_side_plan *plans, size_t n_sides, size_t n_cases,
                                 uint64_t max_rounds)
{
    *s = (struct ib_ab_runner){.config = config, .n = n_cases};
    s->oracle_cache =
        (struct ib_oracle_cache){.work = &s->work, .budget_ns = config->measure.oracle_budget_ns};
    for (; s->n_sides < n_sides; s->n_sides++)
        IB_TRY(open_side(s, dir, &plans[s->n_sides], max_rounds, &s->side[s->n_sides]));
    return ib_workspace_open(dir, &s->work);
}

void ib_ab_runner_close(struct ib_ab_runner *s)
{
    for (size_t i = 0; i < 2; i++) {
        for (size_t c = 0; s->side[i].case_runs && c < s->n; c++)
            ib_case_run_close(&s->side[i].case_runs[c]);
        ib_store_close(s->side[i].store);
    }
    ib_oracle_cache_free(&s->oracle_cache);
    ib_workspace_close(&s->work);
    ib_arena_free(&s->arena);
}

enum ib_status ib_ab_runner_finish(struct ib_ab_runner *s)
{
    for (size_t i = 0; i < s->n_sides; i++)
        IB_TRY(ib_store_finish(s->side[i].store));
    return IB_OK;
}

/* ---- measuring ---- */

static void tell(struct ib_ab_runner *s, const struct ib_case *c, uint64_t round)
{
    if (s->progress)
        s->progress(s->progress_context, c, round ? IB_STAGE_TIME : IB_STAGE_CHECK, round, s->done, s->total);
    s->done++;
}

enum ib_status ib_ab_runner_check(struct ib_ab_runner *s)
{
    for (size_t c = 0; c < s->n; c++)
        for (size_t i = 0; i < s->n_sides && !ib_interrupted(); i++) {
            struct ib_ab_side *side = &s->side[i];
            tell(s, side->case_runs[c].c, 0);
            IB_TRY(ib_case_run_check(&side->case_runs[c], &side->context, side->store));
        }
    return IB_OK;
}

static bool goes_on(const struct ib_ab_runner *s, size_t c)
{
    for (size_t i = 0; i < s->n_sides; i++)
        if (s->side[i].case_runs[c].progress.ended)
            return false;
    return true;
}

/* ABBA: new first, old first, old first, new first … of a case. */
static size_t first_side(const struct ib_ab_runner *s, struct ib_rng *rng, uint64_t round)
{
    if (s->n_sides < 2)
        return 0;
    return s->config->gate.order == IB_PAIRS_ABBA ? (round / 2) % 2 : (size_t)ib_rng_below(rng, 2);
}

static enum ib_status time_alone(struct ib_ab_runner *s, size_t c, uint64_t round)
{
    struct ib_ab_side *side = &s->side[0];
    tell(s, side->case_runs[c].c, round);
    return ib_case_run_time(&side->case_runs[c], &side->context, side->store, round);
}

static enum ib_status time_pair(struct ib_ab_runner *s, size_t c, uint64_t round, size_t first)
{
    struct ib_case_run *const case_runs[] = {&s->side[0].case_runs[c], &s->side[1].case_runs[c]};
    const struct ib_pass_context *const contexts[] = {&s->side[0].context, &s->side[1].context};
    struct ib_store *const stores[] = {s->side[0].store, s->side[1].store};
    tell(s, case_runs[0]->c, round);
    tell(s, case_runs[1]->c, round);
    return ib_case_run_time_pair(case_runs, contexts, stores, round, first);
}

static enum ib_status time_round(struct ib_ab_runner *s, size_t *order, size_t n, struct ib_rng *rng,
                                 uint64_t round)
{
    ib_rng_shuffle(rng, order, n, sizeof *order);
    for (size_t k = 0; k < n && !ib_interrupted(); k++) {
        size_t first = first_side(s, rng, round);
        if (goes_on(s, order[k]))
            IB_TRY(s->n_sides < 2 ? time_alone(s, order[k], round) : time_pair(s, order[k], round, first));
    }
    return IB_OK;
}

enum ib_status ib_ab_runner_time(struct ib_ab_runner *s, const bool *chosen, uint64_t first, uint64_t last)
{
    struct ib_rng rng;
    size_t *order = ib_arena_alloc(&s->arena, (s->n + 1) * sizeof *order), n = 0;
    for (size_t c = 0; c < s->n; c++)
        if (chosen[c] && goes_on(s, c))
            order[n++] = c;
    s->total = s->done + n * s->n_sides * (last - first + 1);
    ib_rng_seed(&rng, s->config->gate.seed + first); /* another order in each set */
    for (uint64_t round = first; round <= last && !ib_interrupted(); round++)
        IB_TRY(time_round(s, order, n, &rng, round));
    return IB_OK;
}
