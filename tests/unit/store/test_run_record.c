/* Values derived from the measurements of a case. */
#include "fixtures/made_record.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_run_record run;
static struct ib_case_record *c; /* its only case: a device of ten epochs, of which nothing is measured yet */

static int start(void **state)
{
    (void)state;
    c = made_case(&run, "device", IB_RESIDENT, 9, 100, 1);
    c->epochs = 10;
    c->n_rounds = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    return 0;
}

static void derive(void)
{
    ib_run_record_derive(&run);
}

/* Sets a list of the case and its length. */
#define SET(list, n, ...)                                                                                    \
    do {                                                                                                     \
        static const __typeof__(*(list)) values_[] = {__VA_ARGS__};                                          \
        (list) = memcpy(ib_arena_alloc(&run.arena, sizeof values_), values_, sizeof values_);                \
        (n) = sizeof values_ / sizeof *values_;                                                              \
    } while (0)

/* ---- the time of an epoch ---- */

enum { TIMES = 8 };
static const double times[TIMES] = {200, 300, 400, 500, 600, 700, 800, 900};

static void assert_times(const double *expected, size_t n)
{
    double low, high;
    derive();
    ib_median_interval(expected, n, &low, &high);
    assert_int_equal(c->epoch_ns.n, n);
    assert_true(c->epoch_ns.median == ib_median(expected, n));
    assert_true(c->epoch_ns.min == ib_minimum(expected, n));
    assert_true(n < 6 ? isnan(c->epoch_ns.low) && isnan(c->epoch_ns.high)
                      : c->epoch_ns.low == low && c->epoch_ns.high == high);
}

static void the_median_is_that_of_the_rounds(void **state)
{
    (void)state;
    for (size_t n = 1; n <= TIMES; n++) {
        made_rounds(&run.arena, c, times, n, 0);
        assert_times(times, n);
    }
}

static void without_rounds_there_is_no_time(void **state)
{
    (void)state;
    derive();
    assert_int_equal(c->epoch_ns.n, 0);
    assert_true(isnan(c->epoch_ns.median) && isnan(c->epoch_ns.min) && isnan(c->epoch_ns.low) &&
                isnan(c->epoch_ns.high));
    made_rounds(&run.arena, c, (const double[]){NAN}, 1, 0);
    c->rounds[0].status = IB_CASE_FAILED;
    derive();
    assert_int_equal(c->epoch_ns.n, 0);
    assert_true(isnan(c->epoch_ns.median));
}

static void disturbed_rounds_do_not_count(void **state)
{
    (void)state;
    made_rounds(&run.arena, c, times, TIMES, 0x81);
    assert_times(times + 1, TIMES - 2);
    c->rounds[1].disturbed = IB_NO; /* known not to be, as well as not known */
    assert_times(times + 1, TIMES - 2);
}

static void where_few_are_not_disturbed_all_count(void **state)
{
    (void)state;
    made_rounds(&run.arena, c, times, TIMES, 0x7); /* five, too few for an interval */
    assert_times(times, TIMES);
    made_rounds(&run.arena, c, times, 5, 0x3); /* three, but all have no interval either */
    assert_times(times + 2, 3);
    made_rounds(&run.arena, c, times, TIMES, 0xFF);
    assert_times(times, TIMES);
    c->rounds[0].epoch_ns = NAN; /* a round without a time is not an undisturbed one */
    c->rounds[0].disturbed = IB_UNKNOWN;
    assert_times(times + 1, TIMES - 1);
}

static void more_rounds_change_what_follows(void **state)
{
    (void)state;
    made_rounds(&run.arena, c, times, 7, 0);
    assert_times(times, 7);
    const char *name = c->name, *problem = c->problem;
    made_rounds(&run.arena, c, times, TIMES, 0);
    assert_times(times, TIMES);
    assert_ptr_equal(c->name, name);
    assert_ptr_equal(c->problem, problem);
}

