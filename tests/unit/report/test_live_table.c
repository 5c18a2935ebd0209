#include "report/live_table.h"

#include "core/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { N = 6 };

static struct ib_case cases[N] = {{.id = "linreg-wine-lr0.1-e1000-f64-cpu_naive-00000001"},
                                  {.id = "linreg-wine-lr0.1-e1000-f64-cpu_blas-00000002"},
                                  {.id = "mlp-wine-h6-xavier-lr0.1-e1000-f32-cpu_naive-00000003"},
                                  {.id = "mlp-wine-h6-xavier-lr0.1-e1000-f32-cpu_blas-00000004"},
                                  {.id = "mlp-wine-h6-xavier-lr0.1-e1000-f64-cpu_naive-00000005"},
                                  {.id = "mlp-wine-h6-xavier-lr0.1-e1000-f64-cpu_blas-00000006"}};

static struct ib_live_table open_table(void)
{
    struct ib_live_table table;
    for (size_t i = 0; i < N; i++)
        cases[i].model = ib_model_find(i < 2 ? "linreg" : "mlp");
    ib_live_table_open(&(struct ib_matrix){.cases = cases, .n = N}, 20, &table);
    return table;
}

static void note(struct ib_live_table *table, size_t i, uint64_t rounds, double half_interval, bool precise)
{
    ib_live_table_note(table, &(struct ib_run_progress){.c = &cases[i],
                                                        .rounds = rounds,
                                                        .epoch_ns = 12345,
                                                        .half_interval = half_interval,
                                                        .precise = precise});
}

static size_t longest(const char *text)
{
    size_t most = 0, n = 0;
    for (; *text; text++) {
        n = *text == '\n' ? 0 : n + (((unsigned char)*text & 0xc0) != 0x80);
        most = n > most ? n : most;
    }
    return most;
}

static int lines(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void names_are_what_differs_within_a_model(void **state)
{
    (void)state;
    struct ib_live_table table = open_table();
    assert_string_equal(table.rows[0].name, "linreg-cpu_naive");
    assert_string_equal(table.rows[2].name, "mlp-f32-cpu_naive");
    assert_string_equal(table.rows[5].name, "mlp-f64-cpu_blas");
    ib_live_table_close(&table);
    ib_live_table_open(&(struct ib_matrix){.cases = cases, .n = 2}, 20, &table);
    assert_string_equal(table.rows[1].name, "cpu_blas");
    ib_live_table_close(&table);
    ib_live_table_open(&(struct ib_matrix){.cases = cases, .n = 1}, 20, &table);
    assert_string_equal(table.rows[0].name, cases[0].id);
    ib_live_table_close(&table);
}

static void every_line_fits_at_every_size(void **state)
{
    (void)state;
    struct ib_live_table table = open_table();
    struct ib_arena arena = {0};
    note(&table, 3, 20, 0.5, false);
    note(&table, 2, 20, 12, false);
    for (int width = 40; width <= 200; width++)
        for (int height = 5; height <= 40; height++) {
            const char *text = ib_live_table_text(
                &arena, &table, "round 12; 123456 of 1234567 passes, 100 min 30 s left", width, height);
            assert_in_range(longest(text), 20, width - 1);
            assert_in_range(lines(text), 4, height - 1);
        }
    ib_arena_free(&arena);
    ib_live_table_close(&table);
}

static void a_row_says_what_is_known(void **state)
{
    (void)state;
    struct ib_live_table table = open_table();
    struct ib_arena arena = {0};
    note(&table, 0, 12, 0.0123, true);
    note(&table, 1, 5, NAN, false);
    const char *text = ib_live_table_text(&arena, &table, "round 5", 60, 24);
    assert_int_equal(lines(text), 2 + N);
    assert_non_null(strstr(text, "  linreg-cpu_naive              12 done   12.3 µs    ±1.2 %\n"));
    assert_non_null(strstr(text, "> linreg-cpu_blas                  5/20   12.3 µs         –\n"));
    assert_non_null(strstr(text, "  mlp-f64-cpu_blas                 0/20         –         –\n"));
    ib_live_table_note(&table, &(struct ib_run_progress){
                                   .c = &cases[2], .rounds = 3, .epoch_ns = NAN, .half_interval = NAN});
    ib_live_table_note(&table, &(struct ib_run_progress){
                                   .c = &cases[3], .failed = true, .epoch_ns = NAN, .half_interval = NAN});
    text = ib_live_table_text(&arena, &table, "round 5", 60, 24);
    assert_non_null(strstr(text, "3/20         – disturbed\n"));
    assert_non_null(strstr(text, "failed         –         –\n"));
    ib_arena_free(&arena);
    ib_live_table_close(&table);
}

static void the_least_known_have_room_first(void **state)
{
    (void)state;
    struct ib_live_table table = open_table();
    struct ib_arena arena = {0};
    const double half[N] = {0.01, 0.02, 0.3, 0.04, 0.5, 0.06};
    for (size_t i = 0; i < N; i++)
        note(&table, i, 10, half[i], half[i] < 0.015);
    const char *text = ib_live_table_text(&arena, &table, "round 10", 80, 7); /* room for three */
    assert_null(strstr(text, "linreg"));
    const char *const first = strstr(text, "mlp-f32-cpu_naive"), *second = strstr(text, "mlp-f64-cpu_naive"),
                      *current = strstr(text, "> mlp-f64-cpu_blas");
    assert_true(first && second && current && first < second && second < current);
    assert_non_null(strstr(text, "and 3 more cases\n"));
    ib_arena_free(&arena);
    ib_live_table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_what_differs_within_a_model),
        cmocka_unit_test(every_line_fits_at_every_size),
        cmocka_unit_test(a_row_says_what_is_known),
        cmocka_unit_test(the_least_known_have_room_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
