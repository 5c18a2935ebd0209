#include "gate/gate.h"

#include "analysis/member.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "gate/ab_pairs.h"
#include "gate/ab_runner.h"
#include "gate/baseline.h"
#include "gate/baseline_build.h"
#include "gate/record_diff.h"
#include "gate/violations.h"
#include "store/load_run.h"

#include <math.h>
#include <string.h>

enum { SCHEMA = 1 };

const struct ib_word ib_gate_speed_words[] = {
    {"gate", IB_SPEED_GATES}, {"report", IB_SPEED_REPORTED}, {"off", IB_SPEED_OFF}, {NULL, 0}};

struct gate {
    const struct ib_sweep *sweep;
    const struct ib_gate_request *request;
    const struct ib_gate_rules *rules;
    struct ib_baseline_build old; /* of --against */
    json_t *baseline;             /* of --baseline */
    struct ib_ab_runner sides;
    json_t *records[2]; /* of the sides, as last read */
    struct ib_slowdown_test *slowdowns;
    size_t n; /* cases */
    bool *chosen;
    struct ib_arena arena;
};

/* ---- what it is against ---- */

static enum ib_status check_common(const struct gate *g, const char *path)
{
    const json_t *cases = ib_member(g->baseline, "cases");
    for (size_t i = 0; i < g->n; i++)
        if (json_object_get(cases, g->sweep->matrix.cases[i].id))
            return IB_OK;
    return ib_fail(IB_EINVAL, path, "this baseline and %s have no case in common", g->sweep->config.path);
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
        ib_ab_runner_open(&g->sides, &g->sweep->config, dir, plans, g->request->against ? 2 : 1, g->n,
                          (g->rules->confirm + 1) * g->rules->pairs);
    g->sides.progress = g->request->progress;
    g->sides.progress_context = g->request->progress_context;
    g->sides.total = g->n * g->sides.n_sides * (g->rules->pairs + 1);
    return status;
}

/* ---- measuring ---- */

/* Reads both runs as they are now, and pairs their cases anew. */
static enum ib_status read_records(struct gate *g)
{
    for (size_t i = 0; i < g->sides.n_sides; i++) {
        json_decref(g->records[i]);
        g->records[i] = NULL;
        IB_TRY(ib_load_run(g->sides.side[i].dir, &g->records[i]));
    }
    const struct ib_ab_pairs pairs = {g->records[0], g->records[1], g->baseline};
    for (size_t c = 0; c < g->n; c++) {
        ib_ab_pairs_slowdown_test(&pairs, c, &g->slowdowns[c]);
        g->slowdowns[c].randomised = g->request->against && g->rules->order == IB_PAIRS_RANDOM;
        if (g->request->speed == IB_SPEED_OFF)
            ib_slowdown_test_leave(&g->slowdowns[c], true, "speed was not asked for");
    }
    return IB_OK;
}

/* The case, and beside a baseline its control. */
static void choose(struct gate *g, size_t c)
{
    const char *control = ib_member_text(g->slowdowns[c].reference, "id");
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
                   "key `gate`: `pairs: %llu` can find no slowdown among %zu case%s, however large: %llu "
                   "are needed for alpha %g",
                   (unsigned long long)g->rules->pairs, judged, judged == 1 ? "" : "s",
                   (unsigned long long)least, g->rules->alpha);
}

/* All cases once, as their copies are counted in timed passes; those whose speed is judged in the first set
 * of pairs. */
static enum ib_status time_first(struct gate *g)
{
    size_t judged = 0;
    for (size_t c = 0; c < g->n; c++)
        if (g->slowdowns[c].reference) {
            choose(g, c);
            judged++;
        }
    IB_TRY(check_pairs(g, judged));
    IB_TRY(ib_ab_runner_time(&g->sides, g->chosen, 1, g->rules->pairs));
    for (size_t c = 0; c < g->n; c++)
        g->chosen[c] = !g->chosen[c];
    return ib_ab_runner_time(&g->sides, g->chosen, 1, 1);
}

