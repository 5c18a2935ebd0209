/* What a run stores of its passes. */
#include "fixtures/scratch.h"
#include "fixtures/stored.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"
#include "store/run_folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void makes_folders_and_one_run_each(void **state)
{
    struct stored *f = *state;
    struct ib_store *second = NULL;
    char inner[64];
    snprintf(inner, sizeof inner, "%s/a/b", f->dir);
    assert_int_equal(ib_store_create(inner, &f->config, &f->machine, &second), IB_OK);
    ib_store_close(second);
    expect_failure(ib_store_create(inner, &f->config, &f->machine, &second), IB_EINVAL, inner,
                   WORDS("already holds a run"));
    assert_string_equal(stored_ask(f, "SELECT count(*) FROM run"), "1");
    assert_string_equal(stored_ask(f, "PRAGMA user_version"), "5");
}

static void names_the_folder_it_cannot_write(void **state)
{
    struct stored *f = *state;
    struct ib_store *second = NULL;
    char inner[64];
    snprintf(inner, sizeof inner, "%s/run.sqlite/inside", f->dir);
    expect_failure(ib_store_create(inner, &f->config, &f->machine, &second), IB_EIO, inner,
                   WORDS("cannot create"));
}

static void a_case_outlives_its_description(void **state)
{
    struct stored *f = *state;
    char id[] = "second", value[] = "4";
    struct ib_setting settings[] = {{"tile", value}};
    const struct ib_configured_impl choice = {&f->info, settings, 1, "i tile=4"};
    struct ib_case c = f->c;
    c.id = id;
    c.impl = &choice;
    assert_int_equal(ib_store_add_cases(f->store, &c, 1), IB_OK);
    id[0] = value[0] = '?';
    settings[0].name = NULL;
    const struct ib_case_record *kept = &ib_store_record(f->store)->cases[1];
    assert_string_equal(kept->id, "second");
    assert_int_equal(kept->n_options, 1);
    assert_string_equal(kept->options[0].name, "tile");
    assert_string_equal(kept->options[0].value, "4");
    assert_string_equal(stored_ask(f, "SELECT options FROM cases WHERE number = 2"), "{\"tile\":\"4\"}");
}

static void status_is_the_worst_of_all_passes(void **state)
{
    struct stored *f = *state;
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK};
    assert_string_equal(stored_ask(f, "SELECT status FROM cases"), "null");
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
    assert_string_equal(stored_ask(f, "SELECT status FROM cases"), "ok");
    stored_put_timed(f, 1, IB_CASE_OK, "", NULL);
    assert_string_equal(stored_ask(f, "SELECT status FROM cases"), "ok");
    stored_put_timed(f, 2, IB_CASE_TIMEOUT, "first", NULL);
    stored_put_timed(f, 3, IB_CASE_TIMEOUT, "second", NULL);
    stored_put_timed(f, 4, IB_CASE_FAILED, "third", NULL);
    stored_put_timed(f, 5, IB_CASE_OK, "", NULL);
    assert_string_equal(stored_ask(f, "SELECT status || ' ' || reason FROM cases"), "timeout first");
    assert_int_equal(ib_store_put_status(f->store, &f->c, IB_CASE_CRASHED, "signal 11"), IB_OK);
    assert_string_equal(stored_ask(f, "SELECT status || ' ' || reason FROM cases"), "crashed signal 11");
}

static void unknown_is_null(void **state)
{
    struct stored *f = *state;
    const double metrics[16] = {NAN, INFINITY, 1.5};
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK, .metrics = metrics};
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
    assert_string_equal(stored_ask(f, "SELECT value FROM metrics WHERE name = 'train_loss'"), "null");
    assert_string_equal(stored_ask(f, "SELECT value FROM metrics WHERE name = 'mse'"), "Inf");
    assert_string_equal(stored_ask(f, "SELECT loss_error FROM checks"), "null"); /* nothing was compared */
    assert_string_equal(stored_ask(f, "SELECT train_ns FROM checks"), "null");
    assert_string_equal(stored_ask(f, "SELECT as_expected FROM checks"), "null");
    assert_string_equal(stored_ask(f, "SELECT verdict FROM checks"), "unverified");
    assert_string_equal(stored_ask(f, "SELECT count(*) FROM calls"), "0");
    assert_string_equal(
        stored_ask(f, "SELECT hidden IS NULL AND act IS NULL AND init IS NULL AND seed IS NULL FROM cases"),
        "1");
}

