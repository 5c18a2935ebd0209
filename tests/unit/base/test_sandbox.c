#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ironbench-sandbox-XXXXXX";

/* Runs a question in a sandbox that may read /usr and write to `folder`; abi: as if Landlock were no newer.
 */
static bool inside(bool (*question)(void), int abi)
{
    struct ib_sandbox sandbox;
    int how = 0;
    assert_int_equal(ib_sandbox_open(&sandbox, abi), 0);
    ib_sandbox_allow(&sandbox, "/usr", IB_SANDBOX_READ);
    ib_sandbox_allow(&sandbox, folder, IB_SANDBOX_WRITE);
    ib_sandbox_allow(&sandbox, "/not/there", IB_SANDBOX_READ);
    const pid_t child = fork();
    if (child == 0)
        _exit(ib_sandbox_enter(&sandbox) == 0 ? question() : 2);
    assert_int_equal(waitpid(child, &how, 0), child);
    ib_sandbox_close(&sandbox);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) < 2);
    return WEXITSTATUS(how);
}

static bool opens(const char *path, int flags)
{
    const int fd = open(path, flags, 0600);
    return fd >= 0 && close(fd) == 0;
}

static bool reads_usr(void)
{
    return opens("/usr", O_RDONLY | O_DIRECTORY);
}

static bool reads_etc(void)
{
    return opens("/etc/passwd", O_RDONLY);
}

static bool writes_own(void)
{
    return chdir(folder) == 0 && opens("file", O_WRONLY | O_CREAT) && unlink("file") == 0;
}

static bool writes_tmp(void)
{
    return opens("/tmp/ironbench-sandbox", O_WRONLY | O_CREAT);
}

static bool cuts_by_reading(void)
{
    return opens("/usr/bin/env", O_RDONLY | O_TRUNC) || errno != EPERM;
}

static bool signals_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool signals_itself(void)
{
    return kill(getpid(), 0) == 0 && kill(0, 0) == 0 && raise(0) == 0;
}

static void each_version_of_landlock(bool (*question)(void), bool expected)
{
    for (int abi = 2; abi <= 8; abi++)
        assert_int_equal(inside(question, abi), expected);
}

static void reads_and_writes_what_is_allowed(void **unused)
{
    (void)unused;
    assert_true(inside(reads_usr, IB_LANDLOCK_NEWEST));
    assert_true(inside(writes_own, IB_LANDLOCK_NEWEST));
}

static void nothing_else_is_read_or_written(void **unused)
{
    (void)unused;
    assert_false(inside(reads_etc, IB_LANDLOCK_NEWEST));
    assert_false(inside(writes_tmp, IB_LANDLOCK_NEWEST));
    each_version_of_landlock(cuts_by_reading, false);
}

static void signals_stay_inside_with_every_version_of_landlock(void **unused)
{
    (void)unused;
    each_version_of_landlock(signals_parent, false);
    each_version_of_landlock(signals_itself, true);
}

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    return rmdir(folder);
}

int main(void)
{
    if (ib_sandbox_missing()) {
        puts(ib_sandbox_missing());
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_what_is_allowed),
        cmocka_unit_test(nothing_else_is_read_or_written),
        cmocka_unit_test(signals_stay_inside_with_every_version_of_landlock),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
