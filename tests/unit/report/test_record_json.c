#include "fixtures/made_record.h"
#include "fixtures/member.h"
#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "report/record_json.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"
#include "store/load_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static json_t *record; /* of the sample run */

static json_t *record_of(const char *dir)
{
    struct ib_run_record run;
    assert_int_equal(ib_load_run(dir, &run), IB_OK);
    json_t *json = ib_record_to_json(&run, true);
    ib_run_record_free(&run);
    assert_non_null(json);
    return json;
}

static int load_sample(void **state)
{
    if (scratch_enter(state) != 0)
        return 1;
    sample_run_create("full");
    record = record_of("full");
    return 0;
}

static int free_sample(void **state)
{
    json_decref(record);
    return scratch_leave(state);
}

/* The first case of an implementation in a problem. */
static const json_t *find(const char *problem, const char *name)
{
    const json_t *cases = json_object_get(record, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (strcmp(member_text(c, "problem"), problem) == 0 && strcmp(member_text(c, "name"), name) == 0)
            return c;
    }
    fail_msg("no case %s in %s", name, problem);
    return NULL;
}

static void assert_text(const json_t *object, const char *name, const char *expected)
{
    assert_string_equal(member_text(object, name), expected);
}

static void assert_unknown(const json_t *object, const char *name)
{
    if (!json_is_null(member(object, name)))
        fail_msg("%s is not null", name);
}

/* ---- the schema: as much of JSON Schema as it uses ---- */

static bool fits(const json_t *root, const json_t *schema, const json_t *value, char *path);

