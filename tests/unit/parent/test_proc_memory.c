/* Peaks of processes that use some memory and give it back. */
#include "parent/proc_memory.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEBIBYTE = 1 << 20 };

static void use(size_t bytes)
{
    /* not malloc(): under a sanitizer free() keeps the memory, and a child starts with it */
    volatile char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        _exit(1);
    for (size_t i = 0; i < bytes; i += 1024)
        block[i] = 1;
    munmap((void *)block, bytes);
}

/* A process that uses so much, has a child that uses as much, and then waits; both end with this test,
   however it ends. Returns when both have used it. */
static pid_t start(size_t bytes)
{
    int pipes[2];
    char said[2];
    assert_int_equal(pipe(pipes), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        use(bytes);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            use(bytes);
        }
        if (write(pipes[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    close(pipes[1]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(read(pipes[0], &said[i], 1), 1);
    close(pipes[0]);
    return pid;
}

static void children_count_and_what_was_given_back(void **state)
{
    (void)state;
    const pid_t small = start(MEBIBYTE), large = start(40 * MEBIBYTE);
    const uint64_t little = ib_proc_peak_bytes(small), much = ib_proc_peak_bytes(large);
    assert_in_range(little, 1 * MEBIBYTE, 79 * MEBIBYTE);
    assert_in_range(much, little + 70 * MEBIBYTE, little + 90 * MEBIBYTE);
    assert_int_equal(kill(-small, SIGKILL), 0);
    assert_int_equal(kill(-large, SIGKILL), 0);
    assert_int_equal(waitpid(small, NULL, 0), small);
    assert_int_equal(waitpid(large, NULL, 0), large);
    assert_int_equal(ib_proc_peak_bytes(large), 0); /* it is gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_count_and_what_was_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
