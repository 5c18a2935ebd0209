#include "base/file.h"
#include "base/hash.h"
#include "fixtures/made_record.h"
#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "report/charts.h"
#include "report/escape.h"
#include "report/report.h"
#include "report/svg.h"
#include "store/load_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Five problems have times, losses by epoch and by time, and predictions, of which some have a second panel;
 * and there is the speed-up of all, where there is more than one implementation. A page has each in two
 * widths. */
enum { CHARTS = 27, SINGLE_CHARTS = 5, WIDTHS = 2 };

static struct ib_arena arena;
static struct ib_run_record full, single; /* the sample runs */
static char *page;                        /* the full one's report.html */

static char *contents(const char *path)
{
    char *text;
    size_t bytes;
    assert_int_equal(ib_file_read(&arena, path, 1 << 26, &text, &bytes), IB_OK);
    return text;
}

static int write_sample(void **state)
{
    if (scratch_enter(state) != 0)
        return 1;
    sample_run_create("full");
    sample_run_create_single("single");
    if (ib_load_run("full", &full) != IB_OK || ib_load_run("single", &single) != IB_OK ||
        ib_report_write("full", &full) != IB_OK)
        return 1;
    page = contents("full/report.html");
    return 0;
}

static int free_sample(void **state)
{
    ib_run_record_free(&full);
    ib_run_record_free(&single);
    ib_arena_free(&arena);
    return scratch_leave(state);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

static void assert_says(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("\"%s\" is missing in: %.400s", what, text);
}

/* ---- the page ---- */

static void stands_alone(void **state)
{
    (void)state;
    static const char *const references[] = {" src=",   "@import",  "<link",      "<script ",
                                             "<iframe", "url(http", "href=\"http"};
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (strstr(page, references[i]))
            fail_msg("the page refers to something: %s", references[i]);
    /* The only addresses are the names of XML's namespaces. */
    assert_int_equal(count(page, "http") - count(page, "http-equiv"), count(page, "=\"http://www.w3.org/"));
}

static void only_its_own_script_may_run(void **state)
{
    (void)state;
    char hash[IB_HASH_BASE64];
    const char *script = strstr(page, "<script>") + strlen("<script>");
    ib_hash_base64_of(script, (size_t)(strstr(script, "</script>") - script), hash);
    assert_says(page, ib_arena_print(&arena, "default-src 'none'; script-src 'sha256-%s';", hash));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void ids_are_unique_and_references_lead_to_them(void **state)
{
    (void)state;
    static char *ids[10000];
    size_t n = 0;
    for (char *at = page; (at = strstr(at, " id=")); at += 5) {
        char quote[2] = {at[4], '\0'};
        assert_true(n < sizeof ids / sizeof *ids);
        ids[n++] = ib_arena_print(&arena, "%.*s", (int)strcspn(at + 5, quote), at + 5);
    }
    assert_true(n > 100);
    qsort(ids, n, sizeof *ids, by_text);
    for (size_t i = 1; i < n; i++)
        if (strcmp(ids[i - 1], ids[i]) == 0)
            fail_msg("two elements have the id %s", ids[i]);
    for (char *at = page; (at = strstr(at, "href=")); at += 6) {
        assert_int_equal(at[6], '#');
        char *to = ib_arena_print(&arena, "%.*s", (int)strcspn(at + 7, "'\""), at + 7);
        if (!bsearch(&to, ids, n, sizeof *ids, by_text))
            fail_msg("#%s leads nowhere", to);
    }
}

static void text_from_outside_is_escaped(void **state)
{
    (void)state;
    assert_int_equal(count(page, "<script>"), 1); /* the page's own */
    assert_null(strchr(page, '\033'));
    assert_says(page, "signal 11: &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; | `x` \\ *");
    assert_says(page, "sample &lt;&amp;&gt; &quot;run&quot;");
    assert_says(page, "OpenBLAS 0.3.21 &lt;SkylakeX&gt;");
}

static void says_everything(void **state)
{
    (void)state;
    static const char *const words[] = {
        "80 cases: 49 ok (1 diverged), 1 not run",
        "Imaginary &lt;CPU&gt; 3000, 8 cores, 16.0 GiB",
        "<b>cpu_blas threads=2 and cpu_blas</b> cannot be told apart",
        "no better than always answering the majority class",
        "copying around every operation takes 8.46×",
        "<h2>What the copying costs</h2>",
        "<td>opencl_tiled isa=avx2 pinned=true per_op</td>"
        "<td class=\"number\" data-label=\"transfer overhead\">8.46× [8.46, 8.46]</td>",
        "x was uploaded 1,000 times: ",
        "predictions are all zero; loss off from epoch 1",
        "libcuda.so.1 is not there",
        ">mlp on diabetes</h2>",
        "aria-label=\"Time per epoch: mlp, diabetes\"",
        "nothing to draw",
        "How to read this",
        "<i class=\"mark m9\" style=\"color:#009e73\"></i><a href=\"#case-4\">cpu_fused</a></td>",
        "<li>7. 41.7 µs</li>",
        "<pre>ironbench train --model linreg --data diabetes --impl cpu_fused</pre>",
        "--hidden 6,6 --init xavier --impl cpu_",
        " --option isa=avx2 --option pinned=true</pre>"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_says(page, words[i]);
    assert_int_equal(count(page, "<details id=\"case-"), 80);
    assert_int_equal(count(page, "<svg "), WIDTHS * CHARTS);
}

static void two_reports_are_the_same(void **state)
{
    (void)state;
    char *markdown = contents("full/report.md"),
         *chart = contents("full/charts/loss_by_epoch-mlp-diabetes.svg");
    assert_int_equal(ib_report_write("full", &full), IB_OK);
    assert_string_equal(page, contents("full/report.html"));
    assert_string_equal(markdown, contents("full/report.md"));
    assert_string_equal(chart, contents("full/charts/loss_by_epoch-mlp-diabetes.svg"));
}

static void markdown_links_its_charts(void **state)
{
    (void)state;
    char *markdown = contents("full/report.md");
    size_t n = 0;
    for (char *at = markdown; (at = strstr(at, "](charts/")); at += 2, n++)
        assert_int_equal(access(ib_arena_print(&arena, "full/%.*s", (int)strcspn(at + 2, ")"), at + 2), R_OK),
                         0);
    assert_int_equal(n, CHARTS);
    assert_says(markdown,
                "| cpu_fused | host | 38.4 | \\[38.0, 41.7\\] | 3.10× | 54.425 | 0.489 | improving | ok |");
    assert_null(strstr(markdown, "<script>"));
}

static void one_case_is_enough(void **state)
{
    (void)state;
    assert_int_equal(ib_report_write("single", &single), IB_OK);
    char *text = contents("single/report.html");
    assert_int_equal(count(text, "<svg "), WIDTHS * SINGLE_CHARTS);
    assert_null(strstr(text, "Failed or unverified"));
}

/* ---- charts that cannot be drawn ---- */

static void without_gnuplot_it_says_so(void **state)
{
    (void)state;
    char *path = ib_arena_copy(&arena, getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    enum ib_status status = ib_report_write("single", &single);
    setenv("PATH", path, 1);
    assert_int_equal(status, IB_OK);
    char *text = contents("single/report.html");
    assert_int_equal(count(text, "<svg "), 0);
    assert_int_equal(count(text, "gnuplot is not installed"), SINGLE_CHARTS);
    assert_int_equal(count(contents("single/report.md"), "gnuplot is not installed"), SINGLE_CHARTS);
}

/* A home of its own, with these charts and the project's style. */
static void make_home(const char *name, const char *const (*charts)[2], size_t n)
{
    const char *scripts = ib_arena_print(&arena, "%s/scripts", name),
               *folder = ib_arena_print(&arena, "%s/charts", scripts);
    assert_int_equal(mkdir(name, 0700) | mkdir(scripts, 0700) | mkdir(folder, 0700), 0);
    assert_int_equal(symlink(IB_SOURCE_DIR "/results", ib_arena_print(&arena, "%s/results", name)), 0);
    static const char *const shared[] = {"style.gnuplot", "axes.gnuplot"};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(symlink(ib_arena_print(&arena, IB_SOURCE_DIR "/scripts/charts/%s", shared[i]),
                                 ib_arena_print(&arena, "%s/%s", folder, shared[i])),
                         0);
    for (size_t i = 0; i < n; i++)
        scratch_file(ib_arena_print(&arena, "%s/%s.gp", folder, charts[i][0]), charts[i][1]);
    setenv("IRONBENCH_HOME", name, 1);
}

static void a_broken_chart_costs_only_itself(void **state)
{
    (void)state;
    static const char *const charts[][2] = {
        {"a_key", "#@title A\n#@colour red\n#@sql SELECT 1\n"},
        {"b_none", "plot x\n"},
        {"c_sql", "#@title C\n#@sql SELECT 1 FROM nowhere\n"},
        {"d_plot", "#@title D\n#@sql SELECT 'a', 1\n\nplot \\\n  data using nonsense(2)\n"},
        {"e_empty", "#@title E\n#@sql SELECT 1 WHERE false\n"},
        {"f_good", "#@title F\n#@order 1\n#@sql SELECT 'it''s \"a\" <b> $(ls)',\n#@ number FROM cases\n\n"
                   "plot data using 2 with points title label[1]\n"},
        {"g_tics", "#@title G\n#@order 2\n#@sql SELECT '50% %d %', number FROM cases\n\n"
                   "set ytics add (shown(1) 1)\nplot data using 2 with points notitle\n"},
        {"h_references",
         "#@title H id='h\n#@order 3\n#@sql SELECT '@data {/*2 x} url(#y)', number FROM cases\n\n"
         "plot data using 2 with points title label[1]\n"},
    };
    const struct ib_derived nothing_derived = {0};
    struct ib_chart *drawn;
    size_t n;
    make_home("home", charts, 8);
    enum ib_status status = ib_charts_draw(&arena, "full", &full, &nothing_derived, &drawn, &n);
    setenv("IRONBENCH_HOME", IB_SOURCE_DIR, 1);
    assert_int_equal(status, IB_OK);
    assert_int_equal(n, 8);
    assert_string_equal(drawn[0].script->name, "f_good");
    assert_null(drawn[0].note);
    assert_says(drawn[0].svg, "it's \"a\" &lt;b> $(ls)");
    assert_string_equal(drawn[0].file, "charts/f_good.svg");
    assert_null(drawn[1].note);
    assert_says(drawn[1].svg, ">50% %d %<");
    assert_says(drawn[2].svg, ">@data {/*2 x} url(#y)<");
    assert_says(drawn[2].svg, ">H id='h<");
    static const char *const notes[] = {"colour is not a header", "#@title and #@sql",
                                        "no such table: nowhere", "gnuplot failed", "nothing to draw"};
    for (size_t i = 0; i < 5; i++) {
        assert_null(drawn[i + 3].svg);
        assert_says(drawn[i + 3].note, notes[i]);
    }
}

/* A case of the sample run, with the times that a made one has. */
static struct ib_case_record *sample_case(struct ib_run_record *run, enum ib_residency residency,
                                          const char *id, double time_ns)
{
    struct ib_case_record *c = made_case(run, "device", residency, 100, time_ns, 1);
    c->id = id;
    for (size_t i = 0; i < full.n; i++)
        if (strcmp(full.cases[i].id, id) == 0)
            c->number = full.cases[i].number; /* by which charts find it in the database */
    c->axis[IB_AXIS_DATASET] = "diabetes";
    return c;
}

static const struct ib_chart *drawn_by(const struct ib_chart *charts, size_t n, const char *script)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(charts[i].script->name, script) == 0)
            return &charts[i];
    fail_msg("%s drew no chart", script);
    return NULL;
}

static void derived_numbers_are_drawn(void **state)
{
    (void)state;
    struct ib_run_record run = {0};
    made_breakdown(sample_case(&run, IB_PER_OP, "linreg-0-opencl_tiled-per_op-f64-05", 8e4), 50000, 10000,
                   15000, 5000);
    made_breakdown(sample_case(&run, IB_RESIDENT, "linreg-0-opencl_tiled-resident-f64-04", 2e4), 0, 100,
                   15000, 4900);
    for (uint64_t rows = 1000; rows <= 100000; rows *= 10) {
        made_case(&run, "cpu", IB_HOST, rows, 10 * (double)rows, 1)->cols = 10;
        made_case(&run, "device", IB_RESIDENT, rows, 2e5, 1.1)->cols = 10;
    }
    for (size_t i = 2; i < run.n; i++)
        run.cases[i].number = full.n + i; /* not in the database */
    struct ib_derived derived;
    struct ib_chart *charts;
    size_t n;
    ib_derive(&arena, &run, &derived);
    assert_int_equal(ib_charts_draw(&arena, "full", &full, &derived, &charts, &n), IB_OK);
    const struct ib_chart *overhead = drawn_by(charts, n, "transfer_overhead"),
                          *lines = drawn_by(charts, n, "crossover");
    assert_non_null(overhead->svg);
    assert_says(overhead->svg, ">per_op<");
    assert_says(overhead->title, "opencl_tiled isa=avx2 pinned=true");
    assert_says(overhead->narrow, ">resident<");
    assert_says(overhead->svg, ">80.0  (4.00×)<");
    assert_says(overhead->svg, ">20.0<");
    assert_non_null(lines->svg);
    assert_string_equal(lines->title,
                        "From how many rows a device is faster: linreg, regression, 10 columns");
    assert_says(lines->svg, ">fastest on the host<");
    assert_says(lines->svg, ">21,000 rows<");
    ib_run_record_free(&run);
}

static void too_many_series_are_left_out(void **state)
{
    (void)state;
    static const char *const charts[][2] = {
        {"many",
         "#@title M\n#@sql WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130)\n"
         "#@ SELECT printf('series %03d', i), i FROM n\n\n"
         "plot for [i = 0:series - 1] data index i using 2 with points title label[i + 1]\n"}};
    const struct ib_derived nothing_derived = {0};
    struct ib_chart *drawn;
    size_t n;
    make_home("crowded", charts, 1);
    enum ib_status status = ib_charts_draw(&arena, "full", &full, &nothing_derived, &drawn, &n);
    setenv("IRONBENCH_HOME", IB_SOURCE_DIR, 1);
    assert_int_equal(status, IB_OK);
    assert_string_equal(drawn[0].note, "Only the first 100 of 130 series are drawn.");
    assert_string_equal(drawn[0].title, "M: series");
    assert_says(drawn[0].svg, ">100<");
    assert_null(strstr(drawn[0].svg, ">101<"));
}

static void scripts_of_the_project_are_whole(void **state)
{
    (void)state;
    struct ib_chart_script *scripts;
    size_t n;
    assert_int_equal(ib_chart_scripts(&arena, &scripts, &n), IB_OK);
    assert_true(n >= 4);
    assert_string_equal(scripts[0].name, "time_per_epoch");
    for (size_t i = 0; i < n; i++) {
        assert_null(scripts[i].fault);
        assert_string_not_equal(scripts[i].caption, "");
    }
}

/* ---- its parts ---- */

static void svg_is_cleaned(void **state)
{
    (void)state;
    const char *document = "<?xml version=\"1.0\"?>\n<svg width=\"1\"><title>T</title><desc>D</desc>"
                           "<g id='a'/><use xlink:href='#a' id=\"b\"/><path fill='url(#c)' d='M0,0'/></svg>\n"
                           " data-plots=\"1\"\n";
    assert_string_equal(
        ib_svg_clean(&arena, document, "p", "x < \"y\"", "a<b\nc"),
        "<svg role=\"img\" aria-label=\"x &lt; &quot;y&quot;\" data-series=\"a&lt;b\nc\" data-plots=\"1\"\n "
        "width=\"1\">"
        "<g id='p-a'/><use xlink:href='#p-a' id=\"p-b\"/><path fill='url(#p-c)' d='M0,0'/></svg>");
    assert_null(ib_svg_clean(&arena, "", "p", "nothing", NULL));
    assert_null(ib_svg_clean(&arena, "<svg>", "p", "broken off", NULL));
}

static void escapes(void **state)
{
    (void)state;
    assert_string_equal(ib_escape_html(&arena, "<a href='x'>&\"\033\n\xc3\xa9"),
                        "&lt;a href=&#39;x&#39;&gt;&amp;&quot; \n\xc3\xa9");
    assert_string_equal(ib_escape_markdown(&arena, "cpu_naive _x_ a|b\nc <i> [l](u) 10 %"),
                        "cpu_naive \\_x\\_ a\\|b c \\<i\\> \\[l\\](u) 10 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stands_alone),
        cmocka_unit_test(only_its_own_script_may_run),
        cmocka_unit_test(ids_are_unique_and_references_lead_to_them),
        cmocka_unit_test(text_from_outside_is_escaped),
        cmocka_unit_test(says_everything),
        cmocka_unit_test(two_reports_are_the_same),
        cmocka_unit_test(markdown_links_its_charts),
        cmocka_unit_test(one_case_is_enough),
        cmocka_unit_test(without_gnuplot_it_says_so),
        cmocka_unit_test(a_broken_chart_costs_only_itself),
        cmocka_unit_test(derived_numbers_are_drawn),
        cmocka_unit_test(too_many_series_are_left_out),
        cmocka_unit_test(scripts_of_the_project_are_whole),
        cmocka_unit_test(svg_is_cleaned),
        cmocka_unit_test(escapes),
    };
    return cmocka_run_group_tests(tests, write_sample, free_sample);
}
