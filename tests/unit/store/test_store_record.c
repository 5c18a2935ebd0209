/* The record that a store keeps in memory is the one that it writes: both are the same JSON. */
#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "report/record_json.h"
#include "store/load_run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DATA_ROWS = 3, EPOCHS = 4 };

/* A case of which everything is measured that those of the sample run lack. */
static struct ib_dataset data = {.name = "d",
                                 .sha256 = "f5",
                                 .task = IB_REGRESSION,
                                 .rows = 9,
                                 .test_rows = DATA_ROWS,
                                 .cols = 2,
                                 .outputs = 1};
static struct ib_setting settings[] = {{"tiles", "8"}, {"arch", "sm_90"}};
static struct ib_impl_info device = {.name = "device", .path = "ops", .device = true, .libraries = "lib 1.2"},
                           other = {.name = "other", .algorithm = "lbfgs"};
static struct ib_configured_impl choices[] = {{&device, settings, 2, "device tiles=8 arch=sm_90"},
                                              {&other, NULL, 0, "other"}};
static struct ib_case cases[] = {
    {.id = "full-device",
     .dataset = &data,
     .impl = &choices[0],
     .residency = IB_PER_OP,
     .spec = {.net = {.n_layers = 1, .loss = IB_MSE}, .dtype = IB_F32, .lr = 1.0 / 3},
     .init = IB_XAVIER,
     .epochs = EPOCHS,
     .seed = 7,
     .log_every = 2},
    {.id = "full-other",
     .dataset = &data,
     .impl = &choices[1],
     .residency = IB_HOST,
     .spec = {.net = {.n_layers = 1, .loss = IB_MSE}, .dtype = IB_F64, .lr = 1e-7},
     .init = IB_NORMAL,
     .epochs = EPOCHS,
     .seed = 8}};

/* ---- its passes ---- */

static void fill_log(struct ib_transfer_log *log, uint64_t turn)
{
    memset(log, 0, sizeof *log);
    log->n_tensors = 2;
    strcpy(log->tensor[0], "x");
    strcpy(log->tensor[1], "w");
    log->launches[IB_TRAIN] = 40 + turn;
    log->syncs[IB_TRAIN] = 3;
    log->copies[0][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){4, 400, 0, 0};
    log->copies[1][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){2, 200, 2, 200}; /* as many bytes */
    log->copies[1][IB_TRAIN][IB_OP_AXPY] = (struct ib_traffic){turn, 400 * turn, 0, 0};
    log->copies[1][IB_READBACK][IB_OP_READ] = (struct ib_traffic){0, 0, 1, 8};
}

static void fill_counters(struct ib_driver_counters *t)
{
    ib_driver_counters_clear(t);
    strcpy(t->source, "driver");
    strcpy(t->reason, "one upload too many");
    t->seen.h2d_count = 5;
    t->seen.h2d_bytes = 404;
    t->seen.pinned_count = 0;
    t->opened.h2d_bytes = 11;
    ib_driver_counters_add_kernel(t, "b", 2);
    ib_driver_counters_add_kernel(t, "a", 2);
    ib_driver_counters_add_kernel(t, "c", 9);
}

static void fill_profile(struct ib_profile *p)
{
    memset(p, 0, sizeof *p);
    p->epochs = 2;
    p->sync_ns = 10;
    p->operations[IB_OP_GEMM] =
        (struct ib_profile_operation){.calls = 2, .launch_ns = 8, .wait_ns = 90, .compute_ns = 60};
    p->operations[IB_OP_AXPY] = (struct ib_profile_operation){
        .calls = 4, .launch_ns = 90, .wait_ns = 8, .compute_ns = 5}; /* as long */
    p->copies[IB_OP_GEMM][0] = (struct ib_profile_copy){30, 10};
    p->copies[IB_OP_GEMM][1] = (struct ib_profile_copy){10, 30};
    p->copies[IB_OP_AXPY][1] = (struct ib_profile_copy){99, 0};
}

