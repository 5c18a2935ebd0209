/* Trains every model for some epochs, as a sweep would: compared with the oracle, repeated without reading
 * losses, and with copies counted. */
#include "check/training_checks.h"

#include "base/error.h"
#include "base/random.h"
#include "run/case_limit.h"
#include "run/pass_checked.h"
#include "run/pass_timed.h"
#include "run/surroundings.h"
#include "run/unseen.h"

#include <stdio.h>
#include <string.h>

/* ---- one training ---- */

struct attempt {
    struct ib_checking *k;
    struct ib_pass_context context;
    const struct ib_check_case *of;
    struct ib_arena arena; /* of what the passes return */
    struct ib_checked_pass checked;
};

static struct ib_check_finding finding_of(const struct attempt *t, enum ib_level level, const char *pattern,
                                          const char *detail)
{
    struct ib_arena *arena = &t->k->check_result->arena;
    return (struct ib_check_finding){.level = level,
                                     .subject = ib_arena_copy(arena, t->of->subject),
                                     .dtype = ib_word_of(ib_dtype_words, (int)t->of->c->spec.dtype),
                                     .status = IB_CASE_OK,
                                     .pattern = ib_arena_copy(arena, pattern),
                                     .detail = ib_arena_copy(arena, detail),
                                     .shape = "",
                                     .where = "",
                                     .output = ""};
}

static void judge_part(const struct attempt *t, enum ib_level level, enum ib_part part)
{
    const struct ib_verification *v = &t->checked.verification;
    const struct ib_deviation *d = &v->deviation[part];
    if (!d->pattern[0])
        return;
    struct ib_check_finding finding = finding_of(t, level, d->pattern, d->fact);
    if (part == IB_PART_LOSS && v->first_divergent_epoch)
        finding.evidence = json_pack("{s:I}", "epoch", (json_int_t)v->first_divergent_epoch);
    ib_check_result_add(t->k->check_result, finding);
}

/* Turns the verification into findings on losses, parameters and predictions. */
static void judge_answer(const struct attempt *t, enum ib_level training, enum ib_level predictions)
{
    const struct ib_verification *v = &t->checked.verification;
    const bool trained = !v->deviation[IB_PART_LOSS].pattern[0] && !v->deviation[IB_PART_PARAMS].pattern[0];
    if (v->verdict == IB_UNVERIFIED) {
        ib_check_result_skip(t->k->check_result, training, v->reason);
        return;
    }
    judge_part(t, training, IB_PART_LOSS);
    judge_part(t, training, IB_PART_PARAMS);
    judge_part(t, predictions, IB_PART_PREDICTIONS);
    if (v->verdict == IB_WRONG && trained && !v->deviation[IB_PART_PREDICTIONS].pattern[0]) {
        ib_check_result_add(t->k->check_result, finding_of(t, training, v->reason, "")); /* single steps */
        return;
    }
    if (trained && (training != predictions || v->verdict == IB_RIGHT))
        ib_check_result_right(t->k->check_result, training);
    if (training != predictions && !v->compared.predictions)
        ib_check_result_skip(
            t->k->check_result, predictions,
            "nothing to compare: the parameters predict the same for every row, or have diverged");
    else if (training != predictions && !v->deviation[IB_PART_PREDICTIONS].pattern[0])
        ib_check_result_right(t->k->check_result, predictions);
}

/* Runs a checked pass, again if a worker is killed from outside. What is wrong with the surroundings becomes
 * the reason of the failure. */
static void run_checked(struct attempt *t, struct ib_checked_pass *checked)
{
    struct ib_attempt attempt = ib_attempt_begin();
    do
        ib_pass_checked(&t->context, t->of->c, &t->arena, checked);
    while (ib_attempt_again(&attempt, &t->context, t->of->c, ib_attempt_status(checked)));
    if (attempt.status == IB_OK)
        return;
    checked->check.status = IB_CASE_FAILED;
    checked->check.reason = ib_arena_copy(&t->arena, ib_error_text());
}

static bool is_supported(const struct attempt *t)
{
    const enum ib_case_status status = t->checked.check.status;
    return status != IB_CASE_UNSUPPORTED && status != IB_CASE_UNAVAILABLE;
}

