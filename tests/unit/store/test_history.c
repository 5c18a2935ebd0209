#include "fixtures/made_record.h"
#include "fixtures/scratch.h"
#include "store/database.h"
#include "store/history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* A run of one case, of commit `number`, that takes so long. */
static struct ib_run_record run_of(int number, enum ib_truth dirty, double time_ns)
{
    struct ib_run_record run = {0};
    struct ib_case_record *c = made_case(&run, "cpu_naive", IB_HOST, 40, time_ns, 1);
    c->metrics[IB_METRIC_rmse] = 2.5;
    run.machine = (struct ib_machine){.fingerprint = "f1", .cpu = "a CPU"};
    made_commit(&run, number, dirty);
    return run;
}

static bool add(const char *file, struct ib_run_record *run)
{
    sqlite3 *db;
    bool added = false;
    assert_int_equal(ib_history_open(file, true, &db), IB_OK);
    assert_int_equal(ib_history_add(db, run, &added), IB_OK);
    sqlite3_close(db);
    ib_run_record_free(run);
    return added;
}

static bool add_made(const char *file, int number, enum ib_truth dirty, double time_ns)
{
    struct ib_run_record run = run_of(number, dirty, time_ns);
    return add(file, &run);
}

static void load(const char *file, struct ib_history *out)
{
    sqlite3 *db;
    assert_int_equal(ib_history_open(file, false, &db), IB_OK);
    assert_int_equal(ib_history_read(db, out), IB_OK);
    assert_int_equal(ib_history_read_series(db, out), IB_OK);
    sqlite3_close(db);
}

static void what_a_run_found_comes_back(void **state)
{
    (void)state;
    struct ib_history h;
    assert_true(add_made("deep/folder/h.sqlite", 3, IB_NO, 1000));
    load("deep/folder/h.sqlite", &h);
    assert_int_equal(h.n_runs, 1);
    assert_int_equal(h.n, 1);
    const struct ib_history_series *s = &h.series[0];
    assert_string_equal(s->c->label, "cpu_naive");
    assert_string_equal(s->c->axis[IB_AXIS_DATASET], "made_40");
    assert_string_equal(s->machine->fingerprint, "f1");
    assert_string_equal(s->machine->description, "a CPU");
    assert_int_equal(s->n, 1);
    const struct ib_history_result *r = &s->points[0].result;
    assert_true(r->epoch_ns == 1000 && r->low_ns == 900 && r->high_ns == 1100 && r->metric == 2.5);
    assert_int_equal(r->rounds, MADE_ROUNDS);
    assert_int_equal(r->verdict, IB_RIGHT);
    assert_int_equal(r->h2d_count, IB_NO_COUNT);
    assert_string_equal(s->points[0].source->commit, "0000000000000000000000000000000000000003");
    assert_string_equal(s->points[0].source->branch, "main");
    ib_history_free(&h);
}

static void the_same_run_twice_changes_nothing(void **state)
{
    (void)state;
    struct ib_history h;
    assert_true(add_made("twice.sqlite", 1, IB_NO, 1000));
    assert_false(add_made("twice.sqlite", 1, IB_NO, 7));
    load("twice.sqlite", &h);
    assert_int_equal(h.n_runs, 1);
    assert_true(h.series[0].points[0].result.epoch_ns == 1000);
    ib_history_free(&h);
}

