#include "worker/protocol.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct ib_word ib_pass_words[] = {{"checked", IB_PASS_CHECKED}, {"timed", IB_PASS_TIMED}, {NULL, 0}};

enum ib_status ib_protocol_write(int fd, const json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    if (!text)
        return ib_fail(IB_EINTERNAL, "protocol", "a message that is no JSON");
    size_t length = strlen(text), done = 0;
    text[length++] = '\n'; /* in place of the terminating zero */
    while (done < length) {
        ssize_t n = write(fd, text + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    free(text);
    return done == length ? IB_OK : ib_fail_errno("protocol", "cannot write a message");
}

/* json_unpack with our error: the field that is missing or of the wrong type. */
#define UNPACK(message, ...)                                                                                 \
    do {                                                                                                     \
        json_error_t unpack_error;                                                                           \
        if (json_unpack_ex((json_t *)(uintptr_t)(message), &unpack_error, 0, __VA_ARGS__) != 0)              \
            return ib_fail(IB_EINVAL, "protocol", "%s", unpack_error.text);                                  \
    } while (0)

static enum ib_status word_value(const struct ib_word *table, const char *field, const char *word, int *out)
{
    char list[256];
    if (ib_word_value(table, word, out))
        return IB_OK;
    return ib_fail(IB_EINVAL, "protocol", "%s: `%s`, allowed: %s", field, word,
                   ib_word_list(table, list, sizeof list));
}

/* ---- problem ---- */

static json_t *layers_to_json(const struct ib_network *net)
{
    json_t *layers = json_array();
    for (uint32_t l = 0; l <= net->n_layers; l++)
        json_array_append_new(layers, json_integer((json_int_t)net->width[l]));
    return layers;
}

static json_t *params_to_json(const struct ib_job *job)
{
    json_t *params = json_array();
    for (uint32_t p = 0; p < ib_network_params(&job->net); p++)
        json_array_append_new(params,
                              json_pack("{s:s, s:s}", "name", job->param_name[p], "path", job->start[p]));
    return params;
}

static json_t *settings_to_json(const struct ib_job *job)
{
    json_t *settings = json_object();
    for (size_t i = 0; i < job->n_settings; i++)
        json_object_set_new(settings, job->settings[i].name, json_string(job->settings[i].value));
    return settings;
}

json_t *ib_job_to_json(const struct ib_job *job, const char *type)
{
    return json_pack(
        "{s:s, s:s, s:s*, s:o, s:s, s:s, s:s, s:s*, s:s, s:f, s:I, s:I, s:o, s:s, s:s, s:s, s:o}", "type",
        type, "impl", job->impl, "plugin", job->plugin, "options", settings_to_json(job), "residency",
        ib_word_of(ib_residency_words, (int)job->residency), "model", job->model, "dtype",
        ib_word_of(ib_dtype_words, (int)job->dtype), "act",
        job->net.act ? ib_word_of(ib_act_words, (int)job->net.act) : NULL, "loss",
        ib_word_of(ib_loss_words, (int)job->net.loss), "lr", job->lr, "rows", (json_int_t)job->rows,
        "test_rows", (json_int_t)job->test_rows, "layers", layers_to_json(&job->net), "x", job->x, "y",
        job->y, "x_test", job->x_test, "params", params_to_json(job));
}

static enum ib_status layers_from_json(const json_t *layers, struct ib_network *net)
{
    size_t n = json_array_size(layers);
    if (n < 2 || n > IB_MAX_LAYERS + 1)
        return ib_fail(IB_EINVAL, "protocol", "layers: %zu sizes, allowed: 2 to %d", n, IB_MAX_LAYERS + 1);
    net->n_layers = (uint32_t)n - 1;
    for (size_t l = 0; l < n; l++) {
        json_int_t width = json_integer_value(json_array_get(layers, l));
        if (width < 1)
            return ib_fail(IB_EINVAL, "protocol", "layers: a size of %lld, allowed: at least 1",
                           (long long)width);
        net->width[l] = (uint64_t)width;
    }
    return IB_OK;
}

static enum ib_status params_from_json(const json_t *params, struct ib_job *job)
{
    if (json_array_size(params) != ib_network_params(&job->net))
        return ib_fail(IB_EINVAL, "protocol", "params: %zu, but the layers have %u", json_array_size(params),
                       ib_network_params(&job->net));
    for (uint32_t p = 0; p < ib_network_params(&job->net); p++) {
        const char *name;
        UNPACK(json_array_get(params, p), "{s:s, s:s}", "name", &name, "path", &job->start[p]);
        strncpy(job->param_name[p], name, sizeof job->param_name[p] - 1);
    }
    return IB_OK;
}

static enum ib_status settings_from_json(json_t *options, struct ib_arena *arena, struct ib_job *job)
{
    struct ib_setting *settings = ib_arena_alloc(arena, json_object_size(options) * sizeof *settings);
    const char *name;
    json_t *value;
    json_object_foreach (options, name, value) {
        if (!json_is_string(value))
            return ib_fail(IB_EINVAL, "protocol", "options: %s is not a string", name);
        settings[job->n_settings++] = (struct ib_setting){name, json_string_value(value)};
    }
    job->settings = settings;
    return IB_OK;
}

enum ib_status ib_job_from_json(const json_t *message, struct ib_arena *arena, struct ib_job *out)
{
    struct ib_job job = {0};
    const char *residency, *dtype, *loss, *act = NULL;
    json_t *options, *layers, *params;
    json_int_t rows, test_rows;
    int residency_value, dtype_value, loss_value, act_value = 0;

    UNPACK(message, "{s:s, s?:s, s:o, s:s, s:s, s:s, s?:s, s:s, s:F, s:I, s:I, s:o, s:s, s:s, s:s, s:o}",
           "impl", &job.impl, "plugin", &job.plugin, "options", &options, "residency", &residency, "model",
           &job.model, "dtype", &dtype, "act", &act, "loss", &loss, "lr", &job.lr, "rows", &rows, "test_rows",
           &test_rows, "layers", &layers, "x", &job.x, "y", &job.y, "x_test", &job.x_test, "params", &params);
    if (rows < 0 || test_rows < 0)
        return ib_fail(IB_EINVAL, "protocol", "rows and test_rows must not be negative");
    IB_TRY(word_value(ib_residency_words, "residency", residency, &residency_value));
    IB_TRY(word_value(ib_dtype_words, "dtype", dtype, &dtype_value));
    IB_TRY(word_value(ib_loss_words, "loss", loss, &loss_value));
    if (act)
        IB_TRY(word_value(ib_act_words, "act", act, &act_value));
    job.residency = (enum ib_residency)residency_value;
    job.dtype = (enum ib_dtype)dtype_value;
    job.net.loss = (enum ib_loss)loss_value;
    job.net.act = (enum ib_act)act_value;
    job.rows = (uint64_t)rows;
    job.test_rows = (uint64_t)test_rows;
    IB_TRY(layers_from_json(layers, &job.net));
    IB_TRY(params_from_json(params, &job));
    IB_TRY(settings_from_json(options, arena, &job));
    *out = job;
    return IB_OK;
}

/* ---- train ---- */

json_t *ib_train_request_to_json(const struct ib_train_request *request)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:s}", "type", "train", "pass",
                     ib_word_of(ib_pass_words, (int)request->pass), "epochs", (json_int_t)request->epochs,
                     "log_every", (json_int_t)request->log_every, "min_time_ns",
                     (json_int_t)request->min_time_ns, "warmup", (json_int_t)request->warmup, "out",
                     request->out);
}

