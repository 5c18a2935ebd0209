#include "analysis/derived.h"
#include "analysis/member.h"
#include "analysis/tables.h"
#include "made_record.h"
#include "report/time_to.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static json_t *record, *cases;

static int start(void **state)
{
    (void)state;
    cases = json_array();
    record = json_pack("{s:o}", "cases", cases);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(record);
    ib_arena_free(&arena);
    return 0;
}

/* A case whose losses of epochs 1, 11, 21, … are these; NaN is stored as null. */
static json_t *add(const char *label, double time_ns, const double *losses, int n)
{
    json_t *c = made_case(label, "host", 100, time_ns, 1), *epoch = json_array(), *loss = json_array();
    for (int i = 0; i < n; i++) {
        json_array_append_new(epoch, json_integer(1 + 10 * i));
        json_array_append_new(loss, ib_json_number(losses[i]));
    }
    made_set(c, "curve.epoch", epoch);
    made_set(c, "curve.loss", loss);
    json_array_append_new(cases, c);
    return c;
}

/* From 11 to 1, which makes the losses asked for 2, 1.1 and 1.01. */
static const double falling[] = {11, 5, 2, 1.05, 1.005, 1};
enum { FALLING = sizeof falling / sizeof *falling };

static struct ib_derived derive(void)
{
    struct ib_derived derived;
    ib_derive(&arena, record, &derived);
    return derived;
}

