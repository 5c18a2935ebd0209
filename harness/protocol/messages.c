#include "protocol/messages.h"

#include "protocol/unpack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_GRACE_MS = 1000 };

const struct ib_word ib_pass_words[] = {{"checked", IB_PASS_CHECKED},
                                        {"profiled", IB_PASS_PROFILED},
                                        {"timed", IB_PASS_TIMED},
                                        {"counted", IB_PASS_COUNTED},
                                        {NULL, 0}};

/* Waits, for a limited time, until a full pipe is writable. */
static bool waits_for_room(int fd)
{
    struct pollfd full = {fd, POLLOUT, 0};
    return poll(&full, 1, WRITE_GRACE_MS) > 0;
}

enum ib_status ib_protocol_write(int fd, const json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    if (!text)
        return ib_fail(IB_EINTERNAL, "protocol", "a message cannot be written as JSON");
    size_t length = strlen(text), done = 0;
    text[length++] = '\n'; /* replaces the terminating NUL */
    while (done < length) {
        ssize_t n = write(fd, text + done, length - done);
        if (n < 0 && (errno == EINTR || (errno == EAGAIN && waits_for_room(fd))))
            continue;
        if (n < 0)
            break;
        done += (size_t)n;
    }
    free(text);
    return done == length ? IB_OK : ib_fail_errno("protocol", "cannot write a message");
}

static enum ib_status word_value(const struct ib_word *table, const char *field, const char *word, int *out)
{
    char list[256];
    if (ib_word_value(table, word, out))
        return IB_OK;
    return ib_fail(IB_EINVAL, "protocol", "%s: unknown value `%s`; allowed: %s", field, word,
                   ib_word_list(table, list, sizeof list));
}

/* Adds the fields of `more`, and frees it. */
static void update(json_t *message, json_t *more)
{
    json_object_update(message, more);
    json_decref(more);
}

/* ---- spec ---- */

static json_t *layers_to_json(const struct ib_network *net)
{
    json_t *layers = json_array();
    for (uint32_t l = 0; l <= net->n_layers; l++)
        json_array_append_new(layers, json_integer((json_int_t)net->width[l]));
    return layers;
}

/* Returns the fields of a message that describe the training; those of the optimiser only if they say more
 * than plain gradient descent. */
static json_t *spec_to_json(const struct ib_training_spec *spec)
{
    json_t *message = json_pack(
        "{s:s, s:s*, s:s, s:f, s:I, s:I, s:o}", "dtype", ib_word_of(ib_dtype_words, (int)spec->dtype), "act",
        spec->net.act ? ib_word_of(ib_act_words, (int)spec->net.act) : NULL, "loss",
        ib_word_of(ib_loss_words, (int)spec->net.loss), "lr", spec->lr, "rows", (json_int_t)spec->rows,
        "test_rows", (json_int_t)spec->test_rows, "layers", layers_to_json(&spec->net));
    if (spec->optimizer != IB_SGD)
        json_object_set_new(message, "optimizer",
                            json_string(ib_word_of(ib_optimizer_words, (int)spec->optimizer)));
    if (spec->weight_decay != 0)
        json_object_set_new(message, "weight_decay", json_real(spec->weight_decay));
    if (spec->batch)
        json_object_set_new(message, "batch", json_integer((json_int_t)spec->batch));
    return message;
}

static enum ib_status layers_from_json(const json_t *layers, struct ib_network *net)
{
    size_t n = json_array_size(layers);
    if (n < 2 || n > IB_MAX_LAYERS + 1)
        return ib_fail(IB_EINVAL, "protocol", "layers: %zu sizes; allowed: 2 to %d", n, IB_MAX_LAYERS + 1);
    net->n_layers = (uint32_t)n - 1;
    for (size_t l = 0; l < n; l++) {
        json_int_t width = json_integer_value(json_array_get(layers, l));
        if (width < 1)
            return ib_fail(IB_EINVAL, "protocol", "layers: a size is %lld; it must be at least 1",
                           (long long)width);
        net->width[l] = (uint64_t)width;
    }
    return IB_OK;
}

