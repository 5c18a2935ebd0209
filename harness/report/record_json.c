#include "report/record_json.h"

#include "base/error.h"
#include "base/json_number.h"
#include "base/json_text.h"
#include "report/derived_json.h"
#include "report/energy_json.h"
#include "report/json_values.h"
#include "report/source_json.h"

#include <string.h>

/* ---- the whole ---- */

static json_t *curve(const struct ib_case_record *c)
{
    json_t *epochs = json_array(), *losses = json_array(), *seconds = json_array();
    for (size_t i = 0; i < c->curve.n; i++) {
        json_array_append_new(epochs, json_integer((json_int_t)c->curve.epoch[i]));
        json_array_append_new(losses, ib_json_number(c->curve.loss[i]));
        json_array_append_new(seconds, c->seconds ? ib_json_number(c->seconds[i]) : json_null());
    }
    return json_pack("{s:o, s:o, s:o}", "epoch", epochs, "loss", losses, "seconds", seconds);
}

static json_t *predictions(const struct ib_case_record *c)
{
    json_t *rows = json_array(), *outputs = json_array(), *actual = json_array(), *predicted = json_array();
    for (size_t i = 0; i < c->n_predictions; i++) {
        const struct ib_prediction_record *p = &c->predictions[i];
        json_array_append_new(rows, json_integer((json_int_t)p->row));
        json_array_append_new(outputs, json_integer((json_int_t)p->output));
        json_array_append_new(actual, ib_json_number(p->actual));
        json_array_append_new(predicted, ib_json_number(p->predicted));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "row", rows, "output", outputs, "actual", actual, "predicted",
                     predicted);
}

/* The record of a run while it is made. */
struct record {
    const struct ib_run_record *run;
    bool whole;
    struct ib_derived derived;
    struct loss_place {
        const struct ib_loss_group *group;
        const struct ib_loss_entry *entry;
    } * losses; /* of each case; entry NULL: none */
    struct ib_arena arena;
};

static void open_record(struct record *r, const struct ib_run_record *run, bool whole)
{
    *r = (struct record){.run = run, .whole = whole};
    ib_derive(&r->arena, run, &r->derived);
    r->losses = ib_arena_alloc(&r->arena, (run->n + 1) * sizeof *r->losses);
    for (size_t g = 0; g < r->derived.n_loss_groups; g++) {
        const struct ib_loss_group *group = &r->derived.loss_groups[g];
        for (size_t i = 0; i < group->n; i++)
            r->losses[group->entries[i].record - run->cases] = (struct loss_place){group, &group->entries[i]};
    }
}

/* c: the i-th case, perhaps with lists that the run does not have. */
static json_t *case_of(const struct record *r, size_t i, const struct ib_case_record *c)
{
    const struct ib_run_record *run = r->run;
    json_t *out = ib_case_to_json(c);
    json_object_set_new(out, "source", ib_source_to_json(ib_case_source(run->sources, run->n_sources, c)));
    json_object_set_new(out, "time_to", ib_times_to_loss_to_json(r->losses[i].group, r->losses[i].entry));
    json_object_set_new(out, "energy", ib_energy_to_json(c, r->losses[i].entry));
    if (r->whole) {
        json_object_set_new(out, "curve", curve(c));
        json_object_set_new(out, "predictions", predictions(c));
    }
    return out;
}

/* The record without its cases and speed-ups, of which each case may have one. */
static json_t *frame_of(const struct record *r)
{
    json_t *run = ib_run_to_json(r->run);
    if (r->whole)
        json_object_set_new(run, "config", ib_json_text(r->run->config_text));
    return json_pack("{s:i, s:o, s:[], s:[], s:o, s:o}", "schema", IB_RECORD_SCHEMA, "run", run, "cases",
                     "speed_up", "transfer_overhead", ib_transfer_overheads_to_json(&r->derived), "crossover",
                     ib_crossovers_to_json(&r->derived));
}