static void phases_are_medians_of_the_rounds_that_went_well(void **state)
{
    (void)state;
    made_rounds(&run.arena, c, times, 4, 0);
    c->rounds[0].phases = (struct ib_phases){.load_ns = 5, .setup_ns = 10, .train_ns = 100};
    c->rounds[1].phases = (struct ib_phases){.load_ns = 7, .setup_ns = 30, .train_ns = 300};
    c->rounds[2].phases = (struct ib_phases){.setup_ns = 20, .train_ns = 250, .predict_ns = 4};
    c->rounds[3].phases = (struct ib_phases){.load_ns = 900, .setup_ns = 900, .readback_ns = 900};
    c->rounds[3].status = IB_CASE_FAILED;
    derive();
    assert_true(c->phases_ns[IB_RUN_LOAD] == 6); /* 0 is unknown */
    assert_true(c->phases_ns[IB_RUN_SETUP] == 20);
    assert_true(c->phases_ns[IB_RUN_TRAIN] == 250);
    assert_true(isnan(c->phases_ns[IB_RUN_READBACK]));
    assert_true(c->phases_ns[IB_RUN_PREDICT] == 4);
}

/* ---- copies ---- */

static void assert_totals(struct ib_transfer_totals t, const int64_t expected[6])
{
    const int64_t is[6] = {t.h2d_count, t.h2d_bytes, t.d2h_count, t.d2h_bytes, t.launches, t.syncs};
    for (int i = 0; i < 6; i++)
        assert_int_equal(is[i], expected[i]);
}

static void copies_add_up(void **state)
{
    (void)state;
    static const int64_t unknown[6] = {IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT,
                                       IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT};
    derive();
    assert_totals(c->transfers, unknown);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        assert_totals(ib_case_record_phase(c, (enum ib_phase)phase), unknown);
    SET(c->calls, c->n_calls, {"timed", "setup", 0, 1}, {"timed", "train", 30, 2},
        {"timed", "readback", 0, 0}, {"timed", "predict", 4, 1});
    derive();
    assert_totals(c->transfers, (const int64_t[]){0, 0, 0, 0, 34, 4}); /* a log without copies */
    SET(c->copies, c->n_copies, {"timed", "train", "gemm", "x", {7, 70, 0, 0}},
        {"timed", "train", "axpy", "w", {1, 10, 2, 20}}, {"timed", "predict", "gemm", "x", {1, 5, 1, 3}});
    derive();
    assert_totals(c->transfers, (const int64_t[]){9, 85, 3, 23, 34, 4});
    assert_totals(ib_case_record_phase(c, IB_SETUP), (const int64_t[]){0, 0, 0, 0, 0, 1});
    assert_totals(ib_case_record_phase(c, IB_TRAIN), (const int64_t[]){8, 80, 2, 20, 30, 2});
    assert_totals(c->train_transfers, (const int64_t[]){8, 80, 2, 20, 30, 2});
    assert_totals(ib_case_record_phase(c, IB_READBACK), (const int64_t[]){0, 0, 0, 0, 0, 0});
    assert_totals(ib_case_record_phase(c, IB_PREDICT), (const int64_t[]){1, 5, 1, 3, 4, 1});
}

static void one_pass_that_copied_something_else_is_enough(void **state)
{
    (void)state;
    static const struct {
        enum ib_truth check, rounds[3], expected;
    } known[] = {{IB_UNKNOWN, {IB_UNKNOWN, IB_UNKNOWN, IB_UNKNOWN}, IB_UNKNOWN},
                 {IB_YES, {IB_UNKNOWN, IB_UNKNOWN, IB_UNKNOWN}, IB_YES},
                 {IB_UNKNOWN, {IB_UNKNOWN, IB_YES, IB_UNKNOWN}, IB_YES},
                 {IB_YES, {IB_YES, IB_NO, IB_YES}, IB_NO},
                 {IB_NO, {IB_YES, IB_YES, IB_YES}, IB_NO},
                 {IB_UNKNOWN, {IB_YES, IB_UNKNOWN, IB_NO}, IB_NO}};
    made_rounds(&run.arena, c, times, 3, 0);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        c->check.as_expected = known[i].check;
        for (int r = 0; r < 3; r++)
            c->rounds[r].as_expected = known[i].rounds[r];
        derive();
        assert_int_equal(c->as_expected, known[i].expected);
        assert_int_equal(c->ranked, known[i].expected != IB_NO);
    }
}