static void put_checked_device(struct ib_store *store)
{
    static struct ib_transfer_log log; /* these are large */
    static struct ib_driver_counters counters;
    static struct ib_profile profile;
    static const double metrics[IB_METRIC_COUNT] = {NAN, INFINITY, 1.0 / 3}, actual[DATA_ROWS] = {1, 2, 3},
                        answer[DATA_ROWS] = {1, 2, NAN};
    uint64_t epochs[] = {1, 2, EPOCHS};
    double losses[] = {1.0 / 3, NAN, 0.1};
    fill_log(&log, 1);
    fill_counters(&counters);
    fill_profile(&profile);
    const struct ib_checked_pass pass = {
        .check = {.status = IB_CASE_OK,
                  .path = "ops",
                  .phases = {1, 2, 3, 0, 5},
                  .reference = "oracle, first 2 epochs",
                  .convergence = IB_OSCILLATING,
                  .as_expected = IB_YES,
                  .stderr_tail = "a warning\n"},
        .curve = {.epoch = epochs, .loss = losses, .n = 3},
        .verification = {.verdict = IB_RIGHT, .loss_error = 1e-9, .params_error = NAN, .prediction_error = 0},
        .metrics = metrics,
        .test_rows = DATA_ROWS,
        .outputs = 1,
        .actual = actual,
        .predicted = answer,
        .final = {1, DATA_ROWS, actual, answer},
        .transfer_log = &log,
        .tracer = &counters,
        .profile = &profile};
    assert_int_equal(ib_store_put_checked(store, &cases[0], &pass), IB_OK);
}

static void put_rounds(struct ib_store *store)
{
    static struct ib_transfer_log log;
    static const double slices[] = {1.0 / 3, 100 / 7.0, 1e5 / 3};
    for (uint64_t round = 1; round <= 9; round++) {
        const bool went_well = round != 8;
        struct ib_timed_pass pass = {.round = {.round = round,
                                               .status = went_well ? IB_CASE_OK : IB_CASE_FAILED,
                                               .reason = went_well ? "" : "it stopped",
                                               .repeats = 3,
                                               .epoch_ns = 1000.0 / (double)round,
                                               .cpu_epoch_ns = round == 2 ? NAN : 999.0 / (double)round,
                                               .phases = {round, 2 * round, 3 * round, 0, 5},
                                               .as_expected = ib_truth_of(true, round != 6),
                                               .disturbed = ib_truth_of(round > 1, round % 4 == 0),
                                               .slices = slices,
                                               .n_slices = round == 1 ? 0 : 3,
                                               .clock_mhz = round == 3 ? 0 : 1980,
                                               .slowed = round % 4 == 0 ? "heat" : "",
                                               .stderr_tail = went_well ? "" : "the end\n"},
                                     .transfer_log = round == 5 ? NULL : &log};
        fill_log(&log, round / 3);
        assert_int_equal(ib_store_put_timed(store, &cases[0], &pass), IB_OK);
    }
}

static void put_processes(struct ib_store *store)
{
    for (uint64_t run = 1; run <= 4; run++) {
        const struct ib_process_pass pass = {.status = IB_CASE_OK,
                                             .timed = run < 4,
                                             .reason = run < 4 ? NULL : "it took too long",
                                             .source = "hyperfine 1.15.0",
                                             .run = {.run = run,
                                                     .wall_ns = 1e9 / (double)run,
                                                     .user_ns = 1e8 / 3,
                                                     .system_ns = 5,
                                                     .parts_ns = {1, 0, 2, 3, 4, 5, 6}}};
        assert_int_equal(ib_store_put_process(store, &cases[0], &pass), IB_OK);
    }
}

