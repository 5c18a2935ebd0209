#include "report/report.h"
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static json_t *record; /* whose texts a summary shows */

/* A case of an mlp on a data set, with one seed of several; `verdict` "ok" gives it a time and an error. */
static void add_case(json_t *cases, const char *name, int seed, double time_ns, double rmse,
                     const char *verdict)
{
    const char *problem = ib_arena_print(&arena, "mlp 6 relu seed=%d f64 made", seed);
    json_t *c =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:b, s:s, s:{s:s}}", "model", "mlp",
                  "dataset", "made", "task", "regression", "problem", problem, "name", name, "label", name,
                  "residency", "host", "seed", seed, "status", "ok", "ranked", strcmp(verdict, "ok") == 0,
                  "convergence", seed == 2 ? "improving" : "converged", "verify", "verdict", verdict);
    json_object_set_new(c, "time", json_pack("{s:{s:f}}", "epoch_ns", "median", time_ns));
    json_object_set_new(c, "metrics", json_pack("{s:f}", "rmse", rmse));
    json_array_append_new(cases, c);
}

static const struct ib_summary_section *summarise(json_t *cases)
{
    static struct ib_summary summary;
    json_decref(record);
    record = json_pack("{s:{s:s, s:s, s:s, s:{}}, s:o}", "run", "name", "test", "started",
                       "2026-01-01T00:00:00Z", "finished", "2026-01-01T00:00:01Z", "machine", "cases", cases);
    ib_summary_build(&arena, record, &summary);
    assert_int_equal(summary.n, 1);
    return &summary.sections[0];
}

static void assert_row(const struct ib_seed_group_row *row,
                       const char *const (*cells)[IB_SEED_GROUP_COLUMN_COUNT])
{
    for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++)
        assert_string_equal(row->cells[i], (*cells)[i]);
}

static void seeds_become_one_row(void **state)
{
    (void)state;
    json_t *cases = json_array();
    for (int seed = 1; seed <= 3; seed++) {
        add_case(cases, "quick", seed, 1000.0 * seed, 5 + seed, "ok");
        add_case(cases, "slow", seed, seed == 3 ? 10 : 9000, 6, seed == 1 ? "wrong" : "ok");
    }
    const struct ib_summary_section *section = summarise(cases);
    assert_int_equal(section->n, 3);
    assert_int_equal(section->n_seed_groups, 1);
    const struct ib_seed_group *seed_group = &section->seed_groups[0];
    assert_string_equal(seed_group->title, "mlp 6 relu f64 made");
    assert_int_equal(seed_group->n_seeds, 3);
    assert_string_equal(seed_group->leaders, "quick with 2 of 3 seeds; slow with 1 of 3 seeds");
    assert_int_equal(seed_group->n, 2);
    static const char *const quick[IB_SEED_GROUP_COLUMN_COUNT] = {
        "quick", "2.00 µs", "1.00 µs to 3.00 µs", "7", "6 to 8", "2 converged, 1 improving", "ok"};
    /* The wrong one's numbers do not count. */
    static const char *const slow[IB_SEED_GROUP_COLUMN_COUNT] = {
        "slow", "4.50 µs", "10.0 ns to 9.00 µs", "6", "6", "1 improving, 1 converged", "1 wrong, 2 ok"};
    assert_row(&seed_group->rows[0], &quick);
    assert_row(&seed_group->rows[1], &slow);
}

static void the_terminal_shows_the_family_alone(void **state)
{
    (void)state;
    json_t *cases = json_array();
    char *text;
    size_t bytes;
    for (int seed = 1; seed <= 3; seed++)
        add_case(cases, "quick", seed, 1000.0 * seed, 5 + seed, "ok");
    summarise(cases);
    FILE *out = open_memstream(&text, &bytes);
    ib_table_print(out, record, IB_COLOUR_NEVER);
    fclose(out);
    assert_non_null(strstr(text, "mlp 6 relu f64 made, 3 seeds\n"));
    assert_non_null(strstr(text, " 2.00 µs  1.00 µs to 3.00 µs "));
    assert_non_null(strstr(text, "fastest: quick with 3 of 3 seeds."));
    assert_null(strstr(text, "seed=1"));
    free(text);
}

static void one_seed_is_no_family(void **state)
{
    (void)state;
    json_t *cases = json_array();
    add_case(cases, "quick", 1, 1000, 5, "ok");
    const struct ib_summary_section *section = summarise(cases);
    assert_int_equal(section->n_seed_groups, 0);
    assert_null(section->groups[0].seed_group);
}

static int free_arena(void **state)
{
    (void)state;
    json_decref(record);
    ib_arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(seeds_become_one_row),
                                       cmocka_unit_test(the_terminal_shows_the_family_alone),
                                       cmocka_unit_test(one_seed_is_no_family)};
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
