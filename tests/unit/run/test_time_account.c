/* What is said of time outside of the clock, on made-up requests. */
#include "run/time_account.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000000u

/* A training of so many epochs at 1 us each, with nothing outside. */
static struct ib_pass_result *request(uint64_t epochs)
{
    static struct ib_pass_result results[2]; /* transfer logs are large */
    static int next;
    struct ib_pass_result *r = &results[next++ % 2];
    *r = (struct ib_pass_result){.repeats = 1,
                                 .median_ns = 1000.0 * (double)epochs,
                                 .trained_ns = 1000 * epochs,
                                 .outside.known = true};
    return r;
}

static struct ib_time_account plain(uint64_t epochs)
{
    return ib_time_account_of(request(epochs), epochs);
}

static struct ib_time_account with_readback(uint64_t epochs, uint64_t first_ns, uint64_t idle_ns)
{
    struct ib_pass_result *r = request(epochs);
    r->outside.readback_ns = first_ns;
    r->outside.idle_ns = idle_ns;
    return ib_time_account_of(r, epochs);
}

/* ---- outside ---- */

static void a_slow_readback_is_not_work(void **state)
{
    (void)state;
    const struct ib_time_account slow = with_readback(1000, 10 * MS, 10 * MS),
                                 waits = with_readback(1000, 10 * MS, 8 * MS);
    assert_false(ib_outside_matters(&slow));
    assert_true(ib_outside_matters(&waits));
}

static void faster_than_idle_is_no_time(void **state)
{
    (void)state;
    const struct ib_time_account a = with_readback(1000, 1 * MS, 10 * MS);
    assert_true(a.part_ns[IB_OUTSIDE_READBACK] == 0);
}

static void every_part_counts(void **state)
{
    (void)state;
    struct ib_pass_result *r = request(1000);
    r->outside.restart_ns = r->phases.predict_ns = MS * 4 / 10;
    r->outside.readback_ns = MS * 4 / 10;
    struct ib_time_account a = ib_time_account_of(r, 1000);
    assert_true(ib_outside_matters(&a));
    r->outside.readback_ns = MS / 10;
    a = ib_time_account_of(r, 1000);
    assert_false(ib_outside_matters(&a));
}

static void a_long_training_has_more_noise(void **state)
{
    (void)state;
    const struct ib_time_account longer = with_readback(1000000, 19 * MS, 0),
                                 hidden = with_readback(1000000, 21 * MS, 0);
    assert_false(ib_outside_matters(&longer)); /* up to 2 % of a second */
    assert_true(ib_outside_matters(&hidden));
}

static void growth_names_its_part(void **state)
{
    (void)state;
    enum ib_outside_part part = IB_OUTSIDE_AFTER;
    struct ib_pass_result *r = request(2000);
    r->phases.predict_ns = 9 * MS;
    r->outside.restart_ns = 5 * MS;
    const struct ib_time_account longer = ib_time_account_of(r, 2000), shorter = plain(1);
    assert_true(ib_outside_growth_ns(&longer, &shorter, &part) == 14.0 * MS);
    assert_int_equal(part, IB_OUTSIDE_PREDICT);
    assert_true(ib_outside_growth_ns(&longer, &longer, &part) == 0);
    assert_true(ib_outside_growth_ns(&shorter, &longer, &part) == 0);
}

static void what_is_slow_may_vary(void **state)
{
    (void)state;
    enum ib_outside_part part;
    const struct ib_time_account slow = with_readback(1000, 100 * MS, 0),
                                 slower = with_readback(1000, 140 * MS, 0),
                                 hides = with_readback(1000, 160 * MS, 0);
    assert_true(ib_outside_growth_ns(&slower, &slow, &part) == 0); /* up to half of it */
    assert_true(ib_outside_growth_ns(&hides, &slow, &part) == 60.0 * MS);
}

static void programs_have_files_to_write(void **state)
{
    (void)state;
    enum ib_outside_part part;
    struct ib_pass_result *r = request(1000);
    r->external = true;
    r->outside.after_ns = 4 * MS;
    struct ib_time_account a = ib_time_account_of(r, 1000), none = plain(1);
    assert_true(ib_outside_growth_ns(&a, &none, &part) == 0);
    r = request(1000);
    r->external = true;
    r->outside.after_ns = 6 * MS;
    a = ib_time_account_of(r, 1000);
    assert_true(ib_outside_growth_ns(&a, &none, &part) == 6.0 * MS);
    assert_int_equal(part, IB_OUTSIDE_AFTER);
}

/* ---- the rate ---- */

static void an_epoch_takes_the_same_time(void **state)
{
    (void)state;
    const struct ib_time_account longer = plain(8000), shorter = plain(1000);
    assert_true(ib_epoch_ratio(&longer, &shorter) == 1);
    assert_false(ib_epoch_ratio_exceeds(2));
    assert_true(ib_epoch_ratio_exceeds(2.1));
    assert_true(ib_epoch_ratio_exceeds(0.0 / 0.0));
}

static void waiting_for_a_cpu_is_not_held_against_it(void **state)
{
    (void)state;
    struct ib_pass_result *r = request(1000);
    r->waited_ns = MS / 2;
    struct ib_time_account a = ib_time_account_of(r, 1000);
    const struct ib_time_account shorter = plain(1000);
    assert_true(ib_epoch_ratio(&a, &shorter) == 0.5);
    assert_true(ib_epoch_ratio(&shorter, &a) == 1); /* nor counted in its favour */
    r->repeats = 2;                                 /* in which of them is unknown */
    r->trained_ns *= 2;
    a = ib_time_account_of(r, 1000);
    assert_true(ib_epoch_ratio(&a, &shorter) == 1);
}

