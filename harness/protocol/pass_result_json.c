/* The result of a pass as JSON: the answer `done`. */
#include "protocol/instructions_json.h"
#include "protocol/messages.h"
#include "protocol/transfer_log_json.h"
#include "protocol/unpack.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- profile ---- */

/* [operation, calls, launch_ns, wait_ns, compute_ns] for those that were called. */
static json_t *operations_to_json(const struct ib_profile *profile)
{
    json_t *rows = json_array();
    for (int op = 0; op < IB_OP_COUNT; op++) {
        const struct ib_profile_operation *o = &profile->operations[op];
        if (o->calls)
            json_array_append_new(rows, json_pack("[s, I, I, I, I]", ib_word_of(ib_op_words, op),
                                                  (json_int_t)o->calls, (json_int_t)o->launch_ns,
                                                  (json_int_t)o->wait_ns, (json_int_t)o->compute_ns));
    }
    return rows;
}

static enum ib_status operations_from_json(const json_t *rows, struct ib_profile *out)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *name;
        json_int_t n[4];
        IB_UNPACK(row, "[s, I, I, I, I]", &name, &n[0], &n[1], &n[2], &n[3]);
        struct ib_profile_operation *o = &out->operations[ib_op_from_json(name)];
        o->calls += (uint64_t)n[0];
        o->launch_ns += (uint64_t)n[1];
        o->wait_ns += (uint64_t)n[2];
        o->compute_ns += (uint64_t)n[3];
    }
    return IB_OK;
}

/* [operation, tensor, h2d_ns, d2h_ns] for those that took time. */
static json_t *copy_times_to_json(const struct ib_profile *profile, const struct ib_transfer_log *log)
{
    json_t *rows = json_array();
    for (int op = 0; op < IB_OP_COUNT; op++)
        for (uint32_t t = 0; t < log->n_tensors; t++) {
            const struct ib_profile_copy *c = &profile->copies[op][t];
            if (c->h2d_ns + c->d2h_ns)
                json_array_append_new(rows,
                                      json_pack("[s, s, I, I]", ib_word_of(ib_op_words, op), log->tensor[t],
                                                (json_int_t)c->h2d_ns, (json_int_t)c->d2h_ns));
        }
    return rows;
}

static enum ib_status copy_times_from_json(const json_t *rows, struct ib_pass_result *out)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *op_name, *tensor_name;
        json_int_t h2d_ns, d2h_ns;
        uint32_t tensor;
        IB_UNPACK(row, "[s, s, I, I]", &op_name, &tensor_name, &h2d_ns, &d2h_ns);
        IB_TRY(ib_tensor_from_json(tensor_name, &out->transfer_log, &tensor));
        struct ib_profile_copy *c = &out->profile.copies[ib_op_from_json(op_name)][tensor];
        c->h2d_ns += (uint64_t)h2d_ns;
        c->d2h_ns += (uint64_t)d2h_ns;
    }
    return IB_OK;
}

/* [kind, operation, tensor or null, begin_ns, launch_ns, wait_ns, compute_ns] for each. */
static json_t *timeline_to_json(const struct ib_timeline *timeline, const struct ib_transfer_log *log)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < timeline->n; i++) {
        const struct ib_event *e = &timeline->events[i];
        const char *tensor = e->kind == IB_EVENT_CALL ? NULL : log->tensor[e->tensor];
        json_array_append_new(
            rows, json_pack("[s, s, s?, I, I, I, I]", ib_word_of(ib_event_words, (int)e->kind),
                            ib_word_of(ib_op_words, (int)e->op), tensor, (json_int_t)e->begin_ns,
                            (json_int_t)e->launch_ns, (json_int_t)e->wait_ns, (json_int_t)e->compute_ns));
    }
    return rows;
}

static enum ib_status event_from_json(json_t *row, struct ib_pass_result *out)
{
    struct ib_timeline *timeline = &out->timeline;
    const char *kind_name, *op_name, *tensor_name = json_string_value(json_array_get(row, 2));
    json_t *tensor;
    json_int_t n[4];
    uint32_t index = 0;
    int kind;
    IB_UNPACK(row, "[s, s, o, I, I, I, I]", &kind_name, &op_name, &tensor, &n[0], &n[1], &n[2], &n[3]);
    if (!ib_word_value(ib_event_words, kind_name, &kind))
        return ib_fail(IB_EINVAL, "protocol", "time line: unknown kind of event `%s`", kind_name);
    if (timeline->n == IB_MAX_EVENTS)
        return ib_fail(IB_EINVAL, "protocol", "time line: more than %d events", IB_MAX_EVENTS);
    if (kind != IB_EVENT_CALL)
        IB_TRY(ib_tensor_from_json(tensor_name ? tensor_name : "other", &out->transfer_log, &index));
    timeline->events[timeline->n++] =
        (struct ib_event){(enum ib_event_kind)kind, ib_op_from_json(op_name), index,         (uint64_t)n[0],
                          (uint64_t)n[1],           (uint64_t)n[2],           (uint64_t)n[3]};
    return IB_OK;
}

