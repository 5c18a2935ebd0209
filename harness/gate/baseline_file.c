/* A baseline as a file:
 * {schema, kind, name, run, version, control, machine: {fingerprint, cpu, …}, cases: {ID: {name, problem,
 * impl, status, verify: {verdict}, test_rows, metrics, transfers, memory, time: {epoch_ns: {median, n},
 * phases_ns, control: ID, over_control: {median, low, high, n}, mean_over_control}}}}. A case without a
 * control lacks the last three; the control itself lacks the last two. Those of earlier versions lack what
 * has been added since: it is unknown. */
#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "gate/baseline.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIND "ironbench baseline"

enum { SCHEMA = 1, METRIC_DIGITS = 9, TIME_DIGITS = 4 };

static const struct count_field {
    const char *name;
    size_t offset;
} count_fields[] = {{"h2d_count", offsetof(struct ib_transfer_totals, h2d_count)},
                    {"h2d_bytes", offsetof(struct ib_transfer_totals, h2d_bytes)},
                    {"d2h_count", offsetof(struct ib_transfer_totals, d2h_count)},
                    {"d2h_bytes", offsetof(struct ib_transfer_totals, d2h_bytes)}};
enum { COUNT_FIELDS = sizeof count_fields / sizeof *count_fields };

/* ---- writing ---- */

/* Rounds to the digits that repeat from run to run, to keep noise out of the file. */
static json_t *rounded(double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*g", digits, value);
    return isfinite(value) ? json_real(strtod(text, NULL)) : json_null();
}

static json_t *metrics_json(const struct ib_case_record *c)
{
    json_t *metrics = json_object();
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        json_object_set_new(metrics, ib_metrics[i]->name, rounded(c->metrics[i], METRIC_DIGITS));
    return metrics;
}

static json_t *transfers_json(const struct ib_case_record *c)
{
    json_t *transfers = json_object();
    for (size_t i = 0; i < COUNT_FIELDS; i++) {
        int64_t count = *(const int64_t *)((const char *)&c->transfers + count_fields[i].offset);
        json_object_set_new(transfers, count_fields[i].name,
                            count == IB_NO_COUNT ? json_null() : json_integer(count));
    }
    if (c->counting)
        json_object_set_new(transfers, "counting",
                            json_string(ib_word_of(ib_counting_words, (int)c->counting)));
    return transfers;
}

static json_t *memory_json(const struct ib_case_record *c)
{
    return json_pack("{s:I, s:I}", "peak_bytes", (json_int_t)c->peak_bytes, "device_peak_bytes",
                     (json_int_t)c->device_peak_bytes);
}

/* Unknown ones are left out. */
static json_t *instructions_json(const struct ib_instruction_record *i)
{
    return i->count ? json_pack("{s:I, s:I, s:s}", "count", (json_int_t)i->count, "epochs",
                                (json_int_t)i->epochs, "source", i->source)
                    : NULL;
}

static json_t *phases_json(const struct ib_case_record *c)
{
    json_t *phases = json_object();
    for (int i = 0; i < IB_RUN_PHASES; i++)
        json_object_set_new(phases, ib_run_phase_names[i], rounded(c->phases_ns[i], TIME_DIGITS));
    return phases;
}

static json_t *ratio_json(const struct ib_paired_ratio *ratio)
{
    return json_pack("{s:o, s:o, s:o, s:I}", "median", rounded(ratio->median, TIME_DIGITS), "low",
                     rounded(ratio->low, TIME_DIGITS), "high", rounded(ratio->high, TIME_DIGITS), "n",
                     (json_int_t)ratio->n);
}

static json_t *time_json(const struct ib_baseline_case *c)
{
    const struct ib_epoch_times *epoch = &c->record.epoch_ns;
    json_t *time = json_pack("{s:{s:o, s:I}, s:o}", "epoch_ns", "median", rounded(epoch->median, TIME_DIGITS),
                             "n", (json_int_t)epoch->n, "phases_ns", phases_json(&c->record));
    if (c->control)
        json_object_set_new(time, "control", json_string(c->control));
    if (c->control && strcmp(c->control, c->record.id) != 0) {
        json_object_set_new(time, "over_control", ratio_json(&c->over_control));
        json_object_set_new(time, "mean_over_control", ratio_json(&c->mean_over_control));
    }
    return time;
}

