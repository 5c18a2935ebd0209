#include "fixtures/scratch.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"
#include "store/load_run.h"
#include "store/resume.h"
#include "store/run_folder.h"
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* One case on a device, and a store to put it in. */
struct fixture {
    char dir[32];
    struct ib_config config;
    struct ib_machine machine;
    struct ib_dataset data;
    struct ib_impl_info info;
    struct ib_configured_impl choice;
    struct ib_case c;
    struct ib_store *store;
};

static int set_up(void **state)
{
    static int n_runs;
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "run-%d", ++n_runs);
    f->config = (struct ib_config){.name = "t", .text = "version: 1\n", .sha256 = "00"};
    f->machine = (struct ib_machine){.fingerprint = "0"};
    f->data = (struct ib_dataset){.name = "d",
                                  .sha256 = "00",
                                  .task = IB_REGRESSION,
                                  .rows = 9,
                                  .test_rows = 3,
                                  .cols = 2,
                                  .outputs = 1};
    f->info = (struct ib_impl_info){.name = "i", .path = "ops"};
    f->choice = (struct ib_configured_impl){&f->info, NULL, 0, "i"};
    f->c =
        (struct ib_case){.id = "linreg-d-i",
                         .model = ib_model_find("linreg"),
                         .dataset = &f->data,
                         .impl = &f->choice,
                         .residency = IB_RESIDENT,
                         .spec = {.net = {.n_layers = 1, .loss = IB_HALF_MSE}, .dtype = IB_F64, .lr = 0.01},
                         .epochs = 10};
    ib_case_use_dataset(&f->c);
    assert_int_equal(ib_store_create(f->dir, &f->config, &f->machine, &f->store), IB_OK);
    assert_int_equal(ib_store_add_cases(f->store, &f->c, 1), IB_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    ib_store_close(f->store);
    free(f);
    return 0;
}

static void put_timed(struct fixture *f, uint64_t round, enum ib_case_status status, const char *reason,
                      const struct ib_transfer_log *transfer_log)
{
    struct ib_timed_pass timed = {.round = {.round = round,
                                            .status = status,
                                            .reason = reason,
                                            .repeats = 2,
                                            .epoch_ns = 100.0 * (double)round,
                                            .as_expected = IB_YES,
                                            .disturbed = IB_UNKNOWN},
                                  .transfer_log = transfer_log};
    assert_int_equal(ib_store_put_timed(f->store, &f->c, &timed), IB_OK);
}

/* The first column of a query's only row, as text; "null" for NULL. */
static const char *ask(struct fixture *f, const char *sql)
{
    static char answer[16384];
    sqlite3 *db;
    sqlite3_stmt *query;
    bool row;
    assert_int_equal(ib_run_folder_open(f->dir, &db), IB_OK);
    assert_int_equal(ib_db_prepare(db, sql, &query), IB_OK);
    assert_int_equal(ib_db_next(query, &row), IB_OK);
    assert_true(row);
    const char *text = (const char *)sqlite3_column_text(query, 0);
    snprintf(answer, sizeof answer, "%s", text ? text : "null");
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

static void makes_folders_and_one_run_each(void **state)
{
    struct fixture *f = *state;
    struct ib_store *second = NULL;
    char inner[64];
    snprintf(inner, sizeof inner, "%s/a/b", f->dir);
    assert_int_equal(ib_store_create(inner, &f->config, &f->machine, &second), IB_OK);
    ib_store_close(second);
    expect_failure(ib_store_create(inner, &f->config, &f->machine, &second), IB_EINVAL, inner,
                   WORDS("already holds a run"));
    assert_string_equal(ask(f, "SELECT count(*) FROM run"), "1");
    assert_string_equal(ask(f, "PRAGMA user_version"), "5");
}

static void names_the_folder_it_cannot_write(void **state)
{
    struct fixture *f = *state;
    struct ib_store *second = NULL;
    char inner[64];
    snprintf(inner, sizeof inner, "%s/run.sqlite/inside", f->dir);
    expect_failure(ib_store_create(inner, &f->config, &f->machine, &second), IB_EIO, inner,
                   WORDS("cannot create"));
}

static void a_case_outlives_its_description(void **state)
{
    struct fixture *f = *state;
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
    assert_string_equal(ask(f, "SELECT options FROM cases WHERE number = 2"), "{\"tile\":\"4\"}");
}

static void status_is_the_worst_of_all_passes(void **state)
{
    struct fixture *f = *state;
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK};
    assert_string_equal(ask(f, "SELECT status FROM cases"), "null");
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
    assert_string_equal(ask(f, "SELECT status FROM cases"), "ok");
    put_timed(f, 1, IB_CASE_OK, "", NULL);
    assert_string_equal(ask(f, "SELECT status FROM cases"), "ok");
    put_timed(f, 2, IB_CASE_TIMEOUT, "first", NULL);
    put_timed(f, 3, IB_CASE_TIMEOUT, "second", NULL);
    put_timed(f, 4, IB_CASE_FAILED, "third", NULL);
    put_timed(f, 5, IB_CASE_OK, "", NULL);
    assert_string_equal(ask(f, "SELECT status || ' ' || reason FROM cases"), "timeout first");
    assert_int_equal(ib_store_put_status(f->store, &f->c, IB_CASE_CRASHED, "signal 11"), IB_OK);
    assert_string_equal(ask(f, "SELECT status || ' ' || reason FROM cases"), "crashed signal 11");
}

