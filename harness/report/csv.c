#include "report/csv.h"

#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

/* Members of a case, which are also the names of columns. Columns are only ever appended. */
static const char *const axes[] = {
    "id",    "model",  "task", "dataset", "rows", "test_rows", "cols",   "impl", "options",   "residency",
    "dtype", "hidden", "act",  "loss",    "init", "lr",        "epochs", "seed", "log_every", NULL};
static const char *const findings[] = {"path",
                                       "status",
                                       "reason",
                                       "ranked",
                                       "verify.verdict",
                                       "verify.reason",
                                       "verify.reference",
                                       "verify.loss_error",
                                       "verify.params_error",
                                       "verify.prediction_error",
                                       "verify.first_divergent_epoch",
                                       "convergence",
                                       "time.epoch_ns.median",
                                       "time.epoch_ns.min",
                                       "time.epoch_ns.ci_low",
                                       "time.epoch_ns.ci_high",
                                       "time.epoch_ns.n",
                                       "time.phases_ns.load",
                                       "time.phases_ns.setup",
                                       "time.phases_ns.train",
                                       "time.phases_ns.readback",
                                       "time.phases_ns.predict",
                                       "metrics.train_loss",
                                       "metrics.mse",
                                       "metrics.mae",
                                       "metrics.rmse",
                                       "metrics.accuracy",
                                       "metrics.skill",
                                       "transfers.h2d_count",
                                       "transfers.h2d_bytes",
                                       "transfers.d2h_count",
                                       "transfers.d2h_bytes",
                                       "transfers.launches",
                                       "transfers.syncs",
                                       "transfers.as_expected",
                                       "transfers.tracer.source",
                                       "transfers.tracer.agrees",
                                       "dataset_sha256",
                                       "libraries",
                                       "time.breakdown_ns.transfer",
                                       "time.breakdown_ns.sync",
                                       "time.breakdown_ns.compute",
                                       "time.breakdown_ns.launch",
                                       "algorithm",
                                       "whole_process.wall_s.median",
                                       "whole_process.wall_s.min",
                                       "whole_process.wall_s.max",
                                       "whole_process.residual_ns",
                                       "transfers.tracer.d2d_count",
                                       "transfers.tracer.d2d_bytes",
                                       "transfers.tracer.memset_count",
                                       "transfers.tracer.memset_bytes",
                                       "transfers.tracer.pageable_count",
                                       "transfers.tracer.pinned_count",
                                       "transfers.tracer.kernels",
                                       NULL};
/* Of a sample: the arrays of a case that have an element for each, and the names of their columns. */
static const char *const samples[][2] = {{"time.epoch_ns.rounds", "round"},
                                         {"time.epoch_ns.samples", "epoch_ns"},
                                         {"time.epoch_ns.cpu", "cpu_epoch_ns"},
                                         {"time.epoch_ns.disturbed", "disturbed"},
                                         {NULL, NULL}};

static void print_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, out);
    fputc('"', out);
}

/* With no more digits than lead back to the same number. */
static void print_real(FILE *out, double value)
{
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

/* Arrays and objects as JSON; an empty object says as little as null. */
static void print_value(FILE *out, const json_t *value)
{
    if (!value || json_is_null(value) || (json_is_object(value) && !json_object_size(value)))
        return;
    if (json_is_string(value)) {
        print_text(out, json_string_value(value));
        return;
    }
    if (json_is_real(value)) {
        print_real(out, json_real_value(value));
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    print_text(out, text ? text : "");
    free(text);
}

static void print_names(FILE *out, const char *const *names, bool first)
{
    for (; *names; names++, first = false)
        fprintf(out, "%s%s", first ? "" : ",", *names);
}

static void print_members(FILE *out, const json_t *c, const char *const *names, bool first)
{
    for (; *names; names++, first = false) {
        fputs(first ? "" : ",", out);
        print_value(out, ib_member(c, *names));
    }
}

void ib_csv_cases(FILE *out, const json_t *record)
{
    const json_t *cases = json_object_get(record, "cases");
    print_names(out, axes, true);
    print_names(out, findings, false);
    fputs("\r\n", out);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        print_members(out, json_array_get(cases, i), axes, true);
        print_members(out, json_array_get(cases, i), findings, false);
        fputs("\r\n", out);
    }
}

static void print_samples(FILE *out, const json_t *c)
{
    size_t n = json_array_size(ib_member(c, "time.epoch_ns.samples"));
    for (size_t i = 0; i < n; i++) {
        print_members(out, c, axes, true);
        for (size_t column = 0; samples[column][0]; column++) {
            fputc(',', out);
            print_value(out, json_array_get(ib_member(c, samples[column][0]), i));
        }
        fputs("\r\n", out);
    }
}

void ib_csv_samples(FILE *out, const json_t *record)
{
    const json_t *cases = json_object_get(record, "cases");
    print_names(out, axes, true);
    for (size_t column = 0; samples[column][0]; column++)
        fprintf(out, ",%s", samples[column][1]);
    fputs("\r\n", out);
    for (size_t i = 0; i < json_array_size(cases); i++)
        print_samples(out, json_array_get(cases, i));
}
