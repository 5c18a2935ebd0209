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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