static void put_other_algorithm(struct ib_store *store)
{
    uint64_t iterations[] = {1, 2, 3};
    double losses[] = {3, 2, 1};
    static const double seconds[] = {0.1, 0.25, 1.0 / 3};
    const struct ib_checked_pass checked = {
        .check.status = IB_CASE_OK,
        .curve = {.epoch = iterations, .loss = losses, .n = 3},
        .seconds = seconds,
        .verification = {.verdict = IB_UNVERIFIED, .reason = "it trains by another algorithm"},
        .profile_reason = "no device"};
    const struct ib_search_pass searched = {
        .status = IB_CASE_OK,
        .reason = "",
        .stops = {{1, 1.2, 5, 3, NULL}, {2, 1.0 / 3, 0, 2, "stuck"}, {3, 0.1, 9, 4, NULL}}};
    const struct ib_timed_pass timed = {
        .round = {.round = 1, .status = IB_CASE_OK, .repeats = 1, .epoch_ns = 7, .phases = {1, 2, 3, 4, 5}}};
    assert_int_equal(ib_store_put_checked(store, &cases[1], &checked), IB_OK);
    assert_int_equal(ib_store_put_stops(store, &cases[1], &searched), IB_OK);
    assert_int_equal(ib_store_put_timed(store, &cases[1], &timed), IB_OK);
    for (uint64_t round = 1; round <= 7; round++) {
        const double ns = 1e6 / (double)round;
        const struct ib_stops_pass stopped = {
            .status = IB_CASE_OK,
            .reason = "",
            .times = {{round, 1, ns, 1.1, NULL}, {0}, {round, 3, NAN, NAN, round % 2 ? "too high" : "late"}}};
        assert_int_equal(ib_store_put_stopped(store, &cases[1], &stopped), IB_OK);
    }
}

/* ---- the comparison ---- */

static char *dumped(const struct ib_run_record *run)
{
    json_t *json = ib_record_to_json(run, true);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(json);
    return text;
}

typedef enum ib_status loader(const char *dir, struct ib_run_record *out);

static void assert_same_as(loader *load, struct ib_store *store, const char *dir)
{
    struct ib_run_record loaded;
    assert_int_equal(load(dir, &loaded), IB_OK);
    char *memory = dumped(ib_store_record(store)), *disk = dumped(&loaded);
    size_t at = 0;
    while (memory[at] && memory[at] == disk[at])
        at++;
    if (memory[at] || disk[at])
        fail_msg("memory:\n%.400s\ndisk:\n%.400s", memory + (at < 200 ? 0 : at - 200),
                 disk + (at < 200 ? 0 : at - 200));
    free(memory);
    free(disk);
    ib_run_record_free(&loaded);
}

static void assert_same_on_disk(struct ib_store *store, const char *dir)
{
    assert_same_as(ib_load_run, store, dir);
}

/* The first case has an answer, the second has not been checked. */
static void answers_are_loaded(struct ib_store *store)
{
    struct ib_arena arena = {0};
    struct ib_final final;
    assert_int_equal(ib_store_load_final(store, &cases[0], &arena, &final), IB_OK);
    assert_true(final.n_params == 1 && final.params[0] == 1);
    assert_true(final.n_predictions == DATA_ROWS && final.predictions[1] == 2);
    assert_int_equal(ib_store_load_final(store, &cases[1], &arena, &final), IB_OK);
    assert_true(final.n_params == 0 && !final.params);
    ib_arena_free(&arena);
}

static void memory_equals_disk(void **state)
{
    (void)state;
    struct ib_store *store = sample_run_open("run");
    assert_same_on_disk(store, "run");
    cases[0].model = cases[1].model = ib_model_find("mlp");
    assert_int_equal(ib_store_add_cases(store, cases, 2), IB_OK);
    assert_same_on_disk(store, "run");
    put_checked_device(store);
    answers_are_loaded(store);
    put_rounds(store);
    put_processes(store);
    put_other_algorithm(store);
    assert_same_on_disk(store, "run");
    assert_int_equal(ib_store_finish(store), IB_OK);
    assert_same_on_disk(store, "run");
    ib_store_close(store);
    assert_int_equal(ib_store_open("run", NULL, &store), IB_OK);
    assert_same_as(ib_load_run_samples, store,
                   "run"); /* a sweep that goes on needs no more of earlier rounds */
    ib_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_equals_disk)};
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