static bool is_of_type(const char *type, const json_t *value)
{
    return (strcmp(type, "object") == 0 && json_is_object(value)) ||
           (strcmp(type, "array") == 0 && json_is_array(value)) ||
           (strcmp(type, "string") == 0 && json_is_string(value)) ||
           (strcmp(type, "number") == 0 && json_is_number(value)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
           (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool fits_type(const json_t *types, const json_t *value)
{
    if (!types || json_is_string(types))
        return !types || is_of_type(json_string_value(types), value);
    for (size_t i = 0; i < json_array_size(types); i++)
        if (is_of_type(json_string_value(json_array_get(types, i)), value))
            return true;
    return false;
}

static bool fits_enum(const json_t *words, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(words); i++)
        if (json_equal(json_array_get(words, i), value))
            return true;
    return !words;
}

static bool fits_members(const json_t *root, const json_t *schema, json_t *value, char *path)
{
    const json_t *required = json_object_get(schema, "required"),
                 *known = json_object_get(schema, "properties");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (!json_object_get(value, name))
            return snprintf(path, 256, "%s is missing", name), false;
    }
    const char *name;
    json_t *item;
    json_object_foreach (value, name, item) {
        const json_t *rule = json_object_get(known, name);
        if (!rule)
            rule = json_object_get(schema, "additionalProperties");
        if (rule && !fits(root, rule, item, path))
            return snprintf(path + strlen(path), 256 - strlen(path), " < %s", name), false;
    }
    return true;
}

static bool fits(const json_t *root, const json_t *schema, const json_t *value, char *path)
{
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    if (reference && !fits(root, json_object_get(json_object_get(root, "$defs"), strrchr(reference, '/') + 1),
                           value, path))
        return false;
    const json_t *constant = json_object_get(schema, "const"), *minimum = json_object_get(schema, "minimum");
    if (!fits_type(json_object_get(schema, "type"), value) ||
        !fits_enum(json_object_get(schema, "enum"), value) || (constant && !json_equal(constant, value)) ||
        (minimum && json_is_number(value) && json_number_value(value) < json_number_value(minimum)))
        return snprintf(path, 256, "a value"), false;
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (json_object_get(schema, "items") &&
            !fits(root, json_object_get(schema, "items"), json_array_get(value, i), path))
            return snprintf(path + strlen(path), 256 - strlen(path), " < [%zu]", i), false;
    return !json_is_object(value) || fits_members(root, schema, (json_t *)(uintptr_t)value, path);
}

static void obeys_its_schema(void **state)
{
    (void)state;
    json_t *schema = json_load_file(IB_SOURCE_DIR "/results/record.schema.json", 0, NULL);
    char path[256] = "";
    assert_non_null(schema);
    if (!fits(schema, schema, record, path))
        fail_msg("against the schema: %s", path);
    /* The check itself can fail. */
    json_object_set_new(json_array_get(json_object_get(record, "cases"), 0), "dtype", json_string("f16"));
    assert_false(fits(schema, schema, record, path));
    json_object_set_new(json_array_get(json_object_get(record, "cases"), 0), "dtype", json_string("f64"));
    json_decref(schema);
}

static void derived_numbers_obey_it_too(void **state)
{
    (void)state;
    json_t *schema = json_load_file(IB_SOURCE_DIR "/results/record.schema.json", 0, NULL);
    struct ib_run_record run = {0};
    for (uint64_t rows = 100; rows <= 10000; rows *= 10) {
        made_case(&run, "cpu", IB_HOST, rows, 10 * (double)rows, 1);
        made_case(&run, "device", IB_PER_OP, rows, 2e5, 1);
        made_case(&run, "device", IB_RESIDENT, rows, 2e4, 1);
    }
    json_t *made = ib_record_to_json(&run, true);
    static const char *const names[] = {"transfer_overhead", "crossover"};
    for (size_t i = 0; i < 2; i++) {
        char path[256] = "";
        json_t *list = member(made, names[i]);
        assert_int_equal(json_array_size(list), i == 0 ? 3 : 2);
        if (!fits(schema, member(schema, i == 0 ? "properties.transfer_overhead" : "properties.crossover"),
                  list, path))
            fail_msg("%s against the schema: %s", names[i], path);
    }
    json_decref(made);
    json_decref(schema);
    ib_run_record_free(&run);
}

/* ---- contents ---- */

static void says_what_a_case_is(void **state)
{
    (void)state;
    const json_t *c = find("mlp 6x6 relu f32 diabetes", "opencl_tiled isa=avx2 pinned=true per_op");
    assert_int_equal(json_integer_value(json_object_get(record, "schema")), 2);
    assert_text(c, "model", "mlp");
    assert_text(c, "options.isa", "avx2");
    assert_text(c, "options.pinned", "true");
    assert_text(c, "residency", "per_op");
    assert_text(c, "act", "relu");
    assert_text(c, "init", "xavier");
    assert_text(c, "dataset_sha256", "d1");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(c, "hidden"), 1)), 6);
    assert_int_equal((int)member_number(c, "seed"), 42);
    assert_text(c, "series", "opencl_tiled isa=avx2 pinned=true per_op f32");
    assert_text(find("mlp 6 relu lr=90 f32 breast_cancer", "cpu_naive"), "series", "cpu_naive lr=90");
    assert_text(record, "run.machine.fingerprint", "0011223344556677");
}

static void meaningless_axes_are_null(void **state)
{
    (void)state;
    static const char *const names[] = {"hidden", "act", "init", "seed", "reason", "limit", "libraries"};
    const json_t *c = find("linreg f64 diabetes", "cpu_naive");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_unknown(c, names[i]);
    assert_text(c, "loss", "half_mse");
    assert_unknown(c, "metrics.accuracy");
    assert_unknown(c, "verify.prediction_error"); /* NaN */
    assert_unknown(c, "verify.first_divergent_epoch");
    assert_unknown(c, "transfers.tracer.agrees");
}

