/* run/answer_folder.c and run/answer_memory.c: which answers are in memory, and that nothing stays there. */
#include "base/file.h"
#include "base/keeper.h"
#include "run/answer_folder.h"
#include "run/answer_memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_arena arena;

/* For a workspace that is not in memory: it does not exist. */
static const char *open_memory(void)
{
    return ib_answer_memory_open(&arena, "/no/such/place");
}

static void skip_without_memory(void)
{
    const char *memory = open_memory();
    if (!memory) {
        print_message("/dev/shm is missing or full\n");
        skip();
    }
    ib_folder_remove(memory);
}

static void each_workspace_has_its_own(void **state)
{
    (void)state;
    skip_without_memory();
    const char *memory = open_memory(), *other = open_memory();
    assert_int_equal(access(memory, W_OK), 0);
    assert_string_not_equal(memory, other);
    assert_null(ib_answer_memory_open(&arena, memory)); /* it is in memory already */
    ib_folder_remove(memory);
    ib_folder_remove(other);
}

/* A child that makes a folder, tells the parent its name, and is killed. */
static const char *made_by_a_killed_child(char path[64])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        ib_keeper_start();
        const char *memory = open_memory();
        _exit(memory && write(ends[1], memory, strlen(memory) + 1) > 0 && pause() == 0);
    }
    close(ends[1]);
    assert_true(read(ends[0], path, 64) > 0);
    close(ends[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return path;
}

static void nothing_stays_of_a_killed_process(void **state)
{
    (void)state;
    char path[64];
    skip_without_memory();
    const char *memory = made_by_a_killed_child(path);
    for (int waits = 0; access(memory, F_OK) == 0 && waits < 60000; waits++)
        usleep(1000);
    assert_int_not_equal(access(memory, F_OK), 0);
}

static void small_answers_are_in_memory(void **state)
{
    (void)state;
    const char *const command[] = {"program", NULL};
    struct ib_impl_info info = {.name = "any"};
    struct ib_configured_impl impl = {.info = &info};
    struct ib_workspace work = {.folder = "disk", .memory = "memory"};
    struct ib_case c = {
        .impl = &impl,
        .epochs = 1000,
        .spec = {.net = {.n_layers = 1, .width = {30, 1}}, .dtype = IB_F32, .test_rows = 100}};
    assert_int_equal(ib_answer_bytes(&c), sizeof(double) * (31 + 2 * 31 + 100 + 2 * 1000));
    assert_string_equal(ib_answer_folder(&work, &c), "memory");
    info.command = command;
    assert_string_equal(ib_answer_folder(&work, &c), "disk");
    info.command = NULL;
    c.spec.test_rows = 1 << 20;
    assert_string_equal(ib_answer_folder(&work, &c), "disk");
    c.spec.test_rows = 100;
    work.memory = NULL;
    assert_string_equal(ib_answer_folder(&work, &c), "disk");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_workspace_has_its_own),
        cmocka_unit_test(nothing_stays_of_a_killed_process),
        cmocka_unit_test(small_answers_are_in_memory),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ib_arena_free(&arena);
    return failed;
}
