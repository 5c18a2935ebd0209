/* The result of a pass as JSON: the answer `done`. */
#include "protocol/messages.h"
#include "protocol/unpack.h"

#include <stdio.h>
#include <string.h>

/* ---- transfer log ---- */

static json_t *traffic_to_json(const struct ib_traffic *t)
{
    return json_pack("[I, I, I, I]", (json_int_t)t->h2d_count, (json_int_t)t->h2d_bytes,
                     (json_int_t)t->d2h_count, (json_int_t)t->d2h_bytes);
}

static enum ib_status traffic_from_json(const json_t *value, struct ib_traffic *out)
{
    json_int_t n[4];
    IB_UNPACK(value, "[I, I, I, I]", &n[0], &n[1], &n[2], &n[3]);
    *out = (struct ib_traffic){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3]};
    return IB_OK;
}

/* Phases, operations and tensors are sent by name, because parent and worker may be different builds. An
 * unknown operation becomes "other", so that its copies are still counted. A tensor keeps its name, unless
 * it is too long for the log. */

static enum ib_op op_from_json(const char *name)
{
    int op;
    return ib_word_value(ib_op_words, name, &op) ? (enum ib_op)op : IB_OP_OTHER;
}

static enum ib_status phase_from_json(const char *name, int *out)
{
    return ib_word_value(ib_phase_words, name, out)
               ? IB_OK
               : ib_fail(IB_EINVAL, "protocol", "transfer log: unknown phase `%s`", name);
}

/* Looks up a tensor's index, adding the tensor if it is new. */
static enum ib_status tensor_from_json(const char *name, struct ib_transfer_log *log, uint32_t *out)
{
    const char *kept = strlen(name) < sizeof log->tensor[0] ? name : "other";
    for (*out = 0; *out < log->n_tensors; ++*out)
        if (strcmp(log->tensor[*out], kept) == 0)
            return IB_OK;
    if (log->n_tensors == IB_MAX_TENSORS)
        return ib_fail(IB_EINVAL, "protocol", "transfer log: more than %d tensors", IB_MAX_TENSORS);
    strcpy(log->tensor[log->n_tensors++], kept);
    return IB_OK;
}

/* [phase, operation, tensor, [h2d_count, h2d_bytes, d2h_count, d2h_bytes]] for those with copies. */
static json_t *copies_to_json(const struct ib_transfer_log *log)
{
    json_t *rows = json_array();
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        for (int op = 0; op < IB_OP_COUNT; op++)
            for (uint32_t t = 0; t < log->n_tensors; t++) {
                const struct ib_traffic *traffic = &log->copies[phase][op][t];
                if (traffic->h2d_count || traffic->d2h_count)
                    json_array_append_new(rows, json_pack("[s, s, s, o]", ib_word_of(ib_phase_words, phase),
                                                          ib_word_of(ib_op_words, op), log->tensor[t],
                                                          traffic_to_json(traffic)));
            }
    return rows;
}

static enum ib_status copies_from_json(const json_t *rows, struct ib_transfer_log *log)
{
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row) {
        const char *phase_name, *op_name, *tensor_name;
        struct ib_traffic traffic;
        json_t *numbers;
        uint32_t tensor;
        int phase;
        IB_UNPACK(row, "[s, s, s, o]", &phase_name, &op_name, &tensor_name, &numbers);
        IB_TRY(phase_from_json(phase_name, &phase));
        IB_TRY(tensor_from_json(tensor_name, log, &tensor));
        IB_TRY(traffic_from_json(numbers, &traffic));
        ib_traffic_add(&log->copies[phase][op_from_json(op_name)][tensor], &traffic);
    }
    return IB_OK;
}

/* {phase: count} */
static json_t *counts_to_json(const uint64_t counts[IB_PHASE_COUNT])
{
    json_t *object = json_object();
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        json_object_set_new(object, ib_word_of(ib_phase_words, phase),
                            json_integer((json_int_t)counts[phase]));
    return object;
}

static enum ib_status counts_from_json(json_t *object, uint64_t counts[IB_PHASE_COUNT])
{
    const char *name;
    json_t *count;
    json_object_foreach (object, name, count) {
        int phase;
        IB_TRY(phase_from_json(name, &phase));
        counts[phase] = (uint64_t)json_integer_value(count);
    }
    return IB_OK;
}

static json_t *transfer_log_to_json(const struct ib_transfer_log *log)
{
    json_t *tensors = json_array();
    for (uint32_t t = 0; t < log->n_tensors; t++)
        json_array_append_new(tensors, json_string(log->tensor[t]));
    return json_pack("{s:o, s:o, s:o, s:o}", "tensors", tensors, "launches", counts_to_json(log->launches),
                     "syncs", counts_to_json(log->syncs), "copies", copies_to_json(log));
}

