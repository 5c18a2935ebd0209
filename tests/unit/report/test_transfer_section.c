#include "fixtures/made_record.h"
#include "report/format.h"
#include "report/render.h"
#include "report/transfer_section.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
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

static struct ib_case_record *add(const char *label, enum ib_residency residency, int rows, double time_ns,
                                  double spread)
{
    return made_case(&run, label, residency, (uint64_t)rows, time_ns, spread);
}

/* What is printed, by one of the three layouts. */
static const char *printed(char layout)
{
    struct ib_derived derived;
    struct ib_doc doc = {.arena = &arena};
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_derive(&arena, &run, &derived);
    ib_transfer_sections(&doc, &derived);
    if (layout == 'm')
        ib_render_markdown(out, &doc);
    else if (layout == 'h')
        assert_int_equal(ib_render_html(out, &doc), IB_OK);
    else
        ib_render_text(out, &doc, IB_COLOUR_NEVER);
    fclose(out);
    const char *copy = ib_arena_copy(&arena, text);
    free(text);
    return copy;
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("\"%s\" is missing in:\n%s", words, text);
}

/* A host of 10 ns a row, a device of these ratios to it, and what is said of them. */
static void assert_told(const double ratios[3], double spread, const char *words)
{
    static const int sizes[] = {1000, 10000, 100000};
    run.n = 0;
    for (int i = 0; i < 3; i++) {
        add("cpu", IB_HOST, sizes[i], 10 * sizes[i], 1);
        add("device", IB_RESIDENT, sizes[i], ratios[i] * 10 * sizes[i], spread);
    }
    assert_says(printed('p'), words);
}

static void says_where_a_device_pays(void **state)
{
    (void)state;
    assert_told((double[]){8, 2, 0.5}, 1, "from 31,600 rows on  31,600 to 31,600");
    assert_told((double[]){8, 2, 0.5}, 1.1, "from 34,200 rows on  31,600 to 37,000");
    assert_told((double[]){0.5, 2, 0.5}, 1, "from 31,600 rows on (last of 2 crossings)");
    assert_told((double[]){0.5, 0.6, 2}, 1, "only below 26,600 rows");
    assert_told((double[]){0.5, 0.6, 0.7}, 1, "everywhere between 1,000 and 100,000 rows  below 1,000 ");
    assert_told((double[]){9, 8, 7}, 1, "nowhere between 1,000 and 100,000 rows  beyond 100,000");
    assert_told((double[]){9, 2, 0.8}, 1.4, "to beyond 100,000");
    assert_says(printed('p'), "\n  linreg f32, 32 columns\n    device resident  ");
}

static void layouts_escape_and_align(void **state)
{
    (void)state;
    made_breakdown(add("a<b>|c", IB_PER_OP, 100, 3000, 1), 1500, 500, 800, 200);
    add("a<b>|c", IB_RESIDENT, 100, 1000, 1);
    assert_says(printed('m'),
                "| **linreg f32 made_100** |  |  |  |  |  |  |\n"
                "| a\\<b\\>\\|c per_op | 3.00× \\[3.00, 3.00\\] | 3.00 µs | 1.50 µs | 500 ns | 800 ns | "
                "200 ns |\n");
    assert_says(printed('m'), "|---|---:|---:|---:|---:|---:|---:|\n");
    assert_says(printed('h'), "<th scope=\"rowgroup\" class=\"span\" colspan=\"7\">linreg f32 made_100</th>");
    assert_says(printed('h'), "<td>a&lt;b&gt;|c per_op</td><td class=\"number\" data-label=\"transfer "
                              "overhead\">3.00× [3.00, 3.00]</td>");
    assert_says(printed('p'),
                "    a<b>|c resident                        1.00 µs         –       –        –       –\n");
}

static void long_names_give_way(void **state)
{
    (void)state;
    const char *name =
        "opencl_tiled_with_a_name_that_nobody_would_give isa=avx2 pinned=true threads=64 more=yes";
    add(name, IB_PER_OP, 100, 3000, 1);
    add(name, IB_RESIDENT, 100, 1000, 1);
    const char *text = printed('p');
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        char *copy = ib_arena_print(&arena, "%.*s", (int)strcspn(line, "\n"), line);
        if (ib_text_width(copy) > IB_PAGE_WIDTH)
            fail_msg("too wide: %s", copy);
    }
    assert_says(text, "…");
    assert_says(text, "3.00× [3.00, 3.00]");
}

static void seeds_are_folded(void **state)
{
    (void)state;
    for (int seed = 1; seed <= 3; seed++) {
        const char *problem = ib_arena_print(&arena, "mlp 6 seed=%d f32 made_100", seed);
        for (int resident = 0; resident < 2; resident++) {
            struct ib_case_record *c =
                add("device", resident ? IB_RESIDENT : IB_PER_OP, 100, resident ? 1000 : 2000 * seed, 1);
            c->problem = problem;
            c->axis[IB_AXIS_SEED] = ib_arena_print(&arena, "%d", seed);
            made_breakdown(c, 100 * seed, 1, 1, 1);
        }
    }
    const char *text = printed('p');
    assert_says(text, "  mlp 6 f32 made_100\n    device per_op    4.00× [2.00, 6.00]    4.00 µs    200 ns");
    assert_says(text, "For several seeds: medians");
    assert_null(strstr(text, "seed="));
}

static void nothing_is_said_of_nothing(void **state)
{
    (void)state;
    add("cpu", IB_HOST, 100, 1000, 1);
    assert_string_equal(printed('p'), "");
}

static void numbers_read_well(void **state)
{
    (void)state;
    assert_string_equal(ib_format_count(&arena, 1234567), "1,234,567");
    assert_string_equal(ib_format_count(&arena, 999), "999");
    assert_string_equal(ib_format_rounded(&arena, 1234567), "1,230,000");
    assert_string_equal(ib_format_rounded(&arena, 12.4), "12");
    assert_string_equal(ib_format_share(&arena, 0), "0 %");
    assert_string_equal(ib_format_share(&arena, 0.0004), "under 0.1 %");
    assert_string_equal(ib_format_share(&arena, 0.0432), "4.3 %");
    assert_string_equal(ib_format_share(&arena, 0.934), "93 %");
    assert_string_equal(ib_format_bytes(&arena, 999), "999 bytes");
    assert_string_equal(ib_format_bytes(&arena, 1234567), "1.23 MB");
    assert_string_equal(ib_format_duration(&arena, 0), "0");
    assert_string_equal(ib_format_duration(&arena, 0.3), "0");
    assert_string_equal(ib_format_duration(&arena, 12345), "12.3 µs");
    assert_string_equal(ib_format_duration(&arena, NAN), "–");
    assert_string_equal(ib_format_amount(&arena, 20), "20");
    assert_string_equal(ib_format_amount(&arena, 0.25), "0.25");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(says_where_a_device_pays), TEST(layouts_escape_and_align),   TEST(long_names_give_way),
        TEST(seeds_are_folded),         TEST(nothing_is_said_of_nothing), TEST(numbers_read_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
