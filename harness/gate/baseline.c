#include "gate/baseline.h"

#include "analysis/member.h"
#include "base/error.h"
#include "base/paths.h"
#include "gate/slowdown_test.h"
#include "stats/confidence_interval.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND "ironbench baseline"

enum { SCHEMA = 1, METRIC_DIGITS = 9, TIME_DIGITS = 4, MOST_BYTES = 64 << 20 };

/* ---- where ---- */

enum ib_status ib_baseline_path(struct ib_arena *arena, const char *name, bool to_read, const char **out)
{
    const size_t length = strlen(name);
    if (!length || name[0] == '.' || name[length - 1] == '/')
        if (strncmp(name, "./", 2) != 0 && strncmp(name, "../", 3) != 0)
            return ib_fail(IB_EINVAL, name, "is not the name of a baseline");
    *out = name;
    if (strchr(name, '/') || (length > 5 && strcmp(name + length - 5, ".json") == 0))
        return IB_OK;
    *out = ib_arena_print(arena, IB_BASELINES "/%s.json", name);
    if (to_read && access(*out, F_OK) != 0) {
        const char *shipped = ib_home_path(arena, *out);
        *out = access(shipped, F_OK) == 0 ? shipped : *out;
    }
    return IB_OK;
}

/* ---- from a record ---- */

/* To so many significant digits, so that noise below them makes no difference between two files. */
static json_t *rounded(double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*g", digits, value);
    return ib_json_number(isfinite(value) ? strtod(text, NULL) : value);
}

static json_t *rounded_member(const json_t *object, const char *name, int digits)
{
    return rounded(ib_member_number(object, name), digits);
}

static json_t *keep_metrics(const json_t *c)
{
    json_t *metrics = json_object(), *value;
    const char *name;
    json_object_foreach ((json_t *)(uintptr_t)ib_member(c, "metrics"), name, value)
        json_object_set_new(metrics, name, rounded_member(ib_member(c, "metrics"), name, METRIC_DIGITS));
    return metrics;
}

static json_t *keep_transfers(const json_t *c)
{
    static const char *const names[] = {"h2d_count", "h2d_bytes", "d2h_count", "d2h_bytes"};
    json_t *transfers = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set(transfers, names[i], json_object_get(ib_member(c, "transfers"), names[i]));
    return transfers;
}

static bool is_control(const json_t *c, const char *control)
{
    return strcmp(ib_member_text(c, "impl"), control) == 0 ||
           strcmp(ib_member_text(c, "label"), control) == 0;
}

/* The control that solves the same problem. */
static const json_t *control_of(const json_t *cases, const json_t *c, const char *control)
{
    size_t i;
    json_t *other;
    json_array_foreach (cases, i, other)
        if (is_control(other, control) && ib_case_counts(other) &&
            strcmp(ib_member_text(other, "problem"), ib_member_text(c, "problem")) == 0)
            return other;
    return NULL;
}

/* Rounds of one run are one set of pairs. */
static json_t *keep_ratio(const json_t *c, const json_t *control)
{
    size_t n = 0;
    double *logs =
        ib_slowdown_test_logs(c, control, 1, json_array_size(ib_member(c, "time.epoch_ns.rounds")), &n);
    struct ib_interval ratio = ib_interval_correlated(logs, n, 0.95);
    free(logs);
    return json_pack("{s:o, s:o, s:o, s:I}", "median", rounded(exp(ratio.median), TIME_DIGITS), "low",
                     rounded(exp(ratio.low), TIME_DIGITS), "high", rounded(exp(ratio.high), TIME_DIGITS), "n",
                     (json_int_t)ratio.n);
}

static json_t *keep_time(const json_t *cases, const json_t *c, const char *control_name)
{
    const json_t *control = control_of(cases, c, control_name);
    json_t *epoch = json_pack("{s:o, s:I}", "median", rounded_member(c, "time.epoch_ns.median", TIME_DIGITS),
                              "n", (json_int_t)ib_member_number(c, "time.epoch_ns.n"));
    json_t *time = json_pack("{s:o}", "epoch_ns", epoch);
    if (!control || json_is_true(ib_member(c, "simulated")))
        return time;
    json_object_set_new(time, "control", json_string(ib_member_text(control, "id")));
    if (control != c)
        json_object_set_new(time, "over_control", keep_ratio(c, control));
    return time;
}

static json_t *keep_case(const json_t *cases, const json_t *c, const char *control)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:s}, s:o, s:o, s:o, s:o}", "name", ib_member_text(c, "name"),
                     "problem", ib_member_text(c, "problem"), "impl", ib_member_text(c, "impl"), "status",
                     ib_member_text(c, "status"), "verify", "verdict", ib_member_text(c, "verify.verdict"),
                     "test_rows", json_incref((json_t *)(uintptr_t)ib_member(c, "test_rows")), "metrics",
                     keep_metrics(c), "transfers", keep_transfers(c), "time", keep_time(cases, c, control));
}

static enum ib_status choose_control(const json_t *record, const char *wanted, const char **out)
{
    const json_t *named = ib_member(record, "run.baseline");
    size_t i;
    json_t *c;
    *out = wanted ? wanted : json_is_string(named) ? json_string_value(named) : "cpu_naive";
    json_array_foreach (ib_member(record, "cases"), i, c)
        if (is_control(c, *out))
            return IB_OK;
    if (!wanted)
        return IB_OK; /* then no speed is judged by this baseline */
    return ib_fail(IB_EINVAL, "--control", "no case of this run has `%s`", wanted);
}