enum ib_status ib_train_request_from_json(const json_t *message, struct ib_train_request *out)
{
    const char *pass, *folder;
    json_int_t epochs, log_every, min_time_ns, warmup;
    int kind;
    UNPACK(message, "{s:s, s:I, s:I, s:I, s:I, s:s}", "pass", &pass, "epochs", &epochs, "log_every",
           &log_every, "min_time_ns", &min_time_ns, "warmup", &warmup, "out", &folder);
    IB_TRY(word_value(ib_pass_words, "pass", pass, &kind));
    if (epochs < 1 || log_every < 0 || min_time_ns < 0 || warmup < 0)
        return ib_fail(IB_EINVAL, "protocol", "train: epochs must be at least 1, and nothing negative");
    *out = (struct ib_train_request){.pass = (enum ib_pass_kind)kind,
                                     .epochs = (uint64_t)epochs,
                                     .log_every = (uint64_t)log_every,
                                     .min_time_ns = (uint64_t)min_time_ns,
                                     .warmup = (uint64_t)warmup,
                                     .out = folder};
    return IB_OK;
}

/* ---- oracle ---- */

json_t *ib_oracle_request_to_json(const struct ib_job *job, const struct ib_oracle_request *request)
{
    json_t *message = ib_job_to_json(job, "oracle");
    json_t *more = json_pack("{s:I, s:I, s:s, s:b, s:s}", "epochs", (json_int_t)request->epochs, "budget_ns",
                             (json_int_t)request->budget_ns, "arithmetic",
                             ib_word_of(ib_dtype_words, (int)request->arithmetic), "reversed",
                             request->reversed, "out", request->out);
    json_object_update(message, more);
    json_decref(more);
    return message;
}

