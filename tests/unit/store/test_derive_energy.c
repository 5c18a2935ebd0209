/* The energy of an epoch from that of the rounds. */
#include "fixtures/made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_run_record run;
static struct ib_case_record *c; /* of 10 epochs, with 4 rounds of 50 trainings that take 10 ms */

enum { ROUNDS = 4 };
#define NS 1e6 /* of an epoch */

static void set_energy(size_t round, enum ib_energy_source source, double joules, double ns,
                       uint64_t stretches)
{
    c->rounds[round].energy = (struct ib_energy_record){
        .source = source, .joules = joules, .ns = (uint64_t)ns, .stretches = stretches};
}

static int start(void **state)
{
    (void)state;
    c = made_case(&run, "host", IB_HOST, 9, 100, 1);
    c->epochs = 10;
    made_rounds(&run.arena, c, (const double[]){NS, NS, NS, NS}, ROUNDS, 0);
    for (size_t i = 0; i < ROUNDS; i++) {
        c->rounds[i].repeats = 50;
        set_energy(i, IB_ENERGY_PACKAGES, 10 + (double)i, 500e6, 50);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    return 0;
}

static const struct ib_energy_summary *derived(void)
{
    ib_run_record_derive(&run);
    return &c->energy;
}

static void assert_joules(double expected, size_t rounds)
{
    const struct ib_energy_summary *e = derived();
    assert_true(e->wanted);
    if (e->reason)
        fail_msg("%s", e->reason);
    assert_true(fabs(e->epoch_j - expected) <= 1e-12 * expected);
    assert_int_equal(e->rounds, rounds);
    assert_true(e->measured_ns == (double)rounds * 500e6);
}

static void assert_reason(const char *expected)
{
    const struct ib_energy_summary *e = derived();
    assert_true(e->wanted);
    assert_true(isnan(e->epoch_j));
    assert_string_equal(e->reason, expected);
}

static void sums_over_rounds(void **state)
{
    (void)state;
    assert_joules((10.0 + 11 + 12 + 13) / (4 * 50 * 10), 4);
    c->rounds[3].repeats = 25; /* half as many trainings in half the time */
    c->rounds[3].energy.ns /= 2;
    assert_true(fabs(derived()->epoch_j - 46.0 / (3.5 * 50 * 10)) < 1e-12);
}

static void disturbed_rounds_do_not_count(void **state)
{
    (void)state;
    c->rounds[1].disturbed = IB_YES;
    c->rounds[2].disturbed = IB_UNKNOWN; /* counts */
    assert_joules((10.0 + 12 + 13) / (3 * 50 * 10), 3);
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].disturbed = IB_YES;
    assert_reason("every round failed or was disturbed");
    assert_true(c->epoch_ns.median >
                0); /* unlike time, of which disturbed rounds tell if there are no others */
}

static void rounds_that_were_not_measured(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].energy = (struct ib_energy_record){.joules = NAN, .reason = "cannot be read"};
    assert_reason("cannot be read");
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].disturbed = IB_YES;
    assert_reason("cannot be read"); /* which is worth more than that they were disturbed */
    c->rounds[2].disturbed = IB_NO;
    set_energy(2, IB_ENERGY_PACKAGES, 7, 500e6, 50);
    assert_joules(7.0 / (50 * 10), 1);
}

static void unasked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].energy = (struct ib_energy_record){.joules = NAN};
    assert_false(derived()->wanted);
    assert_null(c->energy.reason);
    assert_true(isnan(c->energy.epoch_j));
}

/* sqrt(200) * 1 ms / 0.05: 283 ms for 200 stretches. */
static void too_short_for_the_counter(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        c->rounds[i].epoch_ns = NS / 10;
        set_energy(i, IB_ENERGY_PACKAGES, 1, 50e6, 50);
    }
    assert_reason(
        "measured for 0.2 s, in 200 stretches, by a counter that advances every 1 ms: 0.283 s are needed "
        "for an error of 5 %");
    for (size_t i = 0; i < ROUNDS; i++)
        set_energy(i, IB_ENERGY_DEVICE, 1, 50e6, 1);
    assert_reason(
        "measured for 0.2 s, in 4 stretches, by a counter that advances every 100 ms: 4 s are needed "
        "for an error of 5 %");
}

static void a_counter_that_stands_still(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].energy.joules = 0;
    assert_reason("the counter stood still");
}

/* The counter of a device is watched between trainings, too. */
static void work_between_trainings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROUNDS; i++) {
        c->rounds[i].epoch_ns = 4 * NS;
        set_energy(i, IB_ENERGY_DEVICE, 100, 1.04 * 4 * 500e6, 1);
    }
    assert_null(derived()->reason);
    assert_int_equal(c->energy.source, IB_ENERGY_DEVICE);
    for (size_t i = 0; i < ROUNDS; i++)
        c->rounds[i].energy.ns = (uint64_t)(1.25 * 4 * 500e6);
    assert_reason(
        "of the time for which the counter was watched, 20 % were not training but preparing the next one");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_over_rounds),
        TEST(disturbed_rounds_do_not_count),
        TEST(rounds_that_were_not_measured),
        TEST(unasked_for),
        TEST(too_short_for_the_counter),
        TEST(a_counter_that_stands_still),
        TEST(work_between_trainings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
