/* Failing children are distinguished, and none is left behind. The children are shell scripts that
 * implement the protocol on descriptors 3 and 4. */
#include "base/clock.h"
#include "parent/worker_process.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND_NS 1000000000u
#define HELLO     "echo '{\"type\":\"hello\",\"version\":1}' >&4; "

static bool start(const char *script, struct ib_worker_process **child, struct ib_outcome *outcome)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    return ib_worker_process_start(argv, NULL, NULL, 10ull * SECOND_NS, child, outcome);
}

/* Starts the script, asks it one thing, and ends it. */
static bool ask(const char *script, uint64_t timeout_ns, struct ib_outcome *outcome)
{
    struct ib_worker_process *child;
    json_t *answer = NULL;
    bool ok = start(script, &child, outcome) &&
              ib_worker_process_ask(child, json_pack("{s:s}", "type", "ping"), timeout_ns, &answer, outcome);
    json_decref(answer);
    ib_worker_process_end(child);
    return ok;
}

static void expect(const char *script, enum ib_case_status status, const char *says)
{
    struct ib_outcome outcome;
    assert_false(ask(script, 10ull * SECOND_NS, &outcome));
    if (outcome.status != status || !strstr(outcome.reason, says))
        fail_msg("%s: %s: %s", script, ib_word_of(ib_case_status_words, (int)outcome.status), outcome.reason);
}

static void good_answer(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer;
    assert_true(start(HELLO "while read line <&3; do echo \"$line\" >&4; done", &child, &outcome));
    for (int i = 0; i < 3; i++) {
        assert_true(ib_worker_process_ask(child, json_pack("{s:s, s:i}", "type", "ping", "n", i),
                                          10ull * SECOND_NS, &answer, &outcome));
        assert_int_equal(json_integer_value(json_object_get(answer, "n")), i);
        json_decref(answer);
    }
    ib_worker_process_end(child);
}

static void progress_is_passed_on(void *context, uint64_t epoch, double loss)
{
    double *sum = context;
    *sum += (double)epoch * loss;
}

static void progress(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer;
    double sum = 0;
    assert_true(start(HELLO
                      "read l <&3; for e in 1 2; do echo \"{\\\"type\\\":\\\"progress\\\",\\\"epoch\\\":$e,"
                      "\\\"loss\\\":0.5}\" >&4; done; echo '{\"type\":\"done\"}' >&4",
                      &child, &outcome));
    ib_worker_process_on_progress(child, progress_is_passed_on, &sum);
    assert_true(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 10ull * SECOND_NS, &answer, &outcome));
    assert_true(sum == 1.5);
    json_decref(answer);
    ib_worker_process_end(child);
}

static void told_apart(void **state)
{
    (void)state;
    expect(HELLO "read l <&3; kill -SEGV $$", IB_CASE_CRASHED, "signal 11");
    expect(HELLO "read l <&3; kill -ABRT $$", IB_CASE_CRASHED, "signal 6");
    expect(HELLO "read l <&3; kill -KILL $$", IB_CASE_CRASHED, "was killed by signal 9");
    expect(HELLO "read l <&3; kill -TERM $$", IB_CASE_CRASHED, "from outside");
    expect(HELLO "read l <&3; exit 3", IB_CASE_FAILED, "exited with status 3");
    expect(HELLO "read l <&3; exit 0", IB_CASE_FAILED, "exited with status 0");
    expect(HELLO "read l <&3; echo hello >&4; sleep 60", IB_CASE_FAILED, "invalid message: `hello`");
    expect(HELLO "read l <&3; echo '[1]' >&4; sleep 60", IB_CASE_FAILED, "invalid message");
    expect(HELLO "read l <&3; tr '\\0' x </dev/zero >&4", IB_CASE_FAILED, "without a newline");
    expect("echo '{\"type\":\"hello\",\"version\":99}' >&4; sleep 60", IB_CASE_FAILED, "version 99");
    expect("exit 127", IB_CASE_FAILED, "exited with status 127");
    expect("echo '{\"type\":\"ready\"}' >&4; sleep 60", IB_CASE_FAILED, "did not start with `hello`");
    expect(HELLO "read l <&3; printf '{\"type\":\"pong\"}\\0more\\n' >&4; sleep 60", IB_CASE_FAILED,
           "invalid message");
    expect(HELLO
           "read l <&3; echo '{\"type\":\"error\",\"status\":\"unsupported\",\"message\":\"no f64\"}' >&4",
           IB_CASE_UNSUPPORTED, "no f64");
    expect(HELLO "read l <&3; echo '{\"type\":\"error\",\"status\":\"ok\"}' >&4", IB_CASE_FAILED, "error");
}