static void only_right_and_real_cases_are_ranked(void **state)
{
    (void)state;
    made_rounds(&run.arena, c, times, TIMES, 0);
    derive();
    assert_true(c->ranked && ib_case_record_verified(c) && ib_case_record_counts(c));
    c->check.verdict = IB_WRONG;
    derive();
    assert_false(c->ranked || ib_case_record_verified(c) || ib_case_record_counts(c));
    c->check.verdict = IB_UNVERIFIED;
    derive();
    assert_false(c->ranked || ib_case_record_verified(c));
    c->check.verdict = IB_RIGHT;
    c->status = IB_CASE_TIMEOUT;
    derive();
    assert_false(c->ranked || ib_case_record_verified(c));
    c->status = IB_CASE_OK;
    c->simulated = true;
    derive();
    assert_true(!c->ranked && ib_case_record_counts(c)); /* though its times mean nothing */
    c->simulated = false;
    c->n_rounds = 0;
    derive();
    assert_true(c->ranked && !ib_case_record_counts(c)); /* not timed yet */
}

/* ---- where an epoch goes ---- */

/* Two epochs of profile against a median of 100 ns: transfer 20, computing 30. Resident, one wait of 10 in
 * ten epochs; per_op, waits of 90 - 60 - 2 * 10 in two, and launches, all scaled; resident, the rest is
 * launching. */
static void assert_breakdown(enum ib_residency residency, uint64_t launch_ns, const double *expected)
{
    SET(c->profile.operations, c->profile.n_operations, {"gemm", 2, 0, 90, 60, NAN, NAN, NAN});
    SET(c->profile.copies, c->profile.n_copies, {"gemm", "x", 30, 10});
    SET(c->calls, c->n_calls, {"timed", "setup", 0, 0}, {"timed", "train", 0, 1}, {"timed", "readback", 0, 0},
        {"timed", "predict", 0, 0});
    made_rounds(&run.arena, c, (const double[]){100}, 1, 0);
    c->profile.epochs = 2;
    c->profile.sync_ns = 10;
    c->profile.operations[0].launch_ns = launch_ns;
    c->residency = residency;
    derive();
    for (int part = 0; part < IB_TIME_PART_COUNT; part++)
        if (!(fabs(c->breakdown_ns[part] - expected[part]) < 1e-9))
            fail_msg("%s is %.17g, not %.17g", ib_time_part_names[part], c->breakdown_ns[part],
                     expected[part]);
}

static void the_breakdown_adds_up_to_the_median(void **state)
{
    (void)state;
    /* transfer, sync, compute, launch */
    assert_breakdown(IB_RESIDENT, 8, (const double[]){20, 1, 30, 49});
    assert_breakdown(IB_PER_OP, 90, (const double[]){20, 5, 30, 45});
    /* 20 + 30 + 5 + 145 is twice the median, 20 + 30 + 5 + 7.5 are 5 eighths of it */
    assert_breakdown(IB_PER_OP, 290, (const double[]){10, 2.5, 15, 72.5});
    assert_breakdown(IB_PER_OP, 15, (const double[]){32, 8, 48, 12});
}

static void resident_parts_beyond_the_median_are_scaled(void **state)
{
    (void)state;
    assert_breakdown(IB_RESIDENT, 8, (const double[]){20, 1, 30, 49});
    c->rounds[0].epoch_ns = 25.5; /* half of 20 + 1 + 30 */
    derive();
    assert_true(fabs(c->breakdown_ns[IB_TIME_TRANSFER] - 10) < 1e-9 &&
                fabs(c->breakdown_ns[IB_TIME_SYNC] - 0.5) < 1e-9 &&
                fabs(c->breakdown_ns[IB_TIME_COMPUTE] - 15) < 1e-9 &&
                fabs(c->breakdown_ns[IB_TIME_LAUNCH]) < 1e-9);
}

static void without_a_profile_or_a_time_there_is_no_breakdown(void **state)
{
    (void)state;
    assert_breakdown(IB_RESIDENT, 8, (const double[]){20, 1, 30, 49});
    c->n_rounds = 0;
    derive();
    for (int part = 0; part < IB_TIME_PART_COUNT; part++)
        assert_true(isnan(c->breakdown_ns[part]));
    made_rounds(&run.arena, c, times, TIMES, 0);
    c->profile = (struct ib_profile_record){.reason = "it hung"};
    derive();
    for (int part = 0; part < IB_TIME_PART_COUNT; part++)
        assert_true(isnan(c->breakdown_ns[part]));
}

/* ---- the whole process ---- */

