#include "gate/gate.h"

#include "base/error.h"
#include "base/exit_status.h"
#include "base/interrupt.h"
#include "gate/ab_pairs.h"
#include "gate/ab_runner.h"
#include "gate/baseline.h"
#include "gate/baseline_build.h"

#include <math.h>
#include <string.h>

const struct ib_word ib_gate_speed_words[] = {
    {"gate", IB_SPEED_GATES}, {"report", IB_SPEED_REPORTED}, {"off", IB_SPEED_OFF}, {NULL, 0}};

struct gate {
    const struct ib_sweep *sweep;
    const struct ib_gate_request *request;
    const struct ib_gate_rules *rules;
    struct ib_baseline_build old; /* for --against */
    struct ib_baseline baseline;  /* for --baseline */
    struct ib_ab_runner runner;
    struct ib_ab_pairs pairs; /* the current records */
    struct ib_slowdown_test *slowdowns;
    size_t n; /* cases */
    bool *chosen;
    struct ib_arena arena;
};

/* ---- opening ---- */

static enum ib_status check_common(const struct gate *g, const char *path)
{
    for (size_t i = 0; i < g->n; i++)
        if (ib_baseline_find(&g->baseline, g->sweep->matrix.cases[i].id))
            return IB_OK;
    return ib_fail(IB_EINVAL, path, "has no case in common with %s", g->sweep->config.path);
}

static enum ib_status open_baseline(struct gate *g)
{
    const char *path;
    IB_TRY(ib_baseline_path(&g->arena, g->request->baseline, true, &path));
    IB_TRY(ib_baseline_read(path, &g->baseline));
    return check_common(g, path);
}

static enum ib_status open_runner(struct gate *g, const char *dir)
{
    const struct ib_ab_side_plan plans[] = {
        {.name = "new", .cases = g->sweep->matrix.cases},
        {.name = "old", .program = g->old.program, .cases = g->old.cases},
    };
    enum ib_status status =
        ib_ab_runner_open(&g->runner, &g->sweep->config, dir, plans, g->request->against ? 2 : 1, g->n,
                          (g->rules->confirm + 1) * g->rules->pairs);
    g->runner.progress = g->request->progress;
    g->runner.progress_context = g->request->progress_context;
    g->runner.total = g->n * g->runner.n_sides * (g->rules->pairs + 1);
    return status;
}

/* ---- measuring ---- */

/* Pairs the cases again, with the current records. */
static void pair_cases(struct gate *g)
{
    g->pairs.record = ib_store_record(g->runner.side[0].store);
    if (g->request->against)
        g->pairs.old_record = ib_store_record(g->runner.side[1].store);
    else
        g->pairs.baseline = &g->baseline;
    for (size_t c = 0; c < g->n; c++) {
        ib_ab_pairs_slowdown_test(&g->pairs, c, &g->slowdowns[c]);
        g->slowdowns[c].randomised = g->request->against && g->rules->order == IB_PAIRS_RANDOM;
        if (g->request->speed == IB_SPEED_OFF)
            ib_slowdown_test_leave(&g->slowdowns[c], true, "speed is not measured");
    }
}

/* Chooses a case and, with a baseline, its control. */
static void choose(struct gate *g, size_t c)
{
    const char *control = g->slowdowns[c].reference->id;
    g->chosen[c] = true;
    for (size_t other = 0; other < g->n; other++)
        if (strcmp(g->sweep->matrix.cases[other].id, control) == 0)
            g->chosen[other] = true;
}

static enum ib_status check_pairs(const struct gate *g, size_t judged)
{
    uint64_t least = ib_slowdown_test_least_pairs(g->rules, judged);
    if (g->request->speed != IB_SPEED_GATES || !judged || g->rules->pairs >= least)
        return IB_OK;
    return ib_fail(IB_EINVAL, g->sweep->config.path,
                   "key `gate`: `pairs: %llu` cannot detect any slowdown among %zu case%s: at least %llu "
                   "are needed for alpha %g",
                   (unsigned long long)g->rules->pairs, judged, ib_plural(judged), (unsigned long long)least,
                   g->rules->alpha);
}

