#include "fixtures/made_record.h"
#include "gate/speed_verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 10 };
#define MARGIN 0.05

static struct ib_arena arena;

static int stop(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

/* A case that takes about this many ns; `disturbed` has a bit for each round. */
static struct ib_case_record *timed(double ns, size_t n, unsigned disturbed)
{
    static const double noise[ROUNDS] = {1, 1.01, 0.99, 1.005, 0.995, 1, 1.01, 0.99, 1.005, 0.995};
    struct ib_case_record *c = ib_arena_alloc(&arena, sizeof *c);
    double times[ROUNDS];
    for (size_t i = 0; i < n; i++)
        times[i] = ns * noise[i];
    memset(c, 0, sizeof *c);
    made_rounds(&arena, c, times, n, disturbed);
    return c;
}

static struct ib_case_record *with_processor_time(struct ib_case_record *c, double ns)
{
    for (size_t i = 0; i < c->n_rounds; i++)
        c->rounds[i].cpu_epoch_ns = ns * (1 + 0.001 * (double)i);
    return c;
}

static void differences_beyond_the_margin_are_told(void **state)
{
    (void)state;
    const struct ib_case_record *old = timed(100, ROUNDS, 0);
    assert_int_equal(ib_speed_unpaired(old, timed(120, ROUNDS, 0), MARGIN).verdict, IB_SLOWER);
    assert_int_equal(ib_speed_unpaired(old, timed(80, ROUNDS, 0), MARGIN).verdict, IB_FASTER);
    assert_int_equal(ib_speed_unpaired(old, timed(101, ROUNDS, 0), MARGIN).verdict, IB_SAME);
}

static void few_rounds_tell_nothing(void **state)
{
    (void)state;
    const struct ib_speed speed = ib_speed_unpaired(timed(100, 5, 0), timed(900, 5, 0), MARGIN);
    assert_int_equal(speed.verdict, IB_AMBIGUOUS);
    assert_non_null(strstr(speed.reason, "too few rounds"));
}

static void a_few_disturbed_samples_are_left_out(void **state)
{
    (void)state;
    struct ib_case_record *new = timed(100, ROUNDS, 3);
    new->rounds[0].epoch_ns = new->rounds[1].epoch_ns = 5000;
    const struct ib_speed speed = ib_speed_unpaired(timed(100, ROUNDS, 0), new, MARGIN);
    assert_int_equal(speed.verdict, IB_SAME);
    assert_int_equal(speed.n, ROUNDS - 2);
}

static void many_disturbed_samples_need_proof(void **state)
{
    (void)state;
    struct ib_case_record *old = with_processor_time(timed(150, ROUNDS, 0x3FF), 140),
                          *new = with_processor_time(timed(100, ROUNDS, 0), 100);
    const struct ib_speed speed = ib_speed_unpaired(old, new, MARGIN);
    assert_int_equal(speed.verdict, IB_AMBIGUOUS);
    assert_non_null(strstr(speed.reason, "disturbed"));
    with_processor_time(old, 100);
    for (size_t i = 0; i < ROUNDS; i++)
        old->rounds[i].epoch_ns = 400; /* a fourfold time, but not in processor time */
    assert_int_equal(ib_speed_unpaired(old, new, MARGIN).verdict, IB_AMBIGUOUS);
    with_processor_time(old, 400);
    assert_int_equal(ib_speed_unpaired(old, new, MARGIN).verdict, IB_FASTER);
    assert_int_equal(ib_speed_unpaired(new, old, MARGIN).verdict, IB_SLOWER);
}

/* A third of the samples is not yet many. */
static void more_than_a_third_is_many(void **state)
{
    (void)state;
    const struct ib_case_record *new = timed(100, 9, 0);
    assert_int_equal(ib_speed_unpaired(timed(120, 9, 7), new, MARGIN).verdict, IB_FASTER);
    assert_int_equal(ib_speed_unpaired(timed(120, 9, 15), new, MARGIN).verdict, IB_AMBIGUOUS);
}

static void rounds_shrink_the_interval_to_the_nearer_limit(void **state)
{
    (void)state;
    assert_true(ib_rounds_needed(10, 0.25, 0.125, 0.75, -0.5, 0.5) == 40); /* the upper half, twice as long */
    assert_true(ib_rounds_needed(10, 0.25, -0.5, 0.375, -0.5, 0.5) == 90); /* the lower half */
    assert_true(ib_rounds_needed(10, -0.25, -0.75, -0.125, -0.5, 0.5) == 40); /* the lower limit */
    assert_true(ib_rounds_needed(10, 0.25, 0.125, 0.375, -0.5, 0.5) == 10);   /* never fewer */
    assert_true(isnan(ib_rounds_needed(10, 0.5, 0, 1, -0.5, 0.5)));
    assert_true(ib_rounds_needed(1, 0, -sqrt(1000), 0, -1, 1) == 1000); /* the most that are named */
    assert_true(isnan(ib_rounds_needed(1, 0, -sqrt(1001), 0, -1, 1)));
}

static void one_side_without_times_tells_nothing(void **state)
{
    (void)state;
    const struct ib_case_record *old = timed(100, ROUNDS, 0), *none = timed(0, ROUNDS, 0);
    const struct ib_speed speed = ib_speed_unpaired(old, none, MARGIN);
    assert_int_equal(speed.verdict, IB_AMBIGUOUS);
    assert_string_equal(speed.reason, "one side has no time");
    assert_true(isnan(speed.needed));
    assert_true(ib_speed_unpaired(timed(100, 5, 0), old, MARGIN).needed == 6);
}

/* Times that do not vary, so that the interval is a point. */
static const struct ib_case_record *exactly(double ns)
{
    struct ib_case_record *c = timed(ns, ROUNDS, 0);
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].epoch_ns = ns;
    return c;
}