static enum ib_status spec_from_json(const json_t *message, struct ib_training_spec *out)
{
    struct ib_training_spec spec = {0};
    const char *dtype, *loss, *act = NULL, *optimizer = "sgd";
    json_t *layers;
    json_int_t rows, test_rows, batch = 0;
    int dtype_value, loss_value, optimizer_value, act_value = 0;
    IB_UNPACK(message, "{s:s, s?:s, s:s, s:F, s:I, s:I, s:o, s?:s, s?:F, s?:I}", "dtype", &dtype, "act", &act,
              "loss", &loss, "lr", &spec.lr, "rows", &rows, "test_rows", &test_rows, "layers", &layers,
              "optimizer", &optimizer, "weight_decay", &spec.weight_decay, "batch", &batch);
    if (rows < 0 || test_rows < 0)
        return ib_fail(IB_EINVAL, "protocol", "rows and test_rows must not be negative");
    if (batch < 0 || batch > rows)
        return ib_fail(IB_EINVAL, "protocol", "batch: %lld of %lld rows", (long long)batch, (long long)rows);
    IB_TRY(word_value(ib_dtype_words, "dtype", dtype, &dtype_value));
    IB_TRY(word_value(ib_loss_words, "loss", loss, &loss_value));
    if (act)
        IB_TRY(word_value(ib_act_words, "act", act, &act_value));
    IB_TRY(word_value(ib_optimizer_words, "optimizer", optimizer, &optimizer_value));
    IB_TRY(layers_from_json(layers, &spec.net));
    spec.dtype = (enum ib_dtype)dtype_value;
    spec.optimizer = (enum ib_optimizer)optimizer_value;
    spec.net.loss = (enum ib_loss)loss_value;
    spec.net.act = (enum ib_act)act_value;
    spec.rows = (uint64_t)rows;
    spec.batch = (uint64_t)batch;
    spec.test_rows = (uint64_t)test_rows;
    *out = spec;
    return IB_OK;
}

/* ---- job ---- */

/* The arrays of the state from number `first` to before `end`. */
static json_t *state_to_json(const struct ib_job *job, uint32_t first, uint32_t end)
{
    json_t *arrays = json_array();
    for (uint32_t s = first; s < end; s++)
        json_array_append_new(arrays,
                              json_pack("{s:s, s:s}", "name", job->state_name[s], "path", job->start[s]));
    return arrays;
}

static json_t *settings_to_json(const struct ib_job *job)
{
    json_t *settings = json_object();
    for (size_t i = 0; i < job->n_settings; i++)
        json_object_set_new(settings, job->settings[i].name, json_string(job->settings[i].value));
    return settings;
}

size_t ib_job_files(const struct ib_job *job, const char *files[IB_JOB_FILES])
{
    size_t n = 0;
    files[n++] = job->x;
    files[n++] = job->y;
    files[n++] = job->x_test;
    if (job->order)
        files[n++] = job->order;
    for (uint32_t s = 0; s < ib_state_count(&job->spec); s++)
        files[n++] = job->start[s];
    return n;
}

json_t *ib_job_to_json(const struct ib_job *job, const char *type)
{
    const uint32_t params = ib_network_params(&job->spec.net), all = ib_state_count(&job->spec);
    json_t *message = json_pack("{s:s, s:s, s:s*, s:o, s:s, s:s, s:b, s:s, s:s, s:s, s:o}", "type", type,
                                "impl", job->impl, "plugin", job->plugin, "options", settings_to_json(job),
                                "residency", ib_word_of(ib_residency_words, (int)job->residency), "model",
                                job->model, "watched", job->watched, "x", job->x, "y", job->y, "x_test",
                                job->x_test, "params", state_to_json(job, 0, params));
    update(message, spec_to_json(&job->spec));
    if (job->counted) /* older workers are not asked */
        json_object_set_new(message, "counted", json_true());
    if (job->order)
        json_object_set_new(message, "order", json_string(job->order));
    if (all > params)
        json_object_set_new(message, "state", state_to_json(job, params, all));
    return message;
}

static enum ib_status state_from_json(const json_t *arrays, const char *field, const char *owner,
                                      uint32_t first, uint32_t end, struct ib_job *job)
{
    if (json_array_size(arrays) != end - first)
        return ib_fail(IB_EINVAL, "protocol", "%s: %zu given, but the %s %u", field, json_array_size(arrays),
                       owner, end - first);
    for (uint32_t s = first; s < end; s++) {
        const char *name;
        IB_UNPACK(json_array_get(arrays, s - first), "{s:s, s:s}", "name", &name, "path", &job->start[s]);
        strncpy(job->state_name[s], name, sizeof job->state_name[s] - 1);
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
    const char *residency;
    json_t *options, *params, *state = NULL;
    int residency_value, watched = 0;
    IB_UNPACK(message, "{s:s, s?:s, s:o, s:s, s:s, s?:b, s:s, s:s, s:s, s:o, s?:o, s?:s}", "impl", &job.impl,
              "plugin", &job.plugin, "options", &options, "residency", &residency, "model", &job.model,
              "watched", &watched, "x", &job.x, "y", &job.y, "x_test", &job.x_test, "params", &params,
              "state", &state, "order", &job.order);
    IB_TRY(word_value(ib_residency_words, "residency", residency, &residency_value));
    job.residency = (enum ib_residency)residency_value;
    job.watched = watched;
    job.counted = json_is_true(json_object_get(message, "counted"));
    IB_TRY(spec_from_json(message, &job.spec));
    if (job.spec.batch && !job.order)
        return ib_fail(IB_EINVAL, "protocol", "order: missing, though there are mini-batches");
    const uint32_t n_params = ib_network_params(&job.spec.net);
    IB_TRY(state_from_json(params, "params", "layers have", 0, n_params, &job));
    IB_TRY(state_from_json(state, "state", "optimizer keeps", n_params, ib_state_count(&job.spec), &job));
    IB_TRY(settings_from_json(options, arena, &job));
    *out = job;
    return IB_OK;
}

/* ---- train ---- */

json_t *ib_train_request_to_json(const struct ib_train_request *request)
{
    json_t *message =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:b}", "type", "train", "pass",
                  ib_word_of(ib_pass_words, (int)request->pass), "epochs", (json_int_t)request->epochs,
                  "log_every", (json_int_t)request->log_every, "min_time_ns",
                  (json_int_t)request->min_time_ns, "warmup", (json_int_t)request->warmup, "out",
                  request->out, "seed", (json_int_t)request->seed, "energy", request->energy);
    if (request->last_steps)
        json_object_set_new(message, "last_steps", json_integer((json_int_t)request->last_steps));
    return message;
}