/* Times the first set of pairs for the cases whose speed is judged; the others once, because timed passes
 * count their copies. */
static enum ib_status time_first(struct gate *g)
{
    size_t judged = 0;
    for (size_t c = 0; c < g->n; c++)
        if (g->slowdowns[c].reference) {
            choose(g, c);
            judged++;
        }
    IB_TRY(check_pairs(g, judged));
    IB_TRY(ib_ab_runner_time(&g->runner, g->chosen, 1, g->rules->pairs));
    for (size_t c = 0; c < g->n; c++)
        g->chosen[c] = !g->chosen[c];
    return ib_ab_runner_time(&g->runner, g->chosen, 1, 1);
}

/* Times further sets, of the suspects only. */
static enum ib_status confirm(struct gate *g)
{
    for (uint64_t set = 1; set <= g->rules->confirm && !ib_interrupted(); set++) {
        bool any = false;
        memset(g->chosen, 0, g->n * sizeof *g->chosen);
        for (size_t c = 0; c < g->n; c++)
            if (ib_slowdown_test_suspects(&g->slowdowns[c]) && g->slowdowns[c].reference) {
                choose(g, c);
                any = true;
            }
        if (!any)
            return IB_OK;
        IB_TRY(
            ib_ab_runner_time(&g->runner, g->chosen, 1 + set * g->rules->pairs, (set + 1) * g->rules->pairs));
        pair_cases(g);
        ib_slowdown_tests_judge(g->slowdowns, g->n, g->rules, set);
    }
    return IB_OK;
}

/* An older build may answer in other words: then nothing is compared, which must not pass. */
static enum ib_status demand_same_protocol(const struct gate *g)
{
    const struct ib_run_record *old = g->request->against ? g->pairs.old_record : NULL;
    for (size_t i = 0; old && i < old->n; i++) {
        const char *reason = old->cases[i].reason;
        if (reason && strncmp(reason, "protocol: ", strlen("protocol: ")) == 0)
            return ib_fail(IB_EINVAL, g->request->against, "cannot be compared with this build: %s", reason);
    }
    return IB_OK;
}

static enum ib_status measure(struct gate *g)
{
    IB_TRY(ib_ab_runner_check(&g->runner));
    pair_cases(g);
    IB_TRY(demand_same_protocol(g));
    IB_TRY(time_first(g));
    pair_cases(g);
    ib_slowdown_tests_judge(g->slowdowns, g->n, g->rules, 0);
    IB_TRY(confirm(g));
    return ib_interrupted() ? IB_OK : ib_ab_runner_finish(&g->runner);
}

/* ---- the result ---- */

static void find_slower(struct ib_violations *v, const struct gate *g, size_t c)
{
    const struct ib_slowdown_test *slowdown = &g->slowdowns[c];
    const struct ib_speed *speed = &slowdown->speed;
    const struct ib_case_record *candidate = &g->pairs.record->cases[c];
    if (slowdown->median.holds)
        ib_violation_add(v, IB_SLOWER_CASE, candidate,
                         "%.1f %% slower (95 %% interval %.1f to %.1f %%); %.3g %% is tolerated",
                         100 * (speed->ratio - 1), 100 * (speed->low - 1), 100 * (speed->high - 1),
                         100 * g->rules->slowdown);
    else
        ib_violation_add(v, IB_SLOWER_CASE, candidate,
                         "%.1f %% slower on average, though not in the median (%.1f %%): some trainings or "
                         "processes take much longer; %.3g %% is tolerated",
                         100 * (slowdown->mean_ratio - 1), 100 * (speed->ratio - 1), 100 * g->rules->mean);
}