static void unknown_is_null(void **state)
{
    struct fixture *f = *state;
    const double metrics[16] = {NAN, INFINITY, 1.5};
    const struct ib_checked_pass checked = {.check.status = IB_CASE_OK, .metrics = metrics};
    assert_int_equal(ib_store_put_checked(f->store, &f->c, &checked), IB_OK);
    assert_string_equal(ask(f, "SELECT value FROM metrics WHERE name = 'train_loss'"), "null");
    assert_string_equal(ask(f, "SELECT value FROM metrics WHERE name = 'mse'"), "Inf");
    assert_string_equal(ask(f, "SELECT loss_error FROM checks"), "null"); /* nothing was compared */
    assert_string_equal(ask(f, "SELECT train_ns FROM checks"), "null");
    assert_string_equal(ask(f, "SELECT as_expected FROM checks"), "null");
    assert_string_equal(ask(f, "SELECT verdict FROM checks"), "unverified");
    assert_string_equal(ask(f, "SELECT count(*) FROM calls"), "0");
    assert_string_equal(
        ask(f, "SELECT hidden IS NULL AND act IS NULL AND init IS NULL AND seed IS NULL FROM cases"), "1");
}

static void times_follow_the_rounds(void **state)
{
    struct fixture *f = *state;
    double samples[8], low, high;
    char expected[64];
    put_timed(f, 1, IB_CASE_FAILED, "no time", NULL);
    assert_string_equal(ask(f, "SELECT count(*) FROM epoch_times"), "0");
    for (uint64_t round = 2; round <= 9; round++) {
        samples[round - 2] = 100.0 * (double)round;
        put_timed(f, round, IB_CASE_OK, "", NULL);
        if (round < 7)
            assert_string_equal(ask(f, "SELECT ci_low_ns FROM epoch_times"), "null");
    }
    ib_median_interval(samples, 8, &low, &high);
    snprintf(expected, sizeof expected, "8 %.1f 200.0 %.1f %.1f", ib_median(samples, 8), low, high);
    assert_string_equal(ask(f, "SELECT n || ' ' || median_ns || ' ' || min_ns || ' ' || ci_low_ns || ' ' || "
                               "ci_high_ns FROM epoch_times"),
                        expected);
}

