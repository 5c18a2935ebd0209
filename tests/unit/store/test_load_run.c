#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "store/load_run.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_a_run),
        cmocka_unit_test(reads_cases_without_newer_columns),
        cmocka_unit_test(a_limit_without_what_binds_it_is_unknown),
        cmocka_unit_test(counts_that_cannot_be_are_unknown),
        cmocka_unit_test(a_case_without_names_is_read),
        cmocka_unit_test(a_time_that_is_too_short_is_unknown),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
