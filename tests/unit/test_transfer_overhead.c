#include "analysis/chart_tables.h"
#include "analysis/derived.h"
#include "analysis/member.h"
#include "made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
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

static json_t *add(const char *label, const char *residency, int rows, double time_ns)
{
    json_t *c = made_case(label, residency, rows, time_ns, 1);
    json_array_append_new(cases, c);
    return c;
}

static struct ib_derived derive(void)
{
    struct ib_derived derived;
    ib_derive(&arena, record, &derived);
    return derived;
}

static void pairs_both_residencies_of_a_problem(void **state)
{
    (void)state;
    add("cpu", "host", 100, 500);
    add("b", "resident", 100, 1000); /* in either order */
    add("a", "per_op", 100, 6000);
    add("a", "resident", 100, 2000);
    add("b", "per_op", 100, 7000);
    add("a", "per_op", 200, 9000); /* has no other */
    struct ib_derived derived = derive();
    assert_int_equal(derived.n_overheads, 2);
    const struct ib_transfer_overhead *a = &derived.overheads[0], *b = &derived.overheads[1];
    assert_string_equal(ib_member_text(a->copying, "name"), "a per_op");
    assert_string_equal(ib_member_text(a->resident, "name"), "a resident");
    assert_true(fabs(a->ratio.median - 3) < 1e-9 && fabs(a->ratio.low - 3) < 1e-9);
    assert_true(fabs(b->ratio.median - 7) < 1e-9);
    assert_int_equal(a->ratio.n, MADE_ROUNDS);
}

static void only_right_cases_count(void **state)
{
    (void)state;
    static const struct {
        const char *member, *value;
    } faults[] = {{"verify.verdict", "wrong"}, {"status", "timeout"}};
    for (size_t i = 0; i < 2; i++) {
        add("a", "resident", 100, 1000);
        made_set(add("a", "per_op", 100, 3000), faults[i].member, json_string(faults[i].value));
        assert_int_equal(derive().n_overheads, 0);
        json_array_clear(cases);
    }
    add("a", "resident", 100, 1000);
    json_t *unlawful = add("a", "per_op", 100, 3000);
    assert_int_equal(derive().n_overheads, 1);
    made_set(unlawful, "transfers.as_expected", json_false());
    assert_int_equal(derive().n_overheads, 0);
}

static void simulated_ones_are_marked(void **state)
{
    (void)state;
    add("a", "resident", 100, 1000);
    made_set(add("a", "per_op", 100, 3000), "simulated", json_true());
    assert_true(derive().overheads[0].simulated);
}

static void is_exported(void **state)
{
    (void)state;
    add("a", "resident", 100, 1000);
    made_set(add("a", "per_op", 100, 3000), "time.breakdown_ns", made_split(1500, 500, 800, 200));
    ib_derived_export(record);
    const json_t *overhead = json_array_get(json_object_get(record, "transfer_overhead"), 0);
    assert_string_equal(ib_member_text(overhead, "problem"), "linreg f32 made_100");
    assert_string_equal(ib_member_text(overhead, "per_op.case"), "linreg-made_100-a-per_op-0123abcd");
    assert_true(fabs(ib_member_number(overhead, "ratio.median") - 3) < 1e-9);
    assert_true(ib_member_number(overhead, "per_op.breakdown_ns.transfer") == 1500);
    assert_true(json_is_null(ib_member(overhead, "resident.breakdown_ns")));
    assert_int_equal(json_array_size(json_object_get(record, "crossover")), 0);
}

/* The number that a query gives. */
static double ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *query;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    double value = sqlite3_column_type(query, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(query, 0);
    sqlite3_finalize(query);
    return value;
}

static void charts_get_the_same_numbers(void **state)
{
    (void)state;
    sqlite3 *db;
    for (int rows = 100; rows <= 10000; rows *= 100) {
        add("cpu", "host", rows, 10 * rows);
        add("a", "resident", rows, rows == 100 ? 2000 : 50000);
        made_set(add("a", "per_op", rows, 3e5), "time.breakdown_ns", made_split(1500, 500, 800, 200));
    }
    struct ib_derived derived = derive();
    assert_int_equal(ib_db_open(":memory:", SQLITE_OPEN_READONLY, &db), IB_OK);
    assert_int_equal(ib_chart_tables(db, &derived), IB_OK);
    assert_true(ask(db, "SELECT count(*) FROM copy_costs") == 4);
    assert_true(ask(db, "SELECT sum(transfer_ns) FROM copy_costs") == 3000);
    assert_true(isnan(ask(db, "SELECT transfer_ns FROM copy_costs WHERE residency = 'resident'")));
    assert_true(fabs(ask(db, "SELECT ratio FROM copy_costs WHERE case_id LIKE '%10000%'") - 6) < 1e-9);
    assert_true(ask(db, "SELECT count(*) FROM crossover_lines") == 4);
    assert_true(ask(db, "SELECT at FROM crossover_lines WHERE name = 'a resident'") ==
                derived.crossovers[0].rows);
    assert_true(isinf(ask(db, "SELECT at FROM crossover_lines WHERE name = 'a per_op'")));
    sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(pairs_both_residencies_of_a_problem), TEST(only_right_cases_count),
        TEST(simulated_ones_are_marked),           TEST(is_exported),
        TEST(charts_get_the_same_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
