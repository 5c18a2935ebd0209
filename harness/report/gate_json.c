#include "report/gate_json.h"

#include "base/json_number.h"
#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

enum { GATE_SCHEMA = 1, COMPARISON_SCHEMA = 1 };

/* ---- shared ---- */

static json_t *metrics_json(const struct ib_differences *differences)
{
    json_t *list = json_array();
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_difference *d = &differences->list[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:o}", "name", d->name, "old",
                                        ib_json_number(d->old), "new", ib_json_number(d->new), "better",
                                        d->better == IB_UNKNOWN ? json_null() : json_boolean(d->better)));
    }
    return list;
}

/* These counts are known, and integers. */
static json_t *copies_json(const struct ib_differences *differences)
{
    json_t *list = json_array();
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_difference *d = &differences->list[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "name", d->name, "old", (json_int_t)d->old,
                                              "new", (json_int_t)d->new));
    }
    return list;
}

static json_t *costs_json(const struct ib_cost_change costs[IB_COST_COUNT])
{
    json_t *list = json_array();
    for (int i = 0; i < IB_COST_COUNT; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:b}", "name", ib_cost_names[i], "old",
                                              ib_json_number(costs[i].old), "new",
                                              ib_json_number(costs[i].new), "grew", costs[i].grew));
    return list;
}

static json_t *speed_json(const struct ib_speed *speed, bool judged)
{
    return json_pack("{s:s?, s:{s:o, s:o, s:o, s:I}, s:o, s:s?}", "verdict",
                     judged ? ib_word_of(ib_speed_words, (int)speed->verdict) : NULL, "ratio", "median",
                     ib_json_number(speed->ratio), "low", ib_json_number(speed->low), "high",
                     ib_json_number(speed->high), "n", (json_int_t)speed->n, "needed",
                     ib_json_number(speed->needed), "reason", speed->reason);
}

/* ---- a gate ---- */

static json_t *rules_json(const struct ib_gate_rules *rules)
{
    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:I, s:f, s:I, s:f, s:I, s:f, s:o, s:s, s:I}", "pairs",
                     (json_int_t)rules->pairs, "slowdown", rules->slowdown, "mean", rules->mean, "setup",
                     rules->setup, "answer", rules->answer, "phase_ns", (json_int_t)rules->phase_ns, "memory",
                     rules->memory, "memory_bytes", (json_int_t)rules->memory_bytes, "alpha", rules->alpha,
                     "confirm", (json_int_t)rules->confirm, "metrics", rules->metrics, "instructions",
                     rules->instructions > 0 ? json_real(rules->instructions) : json_null(), "order",
                     rules->order == IB_PAIRS_ABBA ? "abba" : "random", "seed", (json_int_t)rules->seed);
}

/* Converts a text to the type that the member has in the record. */
static json_t *machine_value(const char *name, const char *text)
{
    const struct ib_machine_field *field = ib_machine_fields;
    while (field->name && strcmp(field->name, name) != 0)
        field++;
    if (!text)
        return json_null();
    return field->name && field->type == IB_MACHINE_COUNT ? json_integer(strtoll(text, NULL, 10))
                                                          : ib_json_text(text);
}

static json_t *machines_json(const struct ib_text_differences *differences)
{
    json_t *list = json_array();
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_text_difference *d = &differences->list[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "name", d->name, "old",
                                              machine_value(d->name, d->old), "new",
                                              machine_value(d->name, d->new)));
    }
    return list;
}

static json_t *gate_case_json(const struct ib_gate_case *c)
{
    json_t *speed = speed_json(&c->speed, c->judged);
    json_object_set_new(speed, "p", ib_json_number(c->median.p));
    json_object_set_new(speed, "p_confirm", ib_json_number(c->median.p_confirm));
    json_object_set_new(speed, "mean",
                        json_pack("{s:o, s:o, s:o}", "ratio", ib_json_number(c->mean_ratio), "p",
                                  ib_json_number(c->mean.p), "p_confirm", ib_json_number(c->mean.p_confirm)));
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", c->id, "name", ib_json_text(c->name),
        "problem", ib_json_text(c->problem), "status", ib_word_of(ib_case_status_words, (int)c->status),
        "verdict", ib_word_of(ib_verdict_words, (int)c->verdict), "new_ns", ib_json_number(c->new_ns),
        "old_ns", ib_json_number(c->old_ns), "speed", speed, "metrics", metrics_json(&c->metrics), "copies",
        copies_json(&c->copies), "costs", costs_json(c->costs));
}

static json_t *violation_json(const struct ib_violation *v)
{
    return json_pack("{s:s, s:s?, s:o, s:o, s:o}", "kind", ib_word_of(ib_violation_kind_words, (int)v->kind),
                     "case", v->id, "name", ib_json_text(v->name), "problem", ib_json_text(v->problem),
                     "message", ib_json_text(v->message));
}

