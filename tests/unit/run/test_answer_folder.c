/* run/answer_folder.c and run/answer_memory.c: which answers are in memory, and that nothing stays there. */
#include "base/keeper.h"
#include "run/answer_folder.h"
#include "run/answer_memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_arena arena;

/* Of a workspace that is not in memory: it does not exist. */
static const char *open_memory(char workspace[64])
{
    snprintf(workspace, 64, "/no/such/place/ironbench-unit-%d", (int)getpid());
    return ib_answer_memory_open(&arena, workspace);
}

static void skip_without_memory(void)
{
    char workspace[64];
    const char *memory = open_memory(workspace);
    if (!memory) {
        print_message("/dev/shm is missing or full\n");
        skip();
    }
    ib_answer_memory_remove(workspace);
}

static void a_folder_belongs_to_a_workspace(void **state)
{
    (void)state;
    char workspace[64];
    skip_without_memory();
    const char *memory = open_memory(workspace);
    assert_non_null(memory);
    assert_int_equal(access(memory, W_OK), 0);
    assert_null(open_memory(workspace)); /* taken, perhaps by another user */
    ib_answer_memory_remove(workspace);
    assert_int_not_equal(access(memory, F_OK), 0);
}

/* A child that makes a folder, tells the parent that it has, and is killed. */
static const char *made_by_a_killed_child(void)
{
    int ends[2];
    char byte, workspace[64];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        ib_keeper_start();
        const char *memory = open_memory(workspace);
        _exit(memory && write(ends[1], "", 1) == 1 && pause() == 0);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return ib_arena_print(&arena, "/dev/shm/ironbench-unit-%d", (int)child);
}

static void nothing_stays_of_a_killed_process(void **state)
{
    (void)state;
    skip_without_memory();
    const char *memory = made_by_a_killed_child();
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
        cmocka_unit_test(a_folder_belongs_to_a_workspace),
        cmocka_unit_test(nothing_stays_of_a_killed_process),
        cmocka_unit_test(small_answers_are_in_memory),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ib_arena_free(&arena);
    return failed;
}