static void find_speed(struct ib_violations *v, const struct gate *g, size_t c)
{
    const struct ib_slowdown_test *slowdown = &g->slowdowns[c];
    const struct ib_speed *speed = &slowdown->speed;
    const struct ib_case_record *candidate = &g->pairs.record->cases[c];
    if (slowdown->meaningless || g->request->speed != IB_SPEED_GATES)
        return;
    if (speed->verdict == IB_SLOWER)
        find_slower(v, g, c);
    if (speed->verdict == IB_AMBIGUOUS)
        ib_violation_add(v, IB_AMBIGUOUS_CASE, candidate, "speed: %s%s", speed->reason,
                         isnan(speed->needed)
                             ? ""
                             : ib_arena_print(v->arena, "; %.0f pairs might decide it", speed->needed));
}

/* Of another machine, only the memory is comparable. */
static void compare_costs(const struct gate *g, size_t c, struct ib_cost_change out[IB_COST_COUNT])
{
    const struct ib_case_record *candidate = &g->pairs.record->cases[c],
                                *old_case = ib_ab_pairs_old_case(&g->pairs, candidate->id);
    for (int i = 0; i < IB_COST_COUNT; i++)
        out[i] = (struct ib_cost_change){NAN, NAN, NAN, false};
    if (!old_case || candidate->status != IB_CASE_OK || old_case->status != IB_CASE_OK)
        return;
    ib_cost_changes(old_case, candidate, g->request->against != NULL, g->rules, out);
    for (int i = 0; i < IB_COST_MEMORY; i++)
        out[i].grew = out[i].grew && g->slowdowns[c].reference;
}

static void find_costs(struct ib_violations *v, const struct gate *g, size_t c)
{
    struct ib_cost_change costs[IB_COST_COUNT];
    compare_costs(g, c, costs);
    for (enum ib_cost i = 0; i < IB_COST_COUNT; i++) {
        char old[32], new[32], tolerated[32];
        const bool time = i < IB_COST_MEMORY, bytes = !time && i < IB_COST_INSTRUCTIONS;
        if (costs[i].grew && !(time && g->request->speed != IB_SPEED_GATES))
            ib_violation_add(v, bytes ? IB_MORE_MEMORY : IB_SLOWER_CASE, &g->pairs.record->cases[c],
                             "%s: %s, before %s; %s more is tolerated", ib_cost_names[i],
                             ib_cost_print(i, costs[i].new, new, sizeof new),
                             ib_cost_print(i, costs[i].old, old, sizeof old),
                             ib_cost_print(i, costs[i].tolerated, tolerated, sizeof tolerated));
    }
}

static void find_all(const struct gate *g, struct ib_violations *v)
{
    const bool allow_missing = g->request->allow_missing;
    for (size_t c = 0; c < g->n; c++) {
        const struct ib_case_record *candidate = &g->pairs.record->cases[c],
                                    *old_case = ib_ab_pairs_old_case(&g->pairs, candidate->id);
        ib_violations_of_answer(v, g->rules, candidate, old_case);
        ib_violations_of_presence(v, candidate, old_case, allow_missing);
        find_speed(v, g, c);
        find_costs(v, g, c);
    }
    for (size_t i = 0; i < g->baseline.n; i++) {
        const struct ib_case_record *old_case = &g->baseline.cases[i].record;
        if (!ib_run_record_find(g->pairs.record, old_case->id))
            ib_violations_of_presence(v, NULL, old_case, allow_missing);
    }
    ib_violations_of_sweep(v, g->pairs.record, g->sweep->config.require, allow_missing);
}

