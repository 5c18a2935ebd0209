#include "base/git.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ib_arena arena;

static void sh(const char *command)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* Commits of a user of its own; nothing of the machine's configuration. */
static int enter(void **state)
{
    if (system("git --version > /dev/null 2>&1") != 0) {
        printf("git is not installed\n");
        exit(77);
    }
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_SYSTEM", "/dev/null", 1);
    setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
    setenv("GIT_AUTHOR_NAME", "t", 1);
    setenv("GIT_AUTHOR_EMAIL", "t@example.org", 1);
    setenv("GIT_COMMITTER_NAME", "t", 1);
    setenv("GIT_COMMITTER_EMAIL", "t@example.org", 1);
    setenv("GIT_COMMITTER_DATE", "2026-01-31T12:00:00+02:00", 1);
    return scratch_enter(state);
}

static int leave(void **state)
{
    ib_arena_free(&arena);
    return scratch_leave(state);
}

static struct ib_git_state state_of(const char *path)
{
    struct ib_git_state out;
    ib_git_state_of(&arena, path, &out);
    return out;
}

static void a_commit_is_named_with_its_branch_and_time(void **state)
{
    (void)state;
    sh("git init -q -b trunk one && cd one && mkdir sub && echo 1 > sub/a.yaml && git add . &&"
       " git commit -q -m first");
    const struct ib_git_state s = state_of("one/sub/a.yaml");
    assert_null(s.reason);
    assert_int_equal(strlen(s.commit), 40);
    assert_string_equal(s.branch, "trunk");
    assert_string_equal(s.committed, "2026-01-31T10:00:00Z");
    assert_string_equal(s.path, "sub/a.yaml");
    assert_int_equal(s.dirty, IB_NO);
}

static void only_changes_of_tracked_files_are_dirt(void **state)
{
    (void)state;
    sh("git init -q two && cd two && echo 1 > a && git add a && git commit -q -m first && echo 1 > b");
    assert_int_equal(state_of("two/a").dirty, IB_NO);
    assert_int_equal(state_of("two/b").dirty, IB_NO);
    sh("echo 2 > two/a");
    assert_int_equal(state_of("two/b").dirty, IB_YES);
    sh("cd two && git checkout -q --detach -f");
    assert_null(state_of("two/a").branch);
    assert_int_equal(state_of("two/a").dirty, IB_NO);
}

static void what_is_not_in_a_repository_says_so(void **state)
{
    (void)state;
    scratch_file("alone", "");
    const struct ib_git_state alone = state_of("alone");
    assert_null(alone.commit);
    assert_int_equal(alone.dirty, IB_UNKNOWN);
    assert_string_equal(alone.path, "alone");
    assert_non_null(strstr(alone.reason, "git: not a git repository"));
    assert_non_null(strstr(state_of("missing").reason, "no such file"));
    sh("git init -q empty && echo > empty/a");
    assert_null(state_of("empty/a").commit);
    assert_non_null(state_of("empty/a").reason);
}

static void without_git_that_is_the_reason(void **state)
{
    (void)state;
    char *path = strdup(getenv("PATH"));
    scratch_file("alone", "");
    setenv("PATH", "/nowhere", 1);
    const struct ib_git_state s = state_of("alone");
    setenv("PATH", path, 1);
    free(path);
    assert_null(s.commit);
    assert_string_equal(s.reason, "git is not installed");
}

/* git's own tests have this switch. */
static void a_repository_of_another_user_is_refused_with_gits_reason(void **state)
{
    (void)state;
    sh("git init -q other && cd other && echo > a && git add a && git commit -q -m first");
    setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
    const struct ib_git_state s = state_of("other/a");
    unsetenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
    assert_null(s.commit);
    assert_non_null(strstr(s.reason, "dubious ownership"));
    assert_null(strchr(s.reason, '\n'));
}

/* As where ironbench runs in a hook of another repository. */
static void variables_of_another_repository_are_ignored(void **state)
{
    (void)state;
    sh("git init -q -b here mine && cd mine && echo > a && git add a && git commit -q -m first");
    setenv("GIT_DIR", "/nowhere", 1);
    const struct ib_git_state s = state_of("mine/a");
    unsetenv("GIT_DIR");
    assert_null(s.reason);
    assert_string_equal(s.branch, "here");
}

static void nothing_is_run_or_written(void **state)
{
    (void)state;
    sh("git init -q quiet && cd quiet && echo > a && git add a && git commit -q -m first &&"
       " git config core.fsmonitor \"touch $PWD/ran; true\" && printf '#!/bin/sh\\ntouch \"%s/ran\"\\n' "
       "\"$PWD\""
       " | tee .git/hooks/post-index-change > .git/hooks/fsmonitor && chmod +x .git/hooks/* && touch a &&"
       " find . -type f | sort | xargs stat -c '%n %s %Y %Z' > ../before");
    assert_null(state_of("quiet/a").reason);
    sh("cd quiet && find . -type f | sort | xargs stat -c '%n %s %Y %Z' | cmp - ../before && test ! -e ran");
}

static void failures_of_git_are_reasons(void **state)
{
    (void)state;
    const char *output;
    const char *const version[] = {"--version", NULL}, *const nonsense[] = {"no-such-command", NULL};
    assert_null(ib_git_run(&arena, &(struct ib_git){.arguments = version}, &output));
    assert_memory_equal(output, "git version", strlen("git version"));
    assert_non_null(strstr(ib_git_run(&arena, &(struct ib_git){.arguments = nonsense}, NULL), "git failed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_named_with_its_branch_and_time),
        cmocka_unit_test(only_changes_of_tracked_files_are_dirt),
        cmocka_unit_test(what_is_not_in_a_repository_says_so),
        cmocka_unit_test(without_git_that_is_the_reason),
        cmocka_unit_test(a_repository_of_another_user_is_refused_with_gits_reason),
        cmocka_unit_test(variables_of_another_repository_are_ignored),
        cmocka_unit_test(nothing_is_run_or_written),
        cmocka_unit_test(failures_of_git_are_reasons),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