/* Turns a checked pass into findings. Returns false if its answer cannot be checked further. */
static bool judge(struct attempt *t, enum ib_level training, enum ib_level predictions)
{
    const struct ib_checked_pass *checked = &t->checked;
    struct ib_outcome outcome;
    ib_outcome_set(&outcome, checked->check.status, "%s", checked->check.reason);
    if (!is_supported(t)) {
        ib_check_result_skip(t->k->check_result, training, checked->check.reason);
        return false;
    }
    if (checked->check.status != IB_CASE_OK && checked->check.status != IB_CASE_UNTRUSTED) {
        ib_checking_failed(t->k, &outcome);
        struct ib_check_finding finding =
            ib_checking_failure(t->k, training, ib_arena_copy(&t->k->check_result->arena, t->of->subject),
                                &outcome, checked->check.stderr_tail);
        ib_check_result_add(t->k->check_result, finding);
        return false;
    }
    judge_answer(t, training, predictions);
    const enum ib_level level = checked->continued_error == 0 ? IB_LEVEL_COPIES : IB_LEVEL_REPETITION;
    if (checked->check.status == IB_CASE_UNTRUSTED)
        ib_check_result_add(t->k->check_result, finding_of(t, level, checked->check.reason, ""));
    return checked->check.status == IB_CASE_OK && checked->verification.verdict != IB_WRONG;
}

/* ---- repetition ---- */

/* Whether two checked passes give the same bits. */
static bool is_repeatable(struct attempt *t)
{
    const struct ib_final *first = &t->checked.final;
    struct ib_checked_pass second;
    run_checked(t, &second);
    return second.check.status == IB_CASE_OK &&
           memcmp(first->params, second.final.params, first->n_params * sizeof *first->params) == 0;
}

static const char *name_difference(struct attempt *t)
{
    if (!is_repeatable(t))
        return "two runs of the same training give different bits, although IB_DETERMINISTIC is set";
    if (t->checked.check.path && strcmp(t->checked.check.path, "fused") == 0)
        return "steps(n) and n times steps(1) give different results";
    return "training in one go (replayed, or without reading losses) and epoch by epoch give different "
           "results";
}

static void repeat(struct attempt *t)
{
    struct ib_timed_pass timed;
    struct ib_outcome outcome;
    struct ib_pass_context watched = t->context;
    const bool device = t->of->c->residency != IB_HOST;
    struct ib_attempt attempt = ib_attempt_begin();
    watched.traced = device; /* there is no time here that a tracer could lengthen */
    do
        ib_pass_timed(&watched, t->of->c, 1, IB_UNSEEN_NONE, &t->checked.final, &t->arena, &timed);
    while (ib_attempt_again(&attempt, &t->context, t->of->c, timed.round.status));
    ib_outcome_set(&outcome, timed.round.status, "%s", timed.round.reason);
    const bool copies = timed.round.as_expected == IB_NO ||
                        strncmp(timed.round.reason, "hidden copies", strlen("hidden copies")) == 0;
    if (timed.round.status == IB_CASE_OK) {
        ib_check_result_right(t->k->check_result, IB_LEVEL_REPETITION);
        if (device)
            ib_check_result_right(t->k->check_result, IB_LEVEL_COPIES);
    } else if (timed.differs) {
        ib_check_result_add(t->k->check_result,
                            finding_of(t, IB_LEVEL_REPETITION, name_difference(t), timed.round.reason));
    } else if (timed.round.status == IB_CASE_UNTRUSTED) {
        ib_check_result_add(t->k->check_result, finding_of(t, copies ? IB_LEVEL_COPIES : IB_LEVEL_REPETITION,
                                                           timed.round.reason, ""));
    } else {
        ib_checking_failed(t->k, &outcome);
        ib_check_result_add(t->k->check_result,
                            ib_checking_failure(t->k, IB_LEVEL_REPETITION,
                                                ib_arena_copy(&t->k->check_result->arena, t->of->subject),
                                                &outcome, timed.round.stderr_tail));
    }
}

/* ---- all trainings ---- */

/* Shared by all trainings: the arrays and the oracle's results. */
struct shared {
    struct ib_workspace work;
    struct ib_oracle_cache oracle_cache;
    const struct ib_limits *limits; /* NULL: unknown */
};

static const struct ib_limits *known_limits(struct ib_arena *arena)
{
    struct ib_machine machine;
    struct ib_pass_context context = {0};
    ib_machine_describe(arena, &machine);
    ib_limits_use(arena, &machine, &context);
    return context.limits;
}

static bool open_shared(struct ib_checking *k, struct shared *shared)
{
    struct ib_outcome outcome;
    *shared = (struct shared){.oracle_cache = {.budget_ns = k->request->timeout_ns}};
    shared->oracle_cache.work = &shared->work;
    enum ib_status status = ib_workspace_open(NULL, &shared->work);
    if (status == IB_OK) {
        shared->limits = known_limits(&shared->work.arena);
        return true;
    }
    ib_outcome_error(&outcome, status);
    ib_check_result_add(k->check_result,
                        ib_checking_failure(k, IB_LEVEL_TRAININGS, "trainings", &outcome, ""));
    return false;
}

static void close_shared(struct shared *shared)
{
    ib_oracle_cache_free(&shared->oracle_cache);
    ib_workspace_close(&shared->work);
}