json_t *ib_record_to_json(const struct ib_run_record *run, bool whole)
{
    struct record r;
    open_record(&r, run, whole);
    json_t *out = frame_of(&r), *cases = json_object_get(out, "cases"),
           *speed_ups = json_object_get(out, "speed_up");
    for (size_t i = 0; i < run->n; i++)
        json_array_append_new(cases, case_of(&r, i, &run->cases[i]));
    for (size_t i = 0; i < r.derived.n_speed_ups; i++)
        json_array_append_new(speed_ups, ib_speed_up_to_json(&r.derived.speed_ups[i]));
    ib_arena_free(&r.arena);
    return out;
}

static enum ib_status use_case(const struct record *r, size_t i, struct ib_long_lists *lists,
                               void (*use)(void *context, json_t *c), void *context)
{
    struct ib_case_record with_lists = r->run->cases[i];
    if (lists)
        IB_TRY(ib_long_lists_read(lists, &r->run->cases[i], &with_lists));
    json_t *c = case_of(r, i, &with_lists);
    use(context, c);
    json_decref(c);
    return IB_OK;
}

enum ib_status ib_record_each_case(const struct ib_run_record *run, struct ib_long_lists *lists,
                                   void (*use)(void *context, json_t *c), void *context)
{
    struct record r;
    enum ib_status status = IB_OK;
    open_record(&r, run, false);
    for (size_t i = 0; i < run->n && status == IB_OK; i++)
        status = use_case(&r, i, lists, use, context);
    ib_arena_free(&r.arena);
    return status;
}

/* ---- the whole, printed ---- */

enum { INDENT = 1, LAYOUT = JSON_INDENT(INDENT) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY };

/* Where the next one of a list goes. */
struct listing {
    FILE *out;
    bool begun;
};

static void list_next(void *context, json_t *c)
{
    struct listing *to = context;
    fputs(to->begun ? ",\n  " : "\n  ", to->out);
    ib_json_print_within(to->out, c, LAYOUT, 2 * INDENT);
    to->begun = true;
}

static enum ib_status print_cases(FILE *out, const struct record *r, struct ib_long_lists *lists)
{
    struct listing to = {.out = out};
    fputc('[', out);
    for (size_t i = 0; i < r->run->n; i++)
        IB_TRY(use_case(r, i, lists, list_next, &to));
    fputs(r->run->n ? "\n ]" : "]", out);
    return IB_OK;
}

static void print_speed_ups(FILE *out, const struct ib_derived *derived)
{
    struct listing to = {.out = out};
    fputc('[', out);
    for (size_t i = 0; i < derived->n_speed_ups; i++) {
        json_t *speed_up = ib_speed_up_to_json(&derived->speed_ups[i]);
        list_next(&to, speed_up);
        json_decref(speed_up);
    }
    fputs(to.begun ? "\n ]" : "]", out);
}

/* Prints a member of the record; frame: what it has there. */
static enum ib_status print_member(FILE *out, const struct record *r, struct ib_long_lists *lists,
                                   const char *name, const json_t *frame)
{
    if (strcmp(name, "cases") == 0)
        return print_cases(out, r, lists);
    if (strcmp(name, "speed_up") == 0)
        print_speed_ups(out, &r->derived);
    else
        ib_json_print_within(out, frame, LAYOUT, INDENT);
    return IB_OK;
}

enum ib_status ib_record_print(FILE *out, const struct ib_run_record *run, struct ib_long_lists *lists)
{
    struct record r;
    const char *name, *before = "{";
    json_t *value;
    enum ib_status status = IB_OK;
    open_record(&r, run, true);
    json_t *frame = frame_of(&r);
    json_object_foreach (frame, name, value) {
        fprintf(out, "%s\n \"%s\": ", before, name);
        status = print_member(out, &r, lists, name, value);
        if (status != IB_OK)
            break;
        before = ",";
    }
    fputs(status == IB_OK ? "\n}\n" : "", out);
    json_decref(frame);
    ib_arena_free(&r.arena);
    return status;
}
