/* Runs that are continued, and what is left of one that was killed or found no room. */
#include "fixtures/scratch.h"
#include "fixtures/stored.h"
#include "store/load_run.h"
#include "store/resume.h"
#include "store/run_folder.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { STOP_ROUNDS = 7 };
static const struct ib_search_pass searched = {
    .status = IB_CASE_OK,
    .reason = "",
    .stops = {{1, 2, 5, 3, NULL}, {2, 1, 0, 2, "stuck"}, {3, 0.5, 9, 4, NULL}}};

/* Reaches the first loss in 10, 20, … ns; the last one in the same time until round `last`, and then never.
 */
static void put_stopped(struct stored *f, uint64_t last)
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
    struct stored *f = *state;
    put_stopped(f, STOP_ROUNDS - 1);
    assert_string_equal(
        stored_ask(f, "SELECT group_concat(target || ' ' || loss || ' ' || coalesce(epochs, 'none')"
                      " || ' ' || trainings || coalesce(' ' || reason, '')) FROM stops"),
        "1 2.0 5 3,2 1.0 none 2 stuck,3 0.5 9 4");
    assert_string_equal(stored_ask(f, "SELECT count(*) || ' ' || count(train_ns) || ' ' || max(reason)"
                                      " FROM stop_times"),
                        "14 13 too high"); /* none of the second, which has no stop */
    const struct ib_case_record *c = &ib_store_record(f->store)->cases[0];
    assert_int_equal(c->n_stop_times, 2 * STOP_ROUNDS);
    assert_int_equal(c->stop_summaries[2].reached, STOP_ROUNDS - 1);
}

/* As another process does to continue the run. */
static void reopen(struct stored *f)
{
    ib_store_close(f->store);
    assert_int_equal(ib_store_open(f->dir, NULL, &f->store), IB_OK);
}

static void rounds_continue(void **state)
{
    struct stored *f = *state;
    struct ib_arena arena = {0};
    struct ib_case_progress progress;
    for (uint64_t round = 1; round <= 20; round++) {
        stored_put_timed(f, round, IB_CASE_OK, "", NULL);
        if (round % 3 == 0)
            reopen(f);
    }
    assert_int_equal(ib_resume_load(f->store, &f->c, 1, &arena, &progress), IB_OK);
    assert_int_equal(progress.rounds, 20);
    assert_int_equal(progress.n_samples, 20);
    for (size_t i = 0; i < progress.n_samples; i++)
        assert_true(progress.samples[i] == 100.0 * (double)(i + 1));
    assert_string_equal(stored_ask(f, "SELECT n || ' ' || median_ns FROM epoch_times"), "20 1050.0");
    ib_arena_free(&arena);
}

static void stops_continue(void **state)
{
    struct stored *f = *state;
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
    struct stored *f = *state;
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
    struct stored *f = *state;
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
static void fill_disk(struct stored *f, const char *dir, int out)
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
    struct stored *f = *state;
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, stored_set_up, stored_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(stops_and_their_rounds_are_rows),
        TEST(rounds_continue),
        TEST(stops_continue),
        TEST(other_versions_are_refused),
        TEST(killed_run_stays_readable),
        TEST(full_disk_is_an_error_and_no_loss),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
