#include "check/training_cases.h"

#include "base/error.h"
#include "core/loss.h"

#include <string.h>

enum {
    EPOCHS = 60, /* few enough that a checked pass reads every loss, so that it trains epoch by epoch */
    MANY = 2113  /* for what happens every thousandth epoch */
};

/* ---- the plan ---- */

/* Sizes that are not multiples of any tile, and small enough that all trainings take seconds. */
enum data { REGRESSION, CLASSES, MANY_CLASSES, WIDE };
static const struct ib_dataset_spec data_sets[] = {
    [REGRESSION] = {.name = "regression",
                    .synth = {IB_SYNTH_REGRESSION, .rows = 61, .cols = 5, .noise = 0.3},
                    .test_fraction = 0.2,
                    .seed = 1,
                    .where = "check"},
    [CLASSES] = {.name = "classes",
                 .synth = {IB_SYNTH_CLASSIFICATION, .rows = 61, .cols = 5, .noise = 0.3},
                 .test_fraction = 0.2,
                 .seed = 2,
                 .where = "check"},
    [MANY_CLASSES] = {.name = "many_classes",
                      .synth = {IB_SYNTH_CLASSIFICATION, .rows = 67, .cols = 5, .noise = 0.3, .classes = 11},
                      .test_fraction = 0.2,
                      .seed = 4,
                      .where = "check"},
    [WIDE] = {.name = "wide",
              .synth = {IB_SYNTH_REGRESSION, .rows = 307, .cols = 37, .noise = 0.3},
              .test_fraction = 0.2,
              .seed = 3,
              .where = "check"},
};

/* The trainings of every model that can learn the data's task: without hidden layers for single-layer models,
 * with them for layered ones. */
