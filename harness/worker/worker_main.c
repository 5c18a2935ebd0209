#include "worker/worker_main.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/json_text.h"
#include "plugin/describe.h"
#include "worker/check_worker.h"
#include "worker/limits_worker.h"
#include "worker/session.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    struct ib_session session;
    json_t *problem; /* owns the strings of the session */
};

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static enum ib_status send(json_t *message)
{
    enum ib_status status = ib_protocol_write(IB_PROTOCOL_OUT, message);
    json_decref(message);
    return status;
}

static void send_progress(uint64_t epoch, double loss)
{
    send(json_pack("{s:s, s:I, s:o}", "type", "progress", "epoch", (json_int_t)epoch, "loss",
                   real_or_null(loss)));
}

static enum ib_status send_error(enum ib_status error)
{
    struct ib_outcome outcome;
    ib_outcome_error(&outcome, error);
    return send(json_pack("{s:s, s:s, s:o}", "type", "error", "status",
                          ib_word_of(ib_case_status_words, (int)outcome.status), "message",
                          ib_json_text(outcome.reason)));
}

/* ---- requests: each returns its answer or an error ---- */

static const char *text_of(const json_t *request, const char *field)
{
    return json_string_value(json_object_get(request, field));
}

static enum ib_status answer_describe(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    json_t *impls;
    bool whole = !json_is_true(json_object_get(request, "tables_only"));
    IB_TRY(ib_describe_plugin(text_of(request, "plugin"), whole, &impls));
    *answer = json_pack("{s:s, s:o}", "type", "impls", "impls", impls);
    return IB_OK;
}

/* Answers `probe` or `libraries`, by a function that describes one implementation. */
static enum ib_status answer_about_impl(const json_t *request, json_t **answer,
                                        enum ib_status (*describe)(const char *, const char *, json_t **))
{
    const char *impl = text_of(request, "impl");
    json_t *description;
    if (!impl)
        return ib_fail(IB_EINVAL, "protocol", "a request about an implementation requires `impl`");
    IB_TRY(describe(text_of(request, "plugin"), impl, &description));
    *answer = json_pack("{s:s, s:o}", "type", "impl", "impl", description);
    return IB_OK;
}

static enum ib_status answer_probe(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    return answer_about_impl(request, answer, ib_describe_probe);
}

static enum ib_status answer_libraries(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    return answer_about_impl(request, answer, ib_describe_libraries);
}

static enum ib_status answer_problem(struct worker *w, const json_t *request, json_t **answer)
{
    ib_session_close(&w->session);
    json_decref(w->problem);
    w->problem = json_incref((json_t *)(uintptr_t)request);
    IB_TRY(ib_session_open(request, &w->session));
    *answer = json_pack("{s:s}", "type", "ready");
    return IB_OK;
}

static enum ib_status answer_train(struct worker *w, const json_t *request, json_t **answer)
{
    struct ib_train_request train;
    struct ib_pass_result result;
    const uint64_t begin = ib_now_ns();
    IB_TRY(ib_train_request_from_json(request, &train));
    if (!w->session.open)
        return ib_fail(IB_EINVAL, "protocol", "`train` received before `problem`");
    switch (train.pass) {
    case IB_PASS_CHECKED:
        IB_TRY(ib_session_checked(&w->session, &train, send_progress, &result));
        break;
    case IB_PASS_PROFILED:
        IB_TRY(ib_session_profiled(&w->session, &train, &result));
        break;
    case IB_PASS_COUNTED:
        IB_TRY(ib_session_counted(&w->session, &train, &result));
        break;
    case IB_PASS_TIMED:
        IB_TRY(ib_session_timed(&w->session, &train, &result));
        break;
    }
    result.request_ns = ib_now_ns() - begin;
    *answer = ib_pass_result_to_json(&result);
    return IB_OK;
}

/* ---- the oracle ---- */

/* Returns the initial parameters as one array of f64, which the caller frees; NULL: out of memory. */
static double *read_start(const struct ib_job_arrays *arrays, const struct ib_network *net)
{
    double *params = malloc(ib_network_size(net) * sizeof *params), *next = params;
    for (uint32_t p = 0; params && p < ib_network_params(net); p++)
        for (uint64_t i = 0; i < ib_network_param_size(net, p); i++)
            *next++ = ib_npy_at(&arrays->start[p], i);
    return params;
}

static enum ib_status train_oracle(const struct ib_oracle_problem *problem, const char *folder,
                                   json_t **answer)
{
    struct ib_trajectory trajectory = {0};
    enum ib_status status = ib_oracle_train(problem, &trajectory);
    if (status == IB_OK)
        status = ib_session_save_curve(folder, &trajectory.curve);
    if (status == IB_OK)
        status = ib_session_save(folder, "params", IB_F64, trajectory.size, 1, trajectory.params);
    *answer = json_pack("{s:s, s:I}", "type", "done", "epochs", (json_int_t)trajectory.epochs);
    ib_trajectory_free(&trajectory);
    return status;
}