static enum ib_status transfer_log_from_json(const json_t *value, struct ib_transfer_log *out)
{
    json_t *tensors, *launches, *syncs, *copies, *name;
    size_t i;
    IB_UNPACK(value, "{s:o, s:o, s:o, s:o}", "tensors", &tensors, "launches", &launches, "syncs", &syncs,
              "copies", &copies);
    json_array_foreach (tensors, i, name) {
        uint32_t tensor;
        IB_TRY(tensor_from_json(json_is_string(name) ? json_string_value(name) : "?", out, &tensor));
    }
    IB_TRY(counts_from_json(launches, out->launches));
    IB_TRY(counts_from_json(syncs, out->syncs));
    return copies_from_json(copies, out);
}

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
        struct ib_profile_operation *o = &out->operations[op_from_json(name)];
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
        IB_TRY(tensor_from_json(tensor_name, &out->transfer_log, &tensor));
        struct ib_profile_copy *c = &out->profile.copies[op_from_json(op_name)][tensor];
        c->h2d_ns += (uint64_t)h2d_ns;
        c->d2h_ns += (uint64_t)d2h_ns;
    }
    return IB_OK;
}

static json_t *profile_to_json(const struct ib_pass_result *r)
{
    const struct ib_profile *profile = &r->profile;
    return json_pack("{s:I, s:b, s:I, s:o, s:o}", "epochs", (json_int_t)profile->epochs, "device_clock",
                     profile->device_clock, "sync_ns", (json_int_t)profile->sync_ns, "operations",
                     operations_to_json(profile), "copies", copy_times_to_json(profile, &r->transfer_log));
}

static enum ib_status profile_from_json(const json_t *value, struct ib_pass_result *out)
{
    json_int_t epochs, sync_ns;
    int device_clock;
    json_t *operations, *copies;
    IB_UNPACK(value, "{s:I, s:b, s:I, s:o, s:o}", "epochs", &epochs, "device_clock", &device_clock, "sync_ns",
              &sync_ns, "operations", &operations, "copies", &copies);
    out->profile.epochs = (uint64_t)epochs;
    out->profile.device_clock = device_clock;
    out->profile.sync_ns = (uint64_t)sync_ns;
    IB_TRY(operations_from_json(operations, &out->profile));
    return copy_times_from_json(copies, out);
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

json_t *ib_pass_result_to_json(const struct ib_pass_result *r)
{
    return json_pack(
        "{s:s, s:I, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o?}",
        "type", "done", "repeats", (json_int_t)r->repeats, "median_ns", r->median_ns, "first_ns",
        (json_int_t)r->first_ns, "trained_ns", (json_int_t)r->trained_ns, "thread_cpu_ns",
        (json_int_t)r->thread_cpu_ns, "process_cpu_ns", (json_int_t)r->process_cpu_ns, "request_ns",
        (json_int_t)r->request_ns, "device_peak_bytes", (json_int_t)r->device_peak_bytes, "fused", r->fused,
        "fused_predict", r->fused_predict, "phases_ns", phases_to_json(&r->phases), "outside",
        outside_to_json(&r->outside), "transfer_log", transfer_log_to_json(&r->transfer_log), "total",
        traffic_to_json(&r->total), "tracer", ib_driver_counters_to_json(&r->tracer), "health",
        health_to_json(r), "energy", energy_to_json(&r->energy), "profile",
        r->profiled ? profile_to_json(r) : NULL);
}

enum ib_status ib_pass_result_from_json(const json_t *message, struct ib_pass_result *out)
{
    json_int_t repeats, trained_ns, thread_cpu_ns, process_cpu_ns, request_ns = 0, device_peak_bytes = 0,
                                                                   first_ns = 0;
    double median_ns;
    int fused, fused_predict;
    json_t *phases, *transfer_log, *total, *tracer, *health, *profile;
    IB_UNPACK(message, "{s:I, s:F, s?I, s:I, s:I, s:I, s?I, s?I, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}",
              "repeats", &repeats, "median_ns", &median_ns, "first_ns", &first_ns, "trained_ns", &trained_ns,
              "thread_cpu_ns", &thread_cpu_ns, "process_cpu_ns", &process_cpu_ns, "request_ns", &request_ns,
              "device_peak_bytes", &device_peak_bytes, "fused", &fused, "fused_predict", &fused_predict,
              "phases_ns", &phases, "transfer_log", &transfer_log, "total", &total, "tracer", &tracer,
              "health", &health, "profile", &profile);
    memset(out, 0, sizeof *out);
    out->repeats = (uint64_t)repeats;
    out->median_ns = median_ns;
    out->first_ns = (uint64_t)first_ns;
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
    IB_TRY(transfer_log_from_json(transfer_log, &out->transfer_log));
    IB_TRY(traffic_from_json(total, &out->total));
    IB_TRY(ib_driver_counters_from_json(tracer, &out->tracer));
    IB_TRY(health_from_json(health, out));
    IB_TRY(energy_from_json(json_object_get(message, "energy"), &out->energy));
    return out->profiled ? profile_from_json(profile, out) : IB_OK;
}
