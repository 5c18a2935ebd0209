#include "report/csv.h"

#include "base/plain_text.h"
#include "report/record_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Members of a case in the record, which are also column names: first those that describe it, followed by one
 * for each axis; then results, followed by one for each metric; and in every row those of the run, so that
 * the rows of several runs can be put into one table. New columns are appended to their list. */
static const char *const described[] = {"id", "task", "rows", "test_rows", "cols", "options", NULL};
static const char *const found[] = {"path",
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
                                    "dataset_guesses",
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
                                    "transfers.counting",
                                    "memory.peak_bytes",
                                    "memory.device_peak_bytes",
                                    "energy.epoch_j",
                                    "energy.to_99_percent_j",
                                    "energy.source",
                                    "energy.reason",
                                    "instructions.epoch",
                                    "instructions.source",
                                    "instructions.reason",
                                    "machine",
                                    "source.commit",
                                    "source.committed",
                                    "source.branch",
                                    "source.dirty",
                                    NULL};
static const char *const of_run[] = {"run.id",
                                     "run.name",
                                     "run.started",
                                     "run.version",
                                     "run.config_sha256",
                                     "run.machine.fingerprint",
                                     "run.machine.cpu",
                                     "run.machine.usable_cores",
                                     "run.machine.os",
                                     NULL};
static const char sample_heads[] = ",round,epoch_ns,cpu_epoch_ns,disturbed";

/* The member with a dotted name; NULL if there is none. */
static const json_t *member(const json_t *object, const char *name)
{
    for (const char *dot; object && (dot = strchr(name, '.')); name = dot + 1)
        object = json_object_getn(object, name, (size_t)(dot - name));
    return json_object_get(object, name);
}

/* A spreadsheet would take some texts for formulas; the apostrophe keeps them text. */
static void print_text(FILE *out, const char *text)
{
    struct ib_arena arena = {0};
    const char *shown = ib_plain(&arena, text);
    const bool quoted = strpbrk(shown, ",\"") != NULL, formula = shown[0] && strchr("=+-@", shown[0]);
    fprintf(out, "%s%s", quoted ? "\"" : "", formula ? "'" : "");
    for (; *shown; shown++)
        fputs(*shown == '"' ? "\"\"" : (char[]){*shown, '\0'}, out);
    fputs(quoted ? "\"" : "", out);
    ib_arena_free(&arena);
}

static void print_real(FILE *out, double value)
{
    char number[32];
    if (isfinite(value))
        fputs(ib_print_real(value, number, sizeof number), out);
}

/* Prints arrays and objects as JSON, and nothing for null or an empty object. */
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

/* Calls `print` for each column that describes a case and, with `results`, for each result. */
static void each_column(bool results, void (*print)(FILE *, const json_t *c, const char *name), FILE *out,
                        const json_t *c)
{
    char name[64];
    for (const char *const *n = described; *n; n++)
        print(out, c, *n);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        print(out, c, ib_axis_rules[k].name);
    for (const char *const *n = found; *n && results; n++)
        print(out, c, *n);
    for (size_t i = 0; i < IB_METRIC_COUNT && results; i++) {
        snprintf(name, sizeof name, "metrics.%s", ib_metrics[i]->name);
        print(out, c, name);
    }
}

static void each_column_of_run(void (*print)(FILE *, const json_t *c, const char *name), FILE *out,
                               const json_t *c)
{
    for (const char *const *n = of_run; *n; n++)
        print(out, c, *n);
    fputs("\r\n", out);
}

static void print_name(FILE *out, const json_t *c, const char *name)
{
    (void)c;
    fprintf(out, "%s%s", name == described[0] ? "" : ",", name);
}

static void print_member(FILE *out, const json_t *c, const char *name)
{
    fputs(name == described[0] ? "" : ",", out);
    print_value(out, member(c, name));
}

/* Of a run on several machines, each row names that of its case. */
static void use_machine(json_t *run, const json_t *c)
{
    const char *name = json_string_value(json_object_get(c, "machine"));
    size_t i;
    json_t *machine;
    json_array_foreach (json_object_get(run, "machines"), i, machine)
        if (name && strcmp(json_string_value(json_object_get(machine, "name")), name) == 0)
            json_object_set(run, "machine", machine);
}

struct output {
    FILE *file;
    json_t *run;
};

static void print_case(void *context, json_t *c)
{
    const struct output *out = context;
    use_machine(out->run, c);
    json_object_set(c, "run", out->run);
    each_column(true, print_member, out->file, c);
    each_column_of_run(print_member, out->file, c);
}

void ib_csv_cases(FILE *out, const struct ib_run_record *run)
{
    struct output output = {out, ib_run_to_json(run)};
    each_column(true, print_name, out, NULL);
    each_column_of_run(print_name, out, NULL);
    ib_record_each_case(run, NULL, print_case, &output); /* which cannot fail without lists */
    json_decref(output.run);
}

/* What every sample of a case begins and ends with. */
static char *frame_text(const json_t *c, bool end)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return NULL;
    if (end)
        each_column_of_run(print_member, out, c);
    else
        each_column(false, print_member, out, c);
    fclose(out);
    return text;
}

static void print_sample(FILE *out, const struct ib_round_record *r)
{
    static const char *const disturbed[] = {[IB_NO] = "false", [IB_YES] = "true"};
    fprintf(out, ",%" PRIu64 ",", r->round);
    print_real(out, r->epoch_ns);
    fputc(',', out);
    print_real(out, r->cpu_epoch_ns);
    fprintf(out, ",%s", r->disturbed == IB_UNKNOWN ? "" : disturbed[r->disturbed]);
}

static void print_samples(FILE *out, json_t *of, const struct ib_case_record *c)
{
    json_t *json = ib_case_to_json(c);
    use_machine(of, json);
    json_object_set(json, "run", of);
    char *begin = frame_text(json, false), *end = frame_text(json, true);
    for (size_t i = 0; begin && end && i < c->n_rounds; i++) {
        if (isnan(c->rounds[i].epoch_ns))
            continue;
        fputs(begin, out);
        print_sample(out, &c->rounds[i]);
        fputs(end, out);
    }
    free(begin);
    free(end);
    json_decref(json);
}

enum ib_status ib_csv_samples(FILE *out, const struct ib_run_record *run, struct ib_long_lists *lists)
{
    struct ib_case_record c;
    enum ib_status status = IB_OK;
    json_t *of = ib_run_to_json(run);
    each_column(false, print_name, out, NULL);
    fputs(sample_heads, out);
    each_column_of_run(print_name, out, NULL);
    for (size_t i = 0; i < run->n && status == IB_OK; i++)
        if ((status = ib_long_lists_read(lists, &run->cases[i], &c)) == IB_OK)
            print_samples(out, of, &c);
    json_decref(of);
    return status;
}
