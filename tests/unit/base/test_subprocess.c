#include "base/clock.h"
#include "base/interrupt.h"
#include "base/subprocess.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_arena arena;

static int leave(void **state)
{
    ib_arena_free(&arena);
    return scratch_leave(state);
}

/* What is said of `sh -c COMMAND`; NULL: it went well. */
static const char *run(const char *command, uint64_t timeout_ns)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    return ib_subprocess_run(
        &arena, &(struct ib_subprocess){.argv = argv, .messages = "messages", .timeout_ns = timeout_ns});
}

static void a_good_end_says_nothing(void **state)
{
    (void)state;
    assert_null(run("echo loud; echo louder >&2", 0));
}

static void a_failure_quotes_its_last_line(void **state)
{
    (void)state;
    assert_string_equal(run("echo first >&2; echo 'what is wrong' >&2; echo >&2; exit 3", 0),
                        "sh failed: what is wrong");
    assert_string_equal(run("kill -9 $$", 0), "sh failed: ");
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    const char *const argv[] = {"there_is_no_such_program", NULL};
    assert_string_equal(
        ib_subprocess_run(&arena, &(struct ib_subprocess){.argv = argv, .messages = "messages"}),
        "there_is_no_such_program is not installed");
}

static void it_runs_in_its_folder(void **state)
{
    (void)state;
    char here[4096], messages[4200];
    const char *const argv[] = {"sh", "-c", "test \"$PWD\" = / || exit 1", NULL};
    assert_non_null(getcwd(here, sizeof here));
    snprintf(messages, sizeof messages, "%s/messages", here);
    assert_null(ib_subprocess_run(
        &arena, &(struct ib_subprocess){.argv = argv, .folder = "/", .messages = messages}));
}

static void being_late_is_told(void **state)
{
    (void)state;
    bool late = false;
    const char *argv[] = {"true", NULL};
    struct ib_subprocess process = {
        .argv = argv, .messages = "messages", .timeout_ns = 60000000000, .late = &late};
    assert_null(ib_subprocess_run(&arena, &process));
    assert_false(late);
    process.argv = (const char *const[]){"sleep", "600", NULL};
    process.timeout_ns = 1000000;
    assert_non_null(ib_subprocess_run(&arena, &process));
    assert_true(late);
}

/* Its children, too: one that outlives it here would keep the pipe open that the test waits for. */
static void its_time_limit_ends_all_of_it(void **state)
{
    (void)state;
    enum { LIMIT_MS = 100 };
    const char *said = run("sleep 600 & echo $! > child; wait", LIMIT_MS * 1000000);
    assert_string_equal(said, "sh did not finish within 0.1 s");
    FILE *file = fopen("child", "r");
    int pid;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    /* Killed with its group; the process that adopts it reaps it at some later time. */
    char path[64], state_letter = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (int i = 0; i < 1000; i++, usleep(10000)) {
        file = fopen(path, "r");
        if (!file)
            return;
        int n = fscanf(file, "%*d %*s %c", &state_letter);
        fclose(file);
        if (n == 1 && state_letter == 'Z')
            return;
    }
    fail_msg("the child of the child is still there: %c", state_letter);
}

static void its_output_and_environment_are_those_given(void **state)
{
    (void)state;
    char printed[64] = "";
    char *const environment[] = {"PATH=/usr/bin:/bin", "WORD=given", NULL};
    const char *const argv[] = {"sh", "-c", "echo $WORD $HOME.", NULL};
    assert_null(ib_subprocess_run(
        &arena, &(struct ib_subprocess){
                    .argv = argv, .environment = environment, .output = "printed", .messages = "messages"}));
    FILE *file = fopen("printed", "r");
    assert_non_null(file);
    assert_non_null(fgets(printed, sizeof printed, file));
    fclose(file);
    assert_string_equal(printed, "given .\n");
}

/* The last test: an interrupt is never taken back. */
static void only_what_cleans_up_runs_after_an_interrupt(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "sleep 0.1", NULL};
    struct ib_subprocess process = {.argv = argv, .messages = "messages"};
    ib_interrupt_request();
    assert_string_equal(ib_subprocess_run(&arena, &process), "interrupted");
    process.cleans_up = true;
    assert_null(ib_subprocess_run(&arena, &process));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_end_says_nothing),
        cmocka_unit_test(a_failure_quotes_its_last_line),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(it_runs_in_its_folder),
        cmocka_unit_test(its_time_limit_ends_all_of_it),
        cmocka_unit_test(being_late_is_told),
        cmocka_unit_test(its_output_and_environment_are_those_given),
        cmocka_unit_test(only_what_cleans_up_runs_after_an_interrupt),
    };
    return cmocka_run_group_tests(tests, scratch_enter, leave);
}