static void points_are_in_the_order_of_their_commits(void **state)
{
    (void)state;
    const double in_order[] = {1, 2, 3, 4};
    struct ib_history h;
    add_made("order.sqlite", 9, IB_NO, 4);
    add_made("order.sqlite", 2, IB_YES, 2); /* not committed yet: after the commit */
    add_made("order.sqlite", 2, IB_NO, 1);
    add_made("order.sqlite", 5, IB_NO, 3);
    load("order.sqlite", &h);
    assert_int_equal(h.series[0].n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(h.series[0].points[i].result.epoch_ns == in_order[i]);
    ib_history_free(&h);
}

static void machines_are_never_mixed(void **state)
{
    (void)state;
    struct ib_history h;
    struct ib_run_record other = run_of(2, IB_NO, 70);
    other.machine.fingerprint = "f2";
    add_made("machines.sqlite", 1, IB_NO, 10);
    add("machines.sqlite", &other);
    add_made("machines.sqlite", 3, IB_NO, 11);
    load("machines.sqlite", &h);
    assert_int_equal(h.cases.n, 1);
    assert_int_equal(h.n, 2);
    assert_string_equal(h.series[0].machine->fingerprint, "f1");
    assert_int_equal(h.series[0].n, 2);
    assert_string_equal(h.series[1].machine->fingerprint, "f2");
    assert_int_equal(h.series[1].n, 1);
    ib_history_free(&h);
}

static void times_that_do_not_count_are_unknown(void **state)
{
    (void)state;
    struct ib_history h;
    struct ib_run_record wrong = run_of(1, IB_NO, 10), simulated = run_of(2, IB_NO, 10);
    wrong.cases[0].check.verdict = IB_WRONG;
    wrong.cases[0].check.verdict_reason = "all zero";
    simulated.cases[0].simulated = true;
    add("untimed.sqlite", &wrong);
    add("untimed.sqlite", &simulated);
    load("untimed.sqlite", &h);
    const struct ib_history_point *p = h.series[0].points;
    assert_true(isnan(p[0].result.epoch_ns) && isnan(p[0].result.metric));
    assert_string_equal(p[0].result.reason, "all zero");
    assert_true(isnan(p[1].result.epoch_ns) && p[1].result.metric == 2.5);
    ib_history_free(&h);
}

static void a_run_in_progress_is_refused(void **state)
{
    (void)state;
    struct ib_run_record run = run_of(1, IB_NO, 10);
    bool added;
    sqlite3 *db;
    run.finished = NULL;
    assert_int_equal(ib_history_open("progress.sqlite", true, &db), IB_OK);
    expect_failure(ib_history_add(db, &run, &added), IB_EINVAL, run.id, WORDS("not finished"));
    sqlite3_close(db);
    ib_run_record_free(&run);
}

static void execute(const char *file, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(ib_db_open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* SQLite names files by their whole path. */
static void refused(const char *file, enum ib_status status, const char *words)
{
    sqlite3 *db;
    for (int to_write = 0; to_write < 2; to_write++) {
        assert_int_equal(ib_history_open(file, to_write, &db), status);
        assert_non_null(strstr(ib_last_error()->where, file));
        if (!strstr(ib_last_error()->message, words))
            fail_msg("\"%s\" lacks \"%s\"", ib_last_error()->message, words);
    }
}

static void what_is_not_a_history_is_refused(void **state)
{
    (void)state;
    sqlite3 *db;
    expect_failure(ib_history_open("none.sqlite", false, &db), IB_EINVAL, "none.sqlite",
                   WORDS("history add"));
    scratch_file("text.sqlite", "this is not a database, though it is long enough to be mistaken for one");
    refused("text.sqlite", IB_EIO, "file is not a database");
    execute("other.sqlite", "CREATE TABLE t (a)");
    refused("other.sqlite", IB_EINVAL, "not a history of ironbench");
    add_made("newer.sqlite", 1, IB_NO, 1);
    execute("newer.sqlite", "PRAGMA user_version = 9");
    refused("newer.sqlite", IB_EINVAL, "version 9");
}

/* Its tail is overwritten: the first page, which says what it is, is whole. */
static void a_damaged_history_is_refused_with_sqlites_words(void **state)
{
    (void)state;
    struct stat info;
    add_made("damaged.sqlite", 1, IB_NO, 1);
    assert_int_equal(stat("damaged.sqlite", &info), 0);
    FILE *file = fopen("damaged.sqlite", "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
    for (off_t i = 4096; i < info.st_size; i++)
        fputc(0xa5, file);
    assert_int_equal(fclose(file), 0);
    refused("damaged.sqlite", IB_EIO, "database disk image is malformed");
}

/* Found by fuzzing: a line was drawn up to it. */
static void an_infinite_or_negative_time_is_unknown(void **state)
{
    (void)state;
    sqlite3 *db;
    struct ib_history h;
    add_made("infinite.sqlite", 1, IB_NO, 1000);
    assert_int_equal(ib_history_open("infinite.sqlite", true, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE points SET epoch_ns = 9e999, low_ns = -1, metric = -9e999",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    load("infinite.sqlite", &h);
    const struct ib_history_result *r = &h.series[0].points[0].result;
    assert_true(isnan(r->epoch_ns) && isnan(r->low_ns) && isnan(r->metric));
    assert_true(isfinite(r->high_ns));
    ib_history_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_run_found_comes_back),
        cmocka_unit_test(the_same_run_twice_changes_nothing),
        cmocka_unit_test(points_are_in_the_order_of_their_commits),
        cmocka_unit_test(machines_are_never_mixed),
        cmocka_unit_test(times_that_do_not_count_are_unknown),
        cmocka_unit_test(a_run_in_progress_is_refused),
        cmocka_unit_test(what_is_not_a_history_is_refused),
        cmocka_unit_test(a_damaged_history_is_refused_with_sqlites_words),
        cmocka_unit_test(an_infinite_or_negative_time_is_unknown),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
