#include "run/first_config.h"

#include "base/file.h"
#include "base/plain_text.h"
#include "base/yaml_text.h"
#include "config/axes.h"
#include "config/impossible.h"
#include "data/spec_text.h"
#include "run/sweep_duration.h"

#include <inttypes.h>

enum { HIDDEN = 8 };
#define TRAINING_FLOPS 5e8 /* of one training at most: half a second in plain loops */
#define OWN_PROCESSOR  "Portable Computing Language" /* an OpenCL platform whose device is the CPU */

struct text {
    struct ib_arena *arena;
    const char *all;
};

static void add(struct text *text, const char *more)
{
    text->all = ib_arena_print(text->arena, "%s%s", text->all, more);
}

/* A comment is one line, whatever a name in it contains. */
static void add_comment(struct text *text, const char *before, const char *comment)
{
    add(text, ib_arena_print(text->arena, "%s# %s\n", before, ib_plain(text->arena, comment)));
}

/* "  lr:        [0.03, 0.01]              # learning rate" */
static void add_axis(struct text *text, const char *before, enum ib_axis_kind kind, const char *value)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    add(text, ib_arena_print(text->arena, "  %s%-13s %-30s # %s\n", before,
                             ib_arena_print(text->arena, "%s:", rule->name), value, rule->help));
}

static const char *join(struct ib_arena *arena, const char *list, const char *item)
{
    return list ? ib_arena_print(arena, "%s, %s", list, item) : item;
}

/* ---- what fits the data ---- */

/* Whether a model can learn the data with its default loss, in f64. */
static bool can_learn(struct ib_arena *arena, const struct ib_model *model, const struct ib_dataset *dataset)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[IB_AXIS_LOSS];
    struct ib_case c = {.model = model, .dataset = dataset, .spec = {.dtype = IB_F64}};
    struct ib_axis_value loss;
    char reason[IB_REASON_BYTES];
    c.spec.net.loss = model->loss;
    if (model->layered && ib_axis_parse(arena, IB_AXIS_LOSS, rule->defaults[rule->which_default(&c)],
                                        "default", &loss) == IB_OK)
        c.spec.net.loss = (enum ib_loss)loss.word;
    return !ib_case_is_impossible(&c, reason);
}

static const char *models_of(struct ib_arena *arena, const struct ib_dataset *dataset)
{
    const char *list = NULL;
    for (const struct ib_model *model = ib_models; model->name; model++)
        if (can_learn(arena, model, dataset))
            list = join(arena, list, model->name);
    return list ? ib_arena_print(arena, "[%s]", list) : "[]";
}

/* The most epochs that do not take too long with one hidden layer. */
static uint64_t epochs_of(const struct ib_dataset *dataset)
{
    static const uint64_t choices[] = {1000, 500, 200, 100, 50, 20, 10};
    const size_t last = sizeof choices / sizeof *choices - 1;
    const uint64_t outputs = dataset->classes > 2 ? dataset->classes : dataset->outputs;
    const struct ib_training_spec spec = {
        .net = {.n_layers = 2, .width = {dataset->cols, HIDDEN, outputs}, .act = IB_RELU, .loss = IB_MSE},
        .rows = dataset->rows};
    size_t i = 0;
    while (i < last && ib_estimate_flops(&spec) * (double)choices[i] > TRAINING_FLOPS)
        i++;
    return choices[i];
}

/* Two rates: gradient descent on standardised features is stable below 2 over the largest eigenvalue of their
 * correlations, which is at most their number. */
static const char *rates_of(struct ib_arena *arena, const struct ib_dataset *dataset)
{
    static const double choices[] = {0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4, 3e-5, 1e-5};
    const size_t last = sizeof choices / sizeof *choices - 2;
    size_t i = 0;
    while (i < last && choices[i] * (double)dataset->cols > 1)
        i++;
    return ib_arena_print(arena, "[%g, %g]", choices[i], choices[i + 1]);
}

/* ---- what is here ---- */

struct impls {
    const char *used, *absent;
};

static struct impls impls_of(struct ib_arena *arena, struct ib_registry *registry)
{
    struct impls impls = {0};
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        if (info->flags & (IB_HIDDEN | IB_SIMULATED | IB_SHORTCUT) || info->algorithm)
            continue;
        const bool on_cpu = info->device && info->libraries && strstr(info->libraries, OWN_PROCESSOR);
        const char **list = info->available && !on_cpu ? &impls.used : &impls.absent;
        *list = join(arena, *list, info->name);
    }
    return impls;
}

/* ---- the sections ---- */

