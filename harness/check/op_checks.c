/* Loading, memory, operations and gradients, checked by one worker, which is replaced if it dies. */
#include "check/op_checks.h"
#include "opcheck/op_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- requests ---- */

static void note_test(void *context, uint64_t number, double unused)
{
    (void)unused;
    ((struct ib_checking *)context)->test = number;
}

static bool start_worker(struct ib_checking *k, struct ib_outcome *outcome)
{
    if (k->worker)
        return true;
    const struct ib_worker_files files = {.plugin = k->model_case->impl->info->plugin, .cache = k->cache};
    if (!ib_worker_start(NULL, NULL, &files, k->request->timeout_ns, &k->worker, outcome))
        return false;
    ib_worker_process_on_progress(k->worker, note_test, k);
    return ib_worker_process_limit_memory(k->worker, IB_CHECK_MEMORY_BYTES, IB_MEMORY_AUTO, outcome);
}

static json_t *settings_of(const struct ib_case *c)
{
    json_t *settings = json_object();
    for (size_t i = 0; i < c->impl->n_settings; i++)
        json_object_set_new(settings, c->impl->settings[i].name, json_string(c->impl->settings[i].value));
    return settings;
}

/* Sends a request and returns the answer. Without one returns NULL, sets the outcome, and sets *output to the
 * worker's last output. */
static json_t *ask_once(struct ib_checking *k, json_t *request, struct ib_outcome *outcome,
                        const char **output)
{
    json_t *answer = NULL;
    k->test = 0;
    *output = "";
    if (start_worker(k, outcome) &&
        ib_worker_process_ask(k->worker, json_incref(request), k->request->timeout_ns, &answer, outcome))
        return answer;
    *output = k->worker ? ib_arena_copy(&k->check_result->arena, ib_worker_process_output(k->worker)) : "";
    ib_worker_process_end(k->worker);
    k->worker = NULL;
    return NULL;
}

/* The same for the fields of one part, taking their reference. Repeated if the worker is killed from outside.
 */
static json_t *ask(struct ib_checking *k, json_t *part, struct ib_outcome *outcome, const char **output)
{
    const struct ib_impl_info *info = k->model_case->impl->info;
    struct ib_retry retry = ib_retry_begin();
    json_t *answer;
    json_t *request = json_pack("{s:s, s:s, s:s*, s:o}", "type", "check", "impl", info->name, "plugin",
                                info->plugin, "options", settings_of(k->model_case));
    json_object_update(request, part);
    json_decref(part);
    do
        answer = ask_once(k, request, outcome, output);
    while (!answer && ib_retry_after_kill(&retry));
    json_decref(request);
    if (!answer)
        ib_checking_failed(k, outcome);
    return answer;
}

static const char *text_of(struct ib_checking *k, const json_t *answer, const char *field)
{
    const char *text = json_string_value(json_object_get(answer, field));
    return text ? ib_arena_copy(&k->check_result->arena, text) : "";
}

/* ---- an operation ---- */

/* "0.5", "NaN": a value as sent, with enough digits to distinguish it from `other`. */
static const char *value_text(struct ib_arena *arena, const json_t *value, const json_t *other)
{
    if (json_is_string(value))
        return json_string_value(value);
    const double is = json_number_value(value), should = json_number_value(other);
    for (int digits = 6; digits < 17; digits += 3) {
        const char *text = ib_arena_print(arena, "%.*g", digits, is);
        if (!json_is_number(other) || strcmp(text, ib_arena_print(arena, "%.*g", digits, should)) != 0)
            return text;
    }
    return ib_arena_print(arena, "%.17g", is);
}

/* "C[0, 1] is 0, expected 4.5; 200 of 204 elements are wrong", or the text that the worker sent. */
static const char *detail_of(struct ib_checking *k, const json_t *answer)
{
    struct ib_arena *arena = &k->check_result->arena;
    const json_t *element = json_object_get(answer, "element");
    const json_t *got = json_object_get(answer, "got"), *expected = json_object_get(answer, "expected");
    if (!element)
        return text_of(k, answer, "text");
    return ib_arena_print(arena,
                          "%s[%" PRId64 ", %" PRId64 "] is %s, expected %s; %" PRId64 " of %" PRId64
                          " elements %s wrong",
                          json_string_value(json_object_get(answer, "operand")),
                          (int64_t)json_integer_value(json_array_get(element, 0)),
                          (int64_t)json_integer_value(json_array_get(element, 1)),
                          value_text(arena, got, expected), value_text(arena, expected, got),
                          (int64_t)json_integer_value(json_object_get(answer, "wrong_elements")),
                          (int64_t)json_integer_value(json_object_get(answer, "elements")),
                          json_integer_value(json_object_get(answer, "wrong_elements")) == 1 ? "is" : "are");
}

