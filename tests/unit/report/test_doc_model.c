#include "report/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_doc doc;

static int start(void **state)
{
    (void)state;
    doc = (struct ib_doc){.arena = &arena};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

enum form { TEXT, COLOURED, MARKDOWN, HTML };

static const char *rendered(enum form form)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (form == MARKDOWN)
        ib_render_markdown(out, &doc);
    else if (form == HTML)
        assert_int_equal(ib_render_html(out, &doc), IB_OK);
    else
        ib_render_text(out, &doc, form == COLOURED ? IB_COLOUR_ALWAYS : IB_COLOUR_NEVER);
    fclose(out);
    const char *copy = ib_arena_copy(&arena, text);
    free(text);
    return copy;
}

static void assert_says(enum form form, const char *words)
{
    const char *text = rendered(form);
    if (!strstr(text, words))
        fail_msg("\"%s\" is missing in:\n%s", words, text);
}

static void paragraphs_of_each_kind(void **state)
{
    (void)state;
    ib_doc_heading(&doc, 2, "a <b>")->id = "top";
    ib_doc_paragraph(&doc, "one\033\ntwo");
    ib_doc_paragraph(&doc, "three");
    ib_doc_add(&doc, IB_DOC_CLAIM, NULL);
    ib_doc_append(&doc, "cpu_x", IB_STRONG);
    ib_doc_append(&doc, "wins*.", IB_PLAIN);
    ib_doc_add(&doc, IB_DOC_NOTE, "barely");
    ib_doc_add(&doc, IB_DOC_SERIES, NULL);
    ib_doc_append(&doc, "1. 5 ns", IB_PLAIN);
    ib_doc_append(&doc, "2. 9 ns", IB_STRUCK);
    ib_doc_add(&doc, IB_DOC_CODE, "ls *\n  <x>");
    assert_string_equal(rendered(TEXT),
                        "a <b>\n  one two\n  three\n\ncpu_x wins*.\n\n    barely\n  1. 5 ns 2. "
                        "9 ns\n\n  ls *\n    <x>\n");
    assert_string_equal(
        rendered(MARKDOWN),
        "## a \\<b\\>\n\none  two\n\nthree\n\n**cpu_x** wins\\*.\n\n  barely\n\n1. 5 ns ~~2. 9 "
        "ns~~\n\n    ls *\n      <x>\n");
    assert_says(HTML,
                "<h2 id=\"top\">a &lt;b&gt;</h2>\n<p class=\"about\">one  two</p>\n"
                "<p class=\"about\">three</p>\n<p><b>cpu_x</b> wins*.</p>\n<p class=\"note\">barely</p>\n"
                "<ul class=\"series\">\n<li>1. 5 ns</li>\n<li><del>2. 9 ns</del></li>\n</ul>\n"
                "<pre>ls *\n  &lt;x&gt;</pre>\n");
}

static void items_form_a_list(void **state)
{
    (void)state;
    ib_doc_add(&doc, IB_DOC_ITEM, NULL);
    ib_doc_append(&doc, "wrong", IB_BAD);
    ib_doc_append(&doc, "a|b", IB_PLAIN);
    ib_doc_end_head(&doc);
    ib_doc_append(&doc, "off by one", IB_PLAIN);
    ib_doc_add(&doc, IB_DOC_NOTE, "twice");
    ib_doc_add(&doc, IB_DOC_ITEM, "more")->texts[0].to = "top";
    ib_doc_end_head(&doc);
    ib_doc_append(&doc, "less", IB_PLAIN);
    ib_doc_paragraph(&doc, "end");
    assert_string_equal(rendered(TEXT), "  wrong a|b: off by one\n    twice\n  more: less\n  end\n");
    assert_says(COLOURED, "  \033[31mwrong\033[0m a|b: off by one\n");
    assert_string_equal(rendered(MARKDOWN), "- wrong a\\|b: off by one\n  twice\n- more: less\n\nend\n");
    assert_says(HTML, "<ul class=\"items\">\n<li><h3><span class=\"bad\">wrong</span> a|b</h3>\n<p>off by "
                      "one</p>\n<p class=\"note\">twice</p>\n</li>\n"
                      "<li><h3><a href=\"#top\">more</a></h3>\n<p>less</p>\n</li>\n</ul>\n"
                      "<p class=\"about\">end</p>\n");
}

