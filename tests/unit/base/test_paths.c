/* base/paths.c and base/file.c: where the program's files lie, and the parts of paths. */
#include "base/file.h"
#include "base/paths.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void program_knows_its_place(void **state)
{
    (void)state;
    /* A unit test asks workers of the program, not of itself. */
    assert_string_equal(ib_self(), IB_BUILD_DIR "/ironbench");
    assert_int_equal(access(ib_self(), X_OK), 0);
}

static void home_is_found(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    setenv("IRONBENCH_HOME", "/some/where", 1);
    assert_string_equal(ib_home(), "/some/where");
    assert_string_equal(ib_home_path(&arena, "configs/quick.yaml"), "/some/where/configs/quick.yaml");
    unsetenv("IRONBENCH_HOME");
    assert_string_not_equal(ib_home(), "/some/where");
    setenv("IRONBENCH_HOME", "", 1); /* as good as not set */
    assert_string_not_equal(ib_home(), "");
    ib_arena_free(&arena);
}

static void plugins_are_found(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    assert_string_equal(ib_plugin_path(&arena, "no_such_plugin"),
                        IB_BUILD_DIR "/../lib/ironbench/no_such_plugin.so");
    if (access(IB_BUILD_DIR "/impls/cpu_blas.so", F_OK) == 0)
        assert_string_equal(ib_plugin_path(&arena, "cpu_blas"), IB_BUILD_DIR "/impls/cpu_blas.so");
    ib_arena_free(&arena);
}

static void workers_have_a_program_of_their_own(void **state)
{
    (void)state;
    struct stat named, held;
    struct ib_arena arena = {0};
    const char *path = ib_worker_path_of(&arena, ib_self());
    assert_string_equal(path, IB_BUILD_DIR "/ironbench-worker");
    assert_int_equal(stat(path, &named), 0);
    assert_true(ib_worker_fd() > 8); /* those below are replaced in a child */
    assert_int_equal(fstat(ib_worker_fd(), &held), 0);
    assert_int_equal(held.st_ino, named.st_ino);
    assert_string_equal(ib_worker_path_of(&arena, "/some/where/ironbench"), "/some/where/ironbench");
    ib_arena_free(&arena);
}

static void paths_come_apart(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    assert_string_equal(ib_file_folder(&arena, "a/b/c.csv"), "a/b");
    assert_string_equal(ib_file_folder(&arena, "c.csv"), ".");
    assert_string_equal(ib_file_folder(&arena, "/c.csv"), "/");
    assert_string_equal(ib_file_stem(&arena, "a/b.d/c.x.csv"), "c.x");
    assert_string_equal(ib_file_stem(&arena, "a.b/c"), "c");
    assert_string_equal(ib_file_stem(&arena, ".hidden"), ".hidden");
    assert_string_equal(ib_file_join(&arena, "a", "b.csv"), "a/b.csv");
    assert_string_equal(ib_file_join(&arena, "a", "./b.csv"), "a/b.csv");
    assert_string_equal(ib_file_join(&arena, "a", "/b.csv"), "/b.csv");
    assert_string_equal(ib_file_join(&arena, NULL, "b.csv"), "b.csv");
    ib_arena_free(&arena);
}

static void files_are_read(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    char *text;
    size_t bytes;
    assert_int_equal(ib_file_read(&arena, scratch_file("f", "12345"), 5, &text, &bytes), IB_OK);
    assert_int_equal(bytes, 5);
    assert_string_equal(text, "12345");
    expect_failure(ib_file_read(&arena, "f", 4, &text, &bytes), IB_EINVAL, "f",
                   WORDS("5 bytes", "at most 4"));
    expect_failure(ib_file_read(&arena, "g", 4, &text, &bytes), IB_EIO, "g", WORDS("No such file"));
    expect_failure(ib_file_read(&arena, "/dev/zero", 4, &text, &bytes), IB_EIO, "/dev/zero",
                   WORDS("not a regular file"));
    ib_arena_free(&arena);
}

static void texts_are_utf8(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    char *text;
    size_t bytes;
    scratch_file("marked", "\xEF\xBB\xBFü,1");
    assert_int_equal(ib_file_read_text(&arena, "marked", 100, &text, &bytes), IB_OK);
    assert_string_equal(text, "ü,1");
    assert_int_equal(bytes, 4);
    const struct {
        const char *text;
        size_t n;
        const char *word;
    } bad[] = {{"\xFF\xFE\x61\0", 4, "UTF-16"},
               {"\xFE\xFF\0a", 4, "UTF-16"},
               {"a\0b\0", 4, "UTF-16"},
               {"abc\0", 4, "byte 4 is NUL"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scratch_bytes("bad", bad[i].text, bad[i].n);
        expect_failure(ib_file_read_text(&arena, "bad", 100, &text, &bytes), IB_EINVAL, "bad",
                       WORDS(bad[i].word));
    }
    ib_arena_free(&arena);
}

/* Neither waits: the pipe has no writer, and the file is larger than any memory. */
static void unusual_files_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    char *text, two[2];
    size_t bytes;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    expect_failure(ib_file_read(&arena, "pipe", 100, &text, &bytes), IB_EIO, "pipe",
                   WORDS("not a regular file"));
    assert_int_equal(truncate(scratch_file("sparse", ""), (off_t)1 << 42), 0);
    expect_failure(ib_file_read(&arena, "sparse", SIZE_MAX / 2, &text, &bytes), IB_ENOMEM, "sparse",
                   WORDS("4.40 TB", "this machine has"));
    assert_null(arena.blocks);
    const int fd = ib_file_open(scratch_file("cut", "1"));
    expect_failure(ib_file_read_exactly(fd, "cut", 0, 2, two), IB_EIO, "cut", WORDS("became shorter"));
    close(fd);
}

static void suffixes_are_found(void **state)
{
    (void)state;
    assert_true(ib_file_has_suffix("a.csv", ".csv"));
    assert_true(ib_file_has_suffix("a.CSV", ".csv"));
    assert_true(ib_file_has_suffix(".csv", ".csv"));
    assert_false(ib_file_has_suffix("a.csv2", ".csv"));
    assert_false(ib_file_has_suffix("csv", ".csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_knows_its_place), cmocka_unit_test(home_is_found),
        cmocka_unit_test(plugins_are_found),       cmocka_unit_test(workers_have_a_program_of_their_own),
        cmocka_unit_test(paths_come_apart),        cmocka_unit_test(files_are_read),
        cmocka_unit_test(texts_are_utf8),          cmocka_unit_test(unusual_files_are_refused),
        cmocka_unit_test(suffixes_are_found),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
