/* Messages arrive unchanged, and invalid ones are rejected with the name of the field. */
#include "base/error.h"
#include "fixtures/scratch.h"
#include "protocol/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_job sample_job(void)
{
    static const struct ib_setting settings[] = {{"pinned", "true"}, {"threads", "2"}};
    return (struct ib_job){
        .impl = "cpu_blas",
        .plugin = "/somewhere/cpu_blas.so",
        .settings = settings,
        .n_settings = 2,
        .residency = IB_RESIDENT,
        .model = "mlp",
        .spec = {.net = {.n_layers = 2, .width = {10, 6, 1}, .act = IB_TANH, .loss = IB_BCE},
                 .dtype = IB_F32,
                 .lr = 0.1,
                 .rows = 354,
                 .test_rows = 88},
        .x = "x.npy",
        .y = "y.npy",
        .x_test = "t.npy",
        .state_name = {"w1", "b1", "w2", "b2"},
        .start = {"a", "b", "c", "d"}};
}

static void job_round_trip(void **state)
{
    (void)state;
    struct ib_job said = sample_job(), heard;
    struct ib_arena arena = {0};
    json_t *message = ib_job_to_json(&said, "problem");
    assert_non_null(message);
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_OK);
    assert_string_equal(heard.plugin, said.plugin);
    assert_int_equal(heard.n_settings, 2);
    assert_string_equal(heard.settings[1].name, "threads");
    assert_string_equal(heard.settings[1].value, "2");
    assert_int_equal(heard.residency, IB_RESIDENT);
    assert_true(ib_network_equal(&heard.spec.net, &said.spec.net));
    assert_int_equal(heard.spec.dtype, IB_F32);
    assert_true(heard.spec.lr == said.spec.lr); /* doubles survive to the bit */
    assert_int_equal(heard.spec.rows, 354);
    assert_int_equal(heard.spec.test_rows, 88);
    assert_string_equal(heard.state_name[3], "b2");
    assert_string_equal(heard.start[2], "c");
    json_decref(message);
    ib_arena_free(&arena);
}

static void job_carries_what_an_optimizer_keeps(void **state)
{
    (void)state;
    struct ib_job said = sample_job(), heard;
    struct ib_arena arena = {0};
    said.spec.optimizer = IB_MOMENTUM;
    said.spec.weight_decay = 0.1;
    strcpy(said.state_name[4], "v_w1");
    for (int s = 4; s < 8; s++)
        said.start[s] = "zeros";
    json_t *message = ib_job_to_json(&said, "problem");
    assert_int_equal(json_array_size(json_object_get(message, "params")), 4);
    assert_int_equal(json_array_size(json_object_get(message, "state")), 4);
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_OK);
    assert_int_equal(heard.spec.optimizer, IB_MOMENTUM);
    assert_true(heard.spec.weight_decay == 0.1);
    assert_string_equal(heard.state_name[4], "v_w1");
    assert_string_equal(heard.start[7], "zeros");
    json_array_clear(json_object_get(message, "state"));
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "state: 0 given, but the optimizer keeps 4"));
    json_decref(message);
    said.spec.optimizer = IB_SGD;
    said.spec.weight_decay = 0;
    message = ib_job_to_json(&said, "problem"); /* as a program sees it that knows nothing else */
    assert_null(json_object_get(message, "optimizer"));
    assert_null(json_object_get(message, "weight_decay"));
    assert_null(json_object_get(message, "state"));
    json_decref(message);
    ib_arena_free(&arena);
}

static void job_carries_mini_batches(void **state)
{
    (void)state;
    struct ib_job said = sample_job(), heard;
    struct ib_arena arena = {0};
    const char *files[IB_JOB_FILES];
    json_t *message = ib_job_to_json(&said, "problem");
    assert_null(json_object_get(message, "batch")); /* as a program sees it that knows nothing else */
    assert_null(json_object_get(message, "order"));
    const size_t n_files = ib_job_files(&said, files);
    json_decref(message);
    said.spec.batch = 32;
    said.order = "order.npy";
    assert_int_equal(ib_job_files(&said, files), n_files + 1);
    message = ib_job_to_json(&said, "problem");
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_OK);
    assert_int_equal(heard.spec.batch, 32);
    assert_string_equal(heard.order, "order.npy");
    json_object_set_new(message, "batch", json_integer((json_int_t)said.spec.rows + 1));
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "batch: "));
    json_object_set_new(message, "batch", json_integer(32));
    json_object_del(message, "order");
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "order: missing"));
    json_decref(message);
    ib_arena_free(&arena);
}