static void times_follow_the_rounds(void **state)
{
    struct stored *f = *state;
    double samples[8], low, high;
    char expected[64];
    stored_put_timed(f, 1, IB_CASE_FAILED, "no time", NULL);
    assert_string_equal(stored_ask(f, "SELECT count(*) FROM epoch_times"), "0");
    for (uint64_t round = 2; round <= 9; round++) {
        samples[round - 2] = 100.0 * (double)round;
        stored_put_timed(f, round, IB_CASE_OK, "", NULL);
        if (round < 7)
            assert_string_equal(stored_ask(f, "SELECT ci_low_ns FROM epoch_times"), "null");
    }
    ib_median_interval(samples, 8, &low, &high);
    snprintf(expected, sizeof expected, "8 %.1f 200.0 %.1f %.1f", ib_median(samples, 8), low, high);
    assert_string_equal(
        stored_ask(f, "SELECT n || ' ' || median_ns || ' ' || min_ns || ' ' || ci_low_ns || ' ' || "
                      "ci_high_ns FROM epoch_times"),
        expected);
}

static void transfer_log_of_the_newest_round(void **state)
{
    struct stored *f = *state;
    struct ib_transfer_log *transfer_log = calloc(1, sizeof *transfer_log);
    transfer_log->n_tensors = 2;
    strcpy(transfer_log->tensor[0], "x");
    strcpy(transfer_log->tensor[1], "w");
    transfer_log->copies[0][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){7, 70, 0, 0};
    transfer_log->copies[1][IB_READBACK][IB_OP_READ] = (struct ib_traffic){0, 0, 1, 8};
    transfer_log->launches[IB_TRAIN] = 5;
    stored_put_timed(f, 1, IB_CASE_OK, "", transfer_log);
    transfer_log->copies[0][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){0};
    transfer_log->copies[0][IB_SETUP][IB_OP_PLACE] = (struct ib_traffic){1, 10, 0, 0};
    stored_put_timed(f, 2, IB_CASE_OK, "", transfer_log);
    assert_string_equal(
        stored_ask(f, "SELECT group_concat(phase || ' ' || op || ' ' || tensor || ' ' || h2d_bytes || ' ' || "
                      "d2h_bytes, '; ') FROM (SELECT * FROM transfers ORDER BY phase)"),
        "readback read w 0 8; setup place x 10 0");
    assert_string_equal(stored_ask(f, "SELECT count(*) || ' ' || sum(launch_count) FROM calls"), "4 5");
    free(transfer_log);
}

static void put_with(struct stored *f, const struct ib_driver_counters *tracer,
                     const struct ib_profile *profile, const char *profile_reason,
                     const struct ib_transfer_log *transfer_log)
{
    static const struct ib_timeline timeline = {.n = 2,
                                                .events = {{IB_EVENT_UPLOAD, IB_OP_GEMM, 0, 0, 5, 6, 0},
                                                           {IB_EVENT_CALL, IB_OP_GEMM, 0, 12, 1, 90, 80}}};
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK,
                                            .transfer_log = transfer_log,
                                            .tracer = tracer,
                                            .tracer_agrees = true,
                                            .profile = profile,
                                            .timeline = profile ? &timeline : NULL,
                                            .profile_reason = profile_reason};
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
}

static void tracer_is_a_count_or_a_reason(void **state)
{
    struct stored *f = *state;
    static struct ib_driver_counters tracer; /* large */
    ib_driver_counters_clear(&tracer);
    strcpy(tracer.source, "OpenCL layer");
    tracer.seen.h2d_count = 3;
    tracer.seen.d2d_count = 4;
    tracer.seen.memset_bytes = 0;
    ib_driver_counters_add_kernel(&tracer, "gemm", 5);
    ib_driver_counters_add_kernel(&tracer, "act", 7);
    put_with(f, &tracer, NULL, NULL, NULL);
    assert_string_equal(
        stored_ask(f, "SELECT source || agrees || h2d_count || d2d_count || memset_bytes FROM tracers"),
        "OpenCL layer1340");
    assert_string_equal(
        stored_ask(f, "SELECT coalesce(h2d_bytes, d2h_count, d2h_bytes, launch_count, sync_count, d2d_bytes,"
                      " memset_count, pageable_count, pageable_bytes, pinned_count, pinned_bytes)"
                      " FROM tracers"),
        "null");
    assert_string_equal(stored_ask(f, "SELECT group_concat(name || count) FROM tracer_kernels"),
                        "act7,gemm5");
    assert_string_equal(stored_ask(f, "SELECT count(*) FROM profiles"), "0");
}