static void cells_have_styles_and_links(void **state)
{
    (void)state;
    ib_doc_table(&doc, "nrw", (const char *[]){"case", "ns", "verdict"})->sortable = true;
    struct ib_doc_text *row = ib_doc_row(&doc, (const char *[]){"first", "1.5", "ok"});
    row[0].style = IB_STRONG;
    row[0].to = "case-1";
    row[2].style = IB_GOOD;
    ib_doc_row(&doc, (const char *[]){"2nd", "10", "ok"})[0].style = IB_SOFT;
    assert_string_equal(rendered(TEXT), "  case    ns  verdict\n  first  1.5  ok\n  2nd     10  ok\n");
    assert_says(COLOURED, "  \033[1mfirst\033[0m  1.5  \033[32mok\033[0m\n");
    assert_string_equal(rendered(MARKDOWN),
                        "| case | ns | verdict |\n|---|---:|---|\n| **first** | 1.5 | ok |\n"
                        "| 2nd | 10 | ok |\n");
    assert_says(HTML,
                "<table class=\"sortable\">\n<thead><tr><th scope=\"col\">case</th>"
                "<th scope=\"col\" class=\"number\">ns</th><th scope=\"col\">verdict</th></tr>\n</thead>");
    assert_says(HTML,
                "<tr class=\"strong\"><td><a href=\"#case-1\">first</a></td><td class=\"number\">1.5</td>"
                "<td class=\"good\">ok</td></tr>\n<tr class=\"soft\"><td>2nd</td>");
}

static void pages_draw_marks_intervals_and_shades(void **state)
{
    (void)state;
    const struct ib_doc_drawing mark = {.kind = IB_DRAW_MARK, .colour = "#0072b2", .shape = 7},
                                interval = {.kind = IB_DRAW_INTERVAL,
                                            .low = 0.25,
                                            .value = 0.5,
                                            .high = 0.75,
                                            .reference = 0.5},
                                shade = {.kind = IB_DRAW_SHADE, .value = 0.4};
    ib_doc_table(&doc, "nrr", (const char *[]){"case", "ratio", "loss"});
    struct ib_doc_text *row = ib_doc_row(&doc, (const char *[]){"x", "1.5", "2"});
    row[0].drawing = &mark;
    row[1].drawing = &interval;
    row[2].drawing = &shade;
    assert_string_equal(rendered(TEXT), "  case  ratio  loss\n  x       1.5     2\n");
    assert_says(HTML, "<td><i class=\"mark m7\" style=\"color:#0072b2\"></i>x</td>");
    assert_says(HTML, "1.5<svg class=\"interval\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
                      "aria-hidden=\"true\"><path class=\"reference\" d=\"M50.0 0V10\"/>"
                      "<path d=\"M25.0 5H75.0 M50.0 1V9\"/></svg></td>");
    assert_says(HTML, "<table class=\"heat\">");
    assert_says(HTML, "<td class=\"number\" style=\"--shade:40%\">2</td>");
}

static void rows_of_wide_tables_are_labelled_for_cards(void **state)
{
    (void)state;
    ib_doc_table(&doc, "nrrrw", (const char *[]){"case", "a", "b & c", "d", "e"});
    ib_doc_row(&doc, (const char *[]){"x", "1", "2", "3", "ok"});
    assert_says(HTML, "<table class=\"cards\">");
    assert_says(HTML, "<tr><td>x</td><td class=\"number\" data-label=\"a\">1</td>"
                      "<td class=\"number\" data-label=\"b &amp; c\">2</td>");
}

static void folds_with_a_heading_are_in_the_contents(void **state)
{
    (void)state;
    ib_doc_heading(&doc, 2, "Answers")->id = "answers";
    ib_doc_add(&doc, IB_DOC_CONTENTS, NULL);
    ib_doc_fold(&doc, 2, "more", "More")->open = true;
    ib_doc_append(&doc, "5 cases", IB_SOFT);
    ib_doc_fold(&doc, 3, "within", "Within");
    ib_doc_add(&doc, IB_DOC_END, NULL);
    ib_doc_add(&doc, IB_DOC_END, NULL);
    assert_string_equal(rendered(TEXT), "Answers\nMore\nWithin\n");
    assert_string_equal(rendered(MARKDOWN), "## Answers\n\n## More\n\n### Within\n");
    assert_says(HTML,
                "<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n"
                "<li><a href=\"#answers\">Answers</a></li>\n<li><a href=\"#more\">More</a></li>\n</ul>");
    assert_says(HTML, "<details id=\"more\" class=\"part\" open>\n<summary><h2>More</h2>\n"
                      "<span class=\"soft\">5 cases</span></summary>\n");
}