/* What was killed from outside may be tried again, but not for ever, and not for any other reason. */
static void a_kill_can_be_retried(void **state)
{
    (void)state;
    struct ib_outcome outcome;
    struct ib_retry retry = ib_retry_begin();
    assert_false(ask(HELLO "read l <&3; exit 3", 10ull * SECOND_NS, &outcome));
    assert_false(ib_retry_after_kill(&retry));
    int attempts = 0;
    do {
        assert_false(ask(HELLO "read l <&3; kill -KILL $$", 10ull * SECOND_NS, &outcome));
        attempts++;
    } while (ib_retry_after_kill(&retry));
    assert_int_equal(attempts, 3);
}

static void a_request_that_is_not_utf8(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer = NULL;
    assert_true(start(HELLO "sleep 60", &child, &outcome));
    assert_false(ib_worker_process_ask(child, json_pack("{s:s}", "path", "\xff"), 60ull * SECOND_NS, &answer,
                                       &outcome));
    assert_int_equal(outcome.status, IB_CASE_FAILED);
    assert_non_null(strstr(outcome.reason, "not valid UTF-8"));
    ib_worker_process_end(child);
}

static void no_such_program(void **state)
{
    (void)state;
    const char *argv[] = {"/nonexistent/program", NULL};
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    assert_false(ib_worker_process_start(argv, NULL, NULL, SECOND_NS, &child, &outcome));
    assert_int_equal(outcome.status, IB_CASE_FAILED);
    assert_non_null(strstr(outcome.reason, "cannot start /nonexistent/program: No such file"));
    ib_worker_process_end(child);
    argv[0] = "a-program-that-is-not-there";
    assert_false(ib_worker_process_start(argv, NULL, NULL, SECOND_NS, &child, &outcome));
    assert_non_null(strstr(outcome.reason, "not found in PATH"));
    ib_worker_process_end(child);
}

static void looked_up_in_path(void **state)
{
    (void)state;
    const char *argv[] = {"sh", "-c", HELLO, NULL};
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    assert_true(ib_worker_process_start(argv, NULL, NULL, 10ull * SECOND_NS, &child, &outcome));
    ib_worker_process_end(child);
}

/* Requests that the worker does not read and progress without an end: neither ends the parent or its wait. */
static void neither_reads_nor_ends(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer = NULL;
    static char load[1 << 20]; /* more than a pipe holds */
    memset(load, 'x', sizeof load - 1);
    assert_true(start(HELLO "sleep 60", &child, &outcome));
    json_t *large = json_pack("{s:s, s:s}", "type", "ping", "load", load);
    assert_false(ib_worker_process_ask(child, large, SECOND_NS / 10, &answer, &outcome));
    assert_int_equal(outcome.status, IB_CASE_TIMEOUT);
    ib_worker_process_end(child);
    assert_true(start(HELLO "while :; do echo '{\"type\":\"progress\"}'; done >&4", &child, &outcome));
    assert_false(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), SECOND_NS / 2, &answer, &outcome));
    assert_int_equal(outcome.status, IB_CASE_TIMEOUT);
    ib_worker_process_end(child);
}

static void last_words_are_quoted(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer = NULL;
    assert_true(start(HELLO "read l <&3; echo first >&2; echo 'no such luck' >&2; exit 1", &child, &outcome));
    assert_false(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 10ull * SECOND_NS, &answer, &outcome));
    ib_worker_process_quote(child, &outcome);
    assert_non_null(strstr(outcome.reason, "status 1 before answering: \"no such luck\""));
    ib_worker_process_end(child);
}

static void timeout_ends_the_wait(void **state)
{
    (void)state;
    struct ib_outcome outcome;
    uint64_t begin = ib_now_ns();
    assert_false(ask(HELLO "sleep 60", SECOND_NS / 5, &outcome));
    assert_int_equal(outcome.status, IB_CASE_TIMEOUT);
    assert_non_null(strstr(outcome.reason, "0.2 s"));
    assert_true(ib_now_ns() - begin < 30ull * SECOND_NS);
}

