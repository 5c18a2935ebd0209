#include "fixtures/made_record.h"
#include "report/report.h"
#include "report/seed_groups.h"
#include "report/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run; /* whose texts a summary shows */

/* A case of an mlp on a data set, with one seed of several; only a right one is ranked. */
static void add_case(const char *name, int seed, double time_ns, double rmse, enum ib_verdict verdict)
{
    struct ib_case_record *c = made_case(&run, name, IB_HOST, 100, time_ns, 1);
    c->axis[IB_AXIS_MODEL] = "mlp";
    c->axis[IB_AXIS_SEED] = ib_arena_print(&arena, "%d", seed);
    c->problem = ib_arena_print(&arena, "mlp 6 relu seed=%d f64 made", seed);
    c->check.convergence = seed == 2 ? IB_IMPROVING : IB_CONVERGED;
    c->check.verdict = verdict;
    c->ranked = verdict == IB_RIGHT;
    c->metrics[IB_METRIC_rmse] = rmse;
}

static const struct ib_summary_section *summarise(void)
{
    static struct ib_summary summary;
    ib_summary_build(&arena, &run, &summary);
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
    for (int seed = 1; seed <= 3; seed++) {
        add_case("quick", seed, 1000.0 * seed, 5 + seed, IB_RIGHT);
        add_case("slow", seed, seed == 3 ? 10 : 9000, 6, seed == 1 ? IB_WRONG : IB_RIGHT);
    }
    const struct ib_summary_section *section = summarise();
    assert_int_equal(section->n, 3);
    assert_int_equal(section->n_seed_groups, 1);
    const struct ib_seed_group *seed_group = &section->seed_groups[0];
    assert_string_equal(seed_group->title, "mlp 6 relu f64 made");
    assert_int_equal(seed_group->n_seeds, 3);
    assert_string_equal(seed_group->answer, "quick is fastest with 2 of 3 seeds; slow is fastest with 1");
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
    char *text;
    size_t bytes;
    for (int seed = 1; seed <= 3; seed++)
        add_case("quick", seed, 1000.0 * seed, 5 + seed, IB_RIGHT);
    FILE *out = open_memstream(&text, &bytes);
    ib_table_print(out, &run, IB_COLOUR_NEVER);
    fclose(out);
    assert_non_null(strstr(text, "mlp 6 relu f64 made, 3 seeds\n"));
    assert_non_null(strstr(text, " 2.00 µs  1.00 µs to 3.00 µs "));
    assert_non_null(strstr(text, "quick is fastest with each of 3 seeds."));
    assert_null(strstr(text, "seed=1"));
    free(text);
}

static void seeds_without_a_time_are_one_problem(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++)
        add_case("quick", seed, 1000, 5, IB_WRONG);
    const struct ib_summary_section *section = summarise();
    assert_string_equal(section->seed_groups[0].answer, "no verified time with any of 3 seeds");
    assert_int_equal(ib_section_problems(section), 1);
}

static void one_seed_is_no_family(void **state)
{
    (void)state;
    add_case("quick", 1, 1000, 5, IB_RIGHT);
    const struct ib_summary_section *section = summarise();
    assert_int_equal(section->n_seed_groups, 0);
    assert_null(section->groups[0].seed_group);
    assert_int_equal(ib_section_problems(section), 1);
}

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {TEST(seeds_become_one_row), TEST(the_terminal_shows_the_family_alone),
                                       TEST(seeds_without_a_time_are_one_problem),
                                       TEST(one_seed_is_no_family)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