static void times_are_those_of_the_rounds(void **state)
{
    (void)state;
    const json_t *c = find("linreg f64 diabetes", "cpu_fused");
    const json_t *samples = member(c, "time.epoch_ns.samples");
    double expected[SAMPLE_ROUNDS], low, high;
    for (uint64_t i = 0; i < SAMPLE_ROUNDS; i++) {
        expected[i] = sample_epoch_ns(3.1, i + 1);
        assert_true(json_real_value(json_array_get(samples, i)) == expected[i]);
    }
    ib_median_interval(expected, SAMPLE_ROUNDS, &low, &high);
    assert_true(member_number(c, "time.epoch_ns.median") == ib_median(expected, SAMPLE_ROUNDS));
    assert_true(member_number(c, "time.epoch_ns.min") == ib_minimum(expected, SAMPLE_ROUNDS));
    assert_true(member_number(c, "time.epoch_ns.ci_low") == low);
    assert_true(member_number(c, "time.epoch_ns.ci_high") == high);
    assert_true(member_number(c, "time.phases_ns.load") == 2000004);
}

static void whole_processes_are_those_of_their_runs(void **state)
{
    (void)state;
    const json_t *c = find("linreg f64 diabetes", "cpu_fused"),
                 *samples = member(c, "whole_process.wall_s.samples");
    assert_text(c, "whole_process.source", "hyperfine 1.15.0");
    assert_int_equal((int)member_number(c, "whole_process.runs"), SAMPLE_WHOLE_RUNS);
    assert_int_equal(json_array_size(samples), SAMPLE_WHOLE_RUNS);
    static const struct {
        const char *name;
        double value;
    } known[] = {{"wall_s.median", 0.0451},  {"wall_s.min", 0.0431},
                 {"wall_s.max", 0.0731},     {"wall_s.mean", 0.0511},
                 {"user_s", 0.0031},         {"system_s", 0.003},
                 {"inside_ns.startup", 8e6}, {"inside_ns.setup", 16e6},
                 {"inside_ns.train", 3.1e6}, {"inside_ns.readback", 1e6},
                 {"inside_ns.predict", 3e6}, {"inside_ns.rest", 12e6},
                 {"residual_ns", 2e6},       {"residual_fraction", 2 / 45.1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double value = member_number(member(c, "whole_process"), known[i].name);
        if (!(fabs(value - known[i].value) <= 1e-9 * known[i].value))
            fail_msg("%s is %.17g", known[i].name, value);
    }
    assert_unknown(c, "whole_process.inside_ns.load"); /* the program did not tell */
    assert_unknown(c, "whole_process_reason");
}

static void without_whole_processes_there_is_a_reason(void **state)
{
    (void)state;
    const json_t *cases = json_object_get(record, "cases");
    size_t missing = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (json_is_null(member(c, "whole_process_reason")))
            continue;
        missing++;
        assert_unknown(c, "whole_process");
        assert_text(c, "whole_process_reason", "hyperfine is not installed");
        assert_true(!json_is_string(member(c, "reason")) ||
                    strcmp(member_text(c, "reason"), "hyperfine is not installed") != 0);
    }
    assert_true(missing > 1);
    assert_unknown(find("linreg f64 diabetes", "cuda_cublas resident"), "whole_process");
}

static void transfers_are_those_of_the_timed_pass(void **state)
{
    (void)state;
    const json_t *c = find("linreg f64 diabetes", "opencl_tiled isa=avx2 pinned=true per_op");
    assert_int_equal((int)member_number(c, "transfers.h2d_count"), 2 * SAMPLE_EPOCHS);
    assert_int_equal((int)member_number(c, "transfers.d2h_bytes"), 80 * SAMPLE_EPOCHS);
    assert_int_equal((int)member_number(c, "transfers.phases.train.h2d_bytes"), 28320 * SAMPLE_EPOCHS);
    assert_int_equal((int)member_number(c, "transfers.phases.predict.h2d_count"), 0);
    assert_int_equal((int)member_number(c, "transfers.launches"), 3 * SAMPLE_EPOCHS);
    assert_true(json_is_true(member(c, "transfers.as_expected")));
}

