#include "gate/ab_runner.h"

#include "base/interrupt.h"
#include "base/rng.h"
#include "machine/machine_info.h"
#include "run/case_limit.h"
#include "run/run_sources.h"

#include <stdlib.h>

/* ---- opening ---- */

static enum ib_status open_side(struct ib_ab_runner *runner, const char *dir,
                                const struct ib_ab_side_plan *plan, uint64_t max_rounds,
                                struct ib_ab_side *out)
{
    struct ib_machine machine;
    ib_machine_describe(&runner->arena, &machine);
    if (plan->program)
        machine.compiler = machine.flags = NULL; /* known only for this program */
    const char *folder = ib_arena_print(&runner->arena, "%s/%s", dir, plan->name);
    enum ib_status status = ib_store_create(folder, runner->config, &machine, &out->store);
    if (status == IB_OK)
        status = ib_run_sources_record(out->store, runner->config, plan->cases, runner->n);
    if (status == IB_OK)
        status = ib_store_add_cases(out->store, plan->cases, runner->n);
    out->context = (struct ib_pass_context){.measure = &runner->config->measure,
                                            .work = &runner->work,
                                            .oracle_cache = &runner->oracle_cache,
                                            .program = plan->program};
    ib_limits_use(&runner->arena, &machine, &out->context);
    out->case_runs = ib_arena_alloc(&runner->arena, (runner->n + 1) * sizeof *out->case_runs);
    for (size_t i = 0; i < runner->n; i++)
        ib_case_run_open(&out->case_runs[i], &plan->cases[i], NULL, max_rounds);
    return status;
}

enum ib_status ib_ab_runner_open(struct ib_ab_runner *runner, const struct ib_config *config, const char *dir,
                                 const struct ib_ab_side_plan *plans, size_t n_sides, size_t n_cases,
                                 uint64_t max_rounds)
{
    *runner = (struct ib_ab_runner){.config = config, .n = n_cases};
    runner->oracle_cache =
        (struct ib_oracle_cache){.work = &runner->work, .budget_ns = config->measure.oracle_budget_ns};
    for (; runner->n_sides < n_sides; runner->n_sides++)
        IB_TRY(open_side(runner, dir, &plans[runner->n_sides], max_rounds, &runner->side[runner->n_sides]));
    return ib_workspace_open(dir, &runner->work);
}

void ib_ab_runner_close(struct ib_ab_runner *runner)
{
    for (size_t i = 0; i < 2; i++) {
        for (size_t c = 0; runner->side[i].case_runs && c < runner->n; c++)
            ib_case_run_close(&runner->side[i].case_runs[c]);
        ib_store_close(runner->side[i].store);
    }
    ib_oracle_cache_free(&runner->oracle_cache);
    ib_workspace_close(&runner->work);
    ib_arena_free(&runner->arena);
}

enum ib_status ib_ab_runner_finish(struct ib_ab_runner *runner)
{
    for (size_t i = 0; i < runner->n_sides; i++)
        IB_TRY(ib_store_finish(runner->side[i].store));
    return IB_OK;
}

/* ---- measuring ---- */

static void report_progress(struct ib_ab_runner *runner, const struct ib_case *c, uint64_t round)
{
    if (runner->progress)
        runner->progress(runner->progress_context,
                         &(struct ib_run_progress){.c = c,
                                                   .stage = round ? IB_STAGE_TIME : IB_STAGE_CHECK,
                                                   .round = round,
                                                   .done = runner->done,
                                                   .total = runner->total});
    runner->done++;
}

enum ib_status ib_ab_runner_check(struct ib_ab_runner *runner)
{
    for (size_t c = 0; c < runner->n; c++)
        for (size_t i = 0; i < runner->n_sides && !ib_interrupted(); i++) {
            struct ib_ab_side *side = &runner->side[i];
            report_progress(runner, side->case_runs[c].c, 0);
            IB_TRY(ib_case_run_check(&side->case_runs[c], &side->context, side->store));
        }
    return IB_OK;
}

static bool is_running(const struct ib_ab_runner *runner, size_t c)
{
    for (size_t i = 0; i < runner->n_sides; i++)
        if (runner->side[i].case_runs[c].progress.ended)
            return false;
    return true;
}

/* ABBA: new, old, old, new … runs first. */
static size_t first_side(const struct ib_ab_runner *runner, struct ib_rng *rng, uint64_t round)
{
    if (runner->n_sides < 2)
        return 0;
    return runner->config->gate.order == IB_PAIRS_ABBA ? (round / 2) % 2 : (size_t)ib_rng_below(rng, 2);
}

static enum ib_status time_alone(struct ib_ab_runner *runner, size_t c, uint64_t round)
{
    struct ib_ab_side *side = &runner->side[0];
    report_progress(runner, side->case_runs[c].c, round);
    return ib_case_run_time(&side->case_runs[c], &side->context, side->store, round);
}

static enum ib_status time_pair(struct ib_ab_runner *runner, size_t c, uint64_t round, size_t first)
{
    struct ib_case_run *const case_runs[] = {&runner->side[0].case_runs[c], &runner->side[1].case_runs[c]};
    const struct ib_pass_context *const contexts[] = {&runner->side[0].context, &runner->side[1].context};
    struct ib_store *const stores[] = {runner->side[0].store, runner->side[1].store};
    report_progress(runner, case_runs[0]->c, round);
    report_progress(runner, case_runs[1]->c, round);
    return ib_case_run_time_pair(case_runs, contexts, stores, round, first);
}

static enum ib_status time_round(struct ib_ab_runner *runner, size_t *order, size_t n, struct ib_rng *rng,
                                 uint64_t round)
{
    ib_rng_shuffle(rng, order, n, sizeof *order);
    for (size_t k = 0; k < n && !ib_interrupted(); k++) {
        size_t first = first_side(runner, rng, round);
        if (is_running(runner, order[k]))
            IB_TRY(runner->n_sides < 2 ? time_alone(runner, order[k], round)
                                       : time_pair(runner, order[k], round, first));
    }
    return IB_OK;
}

static enum ib_status judge_pace(struct ib_ab_runner *runner, const size_t *order, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < runner->n_sides; i++) {
            struct ib_ab_side *side = &runner->side[i];
            IB_TRY(ib_case_run_judge_pace(&side->case_runs[order[k]], &side->context, side->store));
        }
    return IB_OK;
}

enum ib_status ib_ab_runner_time(struct ib_ab_runner *runner, const bool *chosen, uint64_t first,
                                 uint64_t last)
{
    struct ib_rng rng;
    size_t *order = ib_arena_alloc(&runner->arena, (runner->n + 1) * sizeof *order), n = 0;
    for (size_t c = 0; c < runner->n; c++)
        if (chosen[c] && is_running(runner, c))
            order[n++] = c;
    runner->total = runner->done + n * runner->n_sides * (last - first + 1);
    ib_rng_seed(&rng, runner->config->gate.seed + first); /* a different order in each set */
    for (uint64_t round = first; round <= last && !ib_interrupted(); round++)
        IB_TRY(time_round(runner, order, n, &rng, round));
    return judge_pace(runner, order, n);
}