static void a_difference_of_just_the_margin_is_none(void **state)
{
    (void)state;
    const struct ib_case_record *one = exactly(1), *more = exactly(1.25);
    assert_true(log(1.25) == log1p(0.25));
    assert_int_equal(ib_speed_unpaired(one, more, 0.25).verdict, IB_SAME);
    assert_int_equal(ib_speed_unpaired(more, one, 0.25).verdict, IB_SAME);
    assert_int_equal(ib_speed_unpaired(one, more, 0.2499).verdict, IB_SLOWER);
    assert_int_equal(ib_speed_unpaired(more, one, 0.2499).verdict, IB_FASTER);
}

static void times_below_a_nanosecond_count(void **state)
{
    (void)state;
    const struct ib_speed speed = ib_speed_unpaired(timed(0.5, ROUNDS, 0), timed(0.75, ROUNDS, 0), MARGIN);
    assert_int_equal(speed.verdict, IB_SLOWER);
    assert_true(fabs(speed.ratio - 1.5) < 1e-12);
    assert_int_equal(speed.n, ROUNDS);
    assert_true(isnan(speed.needed));
}

/* 10 % longer, and 10 % shorter, with as much noise. */
static void what_is_undecided_needs_more_rounds(void **state)
{
    (void)state;
    struct ib_case_record *old = timed(100, ROUNDS, 0), *new = timed(100, ROUNDS, 0);
    for (size_t i = 0; i < ROUNDS; i++)
        new->rounds[i].epoch_ns *= i % 2 ? 1.1 : 0.9;
    const struct ib_speed speed = ib_speed_unpaired(old, new, MARGIN);
    const double limit = log1p(MARGIN);
    assert_int_equal(speed.verdict, IB_AMBIGUOUS);
    assert_string_equal(speed.reason, "the interval extends beyond the margin");
    assert_true(fabs(speed.needed - ib_rounds_needed(ROUNDS, log(speed.ratio), log(speed.low),
                                                     log(speed.high), -limit, limit)) <= 1);
    assert_true(speed.needed > ROUNDS);
}

/* Ten times as long is more than other work on the machine explains, whatever the processor's time. */
static void a_tenfold_time_needs_no_proof(void **state)
{
    (void)state;
    const struct ib_case_record *busy = with_processor_time(timed(100, ROUNDS, 0x3FF), 100),
                                *longer = with_processor_time(timed(1500, ROUNDS, 0x3FF), 100),
                                *same = with_processor_time(timed(101, ROUNDS, 0x3FF), 100);
    assert_int_equal(ib_speed_unpaired(busy, longer, MARGIN).verdict, IB_SLOWER);
    assert_int_equal(ib_speed_unpaired(longer, busy, MARGIN).verdict, IB_FASTER);
    assert_int_equal(ib_speed_unpaired(busy, same, MARGIN).verdict, IB_SAME);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(differences_beyond_the_margin_are_told),
        TEST(few_rounds_tell_nothing),
        TEST(a_few_disturbed_samples_are_left_out),
        TEST(many_disturbed_samples_need_proof),
        TEST(more_than_a_third_is_many),
        TEST(rounds_shrink_the_interval_to_the_nearer_limit),
        TEST(one_side_without_times_tells_nothing),
        TEST(a_difference_of_just_the_margin_is_none),
        TEST(times_below_a_nanosecond_count),
        TEST(what_is_undecided_needs_more_rounds),
        TEST(a_tenfold_time_needs_no_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
