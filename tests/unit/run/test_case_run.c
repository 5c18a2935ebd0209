/* What a case of a sweep takes over from an earlier run. */
#include "run/case_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void more_stored_rounds_than_wanted_stay_within_the_samples(void **state)
{
    enum { STORED = 40, WANTED = 3 };
    double stored[STORED];
    struct ib_case_run s;
    (void)state;
    for (int i = 0; i < STORED; i++)
        stored[i] = i + 1;
    const struct ib_case_progress progress = {.rounds = STORED, .samples = stored, .n_samples = STORED};
    ib_case_run_open(&s, NULL, &progress, WANTED);
    memset(ib_arena_alloc(&s.arena, sizeof stored), 0xFF, sizeof stored); /* the memory behind the samples */
    assert_int_equal(s.progress.n_samples, STORED);
    assert_memory_equal(s.samples, stored, sizeof stored);
    ib_case_run_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_stored_rounds_than_wanted_stay_within_the_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