enum ib_status ib_oracle_request_from_json(const json_t *message, struct ib_oracle_request *out)
{
    json_int_t epochs, budget_ns;
    const char *arithmetic, *folder;
    int reversed, type;
    UNPACK(message, "{s:I, s:I, s:s, s:b, s:s}", "epochs", &epochs, "budget_ns", &budget_ns, "arithmetic",
           &arithmetic, "reversed", &reversed, "out", &folder);
    IB_TRY(word_value(ib_dtype_words, "arithmetic", arithmetic, &type));
    *out = (struct ib_oracle_request){.epochs = (uint64_t)epochs,
                                      .budget_ns = (uint64_t)budget_ns,
                                      .arithmetic = (enum ib_dtype)type,
                                      .reversed = reversed,
                                      .out = folder};
    return IB_OK;
}

/* ---- done ---- */

static json_t *traffic_to_json(const struct ib_traffic *t)
{
    return json_pack("[I, I, I, I]", (json_int_t)t->h2d_count, (json_int_t)t->h2d_bytes,
                     (json_int_t)t->d2h_count, (json_int_t)t->d2h_bytes);
}

static enum ib_status traffic_from_json(const json_t *value, struct ib_traffic *out)
{
    json_int_t n[4];
    UNPACK(value, "[I, I, I, I]", &n[0], &n[1], &n[2], &n[3]);
    *out = (struct ib_traffic){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3]};
    return IB_OK;
}

/* Only what moved: [phase, op, tensor, [h2d_count, h2d_bytes, d2h_count, d2h_bytes]], the first three by
 * number. */
static json_t *copies_to_json(const struct ib_ledger *ledger)
{
    json_t *rows = json_array();
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        for (int op = 0; op < IB_OP_COUNT; op++)
            for (uint32_t t = 0; t < ledger->n_tensors; t++) {
                const struct ib_traffic *traffic = &ledger->copies[phase][op][t];
                if (traffic->h2d_count || traffic->d2h_count)
                    json_array_append_new(
                        rows, json_pack("[i, i, i, o]", phase, op, (int)t, traffic_to_json(traffic)));
            }
    return rows;
}

static enum ib_status copies_from_json(const json_t *rows, struct ib_ledger *ledger)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        int phase, op, tensor;
        json_t *traffic;
        UNPACK(row, "[i, i, i, o]", &phase, &op, &tensor, &traffic);
        if (phase < 0 || phase >= IB_PHASE_COUNT || op < 0 || op >= IB_OP_COUNT || tensor < 0 ||
            (uint32_t)tensor >= ledger->n_tensors)
            return ib_fail(IB_EINVAL, "protocol", "ledger: no such phase, operation or tensor");
        IB_TRY(traffic_from_json(traffic, &ledger->copies[phase][op][tensor]));
    }
    return IB_OK;
}

