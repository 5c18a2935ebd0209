#include "analysis/crossover.h"
#include "fixtures/made_record.h"
#include "fixtures/member.h"
#include "report/record_json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return 0;
}

static struct ib_case_record *add(const char *label, enum ib_residency residency, int rows, double time_ns,
                                  double spread)
{
    return made_case(&run, label, residency, (uint64_t)rows, time_ns, spread);
}

/* A host that takes 10 ns a row, at 1000, 10,000 and 100,000 rows, and a device with these ratios to it. */
static const int sizes[] = {1000, 10000, 100000};
static void add_sweep(const double ratios[3], double spread)
{
    for (int i = 0; i < 3; i++) {
        add("slow_cpu", IB_HOST, sizes[i], 1000 * sizes[i], 1);
        add("cpu", IB_HOST, sizes[i], 10 * sizes[i], 1);
        add("device", IB_RESIDENT, sizes[i], ratios[i] * 10 * sizes[i], spread);
    }
}

static struct ib_crossover only_line(void)
{
    struct ib_crossover *lines;
    assert_int_equal(ib_crossovers(&arena, &run, &lines), 1);
    return lines[0];
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value / expected - 1) < 1e-9))
        fail_msg("%.17g is not %.17g", value, expected);
}

static void is_straight_in_the_logarithms(void **state)
{
    (void)state;
    add_sweep((double[]){8, 2, 0.5}, 1);
    struct ib_crossover line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_FROM);
    assert_int_equal(line.n, 3);
    assert_string_equal(line.title, "linreg f32");
    assert_string_equal(line.sizes[0].host->label, "cpu");
    assert_near(line.rows, sqrt(10000.0 * 100000.0)); /* from twice to half the time: half way */
    assert_near(line.rows_ns, 10 * line.rows);
    assert_near(line.low, line.rows); /* no noise of its own */
    assert_near(line.high, line.rows);
    assert_int_equal(line.n_crossings, 1);
}

static void bounds_cross_where_they_cross(void **state)
{
    (void)state;
    add_sweep((double[]){8, 2, 0.5}, 1.21); /* ratios of 8 … 9.68, 2 … 2.42, 0.5 … 0.605; medians between */
    struct ib_crossover line = only_line();
    const double decade = log(10);
    assert_near(line.rows, exp(log(1e4) + decade * log(2 * 1.1) / log(4))); /* the median is of the logs */
    assert_near(line.low, exp(log(1e4) + decade * log(2) / log(4)));
    assert_near(line.high, exp(log(1e4) + decade * log(2 * 1.21) / log(4)));
}

static void a_bound_may_cross_beyond_what_was_measured(void **state)
{
    (void)state;
    add_sweep((double[]){1.1, 0.95, 0.9}, 1.3);
    struct ib_crossover line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_NEVER); /* medians 1.25, 1.08, 1.03 */
    assert_true(isinf(line.rows) && isinf(line.high));
    assert_true(line.low > 1000 && line.low < 10000); /* though the lower bound does cross */
    assert_true(isnan(line.rows_ns));
}

static void it_need_not_cross(void **state)
{
    (void)state;
    add_sweep((double[]){0.9, 0.5, 0.1}, 1);
    struct ib_crossover line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_ALWAYS);
    assert_true(line.rows == 0 && line.low == 0 && line.high == 0);
    run.n = 0;
    add_sweep((double[]){9, 5, 1.1}, 1);
    line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_NEVER);
    assert_true(isinf(line.rows) && isinf(line.low) && isinf(line.high));
    assert_int_equal(line.n_crossings, 0);
}

static void the_last_crossing_counts(void **state)
{
    (void)state;
    add_sweep((double[]){0.5, 2, 0.5}, 1);
    struct ib_crossover line = only_line();
    assert_int_equal(line.n_crossings, 2);
    assert_int_equal(line.kind, IB_CROSSOVER_FROM);
    assert_near(line.rows, sqrt(10000.0 * 100000.0));
}

