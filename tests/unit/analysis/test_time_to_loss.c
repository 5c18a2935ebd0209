#include "analysis/chart_tables.h"
#include "analysis/derived.h"
#include "fixtures/made_record.h"
#include "fixtures/member.h"
#include "report/record_json.h"
#include "report/render.h"
#include "report/time_to_loss_section.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run;

static int finish(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return 0;
}

/* A case whose losses of epochs 1, 11, 21, … are these. */
static struct ib_case_record *add(const char *label, double time_ns, const double *losses, size_t n)
{
    struct ib_case_record *c = made_case(&run, label, IB_HOST, 100, time_ns, 1);
    c->curve = (struct ib_curve){.n = n,
                                 .epoch = ib_arena_alloc(&arena, n * sizeof *c->curve.epoch),
                                 .loss = ib_arena_alloc(&arena, n * sizeof *c->curve.loss)};
    for (size_t i = 0; i < n; i++) {
        c->curve.epoch[i] = 1 + 10 * i;
        c->curve.loss[i] = losses[i];
    }
    return c;
}

/* From 11 to 1, which makes the losses asked for 2, 1.1 and 1.01. */
static const double falling[] = {11, 5, 2, 1.05, 1.005, 1};
enum { FALLING = sizeof falling / sizeof *falling };

static struct ib_derived derive(void)
{
    struct ib_derived derived;
    ib_derive(&arena, &run, &derived);
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
    assert_int_equal(derived.n_loss_groups, 1);
    const struct ib_loss_group *race = &derived.loss_groups[0];
    assert_string_equal(race->reference->name, "slow"); /* the first one */
    assert_near(race->targets.loss[0], 2);
    assert_near(race->targets.loss[1], 1.1);
    assert_near(race->targets.loss[2], 1.01);
    assert_int_equal(race->n, 2);
    assert_string_equal(race->entries[0].record->name, "fast");
    static const double epochs[IB_LOSS_TARGET_COUNT] = {21, 31, 41};
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++) {
        assert_near(race->entries[0].at[t].epoch, epochs[t]);
        assert_near(race->entries[0].at[t].seconds, epochs[t] * 1e-3);
        assert_near(race->entries[0].at[t].low, epochs[t] * 0.9e-3);
        assert_near(race->entries[1].at[t].high, epochs[t] * 2.2e-3);
    }
}

static void what_never_gets_there_comes_last(void **state)
{
    (void)state;
    static const double stuck[] = {11, 1.5, NAN, 1.5, 1.5, 1.5};
    add("stuck", 1e3, stuck, FALLING);
    add("slow", 9e6, falling, FALLING);
    run.cases[0].check.verdict = IB_WRONG; /* so that it is not the reference */
    const struct ib_derived derived = derive();
    const struct ib_loss_group *race = derived.loss_groups;
    assert_string_equal(race->entries[1].record->name, "stuck");
    assert_near(race->entries[1].at[0].epoch, 11);
    assert_true(isnan(race->entries[1].at[1].epoch) && isnan(race->entries[1].at[1].seconds));
}

static void unranked_ones_stand_below(void **state)
{
    (void)state;
    add("slow", 9e6, falling, FALLING);
    add("simulated", 1e3, falling, FALLING)->ranked = false;
    struct ib_case_record *wrong = add("wrong", 1e3, falling, FALLING);
    wrong->ranked = false;
    wrong->check.verdict = IB_WRONG;
    const struct ib_derived derived = derive();
    const struct ib_loss_group *race = derived.loss_groups;
    assert_int_equal(race->n_ranked, 1);
    assert_int_equal(race->n, 3);
    assert_string_equal(race->entries[0].record->name, "slow");
}

static void without_a_verified_descent_there_is_no_race(void **state)
{
    (void)state;
    static const double rising[] = {1, 2, 3, NAN};
    add("rising", 1e6, rising, 4);
    add("wrong", 1e6, falling, FALLING)->check.verdict = IB_WRONG;
    add("other", 1e6, falling, FALLING)->algorithm = "lbfgs";
    assert_int_equal(derive().n_loss_groups, 0);
}

/* Another algorithm, which says of itself that it comes to the losses asked for in 0.75, 1 and 1.25 s. */
static struct ib_case_record *add_other(const char *label)
{
    struct ib_case_record *other = add(label, 1e6, falling, FALLING);
    double *seconds = ib_arena_alloc(&arena, FALLING * sizeof *seconds);
    for (int i = 0; i < FALLING; i++)
        seconds[i] = 0.25 * (i + 1);
    other->seconds = seconds;
    other->algorithm = "lbfgs";
    other->check.verdict = IB_UNVERIFIED;
    other->ranked = false;
    return other;
}

