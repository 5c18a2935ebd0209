#include "fixtures/made_record.h"
#include "report/overview.h"
#include "report/render.h"
#include "report/summary.h"
#include "report/sweep_section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run;
static struct ib_summary summary;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    run = (struct ib_run_record){0};
    ib_arena_free(&arena);
    return 0;
}

/* A verified mlp whose loss falls from 1 to 0.5 at epoch 10; a rate of 9 diverges. */
static void add(const char *lr, const char *hidden, const char *seed, double time_ns, double rmse)
{
    static uint64_t epochs[] = {1, 10};
    static double losses[] = {1, 0.5};
    struct ib_case_record *c = made_case(&run, "cpu", IB_HOST, 100, time_ns, 1);
    const bool diverges = strcmp(lr, "9") == 0;
    c->axis[IB_AXIS_MODEL] = "mlp";
    c->axis[IB_AXIS_DATASET] = "made";
    c->axis[IB_AXIS_LR] = lr;
    c->axis[IB_AXIS_HIDDEN] = hidden;
    c->axis[IB_AXIS_SEED] = seed;
    c->problem = ib_arena_print(&arena, "mlp %s lr=%s seed=%s f32 made", hidden, lr, seed);
    c->check.convergence = diverges ? IB_DIVERGED : IB_CONVERGED;
    c->metrics[IB_METRIC_rmse] = rmse;
    c->curve = (struct ib_curve){2, epochs, losses};
    c->ranked = !diverges;
}

static const char *as_markdown(const struct ib_doc *doc)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_render_markdown(out, doc);
    fclose(out);
    const char *copy = ib_arena_copy(&arena, text);
    free(text);
    return copy;
}

/* The answers, then the maps, in Markdown. */
static const char *rendered(void)
{
    struct ib_doc doc = {.arena = &arena};
    ib_summary_build(&arena, &run, &summary);
    ib_sweep_section(&doc, &summary);
    for (size_t s = 0; s < summary.n; s++)
        ib_sweep_maps(&doc, &summary, &summary.sections[s]);
    return as_markdown(&doc);
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is missing in:\n%s", words, text);
}

static void the_best_settings_are_named(void **state)
{
    (void)state;
    add("0.1", "6", "1", 1000, 5);
    add("0.1", "6,6", "1", 2000, 4);
    add("0.3", "6", "1", 500, 7);
    add("9", "6", "1", 500, 1e30);
    const char *text = rendered();
    assert_says(text, "mlp f32 made: **lr=0.1 hidden=6x6** is best on the test rows: RMSE 4.");
    assert_says(text, "**lr=0.3 hidden=6** reaches a loss of 0.505 first: cpu after 5.00 µs.");
    assert_says(text, "| cpu | 4 | lr=0.1 hidden=6x6 | 5.00 µs | lr=0.3 hidden=6 | 1 of 4 |");
    assert_string_equal(summary.counts, "4 cases: 4 ok (1 diverged)");
}

static void two_axes_are_a_map_and_a_third_its_panels(void **state)
{
    (void)state;
    static const char *const rates[] = {"0.1", "0.3", "9"}, *const layers[] = {"6", "6,6"},
                             *const seeds[] = {"1", "2"};
    for (int seed = 0; seed < 2; seed++)
        for (int layer = 0; layer < 2; layer++)
            for (int rate = 0; rate < 3; rate++)
                add(rates[rate], layers[layer], seeds[seed], 1000 * (1 + layer),
                    10 + 100 * seed + 10 * layer + rate);
    const char *text = rendered();
    assert_says(text, "seed=1\n\n| hidden ↓ lr → | 0.1 | 0.3 | 9 |\n|---|---:|---:|---:|\n"
                      "| 6 | **10** | 11 | div. |\n| 6x6 | 20 | 21 | div. |\n");
    assert_says(text, "seed=2\n\n| hidden ↓ lr → | 0.1 | 0.3 | 9 |\n|---|---:|---:|---:|\n| 6 | 110 |");
    /* Over the seeds, the median. */
    assert_says(text, "µs until a loss of 0.505");
    assert_says(text, "| 6 | **10.0** | **10.0** | div. |\n| 6x6 | 20.0 | 20.0 | div. |\n");
}

static void of_many_values_some_are_shown(void **state)
{
    (void)state;
    for (int rate = 1; rate <= 30; rate++)
        add(ib_arena_print(&arena, "0.%02d", rate), "6", "1", 1000, rate);
    const char *text = rendered();
    assert_says(text, "6 of 30 values of lr are shown.");
    assert_says(text, "| lr → | 0.01 | ");
    assert_says(text, " | 0.30 |");
}

static void a_long_axis_runs_down(void **state)
{
    (void)state;
    for (int rate = 1; rate <= 8; rate++) {
        add(ib_arena_print(&arena, "0.%d", rate), "6", "1", 1000, rate);
        add(ib_arena_print(&arena, "0.%d", rate), "16", "1", 1000, rate);
    }
    assert_says(rendered(),
                "| lr ↓ hidden → | 6 | 16 |\n|---|---:|---:|\n| 0.1 | **1** | **1** |\n| 0.2 | 2 | 2 |\n");
}

static void seeds_are_one_setting_of_a_long_sweep(void **state)
{
    (void)state;
    struct ib_doc doc = {.arena = &arena};
    for (int rate = 1; rate <= 25; rate++)
        for (int seed = 1; seed <= 2; seed++)
            add(ib_arena_print(&arena, "0.%02d", rate), "6", seed == 1 ? "1" : "2", 1000, 10);
    add("0.01", "6", "1", 500, 10);
    add("0.01", "6", "2", 500, 10);
    for (size_t i = run.n - 2; i < run.n; i++)
        run.cases[i].name = run.cases[i].label = "other";
    ib_summary_build(&arena, &run, &summary);
    ib_overview(&doc, &summary);
    const char *text = as_markdown(&doc);
    assert_says(text, "cpu: fastest in 24 of 25 settings");
    assert_says(text, "| time over the fastest |");
}

static void without_a_sweep_there_is_nothing(void **state)
{
    (void)state;
    add("0.1", "6", "1", 1000, 5);
    add("0.3", "6", "1", 1000, 5);
    assert_string_equal(rendered(), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(the_best_settings_are_named),           TEST(two_axes_are_a_map_and_a_third_its_panels),
        TEST(of_many_values_some_are_shown),         TEST(a_long_axis_runs_down),
        TEST(seeds_are_one_setting_of_a_long_sweep), TEST(without_a_sweep_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
