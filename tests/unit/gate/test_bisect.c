#include "fixtures/scratch.h"
#include "gate/bisect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_arena arena;

static int leave(void **state)
{
    ib_arena_free(&arena);
    return scratch_leave(state);
}

static const char *const selection[] = {"-s", "dataset=it's", NULL};

/* The exit status of the judge where the gate exits with `status`; the gate's words go to the file `words`.
 */
static int judged(int status, const char *const *build)
{
    const struct ib_bisect request = {
        .config = "bench.yaml", .selection = selection, .product = "lib/my plugin.so", .build = build};
    char here[4096];
    assert_non_null(realpath(".", here));
    const char *good = ib_arena_print(&arena, "%s/good", here), *bad = ib_arena_print(&arena, "%s/bad", here),
               *gate = ib_arena_print(&arena, "%s/gate", here);
    mkdir(good, 0777);
    mkdir(bad, 0777);
    scratch_file("gate",
                 ib_arena_print(&arena, "#!/bin/sh\nprintf '%%s\\n' \"$@\" > ../words\nexit %d\n", status));
    scratch_file("judge", ib_bisect_script(&arena, &request, gate, good, bad));
    assert_int_equal(chmod("gate", 0700), 0);
    assert_int_equal(chmod("judge", 0700), 0);
    const int ended = system("./judge");
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

static const char *const builds[] = {"true", NULL};

static void only_what_the_gate_rejects_is_bad(void **state)
{
    (void)state;
    assert_int_equal(judged(0, builds), 0);
    assert_int_equal(judged(1, builds), 1);   /* slower */
    assert_int_equal(judged(3, builds), 1);   /* wrong, or more copies */
    assert_int_equal(judged(2, builds), 125); /* no such case yet */
    assert_int_equal(judged(4, builds), 125); /* it fails */
    assert_int_equal(judged(5, builds), 125); /* undecided */
    assert_int_equal(judged(130, builds), 255);
    assert_int_equal(judged(77, builds), 125);
}

static void a_commit_that_cannot_be_built_is_skipped(void **state)
{
    (void)state;
    remove("words");
    assert_int_equal(judged(0, (const char *const[]){"false", NULL}), 125);
    assert_null(fopen("words", "r"));
}

static void the_gate_compares_the_two_builds(void **state)
{
    (void)state;
    char words[4096] = "", here[4096];
    assert_non_null(realpath(".", here));
    judged(0, (const char *const[]){"touch", "a file", NULL});
    FILE *file = fopen("words", "r");
    assert_non_null(file);
    words[fread(words, 1, sizeof words - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(words,
                        ib_arena_print(&arena,
                                       "gate\n%s/bad/bench.yaml\n-s\ndataset=it's\n--plugin\n%s/bad/lib/my "
                                       "plugin.so\n--against\n%s/good/lib/my plugin.so\n--strict\n",
                                       here, here, here));
    assert_int_equal(access("bad/a file", F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_gate_rejects_is_bad),
        cmocka_unit_test(a_commit_that_cannot_be_built_is_skipped),
        cmocka_unit_test(the_gate_compares_the_two_builds),
    };
    return cmocka_run_group_tests(tests, scratch_enter, leave);
}