/* Older versions do not send it. */
static enum ib_status timeline_from_json(const json_t *rows, struct ib_pass_result *out)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row)
        IB_TRY(event_from_json(row, out));
    return IB_OK;
}

static json_t *profile_to_json(const struct ib_pass_result *r)
{
    const struct ib_profile *profile = &r->profile;
    return json_pack("{s:I, s:b, s:I, s:o, s:o, s:o}", "epochs", (json_int_t)profile->epochs, "device_clock",
                     profile->device_clock, "sync_ns", (json_int_t)profile->sync_ns, "operations",
                     operations_to_json(profile), "copies", copy_times_to_json(profile, &r->transfer_log),
                     "timeline", timeline_to_json(&r->timeline, &r->transfer_log));
}

static enum ib_status profile_from_json(const json_t *value, struct ib_pass_result *out)
{
    json_int_t epochs, sync_ns;
    int device_clock;
    json_t *operations, *copies;
    memset(&out->profile, 0, sizeof out->profile);
    out->timeline.n = 0;
    IB_UNPACK(value, "{s:I, s:b, s:I, s:o, s:o}", "epochs", &epochs, "device_clock", &device_clock, "sync_ns",
              &sync_ns, "operations", &operations, "copies", &copies);
    out->profile.epochs = (uint64_t)epochs;
    out->profile.device_clock = device_clock;
    out->profile.sync_ns = (uint64_t)sync_ns;
    IB_TRY(operations_from_json(operations, &out->profile));
    IB_TRY(copy_times_from_json(copies, out));
    return timeline_from_json(json_object_get(value, "timeline"), out);
}

/* ---- the whole result ---- */

static json_t *phases_to_json(const struct ib_phases *phases)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "load", (json_int_t)phases->load_ns, "setup",
                     (json_int_t)phases->setup_ns, "train", (json_int_t)phases->train_ns, "readback",
                     (json_int_t)phases->readback_ns, "predict", (json_int_t)phases->predict_ns);
}

static enum ib_status phases_from_json(const json_t *value, struct ib_phases *out)
{
    json_int_t load, setup, train, readback, predict;
    IB_UNPACK(value, "{s:I, s:I, s:I, s:I, s:I}", "load", &load, "setup", &setup, "train", &train, "readback",
              &readback, "predict", &predict);
    *out = (struct ib_phases){(uint64_t)load, (uint64_t)setup, (uint64_t)train, (uint64_t)readback,
                              (uint64_t)predict};
    return IB_OK;
}

static json_t *outside_to_json(const struct ib_outside *o)
{
    return o->known
               ? json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "opened_ns", (json_int_t)o->opened_ns,
                           "warmup_ns", (json_int_t)o->warmup_ns, "warmup_epochs",
                           (json_int_t)o->warmup_epochs, "restart_ns", (json_int_t)o->restart_ns,
                           "readback_ns", (json_int_t)o->readback_ns, "idle_ns", (json_int_t)o->idle_ns,
                           "changed", o->changed, "at_start", o->at_start)
               : json_null();
}

/* Older versions do not send it. */
static enum ib_status outside_from_json(const json_t *value, struct ib_outside *out)
{
    json_int_t opened, warmup, warmup_epochs, restart, readback, idle;
    int changed, at_start;
    if (!json_is_object(value))
        return IB_OK;
    IB_UNPACK(value, "{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b}", "opened_ns", &opened, "warmup_ns", &warmup,
              "warmup_epochs", &warmup_epochs, "restart_ns", &restart, "readback_ns", &readback, "idle_ns",
              &idle, "changed", &changed, "at_start", &at_start);
    *out = (struct ib_outside){.known = true,
                               .opened_ns = (uint64_t)opened,
                               .warmup_ns = (uint64_t)warmup,
                               .warmup_epochs = (uint64_t)warmup_epochs,
                               .restart_ns = (uint64_t)restart,
                               .readback_ns = (uint64_t)readback,
                               .idle_ns = (uint64_t)idle,
                               .changed = changed,
                               .at_start = at_start};
    return IB_OK;
}

/* null if unknown. */
static json_t *health_to_json(const struct ib_pass_result *r)
{
    return r->health_known ? json_pack("{s:I, s:b, s:s}", "clock_mhz", (json_int_t)r->health.clock_mhz,
                                       "slowed", r->health.slowed, "reason", r->health.reason)
                           : json_null();
}

static enum ib_status health_from_json(const json_t *value, struct ib_pass_result *out)
{
    json_int_t clock_mhz;
    const char *reason;
    int slowed;
    if (!json_is_object(value))
        return IB_OK;
    IB_UNPACK(value, "{s:I, s:b, s:s}", "clock_mhz", &clock_mhz, "slowed", &slowed, "reason", &reason);
    out->health_known = true;
    out->health = (struct ib_health){.clock_mhz = (uint32_t)clock_mhz, .slowed = slowed};
    snprintf(out->health.reason, sizeof out->health.reason, "%s", reason);
    return IB_OK;
}

