/* A case of the record as JSON, without what is derived from several. */
#include "report/record_json.h"

#include "base/json_number.h"
#include "base/json_text.h"
#include "report/derived_json.h"
#include "report/energy_json.h"
#include "report/evidence.h"
#include "report/json_values.h"
#include "report/transfers_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "6,6": [6, 6]; "none": []. */
static json_t *layers(const char *sizes)
{
    json_t *list = json_array();
    for (char *end; *sizes >= '0' && *sizes <= '9'; sizes = *end ? end + 1 : end)
        json_array_append_new(list, json_integer(strtoll(sizes, &end, 10)));
    return list;
}

static json_t *axis(enum ib_axis_kind kind, const char *value)
{
    if (!value)
        return json_null();
    switch (ib_axis_column(kind).form) {
    case IB_FORM_TEXT:
        break;
    case IB_FORM_REAL:
        return json_real(strtod(value, NULL));
    case IB_FORM_INTEGER:
        return json_integer(strtoll(value, NULL, 10));
    case IB_FORM_INTEGERS:
        return layers(value);
    }
    return ib_json_text(value);
}

/* ---- time ---- */

static json_t *slices(const struct ib_round_record *round)
{
    if (!round->slices)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < round->n_slices; i++)
        json_array_append_new(list, ib_json_number(round->slices[i]));
    return list;
}

/* Returns an array for each quantity, with an element for each round that has a time. */
static json_t *samples(const struct ib_case_record *c)
{
    json_t *out = json_object();
    static const char *const names[] = {"samples", "rounds",    "cpu",       "slices", "clock_mhz",
                                        "slowed",  "disturbed", "discarded", "unseen", "traced"};
    enum { NAMES = sizeof names / sizeof *names };
    for (int i = 0; i < NAMES; i++)
        json_object_set_new(out, names[i], json_array());
    for (size_t i = 0; c->rounds && i < c->n_rounds; i++) {
        const struct ib_round_record *r = &c->rounds[i];
        if (isnan(r->epoch_ns))
            continue;
        json_t *values[NAMES] = {ib_json_number(r->epoch_ns),     json_integer((json_int_t)r->round),
                                 ib_json_number(r->cpu_epoch_ns), slices(r),
                                 ib_json_measured(r->clock_mhz),  ib_json_text(r->slowed),
                                 ib_json_truth(r->disturbed),     ib_json_number(r->discarded_ns),
                                 ib_json_truth(r->unseen),        ib_json_truth(r->traced)};
        for (int k = 0; k < NAMES; k++)
            json_array_append_new(json_object_get(out, names[k]), values[k]);
    }
    return out;
}

static json_t *epoch_times(const struct ib_case_record *c)
{
    const struct ib_epoch_times *t = &c->epoch_ns;
    json_t *out = json_pack("{s:o, s:o, s:o, s:o, s:I}", "median", ib_json_number(t->median), "min",
                            ib_json_number(t->min), "ci_low", ib_json_number(t->low), "ci_high",
                            ib_json_number(t->high), "n", (json_int_t)t->n),
           *lists = samples(c);
    json_object_update(out, lists);
    json_decref(lists);
    return out;
}

static json_t *process_parts(const struct ib_process_summary *p)
{
    json_t *out = json_object();
    for (int i = 0; i < IB_PROCESS_PART_COUNT; i++)
        json_object_set_new(out, ib_process_part_names[i], ib_json_measured(p->parts_ns[i]));
    return out;
}

static json_t *instructions(const struct ib_case_record *c)
{
    const struct ib_instruction_record *i = &c->check.instructions;
    return i->count || i->reason
               ? json_pack("{s:o, s:o, s:o, s:o, s:o}", "epoch",
                           ib_json_number(ib_instructions_of_epoch(&c->check.instructions)), "count",
                           ib_json_measured(i->count), "epochs", ib_json_measured(i->epochs), "source",
                           ib_json_text(i->source), "reason", ib_json_text(i->reason))
               : json_null();
}