static void built_in_without_hidden_layers(void **state)
{
    (void)state;
    struct ib_job said = sample_job(), heard;
    struct ib_arena arena = {0};
    said.plugin = NULL;
    said.spec.net = (struct ib_network){.n_layers = 1, .width = {10, 1}, .loss = IB_HALF_MSE};
    json_t *message = ib_job_to_json(&said, "problem");
    assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_OK);
    assert_null(heard.plugin);
    assert_int_equal(heard.spec.net.act, 0);
    json_decref(message);
    ib_arena_free(&arena);
}

static void broken_jobs_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *field, *json, *says;
    } broken[] = {
        {"dtype", "\"f16\"", "f16"},      {"loss", "3", "Expected string"}, {"layers", "[10]", "layers"},
        {"layers", "[10, 0]", "size"},    {"params", "[]", "params"},       {"rows", "-1", "rows"},
        {"x", "null", "Expected string"}, {"options", "{\"a\": 1}", "a"},
    };
    struct ib_job said = sample_job(), heard;
    struct ib_arena arena = {0};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        json_t *message = ib_job_to_json(&said, "problem");
        json_object_set_new(message, broken[i].field, json_loads(broken[i].json, JSON_DECODE_ANY, NULL));
        assert_int_equal(ib_job_from_json(message, &arena, &heard), IB_EINVAL);
        if (!strstr(ib_error_text(), broken[i].says))
            fail_msg("`%s` does not speak of %s", ib_error_text(), broken[i].says);
        json_decref(message);
    }
    ib_arena_free(&arena);
}

static void requests_round_trip(void **state)
{
    (void)state;
    struct ib_train_request train = {IB_PASS_TIMED, 1000, 10, 5000000, 1, "out", 7, true, 3}, heard_train;
    json_t *message = ib_train_request_to_json(&train);
    assert_int_equal(ib_train_request_from_json(message, &heard_train), IB_OK);
    assert_int_equal(heard_train.pass, IB_PASS_TIMED);
    assert_int_equal(heard_train.epochs, 1000);
    assert_int_equal(heard_train.min_time_ns, 5000000);
    assert_string_equal(heard_train.out, "out");
    assert_int_equal(heard_train.seed, 7);
    assert_true(heard_train.energy);
    assert_int_equal(heard_train.last_steps, 3);
    json_object_set_new(message, "epochs", json_integer(0));
    assert_int_equal(ib_train_request_from_json(message, &heard_train), IB_EINVAL);
    json_decref(message);

    struct ib_job job = sample_job();
    struct ib_oracle_request oracle = {70, 10, {IB_F32, IB_PRODUCTS_BF16, true, 3}, true, "out", 46},
                             heard_oracle;
    message = ib_oracle_request_to_json(&job, &oracle);
    assert_string_equal(json_string_value(json_object_get(message, "type")), "oracle");
    assert_int_equal(ib_oracle_request_from_json(message, &heard_oracle), IB_OK);
    assert_int_equal(heard_oracle.arithmetic.type, IB_F32);
    assert_int_equal(heard_oracle.arithmetic.products, IB_PRODUCTS_BF16);
    assert_true(heard_oracle.arithmetic.reversed);
    assert_int_equal(heard_oracle.arithmetic.jitter, 3);
    assert_true(heard_oracle.step);
    assert_int_equal(heard_oracle.at_step, 46);
    json_decref(message);
}