static void tracer_without_a_count(void **state)
{
    struct stored *f = *state;
    const struct ib_driver_counters tracer = {.source = "OpenCL layer", .reason = "not loaded"};
    put_with(f, &tracer, NULL, "it hung", NULL);
    assert_string_equal(
        stored_ask(f, "SELECT source || reason || (agrees IS NULL) || (h2d_count IS NULL) FROM tracers"),
        "OpenCL layernot loaded11");
    assert_string_equal(stored_ask(f, "SELECT reason || (epochs IS NULL) FROM profiles"), "it hung1");
    assert_true(isnan(ib_store_record(f->store)->cases[0].breakdown_ns[IB_TIME_TRANSFER]));
}

static void profile_is_rows_of_totals(void **state)
{
    struct stored *f = *state;
    struct ib_transfer_log *transfer_log = calloc(1, sizeof *transfer_log);
    struct ib_profile *profile = calloc(1, sizeof *profile);
    transfer_log->n_tensors = 1;
    strcpy(transfer_log->tensor[0], "x");
    *profile = (struct ib_profile){.epochs = 2, .device_clock = true, .sync_ns = 10};
    profile->operations[IB_OP_GEMM] =
        (struct ib_profile_operation){.calls = 2, .launch_ns = 8, .wait_ns = 90, .compute_ns = 60};
    profile->copies[IB_OP_GEMM][0] = (struct ib_profile_copy){30, 10};
    put_with(f, NULL, profile, "", transfer_log);
    assert_string_equal(
        stored_ask(f, "SELECT epochs || clock || sync_ns || coalesce(reason, '') FROM profiles"),
        "2device10");
    assert_string_equal(
        stored_ask(f, "SELECT group_concat(op || ' ' || calls || ' ' || launch_ns || ' ' || wait_ns"
                      " || ' ' || compute_ns) FROM profile_operations"),
        "gemm 2 8 90 60");
    assert_string_equal(
        stored_ask(f, "SELECT group_concat(op || ' ' || tensor || ' ' || h2d_ns || ' ' || d2h_ns)"
                      " FROM profile_copies"),
        "gemm x 30 10");
    assert_string_equal(
        stored_ask(f, "SELECT group_concat(number || kind || op || ' ' || coalesce(tensor, '-') || ' ' ||"
                      " begin_ns || ' ' || launch_ns || ' ' || wait_ns || ' ' || compute_ns)"
                      " FROM profile_events"),
        "1uploadgemm x 0 5 6 0,2callgemm - 12 1 90 80");
    free(profile);
    free(transfer_log);
}

static void keeps_few_predictions_of_many(void **state)
{
    struct stored *f = *state;
    enum { ROWS = 2500 };
    static double actual[ROWS], predicted[ROWS];
    for (int i = 0; i < ROWS; i++)
        actual[i] = predicted[i] = i;
    predicted[0] = NAN;
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK,
                                            .test_rows = ROWS,
                                            .outputs = 1,
                                            .actual = actual,
                                            .predicted = predicted};
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
    assert_string_equal(stored_ask(f, "SELECT count(*) FROM predictions"), "1000");
    assert_string_equal(
        stored_ask(f, "SELECT count(*) FROM predictions WHERE row = actual AND actual = predicted"), "999");
    assert_string_equal(stored_ask(f, "SELECT max(row) FROM predictions"), "2497");
}

static void finished_run_is_one_file(void **state)
{
    struct stored *f = *state;
    char path[64];
    struct stat info;
    assert_int_equal(ib_store_finish(f->store), IB_OK);
    snprintf(path, sizeof path, "%s/run.sqlite-wal", f->dir);
    assert_int_not_equal(stat(path, &info), 0);
    assert_string_equal(stored_ask(f, "SELECT finished IS NOT NULL FROM run"), "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stored_set_up, stored_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(makes_folders_and_one_run_each),
        TEST(names_the_folder_it_cannot_write),
        TEST(a_case_outlives_its_description),
        TEST(status_is_the_worst_of_all_passes),
        TEST(unknown_is_null),
        TEST(times_follow_the_rounds),
        TEST(transfer_log_of_the_newest_round),
        TEST(tracer_is_a_count_or_a_reason),
        TEST(tracer_without_a_count),
        TEST(profile_is_rows_of_totals),
        TEST(keeps_few_predictions_of_many),
        TEST(finished_run_is_one_file),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