static json_t *whole_process(const struct ib_case_record *c)
{
    const struct ib_process_summary *p = c->process;
    if (!p)
        return json_null();
    json_t *walls = json_array();
    for (size_t i = 0; i < c->n_process_runs; i++)
        json_array_append_new(walls, json_real(c->process_runs[i].wall_ns / 1e9));
    return json_pack("{s:o, s:I, s:{s:o, s:o, s:o, s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o}", "source",
                     ib_json_text(c->process_source), "runs", (json_int_t)p->n, "wall_s", "median",
                     ib_json_number(p->wall_median_s), "min", ib_json_number(p->wall_min_s), "max",
                     ib_json_number(p->wall_max_s), "mean", ib_json_number(p->wall_mean_s), "stddev",
                     ib_json_number(p->wall_deviation_s), "samples", walls, "user_s",
                     ib_json_number(p->user_s), "system_s", ib_json_number(p->system_s), "inside_ns",
                     process_parts(p), "residual_ns", ib_json_number(p->residual_ns), "residual_fraction",
                     ib_json_number(p->residual_ns / p->median_ns));
}

/* ---- the profile ---- */

static json_t *events(const struct ib_profile_record *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->n_events; i++) {
        const struct ib_event_record *e = &p->events[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I}", "kind",
                                        ib_word_of(ib_event_words, (int)e->kind), "op", e->op, "tensor",
                                        ib_json_text(e->tensor), "begin_ns", (json_int_t)e->begin_ns,
                                        "launch_ns", (json_int_t)e->launch_ns, "wait_ns",
                                        (json_int_t)e->wait_ns, "compute_ns", (json_int_t)e->compute_ns));
    }
    return list;
}

static json_t *profile(const struct ib_profile_record *p)
{
    if (!p->epochs)
        return json_null();
    json_t *operations = json_array(), *copy_times = json_array();
    for (size_t i = 0; i < p->n_operations; i++) {
        const struct ib_operation_record *o = &p->operations[i];
        json_array_append_new(operations,
                              json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "op", o->op, "calls",
                                        (json_int_t)o->calls, "launch_ns", (json_int_t)o->launch_ns,
                                        "wait_ns", (json_int_t)o->wait_ns, "compute_ns",
                                        (json_int_t)o->compute_ns, "flops", ib_json_number(o->flops), "bytes",
                                        ib_json_number(o->bytes), "least_ns", ib_json_number(o->least_ns)));
    }
    for (size_t i = 0; i < p->n_copies; i++)
        json_array_append_new(copy_times,
                              json_pack("{s:s, s:s, s:I, s:I}", "op", p->copies[i].op, "tensor",
                                        p->copies[i].tensor, "h2d_ns", (json_int_t)p->copies[i].h2d_ns,
                                        "d2h_ns", (json_int_t)p->copies[i].d2h_ns));
    return json_pack("{s:I, s:s?, s:I, s:o, s:o, s:o}", "epochs", (json_int_t)p->epochs, "clock", p->clock,
                     "sync_ns", (json_int_t)p->sync_ns, "operations", operations, "copies", copy_times,
                     "events", events(p));
}

/* ---- a case ---- */

static json_t *options(const struct ib_case_record *c)
{
    json_t *out = json_object();
    for (size_t i = 0; i < c->n_options; i++)
        json_object_set_new(out, c->options[i].name, ib_json_text(c->options[i].value));
    return out;
}

static json_t *metrics(const struct ib_case_record *c)
{
    json_t *out = json_object();
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        json_object_set_new(out, ib_metrics[i]->name, ib_json_number(c->metrics[i]));
    return out;
}

static json_t *compared(const struct ib_case_record *c)
{
    const struct ib_compared *v = &c->check.compared;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "epochs",
                     ib_json_measured(v->epochs), "of_epochs", ib_json_measured(c->epochs), "params",
                     ib_json_measured(v->params), "of_params", ib_json_measured(v->of_params), "predictions",
                     ib_json_measured(v->predictions), "of_predictions", ib_json_measured(v->of_predictions),
                     "steps", ib_json_measured(v->steps), "continued_from",
                     ib_json_measured(v->continued_from), "rounds", ib_json_measured(ib_rounds_compared(c)),
                     "of_rounds", ib_json_measured(c->n_rounds));
}

