#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "report/report.h"
#include "store/load_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The table of the run in `dir`, to be freed. */
static char *coloured_table_of(const char *dir, enum ib_colour colour)
{
    struct ib_run_record run;
    char *text;
    size_t bytes;
    assert_int_equal(ib_load_run(dir, &run), IB_OK);
    FILE *out = open_memstream(&text, &bytes);
    ib_table_print(out, &run, colour);
    fclose(out);
    ib_run_record_free(&run);
    return text;
}

static char *table_of(const char *dir)
{
    return coloured_table_of(dir, IB_COLOUR_AUTO);
}

static char *table; /* of the sample run */

static int print_sample(void **state)
{
    if (scratch_enter(state) != 0)
        return 1;
    sample_run_create("full");
    sample_run_create_single("single");
    table = table_of("full");
    return 0;
}

static int free_sample(void **state)
{
    free(table);
    return scratch_leave(state);
}

static void assert_says(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("\"%s\" is missing in:\n%s", what, text);
}

/* The first line after `heading` that contains `word`, without its end. */
static const char *line_with(const char *heading, const char *word)
{
    static char line[512];
    const char *at = strstr(table, heading);
    assert_non_null(at);
    at = strstr(at, word);
    assert_non_null(at);
    while (at > table && at[-1] != '\n')
        at--;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void fits_the_page(void **state)
{
    (void)state;
    for (const char *line = table; *line; line += strcspn(line, "\n") + 1) {
        size_t columns = 0;
        for (size_t i = 0; line[i] != '\n'; i++) {
            columns += (line[i] & 0xC0) != 0x80;
            assert_true((unsigned char)line[i] >= ' '); /* no escape sequence of a worker's gets through */
        }
        if (columns > 120)
            fail_msg("%zu columns: %.*s", columns, (int)strcspn(line, "\n"), line);
    }
}

static void faults_stand_first(void **state)
{
    (void)state;
    const char *wrong = strstr(table, "wrong: broken_bias (6 cases): predictions are all zero");
    const char *crashed = strstr(table, "crashed: crashing (6 cases): signal 11");
    const char *absent = strstr(table, "unavailable: cuda_cublas (12 cases): libcuda.so.1 is not there");
    const char *first_table = strstr(table, "implementation ");
    assert_true(wrong && crashed && absent && first_table);
    assert_true(wrong < crashed && crashed < absent && absent < first_table);
}

static void ranks_by_time_and_only_what_is_right(void **state)
{
    (void)state;
    assert_says(line_with("linreg f64 diabetes\n", "cpu_blas threads=2 "), "1.00×");
    assert_says(line_with("linreg f64 diabetes\n", "cpu_fused "), "3.10×");
    const char *const unranked[] = {"fakedev ", "broken_bias ", "hanging ", "crashing ", "cuda_cublas "};
    for (size_t i = 0; i < sizeof unranked / sizeof *unranked; i++)
        assert_null(strstr(line_with("linreg f64 diabetes\n", unranked[i]), "×"));
    const char *group = strstr(table, "linreg f64 diabetes\n");
    assert_true(strstr(group, "cpu_blas threads=2 ") < strstr(group, "cpu_fused "));
    assert_true(strstr(group, "cpu_fused ") < strstr(group, "cpu_naive "));
    assert_true(strstr(group, "cpu_naive ") < strstr(group, "fakedev "));
    assert_true(strstr(group, "fakedev ") < strstr(group, "broken_bias "));
}

static void numbers_and_units(void **state)
{
    (void)state;
    assert_says(table, "µs/epoch");
    assert_says(line_with("linreg f64 diabetes\n", "cpu_naive "),
                "269     [266, 292]   21.7×    54.425   0.489");
    assert_says(line_with("logreg f64 breast_cancer\n", "cpu_naive "), "93.9 %");
    assert_says(line_with("linreg f64 diabetes\n", "broken_bias "), "wrong");
    assert_says(line_with("linreg f64 diabetes\n", "fakedev "), "ok, simulated");
}

static void ends_in_words(void **state)
{
    (void)state;
    assert_says(table,
                "linreg f64 diabetes: cpu_blas threads=2 and cpu_blas cannot be told apart, at 12.4 µs");
    assert_says(table, "44.0× as fast as opencl_tiled isa=avx2 pinned=true per_op.");
    assert_says(table, "copying around every operation takes 8.46× as long as with resident data.");
    assert_says(table, "lr=90 f32 breast_cancer: No case is ranked: the training diverges.");
    assert_says(table, "No case has a verified time.");
    assert_says(table,
                "80 cases: 49 ok (1 diverged), 1 not run, 12 unavailable, 6 timeout, 6 crashed, 6 wrong.\n");
}

static void the_transfer_overhead_has_a_section(void **state)
{
    (void)state;
    const char *section = strstr(table, "What the copying costs\n");
    assert_non_null(section);
    assert_true(section > strstr(table, "implementation ") &&
                section < strstr(table, "cannot be told apart"));
    assert_says(section, "8.46× [8.46, 8.46]");
    assert_says(section, "fakedev per_op, simulated");
    assert_null(strstr(table, "From how many rows")); /* no data of two sizes */
}

static void no_skill_is_said_aloud(void **state)
{
    (void)state;
    const char *answer = strstr(table, "logreg f64 xor: ");
    assert_non_null(answer);
    assert_says(answer,
                "The trained model: skill 0.000, no better than always answering the majority class.");
    const char *skilled = strstr(table, "linreg f64 diabetes: ");
    assert_true(strstr(skilled, "no better") > strstr(table, "logreg f64 xor: "));
}

static void few_rounds_give_no_interval(void **state)
{
    (void)state;
    char *single = table_of("single");
    assert_says(single, "linreg f64 diabetes: cpu_naive is the only verified case, at 270 µs per epoch.");
    assert_says(single, "270              –      –  54.425");
    assert_says(single, "1 case: 1 ok.");
    assert_null(strstr(single, "Failed or unverified"));
    free(single);
}

static void colours_change_nothing_else(void **state)
{
    (void)state;
    char *coloured = coloured_table_of("full", IB_COLOUR_ALWAYS);
    char *plain = coloured_table_of("full", IB_COLOUR_NEVER);
    assert_string_equal(plain, table); /* no terminal here */
    assert_says(coloured, "\033[32mok\033[0m\n");
    assert_says(coloured, "\033[31mwrong\033[0m\n");
    assert_says(coloured, "\033[33munavailable\033[0m\n");
    assert_says(coloured, "\033[1mcpu_blas threads=2\033[0m ");
    char *to = coloured; /* without its escape sequences: */
    for (const char *from = coloured; *from;)
        if (*from == '\033')
            from += strcspn(from, "m") + 1;
        else
            *to++ = *from++;
    *to = '\0';
    assert_string_equal(coloured, plain);
    free(coloured);
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_the_page),
        cmocka_unit_test(faults_stand_first),
        cmocka_unit_test(ranks_by_time_and_only_what_is_right),
        cmocka_unit_test(numbers_and_units),
        cmocka_unit_test(ends_in_words),
        cmocka_unit_test(the_transfer_overhead_has_a_section),
        cmocka_unit_test(no_skill_is_said_aloud),
        cmocka_unit_test(few_rounds_give_no_interval),
        cmocka_unit_test(colours_change_nothing_else),
    };
    return cmocka_run_group_tests(tests, print_sample, free_sample);
}