static json_t *case_json(const struct ib_baseline_case *kept)
{
    const struct ib_case_record *c = &kept->record;
    return json_pack(
        "{s:o, s:o, s:o, s:s, s:{s:s}, s:I, s:o, s:o, s:o, s:o*, s:o}", "name", ib_json_text(c->name),
        "problem", ib_json_text(c->problem), "impl", ib_json_text(c->axis[IB_AXIS_IMPL]), "status",
        ib_word_of(ib_case_status_words, (int)c->status), "verify", "verdict",
        ib_word_of(ib_verdict_words, (int)c->check.verdict), "test_rows", (json_int_t)c->test_rows, "metrics",
        metrics_json(c), "transfers", transfers_json(c), "memory", memory_json(c), "instructions",
        instructions_json(&c->check.instructions), "time", time_json(kept));
}

static json_t *machine_json(const struct ib_machine *machine)
{
    json_t *all = ib_machine_to_json(machine), *kept = json_object();
    for (const char *const *name = ib_baseline_machine_names; *name; name++)
        json_object_set(kept, *name, json_object_get(all, *name));
    json_decref(all);
    return kept;
}

/* Consumes the value. */
static void print_member(FILE *file, const char *name, json_t *value, const char *after)
{
    fprintf(file, "\"%s\": ", name);
    json_dumpf(value, file, JSON_ENCODE_ANY | JSON_REAL_PRECISION(METRIC_DIGITS));
    fputs(after, file);
    json_decref(value);
}

static enum ib_status write_text(const char *path, const struct ib_baseline *b)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return ib_fail_errno(path, "cannot write this file");
    fprintf(file, "{\n");
    print_member(file, "schema", json_integer(SCHEMA), ",\n");
    print_member(file, "kind", json_string(KIND), ",\n");
    print_member(file, "name", ib_json_text(b->name), ",\n");
    print_member(file, "run", ib_json_text(b->run), ",\n");
    print_member(file, "version", ib_json_text(b->version), ",\n");
    print_member(file, "control", ib_json_text(b->control), ",\n");
    print_member(file, "machine", machine_json(&b->machine), ",\n");
    fprintf(file, "\"cases\": {\n");
    for (size_t i = 0; i < b->n; i++)
        print_member(file, b->cases[i].record.id, case_json(&b->cases[i]), i + 1 < b->n ? ",\n" : "\n");
    fprintf(file, "}\n}\n");
    bool written = !ferror(file);
    return fclose(file) == 0 && written ? IB_OK : ib_fail_errno(path, "cannot write this file");
}

/* A failure shows when the file is opened. */
static void make_parents(const char *path)
{
    struct ib_arena arena = {0};
    ib_file_make_parents(ib_arena_copy(&arena, path));
    ib_arena_free(&arena);
}

enum ib_status ib_baseline_write(const char *path, const struct ib_baseline *baseline)
{
    struct ib_arena arena = {0};
    const char *draft = ib_arena_print(&arena, "%s.new", path);
    make_parents(path);
    enum ib_status status = write_text(draft, baseline);
    if (status == IB_OK && rename(draft, path) != 0)
        status = ib_fail_errno(path, "cannot write this file");
    ib_arena_free(&arena);
    return status;
}

/* ---- reading ---- */

static const char *text_in(struct ib_arena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return ib_arena_copy(arena, json_is_string(value) ? json_string_value(value) : "");
}