static struct attempt begin(struct ib_checking *k, struct shared *shared, const struct ib_check_case *of)
{
    return (struct attempt){.k = k,
                            .of = of,
                            .context = {.measure = &of->config.measure,
                                        .timeout_name = "--timeout",
                                        .work = &shared->work,
                                        .cache = k->cache,
                                        .oracle_cache = &shared->oracle_cache,
                                        .limits = shared->limits}};
}

void ib_checking_trainings(struct ib_checking *k, const struct ib_check_cases *cases)
{
    struct shared shared;
    if (!open_shared(k, &shared))
        return;
    for (size_t i = 0; i < cases->n; i++) {
        const struct ib_check_case *of = &cases->list[i];
        if (!ib_checking_continues(k, IB_LEVEL_TRAININGS, of->subject))
            continue;
        struct attempt t = begin(k, &shared, of);
        run_checked(&t, &t.checked);
        if (judge(&t, IB_LEVEL_TRAININGS, IB_LEVEL_PREDICTIONS))
            repeat(&t);
        ib_arena_free(&t.arena);
    }
    close_shared(&shared);
}

/* ---- options ---- */

/* Returns false if the option has no such value on this machine; if `required`, that counts as skipped. */
static bool check_option(struct ib_checking *k, struct shared *shared, const char *option, bool required)
{
    struct ib_check_case of;
    bool supported = true;
    if (!ib_checking_continues(k, IB_LEVEL_OPTIONS, option))
        return true;
    if (ib_check_case_for_option(k->registry, k->request, option, &of) == IB_OK) {
        struct attempt t = begin(k, shared, &of);
        run_checked(&t, &t.checked);
        supported = is_supported(&t);
        if (supported || required)
            judge(&t, IB_LEVEL_OPTIONS, IB_LEVEL_OPTIONS);
        ib_arena_free(&t.arena);
    } else {
        ib_check_result_skip(k->check_result, IB_LEVEL_OPTIONS, ib_error_text());
    }
    ib_check_case_close(&of);
    return supported;
}

static bool is_given(const struct ib_check_request *request, const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; request->options[i]; i++)
        if (strncmp(request->options[i], name, length) == 0 && request->options[i][length] == '=')
            return true;
    return false;
}

/* Checks every value of "a|b|c" except the default, which all other trainings use. */
static void check_values(struct ib_checking *k, struct shared *shared, const struct ib_option *option,
                         const char *allowed)
{
    for (const char *item = allowed; item[0];
         item += strcspn(item, "|") + (item[strcspn(item, "|")] == '|')) {
        const char *value = ib_arena_print(&k->check_result->arena, "%.*s", (int)strcspn(item, "|"), item);
        if (strcmp(value, option->default_value) != 0)
            check_option(k, shared, ib_arena_print(&k->check_result->arena, "%s=%s", option->name, value),
                         true);
    }
}

/* Returns true if the option has this value on this machine. */
static bool check_number(struct ib_checking *k, struct shared *shared, const struct ib_option *option,
                         long long value, bool required)
{
    const char *text = ib_arena_print(&k->check_result->arena, "%s=%lld", option->name, value);
    return strcmp(text + strlen(option->name) + 1, option->default_value) == 0 ||
           check_option(k, shared, text, required);
}

enum { HALVINGS = 4 };

/* Checks the least value, the next one (often the first with more than one thread or block), the greatest,
 * and one in between at random. A range holds for all machines; if this one does not support its end, half of
 * that is tried. */
static void check_range(struct ib_checking *k, struct shared *shared, const struct ib_option *option,
                        long long min, long long max)
{
    bool supported = false;
    check_number(k, shared, option, min, true);
    if (max > min)
        check_number(k, shared, option, min + 1, false);
    for (int i = 0; i <= HALVINGS && max > min + 1 && !supported; i++, max /= 2) {
        supported = check_number(k, shared, option, max, false);
        if (supported && max > min + 2)
            check_number(k, shared, option,
                         min + 2 + (long long)ib_random_between(0, (uint64_t)(max - min - 3)), false);
    }
}

void ib_checking_options(struct ib_checking *k)
{
    struct shared shared;
    const struct ib_option *option = k->model_case->impl->info->options;
    if (!option->name || !open_shared(k, &shared))
        return;
    for (; option->name; option++) {
        long long min, max;
        if (is_given(k->request, option->name))
            continue;
        if (option->type == IB_OPTION_BOOL)
            check_values(k, &shared, option, "true|false");
        else if (option->type == IB_OPTION_TEXT && option->allowed)
            check_values(k, &shared, option, option->allowed);
        else if (option->allowed && sscanf(option->allowed, "%lld..%lld", &min, &max) == 2)
            check_range(k, &shared, option, min, max);
    }
    close_shared(&shared);
}
