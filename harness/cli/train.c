#include "base/error.h"
#include "base/interrupt.h"
#include "base/plain_text.h"
#include "cli/data_flags.h"
#include "cli/guesses.h"
#include "cli/print_json.h"
#include "cli/sweep_flags.h"
#include "config/matrix.h"
#include "core/batches.h"
#include "metrics/metric.h"
#include "report/train_json.h"
#include "run/pass_checked.h"
#include "run/pass_timed.h"
#include "run/unseen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_NS 86400000000000u /* a day: the user watches and can interrupt */

/* ---- from flags to one case ---- */

struct request {
    const char *axis[IB_AXIS_COUNT]; /* by axis; NULL: the default */
    const char *option[IB_FLAG_LIST + 1], *plugin[IB_FLAG_LIST + 1];
    struct ib_data_flags data;
    const char *json;
};

/* "cpu_blas threads=2": an implementation with its options, as written in the impl axis. */
static const char *impl_text(struct ib_arena *arena, const struct request *request)
{
    const char *text = request->axis[IB_AXIS_IMPL];
    for (size_t i = 0; request->option[i]; i++)
        text = ib_arena_print(arena, "%s %s", text, request->option[i]);
    return text;
}

/* Flags replace what a file next to the data says. */
static enum ib_status read_data(struct ib_arena *arena, const struct request *request,
                                struct ib_dataset_spec *out)
{
    IB_TRY(ib_dataset_find(arena, request->axis[IB_AXIS_DATASET], NULL, 0, NULL, out));
    return ib_data_flags_apply(&request->data, out);
}

/* Sets each axis from its flag or default. */
static enum ib_status set_axes(const struct request *request, const char *dataset, struct ib_config *out)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        enum ib_axis_kind kind = (enum ib_axis_kind)k;
        const char *text = request->axis[k];
        if (kind == IB_AXIS_IMPL)
            text = impl_text(&out->arena, request);
        if (kind == IB_AXIS_DATASET)
            text = dataset;
        if (!text && ib_axis_rules[k].which_default)
            continue; /* it depends on the data */
        if (!text)
            text = ib_axis_train_default(kind);
        IB_TRY(ib_config_set(out, kind, text, ib_axis_rules[k].flag));
    }
    return IB_OK;
}

static enum ib_status make_config(const struct request *request, struct ib_config *out)
{
    IB_TRY(ib_config_default("train", out));
    struct ib_dataset_spec *spec = ib_arena_alloc(&out->arena, sizeof *spec);
    IB_TRY(read_data(&out->arena, request, spec));
    out->datasets = spec;
    out->n_datasets = 1;
    ib_config_add_plugins(out, request->plugin);
    out->measure.timeout_ns = TIMEOUT_NS;
    out->measure.warmup = out->measure.min_time_ns = 0;
    return set_axes(request, spec->name, out);
}

/* ---- printing ---- */

static void print_epoch(void *context, uint64_t epoch, double loss)
{
    const struct ib_case *c = context;
    printf("Epoch %llu/%llu | Error: %.6g\n", (unsigned long long)epoch, (unsigned long long)c->epochs, loss);
    if (fflush(stdout) != 0)
        ib_interrupt_request(); /* the reader has gone */
}

/* The seed logged every thousandth epoch; a short training still gets ten lines. */
static uint64_t default_log_every(uint64_t epochs)
{
    return epochs >= 10000 ? 1000 : epochs >= 10 ? epochs / 10 : 1;
}

static void print_metric(const struct ib_metric *metric, double value, uint64_t test_rows)
{
    if (isnan(value))
        return;
    const double size = fabs(value);
    printf(size > 0 && (size < 1e-3 || size >= 1e9) ? "%s%s %.6g" : "%s%s %.4f",
           metric->of_training ? "" : "test ", metric->label, value);
    if (metric->form == IB_FORM_SHARE)
        printf(" (%.0f of %llu)", value * (double)test_rows, (unsigned long long)test_rows);
    printf("\n");
}