static void transfer_log_of_the_newest_round(void **state)
{
    struct fixture *f = *state;
    struct ib_transfer_log *transfer_log = calloc(1, sizeof *transfer_log);
    transfer_log->n_tensors = 2;
    strcpy(transfer_log->tensor[0], "x");
    strcpy(transfer_log->tensor[1], "w");
    transfer_log->copies[0][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){7, 70, 0, 0};
    transfer_log->copies[1][IB_READBACK][IB_OP_READ] = (struct ib_traffic){0, 0, 1, 8};
    transfer_log->launches[IB_TRAIN] = 5;
    put_timed(f, 1, IB_CASE_OK, "", transfer_log);
    transfer_log->copies[0][IB_TRAIN][IB_OP_GEMM] = (struct ib_traffic){0};
    transfer_log->copies[0][IB_SETUP][IB_OP_PLACE] = (struct ib_traffic){1, 10, 0, 0};
    put_timed(f, 2, IB_CASE_OK, "", transfer_log);
    assert_string_equal(
        ask(f, "SELECT group_concat(phase || ' ' || op || ' ' || tensor || ' ' || h2d_bytes || ' ' || "
               "d2h_bytes, '; ') FROM (SELECT * FROM transfers ORDER BY phase)"),
        "readback read w 0 8; setup place x 10 0");
    assert_string_equal(ask(f, "SELECT count(*) || ' ' || sum(launch_count) FROM calls"), "4 5");
    free(transfer_log);
}

static void put_with(struct fixture *f, const struct ib_driver_counters *tracer,
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
    struct fixture *f = *state;
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
        ask(f, "SELECT source || agrees || h2d_count || d2d_count || memset_bytes FROM tracers"),
        "OpenCL layer1340");
    assert_string_equal(
        ask(f, "SELECT coalesce(h2d_bytes, d2h_count, d2h_bytes, launch_count, sync_count, d2d_bytes,"
               " memset_count, pageable_count, pageable_bytes, pinned_count, pinned_bytes)"
               " FROM tracers"),
        "null");
    assert_string_equal(ask(f, "SELECT group_concat(name || count) FROM tracer_kernels"), "act7,gemm5");
    assert_string_equal(ask(f, "SELECT count(*) FROM profiles"), "0");
}

static void tracer_without_a_count(void **state)
{
    struct fixture *f = *state;
    const struct ib_driver_counters tracer = {.source = "OpenCL layer", .reason = "not loaded"};
    put_with(f, &tracer, NULL, "it hung", NULL);
    assert_string_equal(
        ask(f, "SELECT source || reason || (agrees IS NULL) || (h2d_count IS NULL) FROM tracers"),
        "OpenCL layernot loaded11");
    assert_string_equal(ask(f, "SELECT reason || (epochs IS NULL) FROM profiles"), "it hung1");
    assert_true(isnan(ib_store_record(f->store)->cases[0].breakdown_ns[IB_TIME_TRANSFER]));
}

static void profile_is_rows_of_totals(void **state)
{
    struct fixture *f = *state;
    struct ib_transfer_log *transfer_log = calloc(1, sizeof *transfer_log);
    struct ib_profile *profile = calloc(1, sizeof *profile);
    transfer_log->n_tensors = 1;
    strcpy(transfer_log->tensor[0], "x");
    *profile = (struct ib_profile){.epochs = 2, .device_clock = true, .sync_ns = 10};
    profile->operations[IB_OP_GEMM] =
        (struct ib_profile_operation){.calls = 2, .launch_ns = 8, .wait_ns = 90, .compute_ns = 60};
    profile->copies[IB_OP_GEMM][0] = (struct ib_profile_copy){30, 10};
    put_with(f, NULL, profile, "", transfer_log);
    assert_string_equal(ask(f, "SELECT epochs || clock || sync_ns || coalesce(reason, '') FROM profiles"),
                        "2device10");
    assert_string_equal(ask(f, "SELECT group_concat(op || ' ' || calls || ' ' || launch_ns || ' ' || wait_ns"
                               " || ' ' || compute_ns) FROM profile_operations"),
                        "gemm 2 8 90 60");
    assert_string_equal(ask(f, "SELECT group_concat(op || ' ' || tensor || ' ' || h2d_ns || ' ' || d2h_ns)"
                               " FROM profile_copies"),
                        "gemm x 30 10");
    assert_string_equal(
        ask(f, "SELECT group_concat(number || kind || op || ' ' || coalesce(tensor, '-') || ' ' ||"
               " begin_ns || ' ' || launch_ns || ' ' || wait_ns || ' ' || compute_ns)"
               " FROM profile_events"),
        "1uploadgemm x 0 5 6 0,2callgemm - 12 1 90 80");
    free(profile);
    free(transfer_log);
}