static json_t *keep_machine(const json_t *record)
{
    static const char *const names[] = {"fingerprint", "cpu", "usable_cores", "os", "compiler", "flags"};
    json_t *machine = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set(machine, names[i], json_object_get(ib_member(record, "run.machine"), names[i]));
    return machine;
}

enum ib_status ib_baseline_make(const json_t *record, const char *name, const char *control, json_t **out,
                                json_t **left_out)
{
    const json_t *cases = ib_member(record, "cases");
    size_t i;
    json_t *c;
    IB_TRY(choose_control(record, control, &control));
    json_t *kept = json_object();
    *left_out = json_array();
    json_array_foreach (cases, i, c) {
        const char *id = ib_member_text(c, "id");
        if (ib_case_counts(c))
            json_object_set_new(kept, id, keep_case(cases, c, control));
        else
            json_array_append_new(*left_out, json_string(id));
    }
    if (!json_object_size(kept)) {
        json_decref(kept);
        json_decref(*left_out);
        return ib_fail(IB_EINVAL, "baseline",
                       "no case of this run is right and timed: there is nothing to keep");
    }
    *out =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "schema", SCHEMA, "kind", KIND, "name", name,
                  "run", ib_member_text(record, "run.id"), "version", ib_member_text(record, "run.version"),
                  "control", control, "machine", keep_machine(record), "cases", kept);
    return IB_OK;
}

/* ---- the file ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_member(FILE *file, const char *name, const json_t *value, const char *after)
{
    fprintf(file, "\"%s\": ", name);
    json_dumpf(value, file, JSON_ENCODE_ANY | JSON_REAL_PRECISION(METRIC_DIGITS));
    fputs(after, file);
}

static void print_cases(FILE *file, const json_t *cases)
{
    const size_t n = json_object_size(cases);
    const char **ids = calloc(n + 1, sizeof *ids), *id;
    json_t *c;
    size_t i = 0;
    json_object_foreach ((json_t *)(uintptr_t)cases, id, c)
        if (ids)
            ids[i++] = id;
    if (ids)
        qsort(ids, n, sizeof *ids, by_text);
    fprintf(file, "\"cases\": {\n");
    for (i = 0; ids && i < n; i++)
        print_member(file, ids[i], json_object_get(cases, ids[i]), i + 1 < n ? ",\n" : "\n");
    fprintf(file, "}\n");
    free(ids);
}

static void make_parents(const char *path)
{
    struct ib_arena arena = {0};
    char *parents = ib_arena_copy(&arena, path);
    for (char *slash = strchr(parents + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(parents, 0777); /* what is missing shows when the file is opened */
        *slash = '/';
    }
    ib_arena_free(&arena);
}

static enum ib_status write_text(const char *path, const json_t *baseline)
{
    static const char *const heads[] = {"schema", "kind", "name", "run", "version", "control", "machine"};
    FILE *file = fopen(path, "we");
    if (!file)
        return ib_fail_errno(path, "cannot be written");
    fprintf(file, "{\n");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        print_member(file, heads[i], json_object_get(baseline, heads[i]), ",\n");
    print_cases(file, json_object_get(baseline, "cases"));
    fprintf(file, "}\n");
    bool written = !ferror(file);
    return fclose(file) == 0 && written ? IB_OK : ib_fail_errno(path, "cannot be written");
}

/* Whole or not at all. */
enum ib_status ib_baseline_write(const char *path, const json_t *baseline)
{
    struct ib_arena arena = {0};
    const char *draft = ib_arena_print(&arena, "%s.new", path);
    make_parents(path);
    enum ib_status status = write_text(draft, baseline);
    if (status == IB_OK && rename(draft, path) != 0)
        status = ib_fail_errno(path, "cannot be written");
    ib_arena_free(&arena);
    return status;
}

static enum ib_status check(const char *path, const json_t *baseline)
{
    const json_t *schema = json_object_get(baseline, "schema");
    if (strcmp(ib_member_text(baseline, "kind"), KIND) != 0)
        return ib_fail(IB_EINVAL, path, "is no baseline of ironbench");
    if (!json_is_integer(schema) || json_integer_value(schema) != SCHEMA)
        return ib_fail(IB_EINVAL, path, "its schema is %" JSON_INTEGER_FORMAT ", this program reads %d",
                       json_integer_value(schema), SCHEMA);
    if (!json_object_size(json_object_get(baseline, "cases")))
        return ib_fail(IB_EINVAL, path, "holds no cases");
    return IB_OK;
}

enum ib_status ib_baseline_read(const char *path, json_t **out)
{
    json_error_t error;
    if (access(path, R_OK) != 0)
        return ib_fail(IB_EINVAL, path, "there is no such baseline: %s", strerror(errno));
    *out = json_load_file(path, 0, &error);
    if (!*out)
        return ib_fail(IB_EINVAL, path, "is no baseline: line %d: %s", error.line, error.text);
    enum ib_status status = check(path, *out);
    if (status != IB_OK) {
        json_decref(*out);
        *out = NULL;
    }
    return status;
}
