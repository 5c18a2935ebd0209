#include "protocol/transfer_log_json.h"

#include "protocol/unpack.h"

#include <string.h>

json_t *ib_traffic_to_json(const struct ib_traffic *t)
{
    return json_pack("[I, I, I, I]", (json_int_t)t->h2d_count, (json_int_t)t->h2d_bytes,
                     (json_int_t)t->d2h_count, (json_int_t)t->d2h_bytes);
}

enum ib_status ib_traffic_from_json(const json_t *value, struct ib_traffic *out)
{
    json_int_t n[4];
    IB_UNPACK(value, "[I, I, I, I]", &n[0], &n[1], &n[2], &n[3]);
    *out = (struct ib_traffic){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3]};
    return IB_OK;
}

enum ib_op ib_op_from_json(const char *name)
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

enum ib_status ib_tensor_from_json(const char *name, struct ib_transfer_log *log, uint32_t *out)
{
    const char *kept = strlen(name) < sizeof log->tensor[0] ? name : "other";
    for (*out = 0; *out < log->n_tensors; ++*out)
        if (strcmp(log->tensor[*out], kept) == 0)
            return IB_OK;
    if (log->n_tensors == IB_MAX_TENSORS)
        return ib_fail(IB_EINVAL, "protocol", "transfer log: more than %d tensors", IB_MAX_TENSORS);
    *out = ib_transfer_log_add(log, kept);
    return IB_OK;
}

/* [phase, operation, tensor, [h2d_count, h2d_bytes, d2h_count, d2h_bytes]] for those with copies. */
static json_t *copies_to_json(const struct ib_transfer_log *log)
{
    json_t *rows = json_array();
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        for (int op = 0; op < IB_OP_COUNT; op++)
            for (uint32_t t = 0; t < log->n_tensors; t++) {
                const struct ib_traffic *traffic = &log->copies[t][phase][op];
                if (traffic->h2d_count || traffic->d2h_count)
                    json_array_append_new(rows, json_pack("[s, s, s, o]", ib_word_of(ib_phase_words, phase),
                                                          ib_word_of(ib_op_words, op), log->tensor[t],
                                                          ib_traffic_to_json(traffic)));
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
        IB_TRY(ib_tensor_from_json(tensor_name, log, &tensor));
        IB_TRY(ib_traffic_from_json(numbers, &traffic));
        ib_traffic_add(&log->copies[tensor][phase][ib_op_from_json(op_name)], &traffic);
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

json_t *ib_transfer_log_to_json(const struct ib_transfer_log *log)
{
    json_t *tensors = json_array();
    for (uint32_t t = 0; t < log->n_tensors; t++)
        json_array_append_new(tensors, json_string(log->tensor[t]));
    return json_pack("{s:o, s:o, s:o, s:o}", "tensors", tensors, "launches", counts_to_json(log->launches),
                     "syncs", counts_to_json(log->syncs), "copies", copies_to_json(log));
}

enum ib_status ib_transfer_log_from_json(const json_t *value, struct ib_transfer_log *out)
{
    json_t *tensors, *launches, *syncs, *copies, *name;
    size_t i;
    IB_UNPACK(value, "{s:o, s:o, s:o, s:o}", "tensors", &tensors, "launches", &launches, "syncs", &syncs,
              "copies", &copies);
    json_array_foreach (tensors, i, name) {
        uint32_t tensor;
        IB_TRY(ib_tensor_from_json(json_is_string(name) ? json_string_value(name) : "?", out, &tensor));
    }
    IB_TRY(counts_from_json(launches, out->launches));
    IB_TRY(counts_from_json(syncs, out->syncs));
    return copies_from_json(copies, out);
}