static void assert_near(double is, double expected)
{
    if (!(fabs(is - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.17g is not %.17g", is, expected);
}

static void seconds_are_epochs_times_the_time_of_one(void **state)
{
    (void)state;
    add("slow", 2e6, falling, FALLING);
    add("fast", 1e6, falling, FALLING);
    struct ib_derived derived = derive();
    assert_int_equal(derived.n_races, 1);
    const struct ib_race *race = &derived.races[0];
    assert_string_equal(ib_member_text(race->reference, "name"), "slow"); /* the first one */
    assert_near(race->loss[0], 2);
    assert_near(race->loss[1], 1.1);
    assert_near(race->loss[2], 1.01);
    assert_int_equal(race->n, 2);
    assert_string_equal(ib_member_text(race->racers[0].record, "name"), "fast");
    static const double epochs[IB_TARGET_COUNT] = {21, 31, 41};
    for (int t = 0; t < IB_TARGET_COUNT; t++) {
        assert_near(race->racers[0].at[t].epoch, epochs[t]);
        assert_near(race->racers[0].at[t].seconds, epochs[t] * 1e-3);
        assert_near(race->racers[0].at[t].low, epochs[t] * 0.9e-3);
        assert_near(race->racers[1].at[t].high, epochs[t] * 2.2e-3);
    }
}

static void what_never_gets_there_comes_last(void **state)
{
    (void)state;
    static const double stuck[] = {11, 1.5, NAN, 1.5, 1.5, 1.5};
    add("stuck", 1e3, stuck, FALLING);
    add("slow", 9e6, falling, FALLING);
    made_set(json_array_get(cases, 0), "verify.verdict", json_string("wrong")); /* so it is no reference */
    made_set(json_array_get(cases, 0), "ranked", json_true());
    const struct ib_derived derived = derive();
    const struct ib_race *race = derived.races;
    assert_string_equal(ib_member_text(race->racers[1].record, "name"), "stuck");
    assert_near(race->racers[1].at[0].epoch, 11);
    assert_true(isnan(race->racers[1].at[1].epoch) && isnan(race->racers[1].at[1].seconds));
}

static void unranked_ones_stand_below(void **state)
{
    (void)state;
    add("slow", 9e6, falling, FALLING);
    made_set(add("simulated", 1e3, falling, FALLING), "ranked", json_false());
    json_t *wrong = add("wrong", 1e3, falling, FALLING);
    made_set(wrong, "ranked", json_false());
    made_set(wrong, "verify.verdict", json_string("wrong"));
    const struct ib_derived derived = derive();
    const struct ib_race *race = derived.races;
    assert_int_equal(race->n_ranked, 1);
    assert_int_equal(race->n, 3);
    assert_string_equal(ib_member_text(race->racers[0].record, "name"), "slow");
}

static void without_a_verified_descent_there_is_no_race(void **state)
{
    (void)state;
    static const double rising[] = {1, 2, 3, NAN};
    add("rising", 1e6, rising, 4);
    made_set(add("wrong", 1e6, falling, FALLING), "verify.verdict", json_string("wrong"));
    made_set(add("other", 1e6, falling, FALLING), "algorithm", json_string("lbfgs"));
    assert_int_equal(derive().n_races, 0);
}

static void another_algorithm_is_taken_by_its_own_seconds(void **state)
{
    (void)state;
    add("usual", 1e6, falling, FALLING);
    json_t *other = add("other", 1e6, falling, FALLING), *seconds = json_array();
    for (int i = 0; i < FALLING; i++)
        json_array_append_new(seconds, json_real(0.25 * (i + 1)));
    made_set(other, "curve.seconds", seconds);
    made_set(other, "algorithm", json_string("lbfgs"));
    made_set(other, "verify.verdict", json_string("unverified"));
    made_set(other, "ranked", json_false());
    const struct ib_derived derived = derive();
    const struct ib_racer *racer = &derived.races[0].racers[1];
    assert_near(racer->at[0].seconds, 0.75);
    assert_near(racer->at[2].seconds, 1.25);
    assert_true(isnan(racer->at[2].low) && isnan(racer->at[2].high));
}

static void is_exported_in_place_of_the_curve(void **state)
{
    (void)state;
    static const double stuck[] = {11, 11};
    add("usual", 1e6, falling, FALLING);
    add("stuck", 1e6, stuck, 2);
    json_t *never = made_case("never_ran", "host", 100, 1e6, 1);
    json_array_append_new(cases, never);
    ib_derived_export(record);
    const json_t *usual = json_array_get(cases, 0), *end = json_array_get(ib_member(usual, "time_to"), 2);
    assert_null(ib_member(usual, "curve"));
    assert_near(ib_member_number(end, "share"), 0.999);
    assert_near(ib_member_number(end, "loss"), 1.01);
    assert_near(ib_member_number(end, "seconds"), 41e-3);
    assert_near(ib_member_number(end, "low"), 0.9 * 41e-3);
    const json_t *missed = json_array_get(ib_member(json_array_get(cases, 1), "time_to"), 0);
    assert_true(json_is_null(ib_member(missed, "epoch")) && json_is_null(ib_member(missed, "seconds")));
    assert_int_equal(json_array_size(ib_member(never, "time_to")), 0);
}

static void charts_get_the_epochs_that_reach_a_loss(void **state)
{
    (void)state;
    static const double stuck[] = {11, 1.5};
    sqlite3 *db;
    sqlite3_stmt *query;
    add("usual", 1e6, falling, FALLING);
    add("stuck", 1e6, stuck, 2);
    const struct ib_derived derived = derive();
    assert_int_equal(ib_db_open(":memory:", SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(ib_derived_tables(db, &derived), IB_OK);
    assert_int_equal(ib_db_prepare(db, "SELECT group_concat(epoch) FROM times_to", &query), IB_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(query, 0), "21,31,41,11");
    sqlite3_finalize(query);
    sqlite3_close(db);
}

static void is_told(void **state)
{
    (void)state;
    struct ib_blocks blocks = {.arena = &arena};
    static const double stuck[] = {11, 11};
    char *text;
    size_t bytes;
    add("usual", 1e6, falling, FALLING);
    add("stuck", 1e6, stuck, 2);
    const struct ib_derived derived = derive();
    ib_time_to_section(&blocks, NULL);
    assert_int_equal(blocks.n, 0);
    ib_time_to_section(&blocks, &derived.races[0]);
    FILE *out = open_memstream(&text, &bytes);
    ib_blocks_plain(&(struct ib_plain){.out = out, .arena = &arena}, &blocks);
    fclose(out);
    static const char *const said[] = {"from 11 to 1 (", "99.9 %: 1.01", "41.0 ms [36.9, 45.1]",
                                       "not reached"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(text, said[i]))
            fail_msg("\"%s\" is missing in:\n%s", said[i], text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seconds_are_epochs_times_the_time_of_one, start, stop),
        cmocka_unit_test_setup_teardown(what_never_gets_there_comes_last, start, stop),
        cmocka_unit_test_setup_teardown(unranked_ones_stand_below, start, stop),
        cmocka_unit_test_setup_teardown(without_a_verified_descent_there_is_no_race, start, stop),
        cmocka_unit_test_setup_teardown(another_algorithm_is_taken_by_its_own_seconds, start, stop),
        cmocka_unit_test_setup_teardown(is_exported_in_place_of_the_curve, start, stop),
        cmocka_unit_test_setup_teardown(charts_get_the_epochs_that_reach_a_loss, start, stop),
        cmocka_unit_test_setup_teardown(is_told, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
