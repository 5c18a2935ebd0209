/* base/paths.c and base/file.c: where the program's files lie, and the parts of paths. */
#include "base/file.h"
#include "base/paths.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_knows_its_place), cmocka_unit_test(home_is_found),
        cmocka_unit_test(plugins_are_found),       cmocka_unit_test(paths_come_apart),
        cmocka_unit_test(files_are_read),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