/* Copies what the result needs from the records, which it outlives. */
static void describe_case(const struct gate *g, size_t c, struct ib_arena *arena, struct ib_gate_case *out)
{
    const struct ib_slowdown_test *slowdown = &g->slowdowns[c];
    const struct ib_case_record *candidate = &g->pairs.record->cases[c],
                                *old_case = ib_ab_pairs_old_case(&g->pairs, candidate->id);
    *out = (struct ib_gate_case){
        .id = ib_arena_copy(arena, candidate->id),
        .name = ib_arena_copy(arena, candidate->name),
        .problem = ib_arena_copy(arena, candidate->problem),
        .status = candidate->status,
        .verdict = candidate->check.verdict,
        .old_ns = old_case ? old_case->epoch_ns.median : NAN,
        .new_ns = candidate->epoch_ns.median,
        .judged = !slowdown->meaningless,
        .speed = slowdown->speed,
        .median = slowdown->median,
        .mean = slowdown->mean,
        .mean_ratio = slowdown->mean_ratio,
    };
    compare_costs(g, c, out->costs);
    if (out->speed.reason)
        out->speed.reason = ib_arena_copy(arena, out->speed.reason);
    if (old_case) {
        out->metrics = ib_metric_differences(arena, old_case, candidate, g->rules->metrics);
        out->copies = ib_copy_differences(arena, old_case, candidate);
    }
}

static void conclude(struct gate *g, struct ib_gate_result *out)
{
    struct ib_arena *arena = &out->arena;
    ib_slowdown_tests_conclude(g->slowdowns, g->n, g->rules);
    out->request = g->request;
    out->rules = g->rules;
    out->violations.arena = arena;
    find_all(g, &out->violations);
    ib_violations_sort(&out->violations);
    out->exit_status = ib_violations_exit_status(&out->violations, g->request->strict);
    if (g->request->baseline)
        out->differences = ib_machine_differences(arena, &g->baseline.machine, &g->pairs.record->machine,
                                                  ib_baseline_machine_names);
    out->cases = ib_arena_alloc(arena, (g->n + 1) * sizeof *out->cases);
    for (; out->n < g->n; out->n++)
        describe_case(g, out->n, arena, &out->cases[out->n]);
}

/* ---- the gate ---- */

static enum ib_status run_gate(struct gate *g, const char *dir, struct ib_gate_result *out)
{
    g->slowdowns = ib_arena_alloc(&g->arena, (g->n + 1) * sizeof *g->slowdowns);
    g->chosen = ib_arena_alloc(&g->arena, (g->n + 1) * sizeof *g->chosen);
    for (size_t c = 0; c < g->n; c++)
        g->slowdowns[c].median = g->slowdowns[c].mean = (struct ib_suspicion){.p = NAN, .p_confirm = NAN};
    IB_TRY(g->request->baseline ? open_baseline(g)
                                : ib_baseline_build_open(g->request->against, g->sweep, &g->old));
    enum ib_status status = open_runner(g, dir);
    if (status == IB_OK)
        status = measure(g);
    if (status == IB_OK && !ib_interrupted()) {
        pair_cases(g);
        conclude(g, out);
    }
    ib_ab_runner_close(&g->runner);
    return status;
}

enum ib_status ib_gate(const struct ib_sweep *sweep, const struct ib_gate_request *request,
                       struct ib_gate_result *out)
{
    struct ib_workspace scratch = {0};
    struct gate g = {.sweep = sweep, .request = request, .rules = &sweep->config.gate, .n = sweep->matrix.n};
    *out = (struct ib_gate_result){.exit_status = IB_EXIT_INTERRUPTED};
    if (!request->out)
        IB_TRY(ib_workspace_open(NULL, &scratch));
    enum ib_status status = run_gate(&g, request->out ? request->out : scratch.folder, out);
    ib_baseline_free(&g.baseline);
    ib_baseline_build_close(&g.old);
    ib_arena_free(&g.arena);
    if (!request->out)
        ib_workspace_close(&scratch);
    return status;
}

void ib_gate_result_free(struct ib_gate_result *result)
{
    ib_arena_free(&result->arena);
    *result = (struct ib_gate_result){0};
}