static void a_tracer_tells_what_it_knows(void **state)
{
    (void)state;
    const json_t *c = find("linreg f64 diabetes", "opencl_tiled isa=avx2 pinned=true per_op"),
                 *tracer = member(c, "transfers.tracer"), *kernels = member(tracer, "kernels");
    static const struct {
        const char *name;
        int count;
    } started[] = {{"tiled_gemm", 7}, {"add_row", 1}, {"tiled_act", 1}}; /* the most often started first */
    assert_text(tracer, "source", "OpenCL layer");
    assert_true(json_is_true(member(tracer, "agrees")));
    assert_int_equal((int)member_number(tracer, "launches"), 9);
    assert_int_equal((int)member_number(tracer, "d2d_bytes"), 80);
    assert_unknown(tracer, "memset_count");
    assert_unknown(tracer, "pinned_bytes");
    assert_int_equal(json_array_size(kernels), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_text(json_array_get(kernels, i), "name", started[i].name);
        assert_int_equal((int)member_number(json_array_get(kernels, i), "count"), started[i].count);
    }
    const json_t *unwatched = find("linreg f64 diabetes", "fakedev per_op");
    assert_unknown(unwatched, "transfers.tracer.source");
    assert_unknown(unwatched, "transfers.tracer.kernels");
}

static void cases_without_answers_have_none(void **state)
{
    (void)state;
    static const char *const names[] = {"path",
                                        "time.epoch_ns.median",
                                        "time.phases_ns.train",
                                        "metrics.mse",
                                        "transfers.h2d_count",
                                        "transfers.as_expected",
                                        "verify.loss_error",
                                        "convergence"};
    const json_t *absent = find("linreg f64 diabetes", "cuda_cublas resident");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_unknown(absent, names[i]);
    assert_text(absent, "status", "unavailable");
    assert_text(absent, "reason", "libcuda.so.1 is not there");
    assert_text(absent, "verify.verdict", "unverified");
    assert_text(find("linreg f64 diabetes", "crashing"), "reason", "signal 11: " SAMPLE_NASTY);
    const json_t *never = find("linreg f64 odd " SAMPLE_NASTY, "cpu_naive");
    assert_unknown(never, "status");
    assert_text(never, "reason", "the run ended before this case");
}

static void what_is_not_finite_is_null(void **state)
{
    (void)state;
    const json_t *c = find("mlp 6 relu lr=90 f32 breast_cancer", "cpu_naive");
    assert_unknown(c, "metrics.mse");
    assert_unknown(c, "metrics.train_loss");
    assert_text(c, "convergence", "diverged");
}

static void only_right_and_real_cases_are_ranked(void **state)
{
    (void)state;
    static const char *const unranked[] = {"broken_bias", "crashing", "hanging", "fakedev resident",
                                           "cuda_cublas per_op"};
    assert_true(json_is_true(member(find("linreg f64 diabetes", "cpu_blas"), "ranked")));
    for (size_t i = 0; i < sizeof unranked / sizeof *unranked; i++)
        assert_true(json_is_false(member(find("linreg f64 diabetes", unranked[i]), "ranked")));
}

static void last_words_need_not_be_text(void **state)
{
    (void)state;
    assert_text(find("linreg f64 diabetes", "cpu_naive"), "stderr",
                "warning: " SAMPLE_NASTY "\n\xEF\xBF\xBD second line\n");
    assert_text(find("linreg f64 diabetes", "hanging"), "stderr", "waiting");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(obeys_its_schema),
        cmocka_unit_test(derived_numbers_obey_it_too),
        cmocka_unit_test(says_what_a_case_is),
        cmocka_unit_test(meaningless_axes_are_null),
        cmocka_unit_test(times_are_those_of_the_rounds),
        cmocka_unit_test(whole_processes_are_those_of_their_runs),
        cmocka_unit_test(without_whole_processes_there_is_a_reason),
        cmocka_unit_test(transfers_are_those_of_the_timed_pass),
        cmocka_unit_test(a_tracer_tells_what_it_knows),
        cmocka_unit_test(cases_without_answers_have_none),
        cmocka_unit_test(what_is_not_finite_is_null),
        cmocka_unit_test(only_right_and_real_cases_are_ranked),
        cmocka_unit_test(last_words_need_not_be_text),
    };
    return cmocka_run_group_tests(tests, load_sample, free_sample);
}