static double number_in(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static size_t size_in(const json_t *object, const char *name)
{
    const json_int_t value = json_integer_value(json_object_get(object, name));
    return value > 0 ? (size_t)value : 0;
}

/* Returns 0 if it is not one of the words. */
static int word_in(const json_t *object, const char *name, const struct ib_word *words)
{
    const json_t *value = json_object_get(object, name);
    int out = 0;
    if (json_is_string(value))
        ib_word_value(words, json_string_value(value), &out);
    return out;
}

static struct ib_transfer_totals transfers_in(const json_t *object)
{
    struct ib_transfer_totals out = {IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT,
                                     IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT};
    for (size_t i = 0; i < COUNT_FIELDS; i++) {
        const json_t *value = json_object_get(object, count_fields[i].name);
        if (json_is_integer(value))
            *(int64_t *)((char *)&out + count_fields[i].offset) = json_integer_value(value);
    }
    return out;
}

static void read_record(struct ib_arena *arena, const char *id, const json_t *c, struct ib_case_record *out)
{
    const json_t *time = json_object_get(c, "time"), *epoch = json_object_get(time, "epoch_ns"),
                 *memory = json_object_get(c, "memory"), *transfers = json_object_get(c, "transfers"),
                 *instructions = json_object_get(c, "instructions");
    *out = (struct ib_case_record){.id = ib_arena_copy(arena, id)};
    ib_case_record_clear(out);
    out->name = text_in(arena, c, "name");
    out->problem = text_in(arena, c, "problem");
    out->axis[IB_AXIS_IMPL] = text_in(arena, c, "impl");
    out->status = (enum ib_case_status)word_in(c, "status", ib_case_status_words);
    out->check.verdict = (enum ib_verdict)word_in(json_object_get(c, "verify"), "verdict", ib_verdict_words);
    out->test_rows = size_in(c, "test_rows");
    for (size_t i = 0; i < IB_METRIC_COUNT; i++) {
        const json_t *metrics = json_object_get(c, "metrics");
        out->metrics_known |= (uint64_t)(json_object_get(metrics, ib_metrics[i]->name) != NULL) << i;
        out->metrics[i] = number_in(metrics, ib_metrics[i]->name);
    }
    out->transfers = transfers_in(transfers);
    out->counting = (enum ib_counting)word_in(transfers, "counting", ib_counting_words);
    out->peak_bytes = size_in(memory, "peak_bytes");
    out->device_peak_bytes = size_in(memory, "device_peak_bytes");
    if (instructions)
        out->check.instructions =
            (struct ib_instruction_record){.count = size_in(instructions, "count"),
                                           .epochs = size_in(instructions, "epochs"),
                                           .source = text_in(arena, instructions, "source")};
    for (int i = 0; i < IB_RUN_PHASES; i++)
        out->phases_ns[i] = number_in(json_object_get(time, "phases_ns"), ib_run_phase_names[i]);
    out->epoch_ns = (struct ib_epoch_times){number_in(epoch, "median"), NAN, NAN, NAN, size_in(epoch, "n")};
}

static struct ib_paired_ratio ratio_in(const json_t *object, const char *name)
{
    const json_t *ratio = json_object_get(object, name);
    return (struct ib_paired_ratio){number_in(ratio, "median"), number_in(ratio, "low"),
                                    number_in(ratio, "high"), size_in(ratio, "n")};
}

static void read_case(struct ib_arena *arena, const char *id, const json_t *c, struct ib_baseline_case *out)
{
    const json_t *time = json_object_get(c, "time");
    read_record(arena, id, c, &out->record);
    out->control = json_object_get(time, "control") ? text_in(arena, time, "control") : NULL;
    out->over_control = ratio_in(time, "over_control");
    out->mean_over_control = ratio_in(time, "mean_over_control");
}

static void read_all(const json_t *file, struct ib_baseline *out)
{
    json_t *cases = json_object_get(file, "cases"), *c;
    struct ib_arena *arena = &out->arena;
    const char *id;
    out->name = text_in(arena, file, "name");
    out->run = text_in(arena, file, "run");
    out->version = text_in(arena, file, "version");
    out->control = text_in(arena, file, "control");
    ib_machine_from_json(json_object_get(file, "machine"), arena, &out->machine);
    out->cases = ib_arena_alloc(arena, json_object_size(cases) * sizeof *out->cases);
    json_object_foreach (cases, id, c)
        read_case(arena, id, c, &out->cases[out->n++]);
    ib_baseline_sort(out);
}

static enum ib_status check(const char *path, const json_t *file)
{
    const json_t *schema = json_object_get(file, "schema"), *kind = json_object_get(file, "kind");
    if (!json_is_string(kind) || strcmp(json_string_value(kind), KIND) != 0)
        return ib_fail(IB_EINVAL, path, "not an ironbench baseline");
    if (!json_is_integer(schema) || json_integer_value(schema) != SCHEMA)
        return ib_fail(IB_EINVAL, path,
                       "has schema %" JSON_INTEGER_FORMAT ", but this program reads schema %d",
                       json_integer_value(schema), SCHEMA);
    if (!json_object_size(json_object_get(file, "cases")))
        return ib_fail(IB_EINVAL, path, "has no cases");
    return IB_OK;
}

enum ib_status ib_baseline_read(const char *path, struct ib_baseline *out)
{
    json_error_t error;
    *out = (struct ib_baseline){0};
    if (access(path, R_OK) != 0)
        return ib_fail(IB_EINVAL, path, "cannot read this baseline: %s", strerror(errno));
    json_t *file = json_load_file(path, 0, &error);
    if (!file)
        return ib_fail(IB_EINVAL, path, "not an ironbench baseline: line %d: %s", error.line, error.text);
    enum ib_status status = check(path, file);
    if (status == IB_OK)
        read_all(file, out);
    json_decref(file);
    return status;
}
