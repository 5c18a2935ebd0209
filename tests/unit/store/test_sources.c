#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "store/database.h"
#include "store/load_run.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct ib_source_record made[] = {
    {IB_SOURCE_CONFIGURATION, NULL, "b.yaml", "aa11", NULL, "2026-01-31T10:00:00Z", "main", IB_NO},
    {IB_SOURCE_PLUGIN, "cpu_fused", "mine.so", "bb22", "status took too long", "2026-01-30T10:00:00Z", NULL,
     IB_UNKNOWN},
    {IB_SOURCE_PROGRAM, "hanging", "/opt/x.py", NULL, "git: not a git repository", NULL, NULL, IB_UNKNOWN},
};
enum { MADE = sizeof made / sizeof *made };

static void expect_made(const struct ib_run_record *run)
{
    assert_int_equal(run->n_sources, MADE);
    for (size_t i = 0; i < MADE; i++) {
        const struct ib_source_record *s = &run->sources[i], *m = &made[i];
        const char *const pairs[][2] = {{s->impl, m->impl},     {s->path, m->path},
                                        {s->commit, m->commit}, {s->reason, m->reason},
                                        {s->branch, m->branch}, {s->committed, m->committed}};
        assert_int_equal(s->kind, m->kind);
        assert_int_equal(s->dirty, m->dirty);
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
            assert_true(pairs[k][0] && pairs[k][1] ? strcmp(pairs[k][0], pairs[k][1]) == 0
                                                   : pairs[k][0] == pairs[k][1]);
    }
}

static void what_a_run_was_made_of_comes_back(void **state)
{
    (void)state;
    struct ib_run_record run;
    struct ib_store *store = sample_run_open("kept");
    assert_int_equal(ib_store_put_sources(store, made, 1), IB_OK);
    assert_int_equal(ib_store_put_sources(store, made, MADE), IB_OK);
    expect_made(ib_store_record(store));
    assert_int_equal(ib_store_finish(store), IB_OK);
    ib_store_close(store);
    assert_int_equal(ib_load_run("kept", &run), IB_OK);
    expect_made(&run);
    ib_run_record_free(&run);
}

static void a_run_from_before_sources_has_none(void **state)
{
    (void)state;
    struct ib_run_record run;
    struct ib_store *store;
    sqlite3 *db;
    sample_run_create_single("older");
    assert_int_equal(ib_db_open("older/run.sqlite", SQLITE_OPEN_READWRITE, &db), IB_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE sources", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ib_load_run("older", &run), IB_OK);
    assert_int_equal(run.n_sources, 0);
    ib_run_record_free(&run);
    assert_int_equal(ib_store_open("older", NULL, &store), IB_OK);
    assert_int_equal(ib_store_put_sources(store, made, MADE), IB_OK);
    ib_store_close(store);
}

static void code_is_that_of_the_implementation_else_of_the_configuration(void **state)
{
    (void)state;
    struct ib_case_record c = {.axis = {[IB_AXIS_IMPL] = "cpu_fused"}};
    assert_ptr_equal(ib_case_source(made, MADE, &c), &made[1]);
    c.axis[IB_AXIS_IMPL] = "hanging"; /* whose commit is unknown */
    assert_ptr_equal(ib_case_source(made, MADE, &c), &made[0]);
    c.axis[IB_AXIS_IMPL] = "cpu_naive";
    assert_ptr_equal(ib_case_source(made, MADE, &c), &made[0]);
    assert_null(ib_case_source(NULL, 0, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_run_was_made_of_comes_back),
        cmocka_unit_test(a_run_from_before_sources_has_none),
        cmocka_unit_test(code_is_that_of_the_implementation_else_of_the_configuration),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
