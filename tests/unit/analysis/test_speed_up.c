#include "analysis/speed_up.h"
#include "fixtures/made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct ib_run_record run;
static struct ib_arena arena;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return 0;
}

static void add(const char *label, uint64_t rows, double time_ns)
{
    made_case(&run, label, IB_HOST, rows, time_ns, 1);
}

/* The speed-up of a case, found by its number. */
static double of(uint64_t number)
{
    struct ib_speed_up *list;
    const size_t n = ib_speed_ups(&arena, &run, &list);
    for (size_t i = 0; i < n; i++)
        if (list[i].record->number == number)
            return list[i].ratio.median;
    return NAN;
}

static void is_over_cpu_naive_of_the_same_problem(void **state)
{
    (void)state;
    add("fast", 100, 100);
    add("cpu_naive", 100, 300);
    add("cpu_naive", 200, 900);
    add("fast", 200, 100);
    assert_true(fabs(of(1) - 3) < 1e-9 && fabs(of(4) - 9) < 1e-9);
    assert_true(fabs(of(2) - 1) < 1e-9 && fabs(of(3) - 1) < 1e-9);
}

static void is_over_the_reference_that_was_named(void **state)
{
    (void)state;
    add("cpu_naive", 100, 300);
    add("fast", 100, 100);
    run.reference = "fast";
    assert_true(fabs(of(1) - 1 / 3.0) < 1e-9 && fabs(of(2) - 1) < 1e-9);
}

static void needs_six_rounds_and_a_rank(void **state)
{
    (void)state;
    add("cpu_naive", 100, 300);
    add("few", 100, 100);
    add("wrong", 100, 100);
    run.cases[1].n_rounds = 5;
    run.cases[2].ranked = false;
    assert_true(isnan(of(2)) && isnan(of(3)) && of(1) == 1);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_over_cpu_naive_of_the_same_problem),
        TEST(is_over_the_reference_that_was_named),
        TEST(needs_six_rounds_and_a_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