static json_t *ledger_to_json(const struct ib_ledger *ledger)
{
    json_t *tensors = json_array(), *launches = json_array(), *syncs = json_array();
    for (uint32_t t = 0; t < ledger->n_tensors; t++)
        json_array_append_new(tensors, json_string(ledger->tensor[t]));
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        json_array_append_new(launches, json_integer((json_int_t)ledger->launches[phase]));
        json_array_append_new(syncs, json_integer((json_int_t)ledger->syncs[phase]));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "tensors", tensors, "launches", launches, "syncs", syncs,
                     "copies", copies_to_json(ledger));
}

static enum ib_status ledger_from_json(const json_t *value, struct ib_ledger *out)
{
    json_t *tensors, *launches, *syncs, *copies;
    UNPACK(value, "{s:o, s:o, s:o, s:o}", "tensors", &tensors, "launches", &launches, "syncs", &syncs,
           "copies", &copies);
    if (json_array_size(tensors) > IB_MAX_TENSORS)
        return ib_fail(IB_EINVAL, "protocol", "ledger: more than %d tensors", IB_MAX_TENSORS);
    out->n_tensors = (uint32_t)json_array_size(tensors);
    for (uint32_t t = 0; t < out->n_tensors; t++) {
        const char *name = json_string_value(json_array_get(tensors, t));
        strncpy(out->tensor[t], name ? name : "?", sizeof out->tensor[t] - 1);
    }
    for (size_t phase = 0; phase < IB_PHASE_COUNT; phase++) {
        out->launches[phase] = (uint64_t)json_integer_value(json_array_get(launches, phase));
        out->syncs[phase] = (uint64_t)json_integer_value(json_array_get(syncs, phase));
    }
    return copies_from_json(copies, out);
}

json_t *ib_pass_result_to_json(const struct ib_pass_result *r)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b, s:b, s:{s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:o?}",
                     "type", "done", "repeats", (json_int_t)r->repeats, "trained_ns",
                     (json_int_t)r->trained_ns, "thread_cpu_ns", (json_int_t)r->thread_cpu_ns,
                     "process_cpu_ns", (json_int_t)r->process_cpu_ns, "fused", r->fused, "fused_predict",
                     r->fused_predict, "phases_ns", "load", (json_int_t)r->phases.load_ns, "setup",
                     (json_int_t)r->phases.setup_ns, "train", (json_int_t)r->phases.train_ns, "readback",
                     (json_int_t)r->phases.readback_ns, "predict", (json_int_t)r->phases.predict_ns, "ledger",
                     ledger_to_json(&r->ledger), "total", traffic_to_json(&r->total), "copies",
                     r->has_copies ? traffic_to_json(&r->copies) : NULL);
}

enum ib_status ib_pass_result_from_json(const json_t *message, struct ib_pass_result *out)
{
    json_int_t repeats, trained_ns, thread_cpu_ns, process_cpu_ns, load, setup, train, readback, predict;
    int fused, fused_predict;
    json_t *ledger, *total, *copies;
    UNPACK(message, "{s:I, s:I, s:I, s:I, s:b, s:b, s:{s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:o}", "repeats",
           &repeats, "trained_ns", &trained_ns, "thread_cpu_ns", &thread_cpu_ns, "process_cpu_ns",
           &process_cpu_ns, "fused", &fused, "fused_predict", &fused_predict, "phases_ns", "load", &load,
           "setup", &setup, "train", &train, "readback", &readback, "predict", &predict, "ledger", &ledger,
           "total", &total, "copies", &copies);
    memset(out, 0, sizeof *out);
    out->repeats = (uint64_t)repeats;
    out->trained_ns = (uint64_t)trained_ns;
    out->thread_cpu_ns = (uint64_t)thread_cpu_ns;
    out->process_cpu_ns = (uint64_t)process_cpu_ns;
    out->fused = fused;
    out->fused_predict = fused_predict;
    out->phases = (struct ib_phases){(uint64_t)load, (uint64_t)setup, (uint64_t)train, (uint64_t)readback,
                                     (uint64_t)predict};
    IB_TRY(ledger_from_json(ledger, &out->ledger));
    IB_TRY(traffic_from_json(total, &out->total));
    out->has_copies = json_is_array(copies);
    return out->has_copies ? traffic_from_json(copies, &out->copies) : IB_OK;
}