static void add_head(struct text *text, const struct ib_first_config *in)
{
    const struct ib_dataset *d = in->dataset;
    struct ib_arena *arena = text->arena;
    const char *kind = ib_word_of(ib_task_words, (int)d->task);
    if (d->classes)
        kind = ib_arena_print(arena, "%s, %" PRIu64 " classes", kind, d->classes);
    else if (d->outputs > 1)
        kind = ib_arena_print(arena, "%s of %" PRIu64 " targets", kind, d->outputs);
    add_comment(text, "", ib_arena_print(arena, "yaml-language-server: $schema=%s", in->schema));
    add_comment(text, "", "Which implementation trains this data fastest, and is its answer right?");
    add_comment(
        text, "",
        ib_arena_print(arena, "  ironbench plan %s   lists the cases and estimates the time", in->file));
    add_comment(
        text, "",
        ib_arena_print(arena, "  ironbench run %s    checks and times them, and writes a report", in->file));
    add_comment(text, "", "All keys: `ironbench list keys`.");
    add_comment(
        text, "\n",
        ib_arena_print(arena, "%s: %" PRIu64 " training and %" PRIu64 " test rows, %" PRIu64 " feature%s; %s",
                       in->reference, d->rows, d->test_rows, d->cols, ib_plural(d->cols), kind));
    if (d->guesses)
        add_comment(text, "", ib_arena_print(arena, "Guessed: %s", d->guesses));
    if (d->no_classes)
        add_comment(text, "", ib_arena_print(arena, "Note: %s", d->no_classes));
    add(text, ib_arena_print(arena, "version: 1\nname: %s\n", in->name));
}

static void add_matrix(struct text *text, const struct ib_first_config *in, const char *reference)
{
    struct ib_arena *arena = text->arena;
    const struct ib_dataset *d = in->dataset;
    const struct impls impls = impls_of(arena, in->registry);
    const char *values[IB_AXIS_COUNT] = {
        [IB_AXIS_MODEL] = models_of(arena, d),
        [IB_AXIS_DATASET] = reference,
        [IB_AXIS_HIDDEN] = ib_arena_print(arena, "[%d]", HIDDEN),
        [IB_AXIS_INIT] = "xavier",
        [IB_AXIS_LR] = rates_of(arena, d),
        [IB_AXIS_EPOCHS] = ib_arena_print(arena, "%" PRIu64, epochs_of(d)),
        [IB_AXIS_DTYPE] = d->no_f32 ? "f64" : "[f32, f64]",
        [IB_AXIS_IMPL] = ib_arena_print(arena, "[%s]", impls.used),
    };
    add(text, "matrix:   # every list is an axis; all combinations are run\n");
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (values[k])
            add_axis(text, "", (enum ib_axis_kind)k, values[k]);
    if (impls.absent)
        add_comment(text, "  ",
                    ib_arena_print(arena, "not used here; see `ironbench list impls`: %s", impls.absent));
    if (d->no_f32)
        add_comment(text, "  ", ib_arena_print(arena, "f32 cannot hold the features: %s", d->no_f32));
    add(text, "  # more axes:\n");
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!values[k])
            add_axis(text, "# ", (enum ib_axis_kind)k, ib_axis_rules[k].example);
}

static bool is_csv(const char *path)
{
    static const char *const suffixes[] = {".csv", ".tsv", ".csv.gz", ".tsv.gz"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (ib_file_has_suffix(path, suffixes[i]))
            return true;
    return false;
}

static enum ib_status add_dataset(struct text *text, const struct ib_first_config *in)
{
    const char *keys;
    IB_TRY(ib_spec_text(text->arena, in->spec, "    ", &keys));
    add(text, ib_arena_print(text->arena, "datasets:   # paths are relative to this file\n  %s:\n%s",
                             in->reference, keys));
    if (is_csv(in->spec->path))
        add(text, "    # ignore: [id, 3]            # columns to leave out, by name or number, such as row "
                  "numbers\n");
    return IB_OK;
}

enum ib_status ib_first_config_text(struct ib_arena *arena, const struct ib_first_config *in,
                                    const char **out)
{
    struct text text = {.arena = arena, .all = ""};
    const char *reference;
    IB_TRY(ib_yaml_text(arena, in->reference, &reference));
    add_head(&text, in);
    add_matrix(&text, in, reference);
    if (in->spec)
        IB_TRY(add_dataset(&text, in));
    add(&text, "measure:\n"
               "  precision: 2%   # a case stops once its median is known this well,\n"
               "  rounds: 20      # or after this many rounds\n"
               "  min_time: 20ms  # of each round\n"
               "# baseline: cpu_naive            # what speed-ups are relative to\n"
               "# exclude:\n"
               "#   - {impl: cpu_naive, dtype: f32}\n"
               "# gate: {slowdown: 2%}           # limits for `ironbench gate`\n");
    *out = text.all;
    return IB_OK;
}
