#include "report/report.h"

#include "base/error.h"
#include "report/run_doc.h"
#include "store/run_folder.h"

#include <stdlib.h>

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

static enum ib_status render_markdown(FILE *out, const struct ib_doc *doc)
{
    ib_render_markdown(out, doc);
    return IB_OK;
}

static enum ib_status write_page(const char *dir, const char *name,
                                 enum ib_status (*render)(FILE *, const struct ib_doc *),
                                 const struct ib_doc *doc)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return ib_fail_errno(name, "out of memory for this page");
    enum ib_status status = render(out, doc);
    bool whole = !ferror(out);
    if (fclose(out) != 0 || !whole)
        status = ib_fail(IB_ENOMEM, name, "out of memory for this page");
    if (status == IB_OK)
        status = ib_run_folder_write(dir, name, text);
    free(text);
    return status;
}

static enum ib_status write_report(struct ib_arena *arena, const char *dir, const struct ib_run_record *run)
{
    struct ib_doc markdown = begin_doc(arena, run), html = begin_doc(arena, run);
    struct ib_summary summary;
    struct ib_chart *charts;
    size_t n;
    ib_summary_build(arena, run, &summary);
    IB_TRY(ib_charts_draw(arena, dir, run, &summary.derived, &charts, &n));
    ib_run_doc(&markdown, &summary, charts, n, false);
    ib_run_doc(&html, &summary, charts, n, true);
    IB_TRY(write_page(dir, "report.md", render_markdown, &markdown));
    return write_page(dir, "report.html", ib_render_html, &html);
}

enum ib_status ib_report_write(const char *dir, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    enum ib_status status = write_report(&arena, dir, run);
    ib_arena_free(&arena);
    return status;
}