static json_t *verification(const struct ib_case_record *c)
{
    const struct ib_check_record *k = &c->check;
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "verdict",
                     ib_word_of(ib_verdict_words, (int)k->verdict), "reason", ib_json_text(k->verdict_reason),
                     "reference", ib_json_text(k->reference), "loss_error", ib_json_number(k->loss_error),
                     "params_error", ib_json_number(k->params_error), "prediction_error",
                     ib_json_number(k->prediction_error), "first_divergent_epoch",
                     ib_json_measured(k->first_divergent_epoch), "compared", compared(c));
}

static json_t *limit(const struct ib_case_record *c)
{
    const struct ib_limit_record *l = &c->check.limit;
    if (!l->bound)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "flops", ib_json_number(l->flops), "bytes",
                     ib_json_number(l->bytes), "bound", ib_json_text(l->bound), "by", ib_json_text(l->by),
                     "rate", ib_json_number(l->rate), "least_ns", ib_json_number(l->least_ns), "fraction",
                     ib_json_number(c->limit_share));
}

static json_t *describe(const struct ib_case_record *c)
{
    json_t *out = json_pack(
        "{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "id", c->id, "task",
        ib_word_of(ib_task_words, (int)c->task), "dataset_sha256", ib_json_text(c->dataset_sha256),
        "dataset_guesses", ib_json_text(c->dataset_guesses), "rows", (json_int_t)c->rows, "test_rows",
        (json_int_t)c->test_rows, "cols", (json_int_t)c->cols, "classes",
        c->classes ? json_integer((json_int_t)c->classes) : json_null(), "options", options(c), "label",
        ib_json_text(c->label), "libraries", ib_json_text(c->libraries), "simulated", c->simulated,
        "shortcut", c->shortcut, "algorithm", ib_json_text(c->algorithm));
    json_object_update_new(out, json_pack("{s:I, s:o, s:I}", "steps_per_epoch", (json_int_t)c->steps,
                                          "machine", ib_json_text(c->machine), "part", (json_int_t)c->part));
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        json_object_set_new(out, ib_axis_rules[k].name, axis((enum ib_axis_kind)k, c->axis[k]));
    return out;
}

json_t *ib_case_to_json(const struct ib_case_record *c)
{
    json_t *out = describe(c), *found;
    found = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:{s:o, s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:o, s:o, s:o, s:o}",
        "path", ib_json_text(c->check.path), "problem", ib_json_text(c->problem), "name",
        ib_json_text(c->name), "series", ib_json_text(c->series), "status",
        ib_json_word(ib_case_status_words, (int)c->status), "reason",
        ib_json_text(c->status ? c->reason : "the run ended before this case"), "ranked", c->ranked, "time",
        "epoch_ns", epoch_times(c), "step_ns", ib_json_number(c->epoch_ns.median / (double)c->steps),
        "phases_ns", ib_json_numbers(ib_run_phase_names, c->phases_ns, IB_RUN_PHASES), "breakdown_ns",
        ib_breakdown_to_json(c), "metrics", metrics(c), "transfers", ib_transfers_to_json(c), "profile",
        profile(&c->profile), "profile_reason", ib_json_text(c->profile.reason), "whole_process",
        whole_process(c), "whole_process_reason", ib_json_text(c->process_reason), "verify", verification(c),
        "convergence", ib_json_word(ib_convergence_words, (int)c->check.convergence), "limit", limit(c),
        "limit_reason", ib_json_text(c->check.limit.reason), "stderr",
        ib_json_text(ib_case_record_stderr(c)));
    json_object_update(out, found);
    json_decref(found);
    json_object_set_new(out, "memory",
                        json_pack("{s:o, s:o}", "peak_bytes", ib_json_measured(c->peak_bytes),
                                  "device_peak_bytes", ib_json_measured(c->device_peak_bytes)));
    json_object_set_new(out, "instructions", instructions(c));
    return out;
}