json_t *ib_gate_to_json(const struct ib_gate_result *result)
{
    const struct ib_gate_request *request = result->request;
    json_t *cases = json_array(), *violations = json_array();
    for (size_t i = 0; i < result->n; i++)
        json_array_append_new(cases, gate_case_json(&result->cases[i]));
    for (size_t i = 0; i < result->violations.n; i++)
        json_array_append_new(violations, violation_json(&result->violations.list[i]));
    return json_pack("{s:i, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:i}", "schema", GATE_SCHEMA, "kind",
                     request->against ? "against" : "baseline", "against",
                     ib_json_text(request->against ? request->against : request->baseline), "speed",
                     ib_word_of(ib_gate_speed_words, (int)request->speed), "rules", rules_json(result->rules),
                     "differences", machines_json(&result->differences), "cases", cases, "violations",
                     violations, "exit_status", result->exit_status);
}

/* ---- a comparison ---- */

static json_t *run_json(const struct ib_run_record *run)
{
    return json_pack("{s:s, s:o, s:s, s:s}", "id", run->id, "name", ib_json_text(run->name), "started",
                     run->started, "version", run->version);
}

static json_t *case_name_json(const struct ib_case_record *c)
{
    return json_pack("{s:s, s:o, s:o, s:o}", "id", c->id, "name", ib_json_text(c->name), "problem",
                     ib_json_text(c->problem), "machine", ib_json_text(c->machine));
}

static json_t *only_json(const struct ib_case_list *cases)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cases->n; i++)
        json_array_append_new(list, case_name_json(cases->list[i]));
    return list;
}

static json_t *libraries_json(const struct ib_compared_case *c)
{
    return strcmp(c->old_libraries, c->new_libraries) == 0
               ? json_null()
               : json_pack("{s:o, s:o}", "old", ib_json_text(c->old_libraries), "new",
                           ib_json_text(c->new_libraries));
}

static json_t *compared_case_json(const struct ib_compared_case *c)
{
    const struct ib_case_record *old = c->old_case, *new = c->new_case;
    json_t *out = case_name_json(new);
    json_object_set_new(out, "old_ns", ib_json_number(old->epoch_ns.median));
    json_object_set_new(out, "new_ns", ib_json_number(new->epoch_ns.median));
    json_object_set_new(out, "speed", speed_json(&c->speed, true));
    json_object_set_new(out, "old_verdict", json_string(ib_answer_word(old->status, old->check.verdict)));
    json_object_set_new(out, "new_verdict", json_string(ib_answer_word(new->status, new->check.verdict)));
    json_object_set_new(out, "metrics", metrics_json(&c->metrics));
    json_object_set_new(out, "copies", copies_json(&c->copies));
    json_object_set_new(out, "costs", costs_json(c->costs));
    json_object_set_new(out, "libraries", libraries_json(c));
    return out;
}

static json_t *run_differences_json(const struct ib_text_differences *differences)
{
    json_t *list = json_array();
    for (size_t i = 0; i < differences->n; i++) {
        const struct ib_text_difference *d = &differences->list[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "name", d->name, "old",
                                              ib_json_text(d->old ? d->old : "unknown"), "new",
                                              ib_json_text(d->new ? d->new : "unknown")));
    }
    return list;
}

enum { INDENT = 1, LAYOUT = JSON_INDENT(INDENT) | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY };

/* The comparison without its cases. */
static json_t *frame_of(const struct ib_comparison *comparison)
{
    return json_pack("{s:i, s:b, s:f, s:o, s:o, s:o, s:[], s:o, s:o}", "schema", COMPARISON_SCHEMA,
                     "same_run", comparison->same_run, "margin", comparison->margin, "old",
                     run_json(comparison->old_run), "new", run_json(comparison->new_run), "differences",
                     run_differences_json(&comparison->differences), "cases", "only_old",
                     only_json(&comparison->only_old), "only_new", only_json(&comparison->only_new));
}

static void print_cases(FILE *out, const struct ib_comparison *comparison)
{
    fputc('[', out);
    for (size_t i = 0; i < comparison->n; i++) {
        json_t *c = compared_case_json(&comparison->cases[i]);
        fputs(i ? ",\n  " : "\n  ", out);
        ib_json_print_within(out, c, LAYOUT, 2 * INDENT);
        json_decref(c);
    }
    fputs(comparison->n ? "\n ]" : "]", out);
}

void ib_comparison_print_json(FILE *out, const struct ib_comparison *comparison)
{
    const char *name, *before = "{";
    json_t *frame = frame_of(comparison), *value;
    json_object_foreach (frame, name, value) {
        fprintf(out, "%s\n \"%s\": ", before, name);
        if (strcmp(name, "cases") == 0)
            print_cases(out, comparison);
        else
            ib_json_print_within(out, value, LAYOUT, INDENT);
        before = ",";
    }
    fputs("\n}\n", out);
    json_decref(frame);
}
