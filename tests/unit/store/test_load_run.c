#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "store/load_run.h"
#include "store/run_folder.h"

#include <setjmp.h>
#include <stdarg.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_a_run),
        cmocka_unit_test(reads_cases_without_newer_columns),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