/* Its next stop: `epochs` is 0 where there is none, median_ns NaN where it is not known. */
static void add_stop(struct ib_case_record *c, double loss, uint64_t epochs, size_t rounds, double median_ns,
                     const char *reason)
{
    if (c->n_stops == 0) {
        c->stops = ib_arena_alloc(&arena, IB_LOSS_TARGET_COUNT * sizeof *c->stops);
        c->stop_summaries = ib_arena_alloc(&arena, IB_LOSS_TARGET_COUNT * sizeof *c->stop_summaries);
    }
    struct ib_stop_record *stop = &c->stops[c->n_stops];
    *stop = (struct ib_stop_record){.target = c->n_stops + 1, .loss = loss, .epochs = epochs};
    c->stop_summaries[c->n_stops++] = (struct ib_stop_summary){.stop = stop,
                                                               .rounds = rounds,
                                                               .median_ns = median_ns,
                                                               .low_ns = 0.5 * median_ns,
                                                               .high_ns = 2 * median_ns,
                                                               .reason = reason};
}

/* The record's values for a case and a loss. */
static const json_t *time_to(const json_t *record, size_t at, size_t loss)
{
    return json_array_get(member(json_array_get(member(record, "cases"), at), "time_to"), loss);
}

static void another_algorithm_was_stopped_there(void **state)
{
    (void)state;
    add("usual", 1e6, falling, FALLING);
    const double *asked = derive().loss_groups[0].targets.loss;
    struct ib_case_record *other = add_other("other");
    add_stop(other, asked[0], 7, 8, 3e9, NULL);
    add_stop(other, asked[1], 0, 0, NAN, "stuck");
    add_stop(other, asked[2], 9, 8, NAN, "in 5 of 8 rounds: chance");
    const struct ib_derived derived = derive();
    const struct ib_loss_entry *entry = &derived.loss_groups[0].entries[1];
    const struct ib_time_to *at = entry->at;
    assert_near(at[0].epoch, 7);
    assert_near(at[0].seconds, 3);
    assert_near(at[0].low, 1.5);
    assert_near(at[0].high, 6);
    assert_near(at[0].at, 21); /* its own curve's point */
    assert_true(isnan(at[1].epoch) && isnan(at[1].seconds) && isnan(at[1].at));
    assert_string_equal(at[1].reason, "stuck");
    assert_true(isnan(at[2].epoch) && isnan(at[2].seconds)); /* in most rounds it was not */
    for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
        assert_int_equal(at[t].by, IB_BY_STOPS);
    json_t *record = ib_record_to_json(&run, true);
    assert_string_equal(member_text(time_to(record, 1, 0), "by"), "stops");
    assert_string_equal(member_text(time_to(record, 1, 1), "reason"), "stuck");
    json_decref(record);
}

/* Unfinished: it is known where it stops, and not yet how long that takes. */
static void without_rounds_a_stop_has_no_time(void **state)
{
    (void)state;
    add("usual", 1e6, falling, FALLING);
    const double *asked = derive().loss_groups[0].targets.loss;
    add_stop(add_other("other"), asked[0], 7, 0, NAN, NULL);
    const struct ib_derived derived = derive();
    const struct ib_time_to *at = derived.loss_groups[0].entries[1].at;
    assert_near(at[0].epoch, 7);
    assert_true(isnan(at[0].seconds));
}

/* An old run, or one whose reference went wrong later: other losses were asked for. */
static void without_stops_it_is_taken_at_its_word(void **state)
{
    (void)state;
    add("usual", 1e6, falling, FALLING);
    add_stop(add_other("other"), 4, 7, 8, 3e9, NULL);
    add_other("older");
    const struct ib_derived derived = derive();
    for (int i = 1; i < 3; i++) {
        const struct ib_time_to *at = derived.loss_groups[0].entries[i].at;
        assert_near(at[0].seconds, 0.75);
        assert_near(at[2].seconds, 1.25);
        assert_true(isnan(at[2].low) && isnan(at[2].high));
        assert_int_equal(at[0].by, IB_BY_ITSELF);
    }
}

