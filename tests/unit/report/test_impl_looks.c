#include "fixtures/made_record.h"
#include "report/chart_series.h"
#include "report/impl_looks.h"

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
    run = (struct ib_run_record){0};
    ib_arena_free(&arena);
    return 0;
}

static void add(const char *label, enum ib_residency residency)
{
    made_case(&run, label, residency, 100, 1000, 1);
}

static const char *colour(const struct ib_looks *looks, const char *label)
{
    const struct ib_named_look *found = ib_look_of(looks, label);
    assert_non_null(found);
    return found->look.colour;
}

static void a_known_one_looks_the_same_in_every_run(void **state)
{
    (void)state;
    add("cpu_blas", IB_HOST);
    const struct ib_look alone = ib_looks_of(&arena, &run).list[0].look;
    add("aaa", IB_HOST);
    add("cpu_naive", IB_HOST);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_string_equal(colour(&looks, "cpu_blas"), alone.colour);
    assert_int_equal(ib_look_of(&looks, "cpu_blas")->look.shape, alone.shape);
}

static void others_take_colours_that_are_left(void **state)
{
    (void)state;
    add("mine", IB_HOST);
    add("yours", IB_HOST);
    add("cpu_naive", IB_HOST);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_string_not_equal(colour(&looks, "mine"), colour(&looks, "cpu_naive"));
    assert_string_not_equal(colour(&looks, "mine"), colour(&looks, "yours"));
    assert_string_not_equal(colour(&looks, "yours"), colour(&looks, "cpu_naive"));
}

static void variants_share_the_colour_and_differ_in_marker_and_dash(void **state)
{
    (void)state;
    add("device", IB_PER_OP);
    add("device", IB_RESIDENT);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_int_equal(looks.n, 2);
    assert_string_equal(looks.list[0].look.colour, looks.list[1].look.colour);
    assert_int_not_equal(looks.list[0].look.shape, looks.list[1].look.shape);
    assert_int_not_equal(looks.list[0].look.dash, looks.list[1].look.dash);
}

static void a_label_has_the_look_of_the_longest_name(void **state)
{
    (void)state;
    add("cpu_blas", IB_HOST);
    add("cpu_blas threads=2", IB_HOST);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_string_equal(ib_look_of(&looks, "cpu_blas threads=2 lr=0.1")->name, "cpu_blas threads=2");
    assert_string_equal(ib_look_of(&looks, "cpu_blas lr=0.1")->name, "cpu_blas");
    assert_null(ib_look_of(&looks, "cpu_blas_2"));
    assert_null(ib_look_mark(&looks, "lr=0.1"));
}

static void series_have_the_look_of_their_implementation(void **state)
{
    (void)state;
    const char *const names[] = {"cpu_naive lr=1", "cpu_blas lr=1", "cpu_blas lr=2"};
    struct ib_chart_series series[3];
    add("cpu_naive", IB_HOST);
    add("cpu_blas", IB_HOST);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_true(ib_series_show_impls(&looks, names, 3));
    assert_string_equal(ib_chart_series(&arena, &looks, names, 3, 40, true, series), "");
    assert_string_equal(series[1].look.colour, colour(&looks, "cpu_blas"));
    assert_string_equal(series[2].look.colour, colour(&looks, "cpu_blas"));
    assert_int_not_equal(series[1].look.shape, series[2].look.shape);
    /* Also in a panel without the other one. */
    assert_string_equal(ib_chart_series(&arena, &looks, names + 1, 2, 40, true, series), "cpu_blas");
    assert_string_equal(series[0].look.colour, colour(&looks, "cpu_blas"));
}

static void series_of_one_implementation_differ_in_colour(void **state)
{
    (void)state;
    const char *const names[] = {"cpu_blas lr=1", "cpu_blas lr=2"};
    struct ib_chart_series series[2];
    add("cpu_blas", IB_HOST);
    const struct ib_looks looks = ib_looks_of(&arena, &run);
    assert_false(ib_series_show_impls(&looks, names, 2));
    assert_string_equal(ib_chart_series(&arena, &looks, names, 2, 40, false, series), "cpu_blas");
    assert_string_equal(series[0].label, "lr=1");
    assert_string_not_equal(series[0].look.colour, series[1].look.colour);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(a_known_one_looks_the_same_in_every_run),
        TEST(others_take_colours_that_are_left),
        TEST(variants_share_the_colour_and_differ_in_marker_and_dash),
        TEST(a_label_has_the_look_of_the_longest_name),
        TEST(series_have_the_look_of_their_implementation),
        TEST(series_of_one_implementation_differ_in_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
