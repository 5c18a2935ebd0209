#include "report/report.h"

#include "base/error.h"
#include "report/case_pages.h"
#include "report/run_doc.h"
#include "store/run_folder.h"

/* A document begins by saying that it is not about all cases. */
static struct ib_doc begin_doc(struct ib_arena *arena, const struct ib_run_record *run)
{
    struct ib_doc doc = {.arena = arena};
    if (run->shown)
        ib_doc_add(&doc, IB_DOC_CLAIM, ib_arena_print(arena, "Only %s.", run->shown));
    return doc;
}

void ib_table_print(FILE *out, const struct ib_run_record *run, enum ib_colour colour)
{
    struct ib_arena arena = {0};
    struct ib_summary summary;
    struct ib_doc doc = begin_doc(&arena, run);
    ib_summary_build(&arena, run, &summary);
    ib_run_brief(&doc, &summary);
    ib_render_text(out, &doc, colour);
    ib_arena_free(&arena);
}

void ib_markdown_print(FILE *out, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    struct ib_summary summary;
    struct ib_doc doc = begin_doc(&arena, run);
    ib_summary_build(&arena, run, &summary);
    ib_run_doc(&doc, &summary, NULL, 0, false);
    ib_render_markdown(out, &doc);
    ib_arena_free(&arena);
}

/* ---- the report of a folder ---- */

/* What the pages of a folder show. */
struct pages {
    const struct ib_run_record *run;
    struct ib_summary summary;
    struct ib_chart *charts;
    size_t n_charts;
};

static enum ib_status print_page(FILE *out, const struct pages *pages, bool with_cases)
{
    struct ib_arena arena = {0};
    struct ib_doc doc = begin_doc(&arena, pages->run);
    enum ib_status status = IB_OK;
    ib_run_doc(&doc, &pages->summary, pages->charts, pages->n_charts, with_cases);
    if (with_cases)
        status = ib_render_html(out, &doc);
    else
        ib_render_markdown(out, &doc);
    ib_arena_free(&arena);
    return status;
}

static enum ib_status print_markdown(FILE *out, const void *pages)
{
    return print_page(out, pages, false);
}

static enum ib_status print_html(FILE *out, const void *pages)
{
    return print_page(out, pages, true);
}

static enum ib_status write_report(struct ib_arena *arena, const char *dir, const struct ib_run_record *run)
{
    struct pages pages = {.run = run};
    ib_summary_build(arena, run, &pages.summary);
    IB_TRY(ib_charts_draw(arena, dir, run, &pages.summary.derived, &pages.charts, &pages.n_charts));
    IB_TRY(ib_run_folder_print(dir, "report.md", print_markdown, &pages));
    IB_TRY(ib_case_pages_write(dir, &pages.summary));
    return ib_run_folder_print(dir, "report.html", print_html, &pages);
}

enum ib_status ib_report_write(const char *dir, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    enum ib_status status = write_report(&arena, dir, run);
    ib_arena_free(&arena);
    return status;
}