static void a_figure_may_have_a_narrow_drawing(void **state)
{
    (void)state;
    struct ib_doc_block *figure = ib_doc_add(&doc, IB_DOC_FIGURE, "T");
    figure->file = "charts/t.svg";
    figure->svg = "<svg/>";
    figure->narrow = "<svg id='n'/>";
    assert_string_equal(rendered(MARKDOWN), "![T](charts/t.svg)\n");
    assert_says(HTML, "<figure>\n<p class=\"title\">T</p>\n<div class=\"chart in-wide\"><svg/></div>\n"
                      "<div class=\"chart in-narrow\"><svg id='n'/></div>\n</figure>");
}

/* As of a chart for which a page has no room. */
static void a_figure_without_a_drawing_leads_to_its_file(void **state)
{
    (void)state;
    struct ib_doc_block *figure = ib_doc_add(&doc, IB_DOC_FIGURE, "a & b");
    figure->file = "charts/t.svg";
    assert_string_equal(rendered(MARKDOWN), "![a \\& b](charts/t.svg)\n");
    assert_says(HTML, "<figure>\n<p class=\"title\"><a href=\"charts/t.svg\">a &amp; b</a></p>\n</figure>");
}

static void a_table_may_be_told_its_size(void **state)
{
    (void)state;
    ib_doc_table(&doc, "nr", (const char *[]){"a", "b"});
    ib_doc_expect(&doc, 2);
    const struct ib_doc_text *first = ib_doc_row(&doc, (const char *[]){"x", "1"});
    assert_ptr_equal(ib_doc_row(&doc, (const char *[]){"y", "2"}), first + 2);
    ib_doc_row(&doc, (const char *[]){"z", "3"}); /* more than it was told */
    assert_string_equal(rendered(TEXT), "  a  b\n  x  1\n  y  2\n  z  3\n");
}

static void tables_of_the_same_columns_line_up(void **state)
{
    (void)state;
    ib_doc_table(&doc, "nr", (const char *[]){"a", "b"});
    ib_doc_row(&doc, (const char *[]){"long name", "1"});
    ib_doc_table(&doc, "nr", (const char *[]){"c", "d"});
    ib_doc_row(&doc, (const char *[]){"x", "1000"});
    ib_doc_table(&doc, "ww", NULL);
    ib_doc_row(&doc, (const char *[]){"y", "z"});
    assert_string_equal(rendered(TEXT),
                        "  a             b\n  long name     1\n\n  c             d\n  x       "
                        "   1000\n\n  y  z\n");
    assert_says(MARKDOWN, "\n\n|  |  |\n|---|---|\n| y | z |\n");
}

static void names_give_way(void **state)
{
    (void)state;
    char name[200], words[100];
    memset(name, 'n', sizeof name - 1);
    memset(words, 'w', sizeof words - 1);
    name[sizeof name - 1] = words[sizeof words - 1] = '\0';
    ib_doc_table(&doc, "nw", NULL);
    ib_doc_row(&doc, (const char *[]){name, words});
    assert_int_equal(ib_text_width(rendered(TEXT)), IB_PAGE_WIDTH + 1); /* and the line's end */
    assert_says(TEXT, "n…n");
    assert_says(TEXT, words);
}

/* The text in this many columns; to be freed. */
static char *rendered_within(size_t width)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_render_text_within(out, &doc, IB_COLOUR_NEVER, width);
    fclose(out);
    return text;
}

static void a_table_that_is_too_wide_is_printed_row_by_row(void **state)
{
    (void)state;
    ib_doc_table(&doc, "nwrw", (const char *[]){"name", "place", "time", "verdict"});
    ib_doc_row(&doc, (const char *[]){"cpu_naive", "in the memory of the host", "12.3 µs", "ok"});
    ib_doc_row(&doc, (const char *[]){"cpu_blas", "", "4.56 µs", ""});
    char *wide = rendered_within(60), *narrow = rendered_within(44);
    assert_string_equal(wide, "  name       place                         time  verdict\n"
                              "  cpu_naive  in the memory of the host  12.3 µs  ok\n"
                              "  cpu_blas                              4.56 µs  \n");
    assert_string_equal(narrow, "  cpu_naive\n"
                                "    place in the memory of the host, time\n"
                                "    12.3 µs, verdict ok\n"
                                "  cpu_blas\n"
                                "    time 4.56 µs\n");
    free(wide);
    free(narrow);
}