/* Further sets, of the suspects alone. */
static enum ib_status confirm(struct gate *g)
{
    for (uint64_t set = 1; set <= g->rules->confirm && !ib_interrupted(); set++) {
        bool any = false;
        memset(g->chosen, 0, g->n * sizeof *g->chosen);
        for (size_t c = 0; c < g->n; c++)
            if (g->slowdowns[c].suspect && g->slowdowns[c].reference) {
                choose(g, c);
                any = true;
            }
        if (!any)
            return IB_OK;
        IB_TRY(
            ib_ab_runner_time(&g->sides, g->chosen, 1 + set * g->rules->pairs, (set + 1) * g->rules->pairs));
        IB_TRY(read_records(g));
        ib_slowdown_tests_judge(g->slowdowns, g->n, g->rules, set);
    }
    return IB_OK;
}

static enum ib_status measure(struct gate *g)
{
    IB_TRY(ib_ab_runner_check(&g->sides));
    IB_TRY(read_records(g));
    IB_TRY(time_first(g));
    IB_TRY(read_records(g));
    ib_slowdown_tests_judge(g->slowdowns, g->n, g->rules, 0);
    IB_TRY(confirm(g));
    return ib_interrupted() ? IB_OK : ib_ab_runner_finish(&g->sides);
}

/* ---- the result ---- */

static const json_t *case_at(const struct gate *g, size_t c)
{
    return json_array_get(ib_member(g->records[0], "cases"), c);
}

static json_t *describe_speed(const struct ib_slowdown_test *slowdown)
{
    json_t *speed = ib_speed_json(&slowdown->speed);
    json_object_set_new(speed, "p", ib_json_number(slowdown->p));
    json_object_set_new(speed, "p_confirm", ib_json_number(slowdown->p_confirm));
    if (slowdown->meaningless)
        json_object_set_new(speed, "verdict", json_null());
    return speed;
}

static json_t *describe_case(const struct gate *g, size_t c, const json_t *was)
{
    const json_t *candidate = case_at(g, c);
    json_t *metrics = was ? ib_metric_differences(was, candidate, g->rules->metrics) : json_array();
    json_t *copies = was ? ib_copy_differences(was, candidate) : json_array();
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
                     ib_member_text(candidate, "id"), "name", ib_member_text(candidate, "name"), "problem",
                     ib_member_text(candidate, "problem"), "status", ib_member_text(candidate, "status"),
                     "verdict", ib_member_text(candidate, "verify.verdict"), "new_ns",
                     ib_json_number(ib_member_number(candidate, "time.epoch_ns.median")), "old_ns",
                     ib_json_number(ib_member_number(was, "time.epoch_ns.median")), "speed",
                     describe_speed(&g->slowdowns[c]), "metrics", metrics, "copies", copies);
}

static void find_speed(json_t *findings, const struct gate *g, size_t c)
{
    struct ib_arena arena = {0};
    const struct ib_slowdown_test *slowdown = &g->slowdowns[c];
    const struct ib_speed *speed = &slowdown->speed;
    if (slowdown->meaningless || g->request->speed != IB_SPEED_GATES)
        return;
    if (speed->verdict == IB_SLOWER)
        ib_violation_add(findings, IB_SLOWER_CASE, case_at(g, c),
                         "%.1f %% slower (95 %% interval %.1f to %.1f %%); %.3g %% are tolerated",
                         100 * (speed->ratio - 1), 100 * (speed->low - 1), 100 * (speed->high - 1),
                         100 * g->rules->slowdown);
    if (speed->verdict == IB_AMBIGUOUS)
        ib_violation_add(findings, IB_AMBIGUOUS_CASE, case_at(g, c), "speed: %s%s", speed->reason,
                         isnan(speed->needed)
                             ? ""
                             : ib_arena_print(&arena, "; %.0f pairs might settle it", speed->needed));
    ib_arena_free(&arena);
}

/* Cases of the baseline that the sweep does not have. */
static void find_lost(json_t *findings, const struct gate *g)
{
    const char *id;
    json_t *was;
    json_object_foreach ((json_t *)(uintptr_t)ib_member(g->baseline, "cases"), id, was)
        if (!ib_case_of_id(ib_member(g->records[0], "cases"), id)) {
            json_t *named = json_copy(was);
            json_object_set_new(named, "id", json_string(id));
            ib_violations_of_presence(findings, NULL, named, g->request->allow_missing);
            json_decref(named);
        }
}