/* Endless output on stdout and stderr neither fills memory nor blocks the answer. */
static void output_is_kept_short(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer;
    assert_true(start(HELLO "read l <&3; head -c 3000000 /dev/zero | tr '\\0' a; echo the end >&2; "
                            "echo '{\"type\":\"done\"}' >&4; read l <&3",
                      &child, &outcome));
    assert_true(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 10ull * SECOND_NS, &answer, &outcome));
    json_decref(answer);
    assert_false(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 10ull * SECOND_NS, &answer, &outcome));
    assert_int_equal(strlen(ib_worker_process_output(child)), 2048);
    assert_non_null(strstr(ib_worker_process_output(child), "the end\n"));
    ib_worker_process_end(child);
}

static void endless_output(void **state)
{
    (void)state;
    expect(HELLO "read l <&3; tr '\\0' x </dev/zero", IB_CASE_FAILED, "wrote over 64 MiB");
    expect(HELLO "read l <&3; tr '\\0' x </dev/zero >&2", IB_CASE_FAILED, "wrote over 64 MiB");
}

/* A shell that doubles a string; the limit lies above what any shell needs. */
static void expect_out_of_memory(enum ib_memory_by by)
{
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer;
    assert_true(start(HELLO "read l <&3; a=0123456789abcdef; while :; do a=$a$a; done", &child, &outcome));
    assert_true(ib_worker_process_limit_memory(child, 40000000, by, &outcome));
    assert_false(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 30ull * SECOND_NS, &answer, &outcome));
    assert_int_equal(outcome.status, IB_CASE_OOM);
    assert_non_null(strstr(outcome.reason, "more memory than the limit of 40.0 MB"));
    ib_worker_process_end(child);
}

static void memory_limit_by_polling(void **state)
{
    (void)state;
    expect_out_of_memory(IB_MEMORY_POLLING);
}

/* By the kernel, which leaves no group behind. */
static void memory_limit_by_cgroup(void **state)
{
    (void)state;
    char place[512], command[600];
    if (!ib_memory_limit_place(place, sizeof place)) {
        print_message("no cgroup with a memory limit can be made here\n");
        skip();
    }
    expect_out_of_memory(IB_MEMORY_CGROUP);
    snprintf(command, sizeof command, "ls %s | grep -q '^ironbench-%d-'", place, (int)getpid());
    assert_int_not_equal(system(command), 0);
}

/* A grandchild in the worker's group goes with it. */
static void group_is_killed(void **state)
{
    (void)state;
    struct ib_worker_process *child;
    struct ib_outcome outcome;
    json_t *answer;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* so that the orphan becomes ours, and its end can be seen */
    assert_true(start(HELLO "read l <&3; sleep 600 >/dev/null 2>&1 3<&- 4>&- & "
                            "echo \"{\\\"type\\\":\\\"done\\\",\\\"pid\\\":$!}\" >&4; read l <&3",
                      &child, &outcome));
    assert_true(
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "go"), 10ull * SECOND_NS, &answer, &outcome));
    pid_t grandchild = (pid_t)json_integer_value(json_object_get(answer, "pid"));
    json_decref(answer);
    ib_worker_process_end(child);
    int status = 0;
    assert_int_equal(waitpid(grandchild, &status, 0), grandchild);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_answer),
        cmocka_unit_test(progress),
        cmocka_unit_test(told_apart),
        cmocka_unit_test(a_kill_can_be_retried),
        cmocka_unit_test(a_request_that_is_not_utf8),
        cmocka_unit_test(no_such_program),
        cmocka_unit_test(looked_up_in_path),
        cmocka_unit_test(neither_reads_nor_ends),
        cmocka_unit_test(last_words_are_quoted),
        cmocka_unit_test(timeout_ends_the_wait),
        cmocka_unit_test(output_is_kept_short),
        cmocka_unit_test(endless_output),
        cmocka_unit_test(memory_limit_by_polling),
        cmocka_unit_test(memory_limit_by_cgroup),
        cmocka_unit_test(group_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