static const char *extent_of(struct ib_checking *k, const json_t *answer)
{
    const char *where = json_string_value(json_object_get(answer, "where"));
    return ib_arena_print(&k->check_result->arena, "%" PRId64 " of %" PRId64 " checks %s wrong%s%s",
                          (int64_t)json_integer_value(json_object_get(answer, "wrong")),
                          (int64_t)json_integer_value(json_object_get(answer, "checks")),
                          json_integer_value(json_object_get(answer, "wrong")) == 1 ? "is" : "are",
                          where && where[0] ? ", " : "", where ? where : "");
}

static json_t *evidence_of(const json_t *answer)
{
    static const char *const fields[] = {"operand", "element", "got", "expected", "checks", "wrong"};
    json_t *evidence = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (json_object_get(answer, fields[i]))
            json_object_set(evidence, fields[i], json_object_get(answer, fields[i]));
    return evidence;
}

static void add_wrong_operation(struct ib_checking *k, const struct ib_operation *operation,
                                enum ib_dtype type, const char *subject, const json_t *answer)
{
    const char *pattern = text_of(k, answer, "pattern");
    ib_check_result_add(k->check_result,
                        (struct ib_check_finding){.level = IB_LEVEL_OPERATIONS,
                                                  .subject = subject,
                                                  .operation = operation->name,
                                                  .dtype = ib_word_of(ib_dtype_words, (int)type),
                                                  .status = IB_CASE_OK,
                                                  .pattern = pattern[0] ? pattern : "gives wrong values",
                                                  .detail = detail_of(k, answer),
                                                  .shape = text_of(k, answer, "shape"),
                                                  .where = extent_of(k, answer),
                                                  .evidence = evidence_of(answer),
                                                  .output = ""});
}

static void check_operation(struct ib_checking *k, const struct ib_operation *operation, enum ib_dtype type)
{
    const char *dtype = ib_word_of(ib_dtype_words, (int)type), *output;
    const char *subject = ib_arena_print(&k->check_result->arena, "%s %s", operation->name, dtype);
    struct ib_outcome outcome;
    if (!ib_checking_continues(k, IB_LEVEL_OPERATIONS, subject))
        return;
    json_t *answer = ask(k,
                         json_pack("{s:s, s:s, s:s, s:b}", "part", "operation", "operation", operation->name,
                                   "dtype", dtype, "quick", (int)k->request->quick),
                         &outcome, &output);
    if (!answer && outcome.status == IB_CASE_UNSUPPORTED) {
        if (!operation->joined || k->request->operations[0]) /* without one, nothing is missing */
            ib_check_result_skip(k->check_result, IB_LEVEL_OPERATIONS, outcome.reason);
    } else if (!answer) {
        char shape[512];
        struct ib_check_finding finding =
            ib_checking_failure(k, IB_LEVEL_OPERATIONS, subject, &outcome, output);
        ib_operation_describe(operation, type, k->request->quick, k->test, shape, sizeof shape);
        finding.operation = operation->name;
        finding.dtype = dtype;
        finding.shape = ib_arena_copy(&k->check_result->arena, shape);
        ib_check_result_add(k->check_result, finding);
    } else if (json_integer_value(json_object_get(answer, "wrong"))) {
        add_wrong_operation(k, operation, type, subject, answer);
    } else {
        ib_check_result_right(k->check_result, IB_LEVEL_OPERATIONS);
    }
    k->check_result->tally[IB_LEVEL_OPERATIONS].calls +=
        (uint64_t)json_integer_value(json_object_get(answer, "checks"));
    json_decref(answer);
}

/* ---- the other parts ---- */