/* null if it was not asked for. */
static json_t *energy_to_json(const struct ib_energy *e)
{
    return e->source || e->reason[0]
               ? json_pack("{s:s?, s:f, s:I, s:I, s:s}", "source",
                           e->source ? ib_word_of(ib_energy_source_words, (int)e->source) : NULL, "joules",
                           e->joules, "ns", (json_int_t)e->ns, "stretches", (json_int_t)e->stretches,
                           "reason", e->reason)
               : json_null();
}

/* Older versions do not send it. */
static enum ib_status energy_from_json(const json_t *value, struct ib_energy *out)
{
    json_int_t ns, stretches;
    const char *source = json_string_value(json_object_get(value, "source")), *reason;
    int known = 0;
    if (!json_is_object(value))
        return IB_OK;
    IB_UNPACK(value, "{s:F, s:I, s:I, s:s}", "joules", &out->joules, "ns", &ns, "stretches", &stretches,
              "reason", &reason);
    if (source)
        ib_word_value(ib_energy_source_words, source, &known);
    out->source = (enum ib_energy_source)known;
    out->ns = (uint64_t)ns;
    out->stretches = (uint64_t)stretches;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    return IB_OK;
}

void ib_pass_result_clear(struct ib_pass_result *out)
{
    memset(out, 0, offsetof(struct ib_pass_result, profile));
    ib_transfer_log_clear(&out->transfer_log);
}

json_t *ib_pass_result_to_json(const struct ib_pass_result *r)
{
    return json_pack("{s:s, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o, s:o, s:o, s:o, "
                     "s:o, s:o, s:o, s:o?}",
                     "type", "done", "repeats", (json_int_t)r->repeats, "median_ns", r->median_ns, "first_ns",
                     (json_int_t)r->first_ns, "longest_ns", (json_int_t)r->longest_ns, "trained_ns",
                     (json_int_t)r->trained_ns, "thread_cpu_ns", (json_int_t)r->thread_cpu_ns,
                     "process_cpu_ns", (json_int_t)r->process_cpu_ns, "request_ns", (json_int_t)r->request_ns,
                     "device_peak_bytes", (json_int_t)r->device_peak_bytes, "fused", r->fused,
                     "fused_predict", r->fused_predict, "phases_ns", phases_to_json(&r->phases), "outside",
                     outside_to_json(&r->outside), "transfer_log", ib_transfer_log_to_json(&r->transfer_log),
                     "total", ib_traffic_to_json(&r->total), "tracer", ib_driver_counters_to_json(&r->tracer),
                     "health", health_to_json(r), "energy", energy_to_json(&r->energy), "instructions",
                     ib_instructions_to_json(&r->instructions), "profile",
                     r->profiled ? profile_to_json(r) : NULL);
}

enum ib_status ib_pass_result_from_json(const json_t *message, struct ib_pass_result *out)
{
    json_int_t repeats, trained_ns, thread_cpu_ns, process_cpu_ns, request_ns = 0, device_peak_bytes = 0,
                                                                   first_ns = 0, longest_ns = 0;
    double median_ns;
    int fused, fused_predict;
    json_t *phases, *transfer_log, *total, *tracer, *health, *profile;
    IB_UNPACK(message,
              "{s:I, s:F, s?I, s?I, s:I, s:I, s:I, s?I, s?I, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
              "repeats", &repeats, "median_ns", &median_ns, "first_ns", &first_ns, "longest_ns", &longest_ns,
              "trained_ns", &trained_ns, "thread_cpu_ns", &thread_cpu_ns, "process_cpu_ns", &process_cpu_ns,
              "request_ns", &request_ns, "device_peak_bytes", &device_peak_bytes, "fused", &fused,
              "fused_predict", &fused_predict, "phases_ns", &phases, "transfer_log", &transfer_log, "total",
              &total, "tracer", &tracer, "health", &health, "profile", &profile);
    ib_pass_result_clear(out);
    out->repeats = (uint64_t)repeats;
    out->median_ns = median_ns;
    out->first_ns = (uint64_t)first_ns;
    out->longest_ns = (uint64_t)longest_ns;
    out->trained_ns = (uint64_t)trained_ns;
    out->thread_cpu_ns = (uint64_t)thread_cpu_ns;
    out->process_cpu_ns = (uint64_t)process_cpu_ns;
    out->request_ns = (uint64_t)request_ns;
    out->device_peak_bytes = (uint64_t)device_peak_bytes;
    out->fused = fused;
    out->fused_predict = fused_predict;
    out->profiled = json_is_object(profile);
    IB_TRY(phases_from_json(phases, &out->phases));
    IB_TRY(outside_from_json(json_object_get(message, "outside"), &out->outside));
    IB_TRY(ib_transfer_log_from_json(transfer_log, &out->transfer_log));
    IB_TRY(ib_traffic_from_json(total, &out->total));
    IB_TRY(ib_driver_counters_from_json(tracer, &out->tracer));
    IB_TRY(health_from_json(health, out));
    IB_TRY(energy_from_json(json_object_get(message, "energy"), &out->energy));
    IB_TRY(ib_instructions_from_json(json_object_get(message, "instructions"), &out->instructions));
    return out->profiled ? profile_from_json(profile, out) : IB_OK;
}