enum ib_status ib_train_request_from_json(const json_t *message, struct ib_train_request *out)
{
    const char *pass, *folder;
    json_int_t epochs, log_every, min_time_ns, warmup, seed = 0, last_steps = 0;
    int kind, energy = 0;
    IB_UNPACK(message, "{s:s, s:I, s:I, s:I, s:I, s:s, s?I, s?b, s?I}", "pass", &pass, "epochs", &epochs,
              "log_every", &log_every, "min_time_ns", &min_time_ns, "warmup", &warmup, "out", &folder, "seed",
              &seed, "energy", &energy, "last_steps", &last_steps);
    IB_TRY(word_value(ib_pass_words, "pass", pass, &kind));
    if (epochs < 1 || log_every < 0 || min_time_ns < 0 || warmup < 0 || last_steps < 0)
        return ib_fail(IB_EINVAL, "protocol",
                       "train: epochs must be at least 1, and no value may be negative");
    *out = (struct ib_train_request){.pass = (enum ib_pass_kind)kind,
                                     .epochs = (uint64_t)epochs,
                                     .log_every = (uint64_t)log_every,
                                     .last_steps = (uint64_t)last_steps,
                                     .min_time_ns = (uint64_t)min_time_ns,
                                     .warmup = (uint64_t)warmup,
                                     .out = folder,
                                     .seed = (uint64_t)seed,
                                     .energy = energy};
    return IB_OK;
}

/* ---- oracle ---- */

json_t *ib_oracle_request_to_json(const struct ib_job *job, const struct ib_oracle_request *request)
{
    json_t *message = ib_job_to_json(job, "oracle");
    update(message,
           json_pack("{s:I, s:I, s:s, s:s, s:b, s:i, s:b, s:I, s:s}", "epochs", (json_int_t)request->epochs,
                     "budget_ns", (json_int_t)request->budget_ns, "arithmetic",
                     ib_word_of(ib_dtype_words, (int)request->arithmetic.type), "products",
                     ib_word_of(ib_products_words, (int)request->arithmetic.products), "reversed",
                     request->arithmetic.reversed, "jitter", (int)request->arithmetic.jitter, "step",
                     request->step, "at_step", (json_int_t)request->at_step, "out", request->out));
    return message;
}

enum ib_status ib_oracle_request_from_json(const json_t *message, struct ib_oracle_request *out)
{
    json_int_t epochs, budget_ns, at_step = 1;
    const char *arithmetic, *products, *folder;
    int reversed, jitter, step, type, factors;
    IB_UNPACK(message, "{s:I, s:I, s:s, s:s, s:b, s:i, s:b, s?I, s:s}", "epochs", &epochs, "budget_ns",
              &budget_ns, "arithmetic", &arithmetic, "products", &products, "reversed", &reversed, "jitter",
              &jitter, "step", &step, "at_step", &at_step, "out", &folder);
    IB_TRY(word_value(ib_dtype_words, "arithmetic", arithmetic, &type));
    IB_TRY(word_value(ib_products_words, "products", products, &factors));
    *out = (struct ib_oracle_request){
        .epochs = (uint64_t)epochs,
        .budget_ns = (uint64_t)budget_ns,
        .arithmetic = {(enum ib_dtype)type, (enum ib_products)factors, reversed, (unsigned)jitter},
        .step = step,
        .at_step = (uint64_t)at_step,
        .out = folder};
    return IB_OK;
}