static enum ib_status step_oracle(const struct ib_oracle_problem *problem, const char *folder,
                                  json_t **answer)
{
    const uint64_t size = ib_sketch_size(&problem->spec.net);
    uint64_t epoch = 1;
    double loss, *sketch = malloc(size * sizeof *sketch);
    if (!sketch)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for the gradient's sketch");
    enum ib_status status = ib_oracle_step(problem, &loss, sketch);
    if (status == IB_OK)
        status = ib_session_save_curve(folder, &(struct ib_curve){1, &epoch, &loss});
    if (status == IB_OK)
        status = ib_session_save(folder, "params", IB_F64, size, 1, sketch);
    *answer = json_pack("{s:s, s:I}", "type", "done", "epochs", (json_int_t)1);
    free(sketch);
    return status;
}

static enum ib_status run_oracle(const struct ib_job *job, const struct ib_oracle_request *request,
                                 const struct ib_job_arrays *arrays, json_t **answer)
{
    double *start = read_start(arrays, &job->spec.net);
    if (!start)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for the parameters");
    struct ib_oracle_problem problem = {.spec = job->spec,
                                        .arithmetic = request->arithmetic,
                                        .params = start,
                                        .epochs = request->epochs,
                                        .budget_ns = request->budget_ns};
    ib_oracle_use_rows(&problem, &arrays->x, &arrays->y);
    problem.order = arrays->order.data;
    problem.at_step = request->at_step;
    enum ib_status status = (request->step ? step_oracle : train_oracle)(&problem, request->out, answer);
    free(start);
    return status;
}

static enum ib_status answer_oracle(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    struct ib_arena arena = {0};
    struct ib_job job;
    struct ib_oracle_request oracle;
    struct ib_job_arrays arrays = {0};
    enum ib_status status = ib_job_from_json(request, &arena, &job);
    if (status == IB_OK)
        status = ib_oracle_request_from_json(request, &oracle);
    if (status == IB_OK)
        status = ib_job_arrays_open(&job, &arrays);
    if (status == IB_OK)
        status = run_oracle(&job, &oracle, &arrays, answer);
    ib_job_arrays_close(&arrays);
    ib_arena_free(&arena);
    return status;
}

/* ---- check ---- */

static void send_started(uint64_t number)
{
    send(json_pack("{s:s, s:I}", "type", "progress", "epoch", (json_int_t)number));
}

static enum ib_status answer_check(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    return ib_check_worker_answer(request, send_started, answer);
}

static enum ib_status answer_limits(struct worker *w, const json_t *request, json_t **answer)
{
    (void)w;
    return ib_limits_worker_answer(request, answer);
}

/* ---- the loop ---- */

static const struct {
    const char *type;
    enum ib_status (*answer)(struct worker *, const json_t *request, json_t **answer);
} requests[] = {
    {"describe", answer_describe}, {"probe", answer_probe},   {"libraries", answer_libraries},
    {"problem", answer_problem},   {"train", answer_train},   {"oracle", answer_oracle},
    {"check", answer_check},       {"limits", answer_limits},
};

static enum ib_status answer_request(struct worker *w, const json_t *request)
{
    const char *type = text_of(request, "type");
    json_t *answer = NULL;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (!type || strcmp(type, requests[i].type) != 0)
            continue;
        enum ib_status status = requests[i].answer(w, request, &answer);
        if (status == IB_OK)
            return send(answer);
        json_decref(answer);
        return send_error(status);
    }
    return send_error(ib_fail(IB_EINVAL, "protocol", "unknown request type `%s`", type ? type : ""));
}

int ib_worker_main(void)
{
    static struct worker worker; /* static because it is large, and must not move */
    char *line = NULL;
    size_t capacity = 0;
    if (fcntl(IB_PROTOCOL_IN, F_GETFD) < 0 || fcntl(IB_PROTOCOL_OUT, F_GETFD) < 0) {
        fprintf(stderr, "ironbench: a worker is started by the program itself, with descriptors %d and %d\n",
                IB_PROTOCOL_IN, IB_PROTOCOL_OUT);
        return 2;
    }
    FILE *in = fdopen(IB_PROTOCOL_IN, "r");
    enum ib_status status = send(json_pack("{s:s, s:i}", "type", "hello", "version", IB_PROTOCOL_VERSION));
    while (status == IB_OK && getline(&line, &capacity, in) > 0) {
        json_t *request = json_loads(line, 0, NULL);
        ib_fail(IB_OK, NULL,
                "failed without giving a reason"); /* the default, until the request sets a better one */
        status = answer_request(&worker, request);
        json_decref(request);
    }
    ib_session_close(&worker.session);
    json_decref(worker.problem);
    free(line);
    fclose(in);
    return status == IB_OK ? 0 : 4;
}