static void print_checked(const struct ib_checked_pass *checked)
{
    const struct ib_verification *v = &checked->verification;
    printf("\n");
    for (size_t i = 0; ib_metrics[i] && checked->metrics; i++)
        print_metric(ib_metrics[i], checked->metrics[i], checked->test_rows);
    printf("verified: %s", ib_word_of(ib_verdict_words, (int)v->verdict));
    if (v->verdict == IB_RIGHT)
        printf(" (errors relative to the %s: loss %.1e, parameters %.1e, predictions %.1e)\n",
               checked->check.reference, v->loss_error, v->params_error, v->prediction_error);
    else
        ib_print_line(stdout, ": %s", v->reason);
}

static void print_timed(const struct ib_case *c, const struct ib_timed_pass *timed)
{
    char epoch[32], step[32], whole[32], setup[32];
    const uint64_t steps = ib_steps_per_epoch(&c->spec);
    printf("time: %s (%s per epoch",
           ib_print_ns(timed->round.epoch_ns * (double)c->epochs, whole, sizeof whole),
           ib_print_ns(timed->round.epoch_ns, epoch, sizeof epoch));
    if (steps > 1)
        printf(" of %llu steps, %s per step", (unsigned long long)steps,
               ib_print_ns(timed->round.epoch_ns / (double)steps, step, sizeof step));
    printf("), after %s of set-up\n", ib_print_ns((double)timed->round.phases.setup_ns, setup, sizeof setup));
}

static int print_failure(enum ib_case_status status, const char *reason, const char *output)
{
    if (ib_interrupted())
        return IB_EXIT_INTERRUPTED;
    struct ib_arena arena = {0};
    ib_print_line(stderr, "ironbench: %s: %s", ib_word_of(ib_case_status_words, (int)status), reason);
    if (output[0])
        fprintf(stderr, "last output:\n%s\n", ib_plain_lines(&arena, output));
    ib_arena_free(&arena);
    return status == IB_CASE_UNTRUSTED ? IB_EXIT_WRONG : IB_EXIT_FAILED;
}

/* ---- training ---- */

static int exit_status_of(const struct ib_checked_pass *checked, const struct ib_timed_pass *timed)
{
    const enum ib_case_status status = timed ? timed->round.status : checked->check.status;
    if (ib_interrupted())
        return IB_EXIT_INTERRUPTED;
    if (status != IB_CASE_OK)
        return status == IB_CASE_UNTRUSTED ? IB_EXIT_WRONG : IB_EXIT_FAILED;
    return checked->verification.verdict == IB_WRONG ? IB_EXIT_WRONG : IB_EXIT_OK;
}

/* The same as train_case, with one object at the end. */
static int train_as_json(const struct ib_pass_context *context, struct ib_case *c, struct ib_arena *arena)
{
    struct ib_checked_pass checked;
    struct ib_timed_pass timed;
    ib_pass_checked(context, c, arena, &checked);
    const bool ok = checked.check.status == IB_CASE_OK;
    if (ok) {
        c->log_every = 0;
        ib_pass_timed(context, c, 1, IB_UNSEEN_NONE, &checked.final, arena, &timed);
    }
    if (!ib_interrupted())
        ib_print_json(ib_train_to_json(c, &checked, ok ? &timed : NULL));
    return exit_status_of(&checked, ok ? &timed : NULL);
}

static int train_case(const struct ib_pass_context *context, struct ib_case *c, struct ib_arena *arena)
{
    struct ib_checked_pass checked;
    struct ib_timed_pass timed;
    ib_pass_checked(context, c, arena, &checked);
    if (checked.check.status != IB_CASE_OK)
        return print_failure(checked.check.status, checked.check.reason, checked.check.stderr_tail);
    print_checked(&checked);
    c->log_every = 0; /* only the checked pass logs; the timed pass only trains */
    ib_pass_timed(context, c, 1, IB_UNSEEN_NONE, &checked.final, arena, &timed);
    if (timed.round.status != IB_CASE_OK)
        return print_failure(timed.round.status, timed.round.reason, timed.round.stderr_tail);
    print_timed(c, &timed);
    return checked.verification.verdict == IB_WRONG ? IB_EXIT_WRONG : IB_EXIT_OK;
}

