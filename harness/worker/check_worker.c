#include "worker/check_worker.h"

#include "base/error.h"
#include "core/loss.h"
#include "opcheck/copy_check.h"
#include "opcheck/gradient_check.h"

#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SETTINGS = 64 };

/* JSON supports neither NaN nor infinities. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value)
                           : json_string(isnan(value) ? "NaN"
                                         : value > 0  ? "inf"
                                                      : "-inf");
}

static const char *text_of(const json_t *request, const char *field)
{
    return json_string_value(json_object_get(request, field));
}

/* ---- the parts: each returns its answer ---- */

typedef enum ib_status part_fn(const struct ib_instance *, const json_t *request, ib_op_test_started_fn *,
                               json_t **answer);

static enum ib_status answer_offer(const struct ib_instance *instance, const json_t *request,
                                   ib_op_test_started_fn *started, json_t **answer)
{
    (void)request, (void)started;
    const struct ib_impl *impl = instance->impl;
    json_t *names = json_array();
    for (size_t i = 0; i < IB_OPERATION_COUNT; i++)
        if (IB_HAS(impl, ops) && ib_operation_offered(ib_operations[i], impl->ops))
            json_array_append_new(names, json_string(ib_operations[i]->name));
    *answer = json_pack("{s:o, s:b, s:b, s:b, s:b}", "operations", names, "gradient",
                        IB_HAS(impl, ops) && ib_gradient_offered(impl->ops), "device", IB_HAS(impl, mem),
                        "fused", IB_HAS(impl, fused), "capture", IB_HAS(impl, capture));
    return IB_OK;
}

static enum ib_status answer_memory(const struct ib_instance *instance, const json_t *request,
                                    ib_op_test_started_fn *started, json_t **answer)
{
    (void)request, (void)started;
    uint64_t checks = 0;
    char text[192] = "";
    if (IB_HAS(instance->impl, mem))
        IB_TRY(ib_copy_check_run(instance, &checks, text, sizeof text));
    *answer =
        json_pack("{s:I, s:i, s:s}", "checks", (json_int_t)checks, "wrong", text[0] ? 1 : 0, "pattern", text);
    return IB_OK;
}

static json_t *examination_to_json(const struct ib_examination *x)
{
    const struct ib_op_test_result *r = &x->example;
    json_t *answer = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "checks", (json_int_t)x->checks, "wrong",
                               (json_int_t)x->wrong, "shape", x->shape, "pattern", x->pattern, "where",
                               x->where, "text", r->text);
    if (r->fault == IB_OP_TEST_CELLS)
        json_object_update_new(answer,
                               json_pack("{s:s, s:[I, I], s:o, s:o, s:I, s:I}", "operand", r->name, "element",
                                         (json_int_t)r->row, (json_int_t)r->col, "got", number(r->got),
                                         "expected", number((double)r->expected), "wrong_elements",
                                         (json_int_t)r->wrong, "elements", (json_int_t)r->cells));
    return answer;
}

/* Thousands of trials allocate arrays of some MiB. Otherwise the C library returns each to the system, which
 * hands out pages of zeros anew: a tenth of the time of a check, and zeros where an implementation reads what
 * it never wrote. No time is measured in this process. */
static void reuse_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that is allowed */
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

static enum ib_status answer_operation(const struct ib_instance *instance, const json_t *request,
                                       ib_op_test_started_fn *started, json_t **answer)
{
    const char *name = text_of(request, "operation"), *dtype = text_of(request, "dtype");
    const struct ib_operation *operation = name ? ib_operation_find(name) : NULL;
    struct ib_examination examination;
    int type;
    if (!operation || !dtype || !ib_word_value(ib_dtype_words, dtype, &type))
        return ib_fail(IB_EINVAL, "protocol", "check: unknown operation or dtype");
    if (!IB_HAS(instance->impl, ops) || !ib_operation_offered(operation, instance->impl->ops))
        return ib_fail(IB_EUNSUPPORTED, NULL, "%s is not implemented", name);
    reuse_memory();
    enum ib_status status =
        ib_operation_examine(instance, operation, (enum ib_dtype)type,
                             json_is_true(json_object_get(request, "quick")), started, &examination);
    if (status == IB_OK)
        *answer = examination_to_json(&examination);
    return status;
}

static enum ib_status answer_gradient(const struct ib_instance *instance, const json_t *request,
                                      ib_op_test_started_fn *started, json_t **answer)
{
    (void)started;
    const char *act = text_of(request, "act"), *loss = text_of(request, "loss");
    int act_value, loss_value;
    struct ib_gradient_finding finding;
    if (!act || !loss || !ib_word_value(ib_act_words, act, &act_value) ||
        !ib_word_value(ib_loss_words, loss, &loss_value))
        return ib_fail(IB_EINVAL, "protocol", "check: unknown activation or loss");
    if (!IB_HAS(instance->impl, ops) || !ib_gradient_offered(instance->impl->ops))
        return ib_fail(IB_EUNSUPPORTED, NULL,
                       "an operation that the gradient check needs is not implemented");
    IB_TRY(ib_loss_require(NULL, (enum ib_loss)loss_value, ib_impl_losses(instance->impl)));
    IB_TRY(ib_gradient_run(instance, (enum ib_act)act_value, (enum ib_loss)loss_value, &finding));
    *answer = json_pack("{s:i, s:i, s:s, s:s}", "checks", 1, "wrong", finding.pattern[0] ? 1 : 0, "pattern",
                        finding.pattern, "text", finding.detail);
    return IB_OK;
}

/* ---- one request ---- */

static const struct {
    const char *name;
    part_fn *answer;
} parts[] = {
    {"offer", answer_offer},
    {"memory", answer_memory},
    {"operation", answer_operation},
    {"gradient", answer_gradient},
};

static part_fn *find_part(const json_t *request)
{
    const char *name = text_of(request, "part");
    for (size_t i = 0; name && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].name, name) == 0)
            return parts[i].answer;
    return NULL;
}

static size_t read_settings(const json_t *request, struct ib_setting settings[MAX_SETTINGS])
{
    const char *name;
    json_t *value;
    size_t n = 0;
    json_object_foreach (json_object_get(request, "options"), name, value)
        if (n < MAX_SETTINGS && json_is_string(value))
            settings[n++] = (struct ib_setting){name, json_string_value(value)};
    return n;
}

enum ib_status ib_check_worker_answer(const json_t *request, ib_op_test_started_fn *started, json_t **answer)
{
    const struct ib_impl *impl;
    struct ib_instance instance;
    struct ib_setting settings[MAX_SETTINGS];
    const char *name = text_of(request, "impl");
    part_fn *part = find_part(request);
    if (!part || !name)
        return ib_fail(IB_EINVAL, "protocol", "check: `impl` or `part` is missing or unknown");
    IB_TRY(ib_impl_load(name, text_of(request, "plugin"), &impl));
    IB_TRY(ib_instance_open(impl, settings, read_settings(request, settings), &instance));
    enum ib_status status = part(&instance, request, started, answer);
    ib_instance_close(&instance);
    if (status == IB_OK)
        json_object_set_new(*answer, "type", json_string("checked"));
    return status;
}