static const struct training {
    enum data data;
    const char *lr, *hidden, *act, *loss; /* the last three for layered models, else NULL */
    bool quick;                           /* part of a quick check */
    bool many; /* MANY epochs, at rates of about 1 / MANY: each update is then still seen in the last
                  parameters, where a faster training has converged and forgotten it. Not for each residency.
                */
    const char *optimizer, *weight_decay, *batch; /* NULL: the default */
} plan[] = {
    {REGRESSION, "0.1", NULL, NULL, NULL, true, false, NULL, NULL, NULL},
    {CLASSES, "0.5", NULL, NULL, NULL, true, false, NULL, NULL, NULL},
    {MANY_CLASSES, "0.5", NULL, NULL, NULL, true, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6", "relu", "mse", true, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6", "tanh", "mse", false, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6", "sigmoid", "mse", false, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6,6", "relu", "mse", true, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6,6", "tanh", "mse", false, false, NULL, NULL, NULL},
    {REGRESSION, "0.05", "6,6", "sigmoid", "mse", false, false, NULL, NULL, NULL},
    {CLASSES, "0.1", "6", "tanh", "bce", true, false, NULL, NULL, NULL},
    {MANY_CLASSES, "0.1", "6", "relu", "ce", false, false, NULL, NULL, NULL},
    {WIDE, "0.05", "40", "relu", "mse", false, false, NULL, NULL, NULL},
    {REGRESSION, "0.0005", NULL, NULL, NULL, false, true, NULL, NULL, NULL},
    {CLASSES, "0.002", NULL, NULL, NULL, false, true, NULL, NULL, NULL},
    {REGRESSION, "0.0005", "6", "tanh", "mse", false, true, NULL, NULL, NULL},
    {REGRESSION, "0.1", NULL, NULL, NULL, true, false, NULL, "0.1", NULL},
    {REGRESSION, "0.02", "6,6", "tanh", "mse", false, false, "momentum", "0.01", NULL},
    {CLASSES, "0.01", "6", "tanh", "bce", true, false, "adam", "0.01", NULL},
    {REGRESSION, "0.05", NULL, NULL, NULL, true, false, NULL, NULL, "10"},
    {CLASSES, "0.01", "6", "tanh", "bce", true, false, "adam", NULL, "10"},
    {MANY_CLASSES, "0.02", "6", "relu", "ce", false, false, "momentum", "0.01", "16"},
};
enum { PLAN_COUNT = sizeof plan / sizeof *plan };
/* Of options; the larger one is large enough for a BLAS to use several threads. */
static const struct training *const option_training = &plan[11], *const quick_option_training = &plan[4];

/* A loss of their own, which layered models do not have, may be for two classes only. */
static bool can_train(const struct ib_model *model, const struct training *training)
{
    const struct ib_synth_spec *data = &data_sets[training->data].synth;
    const enum ib_task task = data->kind == IB_SYNTH_REGRESSION ? IB_REGRESSION : IB_CLASSIFICATION;
    if (model->layered != (training->hidden != NULL) || !(model->tasks & 1u << task))
        return false;
    const uint64_t most = model->layered ? 0 : ib_loss_rule(model->loss)->classes_max;
    return most == 0 || data->classes <= most;
}

/* The first model that can do this training; the plan has one for each. */
static const struct ib_model *model_for(const struct training *training)
{
    const struct ib_model *model = ib_models;
    while (!can_train(model, training))
        model++;
    return model;
}

static const char *impl_text(struct ib_arena *arena, const struct ib_check_request *request,
                             const char *option)
{
    const char *text = request->name;
    for (size_t i = 0; request->options[i]; i++)
        text = ib_arena_print(arena, "%s %s", text, request->options[i]);
    return option ? ib_arena_print(arena, "%s %s", text, option) : text;
}

/* A training of the plan as one case. */
struct planned {
    const struct ib_model *model;
    const struct training *training;
    const char *dtype, *residency;
    const char *option; /* in addition to those of the request; NULL: none */
};

static enum ib_status set_axes(const struct ib_check_request *request, const struct planned *p,
                               struct ib_config *out)
{
    const struct training *training = p->training;
    const char *const values[IB_AXIS_COUNT] = {
        [IB_AXIS_MODEL] = p->model->name,
        [IB_AXIS_DATASET] = data_sets[training->data].name,
        [IB_AXIS_HIDDEN] = training->hidden,
        [IB_AXIS_ACT] = training->act,
        [IB_AXIS_LOSS] = training->loss,
        [IB_AXIS_INIT] = training->hidden ? "xavier" : NULL,
        [IB_AXIS_LR] = training->lr,
        [IB_AXIS_OPTIMIZER] = training->optimizer,
        [IB_AXIS_WEIGHT_DECAY] = training->weight_decay,
        [IB_AXIS_BATCH] = training->batch,
        [IB_AXIS_EPOCHS] = ib_arena_print(&out->arena, "%d", training->many ? MANY : EPOCHS),
        [IB_AXIS_DTYPE] = p->dtype,
        [IB_AXIS_IMPL] = impl_text(&out->arena, request, p->option),
        [IB_AXIS_RESIDENCY] = p->residency,
    };
    for (int kind = 0; kind < IB_AXIS_COUNT; kind++)
        if (values[kind])
            IB_TRY(ib_config_set(out, (enum ib_axis_kind)kind, values[kind], request->option_flag));
    return IB_OK;
}

static const char *subject_of(struct ib_arena *arena, const struct ib_case *c, const char *option)
{
    const char *title = ib_case_title(arena, c);
    if (c->residency != IB_HOST)
        title = ib_arena_print(arena, "%s %s", title, ib_word_of(ib_residency_words, (int)c->residency));
    return option ? ib_arena_print(arena, "%s: %s", option, title) : title;
}

/* On failure the caller must still call ib_check_case_close. */
static enum ib_status open_case(struct ib_registry *registry, const struct ib_check_request *request,
                                const struct planned *p, struct ib_check_case *out)
{
    *out = (struct ib_check_case){0};
    IB_TRY(ib_config_default("check", &out->config));
    out->config.datasets = &data_sets[p->training->data];
    out->config.n_datasets = 1;
    out->config.measure.timeout_ns = request->timeout_ns;
    out->config.measure.memory_bytes = IB_CHECK_MEMORY_BYTES;
    out->config.measure.warmup = out->config.measure.min_time_ns = 0;
    out->config.measure.rounds = out->config.measure.min_rounds = 1;
    IB_TRY(set_axes(request, p, &out->config));
    IB_TRY(ib_matrix_build(&out->config, registry, &out->matrix));
    out->c = out->matrix.cases;
    out->subject = subject_of(&out->config.arena, out->c, p->option);
    return IB_OK;
}

void ib_check_case_close(struct ib_check_case *c)
{
    if (c->c)
        ib_matrix_free(&c->matrix);
    ib_config_free(&c->config);
}

static bool is_wanted(const struct ib_check_request *request, const struct ib_model *model)
{
    for (size_t i = 0; request->models[i]; i++)
        if (strcmp(request->models[i], model->name) == 0)
            return true;
    return !request->models[0];
}

/* Adds a training in every type and, on a device, in both residencies, if it is not long. */
static enum ib_status add_cases(struct ib_registry *registry, const struct ib_check_request *request,
                                struct planned p, struct ib_check_cases *out, size_t *capacity)
{
    static const char *const residencies[] = {"resident", "per_op"};
    const struct ib_impl_info *info = ib_registry_find(registry, request->name);
    const size_t n_residencies = info && info->device && !p.training->many ? 2 : 1;
    for (const struct ib_word *type = ib_dtype_words; type->word; type++)
        for (size_t r = 0; r < n_residencies; r++) {
            p.dtype = type->word;
            p.residency = residencies[r];
            out->list = ib_arena_grow(&out->arena, out->list, sizeof *out->list, out->n, capacity);
            IB_TRY(open_case(registry, request, &p, &out->list[out->n++]));
        }
    return IB_OK;
}

enum ib_status ib_check_cases_make(struct ib_registry *registry, const struct ib_check_request *request,
                                   struct ib_check_cases *out)
{
    size_t capacity = 0;
    *out = (struct ib_check_cases){0};
    for (const struct ib_model *model = ib_models; model->name; model++)
        for (size_t i = 0; i < PLAN_COUNT && is_wanted(request, model); i++)
            if (can_train(model, &plan[i]) && (plan[i].quick || !request->quick))
                IB_TRY(add_cases(registry, request, (struct planned){.model = model, .training = &plan[i]},
                                 out, &capacity));
    return IB_OK;
}

enum ib_status ib_check_case_for_option(struct ib_registry *registry, const struct ib_check_request *request,
                                        const char *option, struct ib_check_case *out)
{
    const struct training *training = request->quick ? quick_option_training : option_training;
    const struct planned p = {.model = model_for(training),
                              .training = training,
                              .dtype = "f64",
                              .residency = "resident",
                              .option = option};
    return open_case(registry, request, &p, out);
}

void ib_check_cases_free(struct ib_check_cases *cases)
{
    for (size_t i = 0; i < cases->n; i++)
        ib_check_case_close(&cases->list[i]);
    ib_arena_free(&cases->arena);
}

const struct ib_case *ib_check_cases_first(const struct ib_check_cases *cases)
{
    return cases->list[0].c;
}