static void keeps_few_predictions_of_many(void **state)
{
    struct fixture *f = *state;
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
    assert_string_equal(ask(f, "SELECT count(*) FROM predictions"), "1000");
    assert_string_equal(ask(f, "SELECT count(*) FROM predictions WHERE row = actual AND actual = predicted"),
                        "999");
    assert_string_equal(ask(f, "SELECT max(row) FROM predictions"), "2497");
}

static void finished_run_is_one_file(void **state)
{
    struct fixture *f = *state;
    char path[64];
    struct stat info;
    assert_int_equal(ib_store_finish(f->store), IB_OK);
    snprintf(path, sizeof path, "%s/run.sqlite-wal", f->dir);
    assert_int_not_equal(stat(path, &info), 0);
    assert_string_equal(ask(f, "SELECT finished IS NOT NULL FROM run"), "1");
}

enum { STOP_ROUNDS = 7 };
static const struct ib_search_pass searched = {
    .status = IB_CASE_OK,
    .reason = "",
    .stops = {{1, 2, 5, 3, NULL}, {2, 1, 0, 2, "stuck"}, {3, 0.5, 9, 4, NULL}}};

/* Reaches the first loss in 10, 20, … ns; the last one in the same time until round `last`, and then never.
 */
static void put_stopped(struct fixture *f, uint64_t last)
{
    assert_int_equal(ib_store_put_stops(f->store, &f->c, &searched), IB_OK);
    for (uint64_t round = 1; round <= STOP_ROUNDS; round++) {
        const double ns = 10.0 * (double)round;
        const struct ib_stops_pass stopped = {
            .status = IB_CASE_OK, .times = {{round, 1, ns, 1.9, NULL}, {0}, {round, 3, ns, 0.4, NULL}}};
        const struct ib_stops_pass late = {
            .status = IB_CASE_OK,
            .times = {{round, 1, ns, 1.9, NULL}, {0}, {round, 3, NAN, 0.6, "too high"}}};
        assert_int_equal(ib_store_put_stopped(f->store, &f->c, round <= last ? &stopped : &late), IB_OK);
    }
}

static void stops_and_their_rounds_are_rows(void **state)
{
    struct fixture *f = *state;
    put_stopped(f, STOP_ROUNDS - 1);
    assert_string_equal(ask(f, "SELECT group_concat(target || ' ' || loss || ' ' || coalesce(epochs, 'none')"
                               " || ' ' || trainings || coalesce(' ' || reason, '')) FROM stops"),
                        "1 2.0 5 3,2 1.0 none 2 stuck,3 0.5 9 4");
    assert_string_equal(ask(f, "SELECT count(*) || ' ' || count(train_ns) || ' ' || max(reason)"
                               " FROM stop_times"),
                        "14 13 too high"); /* none of the second, which has no stop */
    const struct ib_case_record *c = &ib_store_record(f->store)->cases[0];
    assert_int_equal(c->n_stop_times, 2 * STOP_ROUNDS);
    assert_int_equal(c->stop_summaries[2].reached, STOP_ROUNDS - 1);
}

/* As another process does to continue the run. */
static void reopen(struct fixture *f)
{
    ib_store_close(f->store);
    assert_int_equal(ib_store_open(f->dir, NULL, &f->store), IB_OK);
}

static void rounds_continue(void **state)
{
    struct fixture *f = *state;
    struct ib_arena arena = {0};
    struct ib_case_progress progress;
    for (uint64_t round = 1; round <= 20; round++) {
        put_timed(f, round, IB_CASE_OK, "", NULL);
        if (round % 3 == 0)
            reopen(f);
    }
    assert_int_equal(ib_resume_load(f->store, &f->c, 1, &arena, &progress), IB_OK);
    assert_int_equal(progress.rounds, 20);
    assert_int_equal(progress.n_samples, 20);
    for (size_t i = 0; i < progress.n_samples; i++)
        assert_true(progress.samples[i] == 100.0 * (double)(i + 1));
    assert_string_equal(ask(f, "SELECT n || ' ' || median_ns FROM epoch_times"), "20 1050.0");
    ib_arena_free(&arena);
}