static void facts_may_have_groups(void **state)
{
    (void)state;
    ib_doc_fact(&doc, "CPU", "x & y");
    ib_doc_paragraph(&doc, "p");
    ib_doc_fact(&doc, "Metrics", NULL);
    ib_doc_fact(&doc, "rmse", "1");
    ib_doc_fact(&doc, "Case", NULL);
    assert_says(TEXT, "p\n\n  Metrics\n    rmse  1\n  Case\n");
    assert_says(MARKDOWN, "|---|---|\n| CPU | x \\& y |\n\np\n");
    assert_says(HTML, "<dl class=\"facts\">\n<div><dt>CPU</dt><dd>x &amp; y</dd></div>\n</dl>\n");
    assert_says(HTML,
                "<div class=\"facets\">\n<dl>\n<dt class=\"facet\">Metrics</dt><dd></dd>\n"
                "<div><dt>rmse</dt><dd>1</dd></div>\n</dl>\n<dl>\n<dt class=\"facet\">Case</dt><dd></dd>\n"
                "</dl>\n</div>\n");
}

static void figures_and_folds(void **state)
{
    (void)state;
    ib_doc_add(&doc, IB_DOC_FOLD, "More")->id = "f";
    ib_doc_append(&doc, "ok", IB_GOOD);
    struct ib_doc_block *figure = ib_doc_add(&doc, IB_DOC_FIGURE, "T");
    ib_doc_append(&doc, "what it shows", IB_PLAIN);
    figure->file = "charts/t.svg";
    figure->svg = "<svg/>";
    ib_doc_add(&doc, IB_DOC_END, NULL);
    assert_string_equal(rendered(TEXT), "More\n  T what it shows\n");
    assert_string_equal(rendered(MARKDOWN), "**More**\n\n![T](charts/t.svg)\n\nwhat it shows\n");
    assert_says(HTML, "<details id=\"f\">\n<summary>More <span class=\"good\">ok</span></summary>\n<figure>\n"
                      "<div class=\"chart\"><svg/></div>\n<figcaption>what it shows</figcaption>\n</figure>\n"
                      "</details>\n</main>");
}

static void a_page_is_titled_by_its_first_heading(void **state)
{
    (void)state;
    ib_doc_paragraph(&doc, "p");
    ib_doc_heading(&doc, 2, "A & B");
    ib_doc_heading(&doc, 2, "C");
    assert_says(HTML, "<title>A &amp; B</title>");
}

/* Seconds of this process that it takes to render n tables of one row. */
static double seconds_of_tables(int n)
{
    struct ib_arena own = {0};
    doc = (struct ib_doc){.arena = &own};
    for (int i = 0; i < n; i++) {
        ib_doc_table(&doc, "nr", NULL);
        ib_doc_row(&doc, (const char *const[]){"name", "1"});
    }
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    const clock_t begin = clock();
    ib_render_text(out, &doc, IB_COLOUR_NEVER);
    const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    fclose(out);
    ib_arena_free(&own);
    return seconds;
}

/* Tables of the same columns are measured once: eight times as many take eight times as long, not 64 times.
 */
static void many_tables_take_linear_time(void **state)
{
    (void)state;
    const double few = seconds_of_tables(2000), many = seconds_of_tables(16000);
    if (many > 24 * few)
        fail_msg("2000 tables take %g s, 16000 take %g s", few, many);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(paragraphs_of_each_kind),
        TEST(items_form_a_list),
        TEST(cells_have_styles_and_links),
        TEST(pages_draw_marks_intervals_and_shades),
        TEST(rows_of_wide_tables_are_labelled_for_cards),
        TEST(folds_with_a_heading_are_in_the_contents),
        TEST(a_figure_may_have_a_narrow_drawing),
        TEST(a_figure_without_a_drawing_leads_to_its_file),
        TEST(a_table_may_be_told_its_size),
        TEST(tables_of_the_same_columns_line_up),
        TEST(names_give_way),
        TEST(a_table_that_is_too_wide_is_printed_row_by_row),
        TEST(facts_may_have_groups),
        TEST(figures_and_folds),
        TEST(a_page_is_titled_by_its_first_heading),
        TEST(many_tables_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