static void result_round_trip(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard; /* transfer logs are large */
    said = (struct ib_pass_result){.repeats = 3,
                                   .trained_ns = 12345,
                                   .fused = true,
                                   .phases = {1, 2, 3, 4, 5},
                                   .outside = {.known = true,
                                               .opened_ns = 11,
                                               .warmup_ns = 12,
                                               .warmup_epochs = 13,
                                               .restart_ns = 14,
                                               .readback_ns = 15,
                                               .idle_ns = 16,
                                               .changed = true},
                                   .total = {7, 70, 8, 80},
                                   .profiled = true,
                                   .profile = {.epochs = 50, .device_clock = true, .sync_ns = 400}};
    ib_driver_counters_clear(&said.tracer);
    strcpy(said.tracer.source, "driver");
    said.tracer.seen.d2h_bytes = 100;
    ib_driver_counters_add_kernel(&said.tracer, "gemm", 5);
    said.profile.operations[IB_OP_ACT] =
        (struct ib_profile_operation){.calls = 4, .launch_ns = 30, .wait_ns = 20, .compute_ns = 10};
    said.profile.copies[IB_OP_ACT][1] = (struct ib_profile_copy){11, 12};
    said.transfer_log.n_tensors = 2;
    strcpy(said.transfer_log.tensor[0], "x");
    strcpy(said.transfer_log.tensor[1], "w1");
    said.transfer_log.copies[1][IB_TRAIN][IB_OP_AXPY] = (struct ib_traffic){1, 2, 3, 4};
    said.transfer_log.launches[IB_PREDICT] = 6;
    said.transfer_log.syncs[IB_TRAIN] = 2;
    json_t *message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_memory_equal(&heard.transfer_log, &said.transfer_log, sizeof said.transfer_log);
    assert_true(ib_traffic_equal(&heard.total, &said.total));
    assert_memory_equal(&heard.tracer, &said.tracer, sizeof said.tracer);
    assert_true(heard.profiled);
    assert_memory_equal(&heard.profile, &said.profile, sizeof said.profile);
    assert_int_equal(heard.phases.predict_ns, 5);
    assert_int_equal(heard.outside.warmup_epochs, 13);
    assert_int_equal(heard.outside.idle_ns, 16);
    assert_true(heard.outside.known && heard.outside.changed && !heard.outside.at_start);
    json_object_del(message, "outside"); /* as from an older version */
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_false(heard.outside.known);
    json_decref(message);

    said.profiled = false;
    message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_false(heard.profiled);
    json_object_del(message, "transfer_log");
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "transfer_log"));
    json_decref(message);
}

static void instructions_travel(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard;
    said = (struct ib_pass_result){.instructions = {IB_COUNTED_BY_PERF, 1234567, ""}};
    ib_driver_counters_clear(&said.tracer);
    json_t *message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_memory_equal(&heard.instructions, &said.instructions, sizeof said.instructions);
    json_object_set_new(json_object_get(message, "instructions"), "source", json_string("an abacus"));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_int_equal(heard.instructions.source, 0);
    json_object_del(json_object_get(message, "instructions"), "count");
    expect_failure(ib_pass_result_from_json(message, &heard), IB_EINVAL, "protocol", WORDS("count"));
    json_object_del(message, "instructions"); /* as from an older version */
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_true(!heard.instructions.source && !heard.instructions.reason[0]);
    json_decref(message);
}

static void energy_travels(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard;
    said = (struct ib_pass_result){.energy = {IB_ENERGY_DEVICE, 2.5, 1000, 3, ""}};
    ib_driver_counters_clear(&said.tracer);
    json_t *message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_memory_equal(&heard.energy, &said.energy, sizeof said.energy);
    json_object_set_new(json_object_get(message, "energy"), "source", json_string("wall socket"));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK); /* a newer version's */
    assert_int_equal(heard.energy.source, 0);
    json_object_del(message, "energy"); /* as from an older version */
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_true(!heard.energy.source && !heard.energy.reason[0]);
    json_decref(message);

    said.energy = (struct ib_energy){.reason = "cannot be read"};
    message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_int_equal(heard.energy.source, 0);
    assert_string_equal(heard.energy.reason, "cannot be read");
    json_decref(message);
}