static void an_interrupted_training_is_not_in_the_mean(void **state)
{
    (void)state;
    struct ib_pass_result *r = request(1000);
    r->repeats = 5;
    r->trained_ns = 4 * MS + 300 * MS;
    r->longest_ns = 300 * MS;
    assert_true(ib_time_account_of(r, 1000).mean_ns == MS);
    r->longest_ns = 0; /* of an older worker, which does not tell */
    assert_true(ib_time_account_of(r, 1000).mean_ns == 304 * MS / 5.0);
    r->repeats = 1;
    r->longest_ns = r->trained_ns;
    assert_true(ib_time_account_of(r, 1000).mean_ns == 304 * MS);
}

static void what_a_program_ran_it_did_not_wait(void **state)
{
    (void)state;
    struct ib_pass_result *r = request(1000);
    r->external = true;
    r->waited_ns = 2 * MS; /* twice as long as the training took: the parent waited, too */
    assert_true(fabs(ib_time_account_of(r, 1000).trained_ns - MS / 100.0) < 1);
    r->thread_cpu_ns = MS / 4;
    assert_true(fabs(ib_time_account_of(r, 1000).trained_ns - MS / 4.0) < 1);
    r->thread_cpu_ns = 3 * MS; /* of a clock that lags: no longer than it took */
    assert_true(fabs(ib_time_account_of(r, 1000).trained_ns - MS) < 1);
}

/* ---- lengths ---- */

static void a_long_training_needs_no_other(void **state)
{
    (void)state;
    const struct ib_time_account a = plain(2000), less = plain(1999);
    assert_true(ib_longer_epochs(&a, &a) == 0);
    assert_int_equal(ib_longer_epochs(&less, &less), 3998);
}

static void a_step_is_of_limited_length(void **state)
{
    (void)state;
    const struct ib_time_account a = plain(10), b = plain(80), c = plain(1500);
    assert_int_equal(ib_longer_epochs(&a, &a), 80);
    assert_int_equal(ib_longer_epochs(&a, &b), 640);
    assert_int_equal(ib_longer_epochs(&a, &c), 3000);
}

static void work_at_the_start_is_no_measure_of_an_epoch(void **state)
{
    (void)state;
    struct ib_time_account first = plain(100), last = plain(200);
    first.trained_ns = 1.5 * MS;
    last.trained_ns = 1.5 * MS + 100 * 10; /* 10 ns an epoch */
    assert_int_equal(ib_longer_epochs(&first, &last), 200 * IB_LENGTH_STEP);
    last.trained_ns = 1.4 * MS; /* noise */
    assert_int_equal(ib_longer_epochs(&first, &last), 200 * IB_LENGTH_STEP);
    last.trained_ns = 1.6 * MS; /* 1 us an epoch: 800 more for 0.8 ms */
    assert_int_equal(ib_longer_epochs(&first, &last), 1000);
}

static void a_longer_training_must_end_in_time(void **state)
{
    (void)state;
    struct ib_time_account last = plain(60);
    assert_true(last.wall_ns == 60000);
    last.wall_ns = 1400.0 * MS; /* nearly all of it waiting for a CPU */
    assert_int_equal(ib_epochs_within(&last, 480, 20000.0 * MS), 480);
    assert_int_equal(ib_epochs_within(&last, 3840, 20000.0 * MS), 857);
    assert_int_equal(ib_epochs_within(&last, 480, 2000.0 * MS), 0); /* 85: no longer training */
}

static void time_before_is_covered(void **state)
{
    (void)state;
    struct ib_pass_result *r = request(10000);
    r->outside.opened_ns = 30 * MS;
    r->outside.warmup_ns = 20 * MS; /* of which 10 for as many epochs */
    r->outside.warmup_epochs = 10000;
    struct ib_time_account a = ib_time_account_of(r, 10000);
    assert_true(a.before_ns == 40.0 * MS);
    assert_int_equal(ib_longer_epochs(&a, &a), 24000); /* half of it, and a little more */
    r->outside.opened_ns = 10000ull * MS;
    a = ib_time_account_of(r, 10000);
    const struct ib_time_account enough = plain(250000);
    assert_true(ib_longer_epochs(&a, &enough) == 0); /* never longer than a quarter of a second */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_readback_is_not_work),
        cmocka_unit_test(faster_than_idle_is_no_time),
        cmocka_unit_test(every_part_counts),
        cmocka_unit_test(a_long_training_has_more_noise),
        cmocka_unit_test(growth_names_its_part),
        cmocka_unit_test(what_is_slow_may_vary),
        cmocka_unit_test(programs_have_files_to_write),
        cmocka_unit_test(an_epoch_takes_the_same_time),
        cmocka_unit_test(waiting_for_a_cpu_is_not_held_against_it),
        cmocka_unit_test(an_interrupted_training_is_not_in_the_mean),
        cmocka_unit_test(what_a_program_ran_it_did_not_wait),
        cmocka_unit_test(a_long_training_needs_no_other),
        cmocka_unit_test(a_step_is_of_limited_length),
        cmocka_unit_test(work_at_the_start_is_no_measure_of_an_epoch),
        cmocka_unit_test(a_longer_training_must_end_in_time),
        cmocka_unit_test(time_before_is_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