static json_t *find_all(const struct gate *g, json_t *cases)
{
    json_t *findings = json_array();
    const struct ib_ab_pairs pairs = {g->records[0], g->records[1], g->baseline};
    for (size_t c = 0; c < g->n; c++) {
        const json_t *candidate = case_at(g, c),
                     *was = ib_ab_pairs_old_case(&pairs, ib_member_text(candidate, "id"));
        ib_violations_of_answer(findings, g->rules, candidate, was);
        ib_violations_of_presence(findings, candidate, was, g->request->allow_missing);
        find_speed(findings, g, c);
        json_array_append_new(cases, describe_case(g, c, was));
    }
    find_lost(findings, g);
    ib_violations_of_sweep(findings, ib_member(g->records[0], "cases"), g->sweep->config.require,
                           g->request->allow_missing);
    return findings;
}

static json_t *describe_rules(const struct ib_gate_rules *rules)
{
    return json_pack("{s:I, s:f, s:f, s:I, s:f, s:s, s:I}", "pairs", (json_int_t)rules->pairs, "slowdown",
                     rules->slowdown, "alpha", rules->alpha, "confirm", (json_int_t)rules->confirm, "metrics",
                     rules->metrics, "order", rules->order == IB_PAIRS_ABBA ? "abba" : "random", "seed",
                     (json_int_t)rules->seed);
}

/* A baseline keeps no more of its machine than can be compared. */
static json_t *describe_differences(const struct gate *g)
{
    const json_t *was = ib_member(g->baseline, "machine"),
                 *candidate = ib_member(g->records[0], "run.machine");
    json_t *list = json_array(), *value;
    const char *name;
    json_object_foreach ((json_t *)(uintptr_t)was, name, value)
        if (!json_equal(value, json_object_get(candidate, name)))
            json_array_append_new(list, json_pack("{s:s, s:O, s:O?}", "name", name, "old", value, "new",
                                                  json_object_get(candidate, name)));
    return list;
}

static json_t *conclude(struct gate *g)
{
    const struct ib_gate_request *request = g->request;
    ib_slowdown_tests_conclude(g->slowdowns, g->n, g->rules);
    json_t *cases = json_array(), *found = find_all(g, cases), *findings = ib_violations_sorted(found);
    json_decref(found);
    int status = ib_violations_exit_status(findings, request->strict);
    return json_pack("{s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:i}", "schema", SCHEMA, "kind",
                     request->against ? "against" : "baseline", "against",
                     request->against ? request->against : request->baseline, "speed",
                     ib_word_of(ib_gate_speed_words, (int)request->speed), "rules", describe_rules(g->rules),
                     "differences", describe_differences(g), "cases", cases, "findings", findings,
                     "exit_status", status);
}

/* ---- all of it ---- */

static enum ib_status run_gate(struct gate *g, const char *dir, json_t **out)
{
    g->slowdowns = ib_arena_alloc(&g->arena, (g->n + 1) * sizeof *g->slowdowns);
    g->chosen = ib_arena_alloc(&g->arena, (g->n + 1) * sizeof *g->chosen);
    for (size_t c = 0; c < g->n; c++)
        g->slowdowns[c].p = g->slowdowns[c].p_confirm = NAN;
    IB_TRY(g->request->baseline ? open_baseline(g)
                                : ib_baseline_build_open(g->request->against, g->sweep, &g->old));
    enum ib_status status = open_runner(g, dir);
    if (status == IB_OK)
        status = measure(g);
    if (status == IB_OK && !ib_interrupted())
        status = read_records(g);
    if (status == IB_OK && !ib_interrupted())
        *out = conclude(g);
    ib_ab_runner_close(&g->sides);
    return status;
}

enum ib_status ib_gate(const struct ib_sweep *sweep, const struct ib_gate_request *request, json_t **out)
{
    struct ib_workspace scratch = {0};
    struct gate g = {.sweep = sweep, .request = request, .rules = &sweep->config.gate, .n = sweep->matrix.n};
    *out = NULL;
    if (!request->out)
        IB_TRY(ib_workspace_open(NULL, &scratch));
    enum ib_status status = run_gate(&g, request->out ? request->out : scratch.folder, out);
    for (size_t i = 0; i < 2; i++)
        json_decref(g.records[i]);
    json_decref(g.baseline);
    ib_baseline_build_close(&g.old);
    ib_arena_free(&g.arena);
    if (!request->out)
        ib_workspace_close(&scratch);
    return status;
}