static void stops_continue(void **state)
{
    struct fixture *f = *state;
    struct ib_arena arena = {0};
    struct ib_case_progress before, after;
    assert_int_equal(ib_resume_load(f->store, &f->c, 1, &arena, &before), IB_OK);
    assert_false(before.searched);
    put_stopped(f, STOP_ROUNDS);
    reopen(f);
    assert_int_equal(ib_resume_load(f->store, &f->c, 1, &arena, &after), IB_OK);
    assert_true(after.searched);
    assert_int_equal(after.stop_rounds, STOP_ROUNDS);
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        assert_true(after.stops[t].loss == searched.stops[t].loss);
        assert_int_equal(after.stops[t].epochs, searched.stops[t].epochs);
    }
    ib_arena_free(&arena);
}

/* Refuses a run with another version of the tables, and says what to do. */
static void other_versions_are_refused(void **state)
{
    struct fixture *f = *state;
    char path[64];
    sqlite3 *db, *opened;
    snprintf(path, sizeof path, "%s/run.sqlite", f->dir);
    assert_int_equal(ib_db_open(path, SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 4", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ib_run_folder_open(f->dir, &opened), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "written by an older ironbench"));
    assert_non_null(strstr(ib_error_text(), "run its configuration again"));
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 7", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ib_run_folder_open(f->dir, &opened), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "written by a newer ironbench"));
    sqlite3_close(db);
}

static uint64_t rounds_on_record(const char *dir)
{
    struct ib_run_record run;
    assert_int_equal(ib_load_run(dir, &run), IB_OK);
    uint64_t n = run.cases[0].epoch_ns.n;
    assert_int_equal(run.cases[0].n_rounds, n);
    ib_run_record_free(&run);
    return n;
}

static void killed_run_stays_readable(void **state)
{
    struct fixture *f = *state;
    char inner[64];
    snprintf(inner, sizeof inner, "%s/killed", f->dir);
    pid_t child = fork();
    if (child == 0) {
        struct ib_store *store;
        struct ib_timed_pass timed = {.round = {.status = IB_CASE_OK, .repeats = 1, .epoch_ns = 5}};
        if (ib_store_create(inner, &f->config, &f->machine, &store) != IB_OK ||
            ib_store_add_cases(store, &f->c, 1) != IB_OK)
            _exit(1);
        for (timed.round.round = 1; timed.round.round <= 3; timed.round.round++)
            if (ib_store_put_timed(store, &f->c, &timed) != IB_OK)
                _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(rounds_on_record(inner), 3);
}

/* Puts rounds until the file may not grow any more, and writes the number of those stored to a pipe. */
static void fill_disk(struct fixture *f, const char *dir, int out)
{
    struct ib_store *store;
    struct ib_timed_pass timed = {.round = {.round = 1, .status = IB_CASE_OK, .repeats = 1, .epoch_ns = 5}};
    uint64_t *taken = &timed.round.round;
    if (ib_store_create(dir, &f->config, &f->machine, &store) != IB_OK ||
        ib_store_add_cases(store, &f->c, 1) != IB_OK)
        _exit(1);
    const struct rlimit limit = {1 << 19, 1 << 19};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(1);
    enum ib_status status;
    while ((status = ib_store_put_timed(store, &f->c, &timed)) == IB_OK && *taken < 100000)
        ++*taken;
    bool named = strstr(ib_error_text(), "run.sqlite") != NULL;
    --*taken;
    bool sent = write(out, taken, sizeof *taken) == sizeof *taken;
    _exit(status == IB_EIO && named && sent ? 0 : 1);
}

static void full_disk_is_an_error_and_no_loss(void **state)
{
    struct fixture *f = *state;
    char inner[64];
    int ends[2], status;
    uint64_t taken = 0;
    snprintf(inner, sizeof inner, "%s/full", f->dir);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        fill_disk(f, inner, ends[1]);
    assert_int_equal(read(ends[0], &taken, sizeof taken), sizeof taken);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ends[0]);
    close(ends[1]);
    assert_true(taken > 0);
    assert_int_equal(rounds_on_record(inner), taken);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
        TEST(stops_and_their_rounds_are_rows),
        TEST(rounds_continue),
        TEST(stops_continue),
        TEST(other_versions_are_refused),
        TEST(keeps_few_predictions_of_many),
        TEST(finished_run_is_one_file),
        TEST(killed_run_stays_readable),
        TEST(full_disk_is_an_error_and_no_loss),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
