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
    sqlite3_close(db);
    expect_failure(ib_load_run("newer", &run), IB_EINVAL, "newer/run.sqlite", WORDS("newer", "7"));
    scratch_file("newer/run.sqlite", "this is not a database");
    expect_failure(ib_load_run("newer", &run), IB_EINVAL, "newer/run.sqlite",
                   WORDS("not a run of ironbench"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_a_run),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