static int train_first(const struct ib_config *config, const struct ib_matrix *matrix, bool as_json)
{
    struct ib_workspace work;
    struct ib_oracle_cache oracle_cache = {.work = &work, .budget_ns = config->measure.oracle_budget_ns};
    struct ib_arena arena = {0};
    struct ib_case c = matrix->cases[0];
    if (!c.log_every)
        c.log_every = default_log_every(c.epochs);
    struct ib_pass_context context = {.measure = &config->measure,
                                      .timeout_name = "the command `train`",
                                      .work = &work,
                                      .oracle_cache = &oracle_cache,
                                      .progress = as_json ? NULL : print_epoch,
                                      .progress_context = &c};
    if (ib_workspace_open(NULL, &work) != IB_OK)
        return ib_run_error();
    int status = (as_json ? train_as_json : train_case)(&context, &c, &arena);
    ib_oracle_cache_free(&oracle_cache);
    ib_workspace_close(&work);
    ib_arena_free(&arena);
    return status;
}

static int train(const struct request *request)
{
    struct ib_config config = {0};
    struct ib_registry *registry = NULL;
    struct ib_matrix matrix;
    int status;
    if (make_config(request, &config) != IB_OK || ib_registry_open(config.plugins, &registry) != IB_OK ||
        ib_matrix_build(&config, registry, &matrix) != IB_OK) {
        status = ib_usage_error();
    } else if (ib_registry_check_workers(registry) != IB_OK) {
        status = ib_usage_error();
        ib_matrix_free(&matrix);
    } else {
        ib_print_guesses(&matrix);
        status = train_first(&config, &matrix, request->json != NULL);
        ib_matrix_free(&matrix);
    }
    ib_registry_close(registry);
    ib_config_free(&config);
    return status;
}

/* ---- flags ---- */

enum { AXIS_FLAGS = IB_AXIS_COUNT, OTHER_FLAGS = IB_DATA_FLAG_COUNT + 4 /* with the end */ };

/* "type of all numbers (default f64)" */
static const char *axis_help(struct ib_arena *arena, enum ib_axis_kind kind)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    const char *value = ib_axis_train_default(kind);
    return value ? ib_arena_print(arena, "%s (default %s)", rule->help, value) : rule->help;
}

/* "relu|tanh|sigmoid" for an axis of words. */
static const char *axis_value(struct ib_arena *arena, const struct ib_axis_rule *rule)
{
    const char *value = rule->words ? rule->words->word : rule->flag_value;
    for (const struct ib_word *w = rule->words; w && w->word && w[1].word; w++)
        value = ib_arena_print(arena, "%s|%s", value, w[1].word);
    return value;
}

/* Fills in one flag for each axis, then those that only train has. */
static void list_flags(struct ib_arena *arena, struct request *r,
                       struct ib_flag flags[AXIS_FLAGS + OTHER_FLAGS])
{
    const struct ib_flag others[OTHER_FLAGS] = {
        {"--option", "NAME=VALUE", "an option of the implementation; may be repeated", NULL, r->option},
        IB_PLUGIN_FLAG(r->plugin),
        IB_DATA_FLAGS(r->data),
        IB_JSON_FLAG(r->json),
        {NULL}};
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        flags[k] = (struct ib_flag){.name = ib_axis_rules[k].flag,
                                    .value = axis_value(arena, &ib_axis_rules[k]),
                                    .help = axis_help(arena, (enum ib_axis_kind)k),
                                    .text = &r->axis[k]};
    memcpy(flags + AXIS_FLAGS, others, sizeof others);
}

static enum ib_status check_required(const struct request *r)
{
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!r->axis[k] && !ib_axis_train_default((enum ib_axis_kind)k))
            return ib_fail(IB_EINVAL, ib_axis_rules[k].flag, "is required; see `ironbench train --help`");
    return IB_OK;
}

static int train_main(const struct ib_command *command, int argc, char **argv)
{
    struct request r = {0};
    struct ib_arena arena = {0};
    struct ib_flag flags[AXIS_FLAGS + OTHER_FLAGS];
    bool done = false;
    list_flags(&arena, &r, flags);
    enum ib_status status = ib_args_read(command, flags, argc, argv, NULL, 0, &done);
    if (status == IB_OK && !done)
        status = check_required(&r);
    ib_arena_free(&arena);
    if (status != IB_OK)
        return ib_usage_error();
    return done ? IB_EXIT_OK : train(&r);
}

const struct ib_command ib_command_train = {
    .name = "train",
    .usage = "train --model MODEL --data DATA --impl IMPL [--json] [flags]",
    .summary = "train one case: print its loss, check its answer, time it",
    .main = train_main,
};