static void assert_near(double is, double expected)
{
    if (!(fabs(is - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.17g is not %.17g", is, expected);
}

static void the_whole_process_has_a_median_run(void **state)
{
    (void)state;
    derive();
    assert_null(c->process);
    SET(c->process_runs, c->n_process_runs,
        {1, 50e6, 7e6, 1e6, {1000000, 0, 2000000, 30000000, 0, 0, 9000000}},
        {2, 44e6, 5e6, 2e6, {1000000, 0, 2000000, 30000000, 1, 2, 8000000}}, {3, 90e6, 9e6, 3e6, {0}});
    derive();
    const struct ib_process_summary *p = c->process;
    assert_int_equal(p->n, 3);
    assert_near(p->wall_median_s, 0.05);
    assert_near(p->wall_min_s, 0.044);
    assert_near(p->wall_max_s, 0.09);
    assert_near(p->wall_mean_s, 184e-3 / 3);
    assert_near(p->wall_deviation_s, ib_deviation((const double[]){0.05, 0.044, 0.09}, 3));
    assert_near(p->user_s, 0.007);
    assert_near(p->system_s, 0.002);
    assert_near(p->median_ns, 50e6);
    assert_near(p->residual_ns, 8e6);
    assert_int_equal(p->parts_ns[IB_PROCESS_LOAD], 0);
    assert_int_equal(p->parts_ns[IB_PROCESS_REST], 9000000);
}

static void of_an_even_number_the_lower_run_counts(void **state)
{
    (void)state;
    SET(c->process_runs, c->n_process_runs, {1, 60, 1, 1, {10}}, {2, 40, 1, 1, {20}}, {3, 90, 1, 1, {30}},
        {4, 20, 1, 1, {5}});
    derive();
    assert_near(c->process->wall_median_s, 50e-9);
    assert_near(c->process->median_ns, 40); /* so that its parts add up */
    assert_int_equal(c->process->parts_ns[IB_PROCESS_STARTUP], 20);
    assert_near(c->process->residual_ns, 20);
    c->process_runs[1].wall_ns = 60; /* of equals the earlier one */
    derive();
    assert_int_equal(c->process->parts_ns[IB_PROCESS_STARTUP], 10);
}

/* ---- another algorithm, stopped at losses ---- */

enum { STOP_ROUNDS = 7 };

/* To the first loss in 10, 20, … ns; to the last one in as many until round `last`, and then never. */
static void set_stops(uint64_t last)
{
    static struct ib_stop_time_record rows[2 * STOP_ROUNDS];
    SET(c->stops, c->n_stops, {1, 2, 5, 3, NULL}, {2, 1, 0, 2, "stuck"}, {3, 0.5, 9, 4, NULL});
    c->stop_times = rows;
    c->n_stop_times = 2 * STOP_ROUNDS;
    for (uint64_t round = 1; round <= STOP_ROUNDS; round++) {
        const double ns = 10.0 * (double)round;
        struct ib_stop_time_record *row = &rows[2 * (round - 1)];
        row[0] = (struct ib_stop_time_record){round, 1, ns, 1.9, NULL};
        row[1] = round <= last ? (struct ib_stop_time_record){round, 3, ns, 0.4, NULL}
                               : (struct ib_stop_time_record){round, 3, NAN, 0.6, "too high"};
    }
    derive();
}

static void stops_have_the_median_of_their_rounds(void **state)
{
    (void)state;
    set_stops(STOP_ROUNDS - 1);
    const struct ib_stop_summary *first = &c->stop_summaries[0], *none = &c->stop_summaries[1],
                                 *last = &c->stop_summaries[2];
    assert_ptr_equal(first->stop, &c->stops[0]);
    assert_int_equal(first->rounds, STOP_ROUNDS);
    assert_int_equal(first->reached, STOP_ROUNDS);
    assert_true(first->median_ns == 40 && first->low_ns == 10 && first->high_ns == 70);
    assert_null(first->reason);
    assert_true(isnan(none->median_ns) && none->rounds == 0);
    assert_string_equal(none->reason, "stuck");
    /* One round that did not get there is longer than all that did. */
    assert_true(last->median_ns == 40 && last->reached == 6);
    assert_true(isnan(last->high_ns) && last->low_ns == 10);
    assert_string_equal(last->reason, "in 1 of 7 rounds: too high");
}

static void without_most_rounds_at_the_loss_there_is_no_median(void **state)
{
    (void)state;
    set_stops(STOP_ROUNDS / 2);
    const struct ib_stop_summary *last = &c->stop_summaries[2];
    assert_true(isnan(last->median_ns));
    assert_int_equal(last->rounds, STOP_ROUNDS);
}

/* ---- questions about a case ---- */

static void the_first_round_that_went_wrong_has_the_last_word(void **state)
{
    (void)state;
    assert_null(ib_case_record_stderr(c));
    c->check.stderr_tail = "checked";
    made_rounds(&run.arena, c, times, 4, 0);
    c->rounds[0].stderr_tail = "a warning";
    assert_string_equal(ib_case_record_stderr(c), "checked");
    c->rounds[1].status = c->rounds[2].status = c->rounds[3].status = IB_CASE_FAILED;
    c->rounds[2].stderr_tail = "second";
    c->rounds[3].stderr_tail = "third";
    assert_string_equal(ib_case_record_stderr(c), "second");
}

static void cases_are_found_by_id_and_axes_are_numbers(void **state)
{
    (void)state;
    const struct ib_case_record *other = made_case(&run, "other", IB_HOST, 9, 100, 1);
    assert_ptr_equal(ib_run_record_find(&run, other->id), other);
    assert_ptr_equal(ib_run_record_find(&run, c->id), c);
    assert_null(ib_run_record_find(&run, "another"));
    assert_true(ib_case_record_number(c, IB_AXIS_LR) == 0.01);
    assert_true(isnan(ib_case_record_number(c, IB_AXIS_SEED)));
}

/* ---- who counts, and memory ---- */

static void a_count_needs_a_tracer(void **state)
{
    (void)state;
    c->check.as_expected = IB_YES;
    derive();
    assert_int_equal(c->counting, IB_UNCOUNTED_COPIES); /* nothing has counted */
    c->tracer = &(struct ib_tracer_record){.source = "driver", .agrees = IB_YES};
    derive();
    assert_int_equal(c->counting, IB_CLAIMED_COPIES);
    c->tracer->source = "OpenCL layer";
    derive();
    assert_int_equal(c->counting, IB_COUNTED_COPIES);
    made_rounds(&run.arena, c, times, 1, 0);
    c->rounds[0].traced = IB_YES;
    derive();
    assert_int_equal(c->counting, IB_COUNTED_COPIES);
    c->rounds[0].traced = IB_NO; /* it could count in the checked pass only */
    derive();
    assert_int_equal(c->counting, IB_UNCOUNTED_COPIES);
    c->rounds[0].traced = IB_UNKNOWN;
    c->tracer->agrees = IB_UNKNOWN; /* it could not count */
    derive();
    assert_int_equal(c->counting, IB_UNCOUNTED_COPIES);
    c->residency = IB_HOST;
    derive();
    assert_int_equal(c->counting, 0);
    c->residency = IB_RESIDENT;
    c->check.as_expected = IB_UNKNOWN; /* no transfer log, as of an external program */
    derive();
    assert_int_equal(c->counting, 0);
}

static void the_peak_is_that_of_any_timed_process(void **state)
{
    (void)state;
    c->check.peak_bytes = 9000; /* of a process that is not timed */
    c->check.device_peak_bytes = 70;
    derive();
    assert_int_equal(c->peak_bytes, 9000);
    SET(c->rounds, c->n_rounds, {.round = 1, .peak_bytes = 300}, {.round = 2, .peak_bytes = 500},
        {.round = 3, .peak_bytes = 400});
    derive();
    assert_int_equal(c->peak_bytes, 500);
    assert_int_equal(c->device_peak_bytes, 70);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_count_needs_a_tracer),
        TEST(the_peak_is_that_of_any_timed_process),
        TEST(the_median_is_that_of_the_rounds),
        TEST(without_rounds_there_is_no_time),
        TEST(disturbed_rounds_do_not_count),
        TEST(where_few_are_not_disturbed_all_count),
        TEST(more_rounds_change_what_follows),
        TEST(phases_are_medians_of_the_rounds_that_went_well),
        TEST(copies_add_up),
        TEST(one_pass_that_copied_something_else_is_enough),
        TEST(only_right_and_real_cases_are_ranked),
        TEST(the_breakdown_adds_up_to_the_median),
        TEST(resident_parts_beyond_the_median_are_scaled),
        TEST(without_a_profile_or_a_time_there_is_no_breakdown),
        TEST(the_whole_process_has_a_median_run),
        TEST(of_an_even_number_the_lower_run_counts),
        TEST(stops_have_the_median_of_their_rounds),
        TEST(without_most_rounds_at_the_loss_there_is_no_median),
        TEST(the_first_round_that_went_wrong_has_the_last_word),
        TEST(cases_are_found_by_id_and_axes_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
