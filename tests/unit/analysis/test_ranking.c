#include "analysis/ranking.h"
#include "fixtures/made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 4 };

static struct ib_run_record run;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    return 0;
}

/* Adds a host implementation with these times, and ranks all. */
static struct ib_case_record *add(const char *label, const double *times, size_t n, unsigned disturbed)
{
    struct ib_case_record *c = made_case(&run, label, IB_HOST, 100, 1000, 1);
    made_rounds(&run.arena, c, times, n, disturbed);
    c->epoch_ns = ib_epoch_times_of(c);
    return c;
}

static size_t rank(struct ib_standing *out)
{
    for (size_t i = 0; i < run.n; i++)
        out[i] = (struct ib_standing){.record = &run.cases[i]};
    return ib_rank(out, run.n);
}

static const double even[10] = {100, 101, 102, 100, 101, 102, 100, 101, 102, 100};
static const double twice[10] = {200, 202, 204, 200, 202, 204, 200, 202, 204, 200};

static void the_faster_one_wins(void **state)
{
    (void)state;
    struct ib_standing out[MOST];
    add("slow", twice, 10, 0);
    add("fast", even, 10, 0);
    assert_int_equal(rank(out), 1);
    assert_string_equal(out[0].record->name, "fast");
    assert_true(out[0].behind.median == 1 && out[0].leads && !out[1].leads);
    assert_true(fabs(out[1].behind.median - 2) < 1e-9);
}

static void without_six_shared_rounds_nobody_wins(void **state)
{
    (void)state;
    struct ib_standing out[MOST];
    add("slow", twice, 5, 0);
    add("fast", even, 5, 0);
    assert_int_equal(rank(out), 2);
    assert_true(isnan(out[1].behind.median) && isnan(out[1].behind.low));
    assert_int_equal(out[1].behind.n, 5);
}

/* Few undisturbed rounds of one side, and many disturbed ones of the other: both sides of the ratio are from
 * the rounds that they share. */
static void a_ratio_is_from_shared_rounds(void **state)
{
    (void)state;
    static const double quiet_twice[8] = {900, 1000, 800, 1100, 950, 1000, 10, 10};
    static const double busy[8] = {4500, 5000, 4000, 5500, 4750, 5000, 50, 50};
    struct ib_standing out[MOST];
    add("a", quiet_twice, 8, 0x3F);
    add("b", busy, 8, 0xFF);
    assert_int_equal(rank(out), 1);
    assert_true(fabs(out[1].behind.median - 5) < 1e-9);
    assert_int_equal(out[1].behind.n, 8);
}

/* One is far down the table and yet cannot be told apart, as its rounds vary that much. */
static void all_that_may_be_fastest_come_first(void **state)
{
    (void)state;
    static const double wild[10] = {50, 900, 60, 800, 40, 700, 55, 850, 45, 950};
    struct ib_standing out[MOST];
    add("fast", even, 10, 0);
    add("slow", twice, 10, 0);
    add("wild", wild, 10, 0);
    assert_int_equal(rank(out), 2);
    assert_string_equal(out[0].record->name, "fast");
    assert_string_equal(out[1].record->name, "wild");
    assert_string_equal(out[2].record->name, "slow");
}

/* Its own median is lower, but from rounds in which the other has no time. */
static void shared_rounds_decide_against_medians(void **state)
{
    (void)state;
    static const double late[12] = {NAN, NAN, NAN, NAN, NAN, NAN, 90, 90, 90, 90, 90, 90};
    static const double falling[12] = {300, 300, 300, 300, 300, 300, 80, 80, 80, 80, 80, 80};
    struct ib_standing out[MOST];
    add("late", late, 12, 0);
    add("falling", falling, 12, 0);
    assert_int_equal(rank(out), 1);
    assert_string_equal(out[0].record->name, "falling");
    assert_true(out[1].behind.low > 1);
}

static void one_alone_leads(void **state)
{
    (void)state;
    struct ib_standing out[MOST];
    assert_int_equal(ib_rank(out, 0), 0);
    add("only", even, 3, 0);
    assert_int_equal(rank(out), 1);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_faster_one_wins),
        TEST(without_six_shared_rounds_nobody_wins),
        TEST(a_ratio_is_from_shared_rounds),
        TEST(all_that_may_be_fastest_come_first),
        TEST(shared_rounds_decide_against_medians),
        TEST(one_alone_leads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
