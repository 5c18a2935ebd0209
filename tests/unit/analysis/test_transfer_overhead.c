#include "analysis/chart_tables.h"
#include "analysis/derived.h"
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

static struct ib_case_record *add(const char *label, enum ib_residency residency, uint64_t rows,
                                  double time_ns)
{
    return made_case(&run, label, residency, rows, time_ns, 1);
}

static struct ib_derived derive(void)
{
    struct ib_derived derived;
    ib_derive(&arena, &run, &derived);
    return derived;
}

static void pairs_both_residencies_of_a_problem(void **state)
{
    (void)state;
    add("cpu", IB_HOST, 100, 500);
    add("b", IB_RESIDENT, 100, 1000); /* in either order */
    add("a", IB_PER_OP, 100, 6000);
    add("a", IB_RESIDENT, 100, 2000);
    add("b", IB_PER_OP, 100, 7000);
    add("a", IB_PER_OP, 200, 9000); /* has no other */
    struct ib_derived derived = derive();
    assert_int_equal(derived.n_overheads, 2);
    const struct ib_transfer_overhead *a = &derived.overheads[0], *b = &derived.overheads[1];
    assert_string_equal(a->copying->name, "a per_op");
    assert_string_equal(a->resident->name, "a resident");
    assert_true(fabs(a->ratio.median - 3) < 1e-9 && fabs(a->ratio.low - 3) < 1e-9);
    assert_true(fabs(b->ratio.median - 7) < 1e-9);
    assert_int_equal(a->ratio.n, MADE_ROUNDS);
}

static void only_right_cases_count(void **state)
{
    (void)state;
    add("a", IB_RESIDENT, 100, 1000);
    struct ib_case_record *c = add("a", IB_PER_OP, 100, 3000);
    assert_int_equal(derive().n_overheads, 1);
    c->check.verdict = IB_WRONG;
    assert_int_equal(derive().n_overheads, 0);
    c->check.verdict = IB_RIGHT;
    c->status = IB_CASE_TIMEOUT;
    assert_int_equal(derive().n_overheads, 0);
    c->status = IB_CASE_OK;
    c->as_expected = IB_NO;
    assert_int_equal(derive().n_overheads, 0);
}

static void simulated_ones_are_marked(void **state)
{
    (void)state;
    add("a", IB_RESIDENT, 100, 1000);
    add("a", IB_PER_OP, 100, 3000)->simulated = true;
    assert_true(derive().overheads[0].simulated);
}

static void is_exported(void **state)
{
    (void)state;
    add("a", IB_RESIDENT, 100, 1000);
    made_breakdown(add("a", IB_PER_OP, 100, 3000), 1500, 500, 800, 200);
    json_t *record = ib_record_to_json(&run, true);
    const json_t *overhead = json_array_get(member(record, "transfer_overhead"), 0);
    assert_string_equal(member_text(overhead, "problem"), "linreg f32 made_100");
    assert_string_equal(member_text(overhead, "per_op.case"), "linreg-made_100-a-per_op-0123abcd");
    assert_true(fabs(member_number(overhead, "ratio.median") - 3) < 1e-9);
    assert_true(member_number(overhead, "per_op.breakdown_ns.transfer") == 1500);
    assert_true(json_is_null(member(overhead, "resident.breakdown_ns")));
    assert_int_equal(json_array_size(member(record, "crossover")), 0);
    json_decref(record);
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
    for (uint64_t rows = 100; rows <= 10000; rows *= 100) {
        add("cpu", IB_HOST, rows, 10 * (double)rows);
        add("a", IB_RESIDENT, rows, rows == 100 ? 2000 : 50000);
        made_breakdown(add("a", IB_PER_OP, rows, 3e5), 1500, 500, 800, 200);
    }
    struct ib_derived derived = derive();
    assert_int_equal(ib_db_open(":memory:", SQLITE_OPEN_READONLY, &db), IB_OK);
    assert_int_equal(ib_chart_tables(db, &run, &derived), IB_OK);
    assert_true(ask(db, "SELECT count(*) FROM copy_costs") == 4);
    assert_true(ask(db, "SELECT sum(transfer_ns) FROM copy_costs") == 3000);
    assert_true(isnan(ask(db, "SELECT transfer_ns FROM copy_costs WHERE residency = 'resident'")));
    assert_true(fabs(ask(db, "SELECT ratio FROM copy_costs WHERE pair = 1 LIMIT 1") - 6) < 1e-9);
    assert_true(ask(db, "SELECT count(*) FROM crossover_lines") == 4);
    assert_true(ask(db, "SELECT at FROM crossover_lines WHERE name = 'a resident'") ==
                derived.crossovers[0].rows);
    assert_true(isinf(ask(db, "SELECT at FROM crossover_lines WHERE name = 'a per_op'")));
    sqlite3_close(db);
}

static void charts_get_names_ranks_and_whole_processes(void **state)
{
    (void)state;
    sqlite3 *db;
    add("cpu", IB_HOST, 100, 1000);
    add("fakedev", IB_PER_OP, 100, 1000)->ranked = false;
    add("a", IB_RESIDENT, 100, 2000)->process = &(struct ib_process_summary){
        .n = 4, .median_ns = 70, .residual_ns = 30, .parts_ns = {[IB_PROCESS_TRAIN] = 40}};
    struct ib_derived derived = derive();
    assert_int_equal(ib_db_open(":memory:", SQLITE_OPEN_READONLY, &db), IB_OK);
    assert_int_equal(ib_chart_tables(db, &run, &derived), IB_OK);
    assert_true(ask(db, "SELECT case_number FROM names WHERE who = 'fakedev per_op' AND series = who"
                        " AND problem = 'linreg f32 made_100' AND training = 'linreg made_100'") == 2);
    assert_true(ask(db, "SELECT count(*) FROM ranked") == 2);
    assert_true(ask(db, "SELECT count(*) FROM ranked WHERE case_number = 2") == 0);
    assert_true(ask(db, "SELECT count(*) FROM whole_medians") == 1);
    assert_true(ask(db, "SELECT case_number FROM whole_medians WHERE n = 4 AND wall_ns = 70"
                        " AND residual_ns = 30 AND train_ns = 40 AND load_ns IS NULL") == 3);
    sqlite3_close(db);
}

static void copies_take_time(void **state)
{
    (void)state;
    struct ib_case_record resident = {.epochs = 10, .epoch_ns.median = 1000}, copying = resident;
    struct ib_paired_ratio ratio = {1.05, 1, 1.1, 10}; /* up to 100 ns longer: 20,000 bytes at 200 GB/s */
    copying.train_transfers.h2d_bytes = 190000;
    assert_true(ib_copies_took_time(&copying, &resident, &ratio));
    copying.train_transfers.d2h_bytes = 20000;
    assert_false(ib_copies_took_time(&copying, &resident, &ratio));
    resident.train_transfers.d2h_bytes = 20000; /* which both make */
    assert_true(ib_copies_took_time(&copying, &resident, &ratio));
    copying.train_transfers.h2d_bytes = IB_NO_COUNT;
    assert_true(ib_copies_took_time(&copying, &resident, &ratio));
    copying.train_transfers.h2d_bytes = 1 << 30;
    ratio.high = NAN; /* too few rounds */
    assert_true(ib_copies_took_time(&copying, &resident, &ratio));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(copies_take_time),
        TEST(pairs_both_residencies_of_a_problem),
        TEST(only_right_cases_count),
        TEST(simulated_ones_are_marked),
        TEST(is_exported),
        TEST(charts_get_the_same_numbers),
        TEST(charts_get_names_ranks_and_whole_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