/* Checks a part that counts as a single check. */
static void check_part(struct ib_checking *k, enum ib_level level, const char *subject, json_t *part)
{
    const char *output;
    struct ib_outcome outcome;
    if (!ib_checking_continues(k, level, subject)) {
        json_decref(part);
        return;
    }
    json_t *answer = ask(k, part, &outcome, &output);
    if (!answer && outcome.status == IB_CASE_UNSUPPORTED)
        ib_check_result_skip(k->check_result, level, outcome.reason);
    else if (!answer)
        ib_check_result_add(k->check_result, ib_checking_failure(k, level, subject, &outcome, output));
    else if (json_integer_value(json_object_get(answer, "wrong")))
        ib_check_result_add(k->check_result,
                            (struct ib_check_finding){.level = level,
                                                      .subject = subject,
                                                      .status = IB_CASE_OK,
                                                      .pattern = text_of(k, answer, "pattern"),
                                                      .detail = text_of(k, answer, "text"),
                                                      .shape = "",
                                                      .where = "",
                                                      .output = ""});
    else
        ib_check_result_right(k->check_result, level);
    json_decref(answer);
}

static bool is_wanted(const struct ib_check_request *request, const struct ib_operation *operation)
{
    for (size_t i = 0; request->operations[i]; i++)
        if (strcmp(request->operations[i], operation->name) == 0)
            return true;
    return !request->operations[0];
}

static void check_operations(struct ib_checking *k)
{
    for (size_t i = 0; i < IB_OPERATION_COUNT; i++)
        for (const struct ib_word *type = ib_dtype_words; type->word; type++)
            if (is_wanted(k->request, ib_operations[i]))
                check_operation(k, ib_operations[i], (enum ib_dtype)type->value);
            else if (!ib_operations[i]->joined)
                ib_check_result_skip(k->check_result, IB_LEVEL_OPERATIONS, IB_NOT_ASKED_FOR);
}

static void check_gradients(struct ib_checking *k)
{
    for (const struct ib_word *act = ib_act_words; act->word; act++)
        for (const struct ib_word *loss = ib_loss_words; loss->word; loss++)
            check_part(
                k, IB_LEVEL_GRADIENTS,
                ib_arena_print(&k->check_result->arena, "gradient %s %s", act->word, loss->word),
                json_pack("{s:s, s:s, s:s}", "part", "gradient", "act", act->word, "loss", loss->word));
}

static bool check_loading(struct ib_checking *k)
{
    const struct ib_impl_info *info = k->model_case->impl->info;
    struct ib_outcome outcome;
    const char *output;
    if (!info->available) {
        ib_outcome_set(&outcome, IB_CASE_UNAVAILABLE, "%s", info->reason);
        ib_check_result_add(k->check_result,
                            ib_checking_failure(k, IB_LEVEL_LOADS, info->name, &outcome, ""));
        return false;
    }
    if (info->command) { /* `describe` has already started it */
        ib_check_result_right(k->check_result, IB_LEVEL_LOADS);
        return true;
    }
    json_t *answer = ask(k, json_pack("{s:s}", "part", "offer"), &outcome, &output);
    if (answer)
        ib_check_result_right(k->check_result, IB_LEVEL_LOADS);
    else
        ib_check_result_add(k->check_result,
                            ib_checking_failure(k, IB_LEVEL_LOADS, info->name, &outcome, output));
    json_decref(answer);
    return answer != NULL;
}

bool ib_checking_parts(struct ib_checking *k)
{
    const bool loads = check_loading(k);
    if (loads && k->model_case->impl->info->command) {
        ib_check_result_skip(k->check_result, IB_LEVEL_OPERATIONS,
                             "an external program supports whole trainings only");
        return true;
    }
    if (loads && k->model_case->impl->info->device)
        check_part(k, IB_LEVEL_MEMORY, "uploads and downloads", json_pack("{s:s}", "part", "memory"));
    if (loads)
        check_operations(k);
    if (loads && k->request->operations[0])
        ib_check_result_skip(k->check_result, IB_LEVEL_GRADIENTS, IB_NOT_ASKED_FOR);
    else if (loads)
        check_gradients(k);
    ib_worker_process_end(k->worker);
    k->worker = NULL;
    return loads;
}