/* Time lines travel with the profile; of a build that knows more, operations are "other". */
static void a_time_line_travels(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard;
    said =
        (struct ib_pass_result){.profiled = true,
                                .transfer_log = {.n_tensors = 2, .tensor = {"x", "w1"}},
                                .timeline = {.n = 3,
                                             .events = {{IB_EVENT_UPLOAD, IB_OP_GEMM, 1, 0, 5, 6, 0},
                                                        {IB_EVENT_CALL, IB_OP_GEMM, 0, 12, 1, 90, 80},
                                                        {IB_EVENT_DOWNLOAD, IB_OP_AXPY, 0, 104, 7, 0, 0}}}};
    ib_driver_counters_clear(&said.tracer);
    json_t *message = ib_pass_result_to_json(&said);
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_memory_equal(&heard.timeline, &said.timeline, sizeof said.timeline);
    json_t *profile = json_object_get(message, "profile"), *rows = json_object_get(profile, "timeline");
    json_array_set_new(json_array_get(rows, 1), 1, json_string("dropout"));
    json_array_set_new(json_array_get(rows, 2), 2, json_string("mask"));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_int_equal(heard.timeline.events[1].op, IB_OP_OTHER);
    assert_string_equal(heard.transfer_log.tensor[heard.timeline.events[2].tensor], "mask");
    json_array_set_new(json_array_get(rows, 0), 0, json_string("teleport"));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "`teleport`"));
    json_array_clear(rows);
    for (int i = 0; i <= IB_MAX_EVENTS; i++)
        json_array_append_new(rows, json_pack("[s, s, n, i, i, i, i]", "call", "gemm", i, 1, 1, 1));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_EINVAL);
    json_object_del(profile, "timeline"); /* as from an older version */
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_int_equal(heard.timeline.n, 0);
    json_decref(message);
}

/* A result as a build sends it that has one operation and one tensor more, in the middle: what this build
 * knows stays under its own name, the unknown operations together become "other", and no byte is lost. */
static void a_newer_build_is_understood(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard;
    said = (struct ib_pass_result){.profiled = true};
    ib_driver_counters_clear(&said.tracer);
    json_t *message = ib_pass_result_to_json(&said);
    json_object_set_new(
        message, "transfer_log",
        json_pack("{s:[s, s, s], s:{s:i}, s:{s:i}, s:[[s, s, s, [i, i, i, i]], [s, s, s, [i, i, i, i]],"
                  "[s, s, s, [i, i, i, i]], [s, s, s, [i, i, i, i]]]}",
                  "tensors", "x", "mask", "w1", "launches", "train", 7, "syncs", "train", 1, "copies",
                  "train", "gemm", "x", 1, 10, 0, 0, "train", "normalise", "mask", 2, 20, 0, 0, "train",
                  "dropout", "mask", 4, 40, 1, 5, "predict", "axpy", "w1", 0, 0, 1, 8));
    json_object_set_new(message, "profile",
                        json_pack("{s:i, s:b, s:i, s:[[s, i, i, i, i], [s, i, i, i, i], [s, i, i, i, i]],"
                                  "s:[[s, s, i, i], [s, s, i, i]]}",
                                  "epochs", 1, "device_clock", 0, "sync_ns", 5, "operations", "normalise", 1,
                                  10, 20, 30, "axpy", 2, 3, 4, 5, "dropout", 1, 1, 1, 1, "copies",
                                  "normalise", "mask", 7, 0, "axpy", "w1", 0, 9));
    if (ib_pass_result_from_json(message, &heard) != IB_OK)
        fail_msg("%s", ib_error_text());
    const struct ib_transfer_log *log = &heard.transfer_log;
    assert_int_equal(log->n_tensors, 3);
    assert_string_equal(log->tensor[1], "mask");
    assert_int_equal(log->launches[IB_TRAIN], 7);
    assert_int_equal(log->copies[0][IB_TRAIN][IB_OP_GEMM].h2d_bytes, 10);
    assert_int_equal(log->copies[2][IB_PREDICT][IB_OP_AXPY].d2h_bytes, 8);
    const struct ib_traffic other = {6, 60, 1, 5}, train = {7, 70, 1, 5};
    assert_true(ib_traffic_equal(&log->copies[1][IB_TRAIN][IB_OP_OTHER], &other));
    const struct ib_traffic phase = ib_transfer_log_phase(log, IB_TRAIN);
    assert_true(ib_traffic_equal(&phase, &train));
    assert_int_equal(heard.profile.operations[IB_OP_AXPY].calls, 2);
    assert_int_equal(heard.profile.operations[IB_OP_OTHER].calls, 2);
    assert_int_equal(heard.profile.operations[IB_OP_OTHER].compute_ns, 31);
    assert_int_equal(heard.profile.copies[IB_OP_OTHER][1].h2d_ns, 7);
    assert_int_equal(heard.profile.copies[IB_OP_AXPY][2].d2h_ns, 9);
    json_decref(message);
}