static void the_host_may_overtake(void **state)
{
    (void)state;
    add_sweep((double[]){0.25, 0.5, 2}, 1.21);
    struct ib_crossover line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_UNTIL);
    assert_true(line.low < line.rows && line.rows < line.high);
    const double decade = log(10);
    assert_near(line.low, exp(log(1e4) + decade * log(1 / (0.5 * 1.21)) / log(4))); /* the slowest device */
    assert_near(line.high, exp(log(1e4) + decade * log(2) / log(4)));
    run.n = 0;
    add_sweep((double[]){0.25, 0.5, 1}, 1); /* equal is not faster */
    line = only_line();
    assert_int_equal(line.kind, IB_CROSSOVER_UNTIL);
    assert_near(line.rows, 100000);
}

static void a_size_with_few_rounds_is_left_out(void **state)
{
    (void)state;
    add_sweep((double[]){8, 2, 0.5}, 1);
    run.cases[2].n_rounds = 5; /* the smallest, on the device */
    struct ib_crossover line = only_line();
    assert_int_equal(line.n, 2);
    assert_near(line.rows, sqrt(10000.0 * 100000.0));
}

static void only_what_may_be_ranked_takes_part(void **state)
{
    (void)state;
    add_sweep((double[]){8, 2, 0.5}, 1);
    for (int i = 0; i < 3; i++) {
        add("fakedev", IB_RESIDENT, sizes[i], 1, 1)->ranked = false;
        add("wrong_cpu", IB_HOST, sizes[i], 1, 1)->check.verdict = IB_WRONG;
    }
    struct ib_crossover line = only_line();
    assert_string_equal(line.sizes[1].host->label, "cpu");
}

static void other_problems_are_other_lines(void **state)
{
    (void)state;
    struct ib_crossover *lines;
    add_sweep((double[]){8, 2, 0.5}, 1);
    for (int i = 0; i < 3; i++) {
        add("device", IB_PER_OP, sizes[i], 90 * sizes[i], 1);
        add("device", IB_RESIDENT, 10 * sizes[i] + 1, 1, 1)->cols = 64; /* no host */
    }
    struct ib_case_record *brief = add("device", IB_RESIDENT, 500, 7e4, 1);
    brief->axis[IB_AXIS_EPOCHS] = "10";
    brief->epochs = 10;
    add("cpu", IB_HOST, 500, 5e3, 1);
    add("cpu", IB_HOST, 700, 5e3, 1); /* no device */
    assert_int_equal(ib_crossovers(&arena, &run, &lines), 2);
    assert_int_equal(lines[0].n, 4); /* fewer epochs are the same problem */
    assert_true(lines[0].sizes[0].rows == 500 && lines[0].sizes[3].rows == 100000);
    assert_int_equal(lines[1].kind, IB_CROSSOVER_NEVER);
}

static void one_size_is_no_sweep(void **state)
{
    (void)state;
    struct ib_crossover *lines;
    add("cpu", IB_HOST, 1000, 5e3, 1);
    add("device", IB_RESIDENT, 1000, 7e4, 1);
    assert_int_equal(ib_crossovers(&arena, &run, &lines), 0);
}

static void is_told_in_json(void **state)
{
    (void)state;
    add_sweep((double[]){8, 2, 0.5}, 1.21);
    struct ib_crossover line = only_line();
    json_t *record = ib_record_to_json(&run, true), *first = json_array_get(member(record, "crossover"), 0);
    assert_string_equal(member_text(first, "kind"), "from");
    assert_string_equal(member_text(first, "at.where"), "between");
    assert_near(member_number(first, "at.rows"), line.rows);
    assert_near(member_number(first, "high.rows"), line.high);
    assert_int_equal(json_array_size(member(first, "sizes")), 3);
    json_decref(record);
    run.n = 0;
    add_sweep((double[]){9, 5, 1.1}, 1);
    record = ib_record_to_json(&run, true);
    first = json_array_get(member(record, "crossover"), 0);
    assert_string_equal(member_text(first, "at.where"), "beyond");
    assert_true(json_is_null(member(first, "at.rows")));
    json_decref(record);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(is_straight_in_the_logarithms),
        TEST(bounds_cross_where_they_cross),
        TEST(a_bound_may_cross_beyond_what_was_measured),
        TEST(it_need_not_cross),
        TEST(the_last_crossing_counts),
        TEST(the_host_may_overtake),
        TEST(a_size_with_few_rounds_is_left_out),
        TEST(only_what_may_be_ranked_takes_part),
        TEST(other_problems_are_other_lines),
        TEST(one_size_is_no_sweep),
        TEST(is_told_in_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
