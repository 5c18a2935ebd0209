#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "store/load_run.h"
#include "store/long_lists.h"
#include "store/run_folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void refuses_what_is_not_a_run(void **state)
{
    (void)state;
    struct ib_run_record run;
    sqlite3 *db;
    expect_failure(ib_load_run(".", &run), IB_EINVAL, ".", WORDS("holds no run"));
    sample_run_create_single("newer");
    assert_int_equal(ib_db_open("newer/run.sqlite", SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 7", NULL, NULL, NULL), SQLITE_OK);
    expect_failure(ib_load_run("newer", &run), IB_EINVAL, "newer/run.sqlite", WORDS("newer", "7"));
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = -1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    expect_failure(ib_load_run("newer", &run), IB_EINVAL, "newer/run.sqlite",
                   WORDS("not a run of ironbench"));
    scratch_file("newer/run.sqlite", "this is not a database");
    expect_failure(ib_load_run("newer", &run), IB_EINVAL, "newer/run.sqlite",
                   WORDS("not a run of ironbench"));
}

/* A run that was recorded before a column of cases existed says nothing about it. */
static void reads_cases_without_newer_columns(void **state)
{
    (void)state;
    struct ib_run_record run;
    sqlite3 *db;
    sample_run_create_single("older");
    assert_int_equal(ib_db_open("older/run.sqlite", SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, "ALTER TABLE cases DROP COLUMN dataset_guesses", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ib_load_run("older", &run), IB_OK);
    assert_true(run.n > 0);
    assert_null(run.cases[0].dataset_guesses);
    assert_non_null(run.cases[0].dataset_sha256);
    ib_run_record_free(&run);
}

/* ---- found by fuzzing: what no writer stores ---- */

/* Loads the run of one case after a change of its database, without NOT NULL and STRICT. */
static void load_changed(const char *folder, const char *sql, struct ib_run_record *out)
{
    char path[64];
    sqlite3 *db;
    sample_run_create_single(folder);
    snprintf(path, sizeof path, "%s/run.sqlite", folder);
    assert_int_equal(ib_db_open(path, SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA writable_schema=ON;"
                                  "UPDATE sqlite_schema SET sql = replace(replace(sql, ') STRICT', ')'),"
                                  " ' NOT NULL', ''); PRAGMA writable_schema=RESET",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ib_load_run(folder, out), IB_OK);
}

static void a_limit_without_what_binds_it_is_unknown(void **state)
{
    (void)state;
    struct ib_run_record run;
    load_changed("unbound", "UPDATE checks SET limit_bound = 'memory', limit_by = NULL, limit_ns = 7", &run);
    assert_null(run.cases[0].check.limit.bound);
    assert_true(isnan(run.cases[0].limit_share));
    ib_run_record_free(&run);
}

/* Their sum was beyond what an integer holds. */
static void counts_that_cannot_be_are_unknown(void **state)
{
    (void)state;
    struct ib_run_record run;
    load_changed("huge",
                 "UPDATE calls SET launch_count = 9223372036854775807, sync_count = -1;"
                 "UPDATE checks SET peak_bytes = -5, compared_epochs = 12",
                 &run);
    assert_true(run.cases[0].n_calls > 1);
    assert_int_equal(run.cases[0].transfers.launches, 0);
    assert_int_equal(run.cases[0].transfers.syncs, 0);
    assert_int_equal(run.cases[0].check.peak_bytes, 0);
    assert_int_equal(run.cases[0].check.compared.epochs, 12);
    ib_run_record_free(&run);
}

static void a_case_without_names_is_read(void **state)
{
    (void)state;
    struct ib_run_record run;
    load_changed("nameless",
                 "UPDATE cases SET id = NULL, label = NULL, model = NULL, dataset = NULL, impl = NULL,"
                 " dtype = NULL; UPDATE metrics SET name = NULL",
                 &run);
    assert_string_equal(run.cases[0].id, "");
    assert_string_equal(run.cases[0].axis[IB_AXIS_DATASET], "");
    assert_int_equal(run.cases[0].metrics_known, 0);
    ib_run_record_free(&run);
}

/* What follows the day was read beyond its end. */
static void a_time_that_is_too_short_is_unknown(void **state)
{
    (void)state;
    struct ib_run_record run;
    load_changed("timeless", "UPDATE run SET started = '', finished = 'x', version = NULL", &run);
    assert_string_equal(run.started, "0000-00-00T00:00:00Z");
    assert_string_equal(run.finished, "0000-00-00T00:00:00Z");
    assert_string_equal(run.version, "");
    ib_run_record_free(&run);
}

/* ---- samples in place of rounds ---- */

static void expect_same(double a, double b)
{
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static void expect_same_derived(const struct ib_case_record *whole, const struct ib_case_record *reduced)
{
    const char *log = ib_case_record_stderr(whole), *same_log = ib_case_record_stderr(reduced);
    const struct ib_disturbance d = ib_case_record_disturbance(whole),
                                e = ib_case_record_disturbance(reduced);
    assert_string_equal(whole->id, reduced->id);
    assert_string_equal(whole->problem, reduced->problem);
    expect_same(whole->epoch_ns.median, reduced->epoch_ns.median);
    expect_same(whole->epoch_ns.low, reduced->epoch_ns.low);
    for (int phase = 0; phase < IB_RUN_PHASES; phase++)
        expect_same(whole->phases_ns[phase], reduced->phases_ns[phase]);
    expect_same(whole->energy.epoch_j, reduced->energy.epoch_j);
    assert_int_equal(whole->peak_bytes, reduced->peak_bytes);
    assert_int_equal(whole->as_expected, reduced->as_expected);
    assert_int_equal(d.timed, e.timed);
    assert_int_equal(d.judged, e.judged);
    assert_int_equal(d.disturbed, e.disturbed);
    assert_string_equal(log ? log : "none", same_log ? same_log : "none");
}

static void a_record_of_samples_derives_the_same(void **state)
{
    (void)state;
    struct ib_run_record whole, reduced;
    size_t n_rounds = 0;
    sample_run_create("both");
    assert_int_equal(ib_load_run("both", &whole), IB_OK);
    assert_int_equal(ib_load_run_samples("both", &reduced), IB_OK);
    assert_int_equal(whole.n, reduced.n);
    for (size_t i = 0; i < whole.n; i++) {
        const struct ib_case_record *a = &whole.cases[i], *b = &reduced.cases[i];
        expect_same_derived(a, b);
        assert_null(b->rounds);
        assert_int_equal(a->n_rounds, b->n_rounds);
        for (size_t r = 0; r < a->n_rounds; r++, n_rounds++) {
            const struct ib_sample sample = ib_case_record_sample(b, r);
            expect_same(a->rounds[r].epoch_ns, sample.epoch_ns);
            expect_same(a->rounds[r].cpu_epoch_ns, sample.cpu_epoch_ns);
            assert_int_equal(a->rounds[r].round, sample.round);
            assert_int_equal(a->rounds[r].status, sample.status);
            assert_int_equal(a->rounds[r].disturbed, sample.disturbed);
            assert_int_equal(a->rounds[r].discarded_ns > 0, sample.retried);
        }
    }
    assert_true(n_rounds > 20);
    ib_run_record_free(&whole);
    ib_run_record_free(&reduced);
}

/* What a comparison reads, which is less, derives the same as far as that goes. */
static void a_record_for_comparison_has_what_is_compared(void **state)
{
    (void)state;
    struct ib_run_record whole, compared;
    sample_run_create("compared");
    assert_int_equal(ib_load_run("compared", &whole), IB_OK);
    assert_int_equal(ib_load_run_compared("compared", &compared), IB_OK);
    assert_int_equal(whole.n, compared.n);
    for (size_t i = 0; i < whole.n; i++) {
        const struct ib_case_record *a = &whole.cases[i], *b = &compared.cases[i];
        assert_string_equal(a->id, b->id);
        assert_string_equal(a->problem, b->problem);
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->machine, b->machine);
        assert_int_equal(a->status, b->status);
        assert_int_equal(a->check.verdict, b->check.verdict);
        assert_int_equal(a->check.instructions.count, b->check.instructions.count);
        assert_int_equal(a->epoch_ns.n, b->epoch_ns.n);
        expect_same(a->epoch_ns.median, b->epoch_ns.median);
        expect_same(a->phases_ns[IB_RUN_SETUP], b->phases_ns[IB_RUN_SETUP]);
        expect_same(a->phases_ns[IB_RUN_READBACK], b->phases_ns[IB_RUN_READBACK]);
        expect_same(a->phases_ns[IB_RUN_PREDICT], b->phases_ns[IB_RUN_PREDICT]);
        assert_int_equal(a->peak_bytes, b->peak_bytes);
        assert_int_equal(a->device_peak_bytes, b->device_peak_bytes);
        assert_memory_equal(&a->transfers, &b->transfers, sizeof a->transfers);
        for (size_t m = 0; m < IB_METRIC_COUNT; m++)
            expect_same(a->metrics[m], b->metrics[m]);
        for (size_t r = 0; r < a->n_rounds; r++) {
            const struct ib_sample s = ib_case_record_sample(a, r), t = ib_case_record_sample(b, r);
            assert_int_equal(s.round, t.round);
            assert_int_equal(s.disturbed, t.disturbed);
            expect_same(s.epoch_ns, t.epoch_ns);
            expect_same(s.cpu_epoch_ns, t.cpu_epoch_ns);
        }
    }
    ib_run_record_free(&whole);
    ib_run_record_free(&compared);
}

/* ---- the long lists ---- */

static void expect_rounds(const struct ib_case_record *a, const struct ib_case_record *b)
{
    assert_string_equal(a->id, b->id);
    assert_null(b->samples);
    assert_int_equal(a->n_rounds, b->n_rounds);
    for (size_t r = 0; r < a->n_rounds; r++) {
        assert_int_equal(a->rounds[r].round, b->rounds[r].round);
        expect_same(a->rounds[r].epoch_ns, b->rounds[r].epoch_ns);
        assert_int_equal(a->rounds[r].n_slices, b->rounds[r].n_slices);
    }
}

/* In the order of the run; then backwards, and past others. */
static void long_lists_are_those_of_their_case(void **state)
{
    (void)state;
    struct ib_run_record whole, reduced;
    struct ib_case_record c;
    struct ib_long_lists *lists;
    size_t n_predictions = 0;
    sample_run_create("lists");
    assert_int_equal(ib_load_run("lists", &whole), IB_OK);
    assert_int_equal(ib_load_run_samples("lists", &reduced), IB_OK);
    assert_int_equal(ib_long_lists_open("lists", 1u << IB_LIST_ROUNDS | 1u << IB_LIST_PREDICTIONS, &lists),
                     IB_OK);
    for (size_t i = 0; i < whole.n; i++) {
        assert_int_equal(ib_long_lists_read(lists, &reduced.cases[i], &c), IB_OK);
        expect_rounds(&whole.cases[i], &c);
        n_predictions += c.n_predictions;
    }
    for (size_t i = whole.n; i-- > 0;) {
        assert_int_equal(ib_long_lists_read(lists, &reduced.cases[i], &c), IB_OK);
        expect_rounds(&whole.cases[i], &c);
    }
    for (size_t i = 0; i < whole.n; i += 3) {
        assert_int_equal(ib_long_lists_read(lists, &reduced.cases[i], &c), IB_OK);
        expect_rounds(&whole.cases[i], &c);
    }
    assert_true(n_predictions > 0);
    ib_long_lists_close(lists);
    ib_run_record_free(&whole);
    ib_run_record_free(&reduced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_a_run),
        cmocka_unit_test(reads_cases_without_newer_columns),
        cmocka_unit_test(a_limit_without_what_binds_it_is_unknown),
        cmocka_unit_test(counts_that_cannot_be_are_unknown),
        cmocka_unit_test(a_case_without_names_is_read),
        cmocka_unit_test(a_time_that_is_too_short_is_unknown),
        cmocka_unit_test(a_record_of_samples_derives_the_same),
        cmocka_unit_test(a_record_for_comparison_has_what_is_compared),
        cmocka_unit_test(long_lists_are_those_of_their_case),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