/* A tensor of a row need not be in the list, nor its name short. */
static void tensors_are_known_by_name(void **state)
{
    (void)state;
    static struct ib_pass_result said, heard;
    said = (struct ib_pass_result){0};
    ib_driver_counters_clear(&said.tracer);
    json_t *message = ib_pass_result_to_json(&said), *log = json_object_get(message, "transfer_log");
    json_object_set_new(
        log, "copies",
        json_pack("[[s, s, s, [i, i, i, i]], [s, s, s, [i, i, i, i]], [s, s, s, [i, i, i, i]]]", "train",
                  "gemm", "late", 1, 1, 0, 0, "train", "gemm", "gradient_1", 1, 2, 0, 0, "train", "gemm",
                  "gradient_2", 1, 4, 0, 0));
    assert_int_equal(ib_pass_result_from_json(message, &heard), IB_OK);
    assert_int_equal(heard.transfer_log.n_tensors, 2);
    assert_string_equal(heard.transfer_log.tensor[0], "late");
    assert_string_equal(heard.transfer_log.tensor[1], "other");
    assert_int_equal(heard.transfer_log.copies[1][IB_TRAIN][IB_OP_GEMM].h2d_bytes, 6);
    json_object_set_new(log, "copies",
                        json_pack("[[s, s, s, [i, i, i, i]]]", "rest", "gemm", "x", 1, 1, 0, 0));
    assert_int_equal(ib_pass_result_from_json(message, &heard),
                     IB_EINVAL); /* no transfer model speaks of it */
    assert_non_null(strstr(ib_error_text(), "unknown phase `rest`"));
    json_decref(message);
}

/* What fuzz/ makes its mutants of is what is said today: a field that was missing would hide all behind it.
 */
static void the_corpus_is_understood(void **state)
{
    static const char *const paths[] = {IB_SOURCE_DIR "/tests/fuzz/corpus/worker.jsonl",
                                        IB_SOURCE_DIR "/tests/fuzz/corpus/parent.jsonl"};
    static struct ib_pass_result result; /* large */
    struct ib_arena arena = {0};
    struct ib_train_request train;
    struct ib_oracle_request oracle;
    struct ib_job job;
    size_t n_results = 0, n_jobs = 0, n_requests = 0;
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        FILE *file = fopen(paths[i], "r");
        assert_non_null(file);
        for (json_t *m; (m = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)); json_decref(m)) {
            const char *type = json_string_value(json_object_get(m, "type"));
            enum ib_status status = IB_OK;
            if (json_object_get(m, "transfer_log"))
                status = ib_pass_result_from_json(m, &result), n_results++;
            else if (strcmp(type, "problem") == 0)
                status = ib_job_from_json(m, &arena, &job), n_jobs++;
            else if (strcmp(type, "train") == 0)
                status = ib_train_request_from_json(m, &train), n_requests++;
            else if (strcmp(type, "oracle") == 0)
                status = ib_oracle_request_from_json(m, &oracle), n_requests++;
            if (status != IB_OK)
                fail_msg("%s: %s: %s", paths[i], type, ib_error_text());
        }
        fclose(file);
    }
    ib_arena_free(&arena);
    assert_true(n_results > 0 && n_jobs > 0 && n_requests > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_travels),           cmocka_unit_test(instructions_travel),
        cmocka_unit_test(job_round_trip),           cmocka_unit_test(job_carries_what_an_optimizer_keeps),
        cmocka_unit_test(job_carries_mini_batches), cmocka_unit_test(built_in_without_hidden_layers),
        cmocka_unit_test(broken_jobs_are_refused),  cmocka_unit_test(requests_round_trip),
        cmocka_unit_test(result_round_trip),        cmocka_unit_test(a_newer_build_is_understood),
        cmocka_unit_test(a_time_line_travels),      cmocka_unit_test(tensors_are_known_by_name),
        cmocka_unit_test(the_corpus_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