static void is_exported_with_the_curve(void **state)
{
    (void)state;
    static const double stuck[] = {11, 11};
    add("usual", 1e6, falling, FALLING);
    add("stuck", 1e6, stuck, 2);
    add_stop(add_other("other"), derive().loss_groups[0].targets.loss[0], 0, 0, NAN, "why");
    made_case(&run, "never_ran", IB_HOST, 100, 1e6, 1);
    json_t *record = ib_record_to_json(&run, true);
    const json_t *cases = member(record, "cases"), *usual = json_array_get(cases, 0),
                 *end = time_to(record, 0, 2), *missed = time_to(record, 1, 0);
    assert_int_equal(json_array_size(member(member(usual, "curve"), "loss")), FALLING);
    assert_near(json_number_value(json_array_get(member(member(usual, "curve"), "loss"), 1)), falling[1]);
    assert_near(member_number(end, "share"), 0.999);
    assert_near(member_number(end, "loss"), 1.01);
    assert_near(member_number(end, "seconds"), 41e-3);
    assert_near(member_number(end, "low"), 0.9 * 41e-3);
    assert_string_equal(member_text(end, "by"), "epochs");
    assert_true(json_is_null(member(missed, "epoch")) && json_is_null(member(missed, "seconds")));
    assert_int_equal(json_array_size(member(json_array_get(cases, 3), "time_to")), 0);
    assert_int_equal(json_array_size(member(json_array_get(cases, 2), "time_to")), IB_LOSS_TARGET_COUNT);
    assert_string_equal(member_text(time_to(record, 2, 0), "reason"), "why");
    json_decref(record);
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
    assert_int_equal(ib_chart_tables(db, &run, &derived), IB_OK);
    assert_int_equal(ib_db_prepare(db, "SELECT group_concat(epoch) FROM times_to", &query), IB_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(query, 0), "21,31,41,11");
    sqlite3_finalize(query);
    sqlite3_close(db);
}

/* What the report says of the only race. */
static void assert_told(const char *const *said, const char *unsaid)
{
    struct ib_doc doc = {.arena = &arena};
    char *text;
    size_t bytes;
    const struct ib_derived derived = derive();
    ib_time_to_section(&doc, NULL);
    assert_int_equal(doc.n, 0);
    ib_time_to_section(&doc, &derived.loss_groups[0]);
    FILE *out = open_memstream(&text, &bytes);
    ib_render_text(out, &doc, IB_COLOUR_NEVER);
    fclose(out);
    for (size_t i = 0; said[i]; i++)
        if (!strstr(text, said[i]))
            fail_msg("\"%s\" is missing in:\n%s", said[i], text);
    if (strstr(text, unsaid))
        fail_msg("\"%s\" is said in:\n%s", unsaid, text);
    free(text);
}

static void is_told(void **state)
{
    (void)state;
    static const double stuck[] = {11, 11};
    static const char *const said[] = {"from 11 to 1 (", "99.9 %: 1.01", "41.0 ms [36.9, 45.1]",
                                       "not reached", NULL};
    add("usual", 1e6, falling, FALLING);
    add("stuck", 1e6, stuck, 2);
    assert_told(said, "nother algorithm");
}

static void another_algorithm_is_told(void **state)
{
    (void)state;
    static const char *const said[] = {"trained until the parameters", "3.00 s [1.50, 6.00]",
                                       "other, 99 %: stuck.",          "as the other algorithm reports",
                                       "750 ms (self-reported)",       NULL};
    add("usual", 1e6, falling, FALLING);
    const double *asked = derive().loss_groups[0].targets.loss;
    struct ib_case_record *other = add_other("other");
    add_stop(other, asked[0], 7, 8, 3e9, NULL);
    add_stop(other, asked[1], 0, 0, NAN, "stuck");
    add_stop(other, asked[2], 0, 0, NAN, "stuck");
    add_other("older");
    assert_told(said, "99.9 %: stuck"); /* once is enough */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seconds_are_epochs_times_the_time_of_one, NULL, finish),
        cmocka_unit_test_setup_teardown(what_never_gets_there_comes_last, NULL, finish),
        cmocka_unit_test_setup_teardown(unranked_ones_stand_below, NULL, finish),
        cmocka_unit_test_setup_teardown(without_a_verified_descent_there_is_no_race, NULL, finish),
        cmocka_unit_test_setup_teardown(another_algorithm_was_stopped_there, NULL, finish),
        cmocka_unit_test_setup_teardown(without_rounds_a_stop_has_no_time, NULL, finish),
        cmocka_unit_test_setup_teardown(without_stops_it_is_taken_at_its_word, NULL, finish),
        cmocka_unit_test_setup_teardown(is_exported_with_the_curve, NULL, finish),
        cmocka_unit_test_setup_teardown(charts_get_the_epochs_that_reach_a_loss, NULL, finish),
        cmocka_unit_test_setup_teardown(is_told, NULL, finish),
        cmocka_unit_test_setup_teardown(another_algorithm_is_told, NULL, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
