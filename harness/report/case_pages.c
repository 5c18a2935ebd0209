#include "report/case_pages.h"

#include "base/error.h"
#include "base/text.h"
#include "report/case_part.h"
#include "report/format.h"
#include "report/render.h"
#include "report/section_tables.h"
#include "store/run_folder.h"

#include <stdio.h>

enum {
    MOST_TOGETHER = 2000, /* cases that the report itself shows */
    CASES_A_PAGE = 1000   /* or more, by those of its last problem */
};
#define PAGE_NAME "cases/%zu.html"

bool ib_has_case_pages(const struct ib_summary *summary)
{
    return summary->run->n > MOST_TOGETHER;
}

/* ---- which page ---- */

/* Goes through the problems, section by section. */
struct place {
    const struct ib_summary *summary;
    size_t section, group, cases; /* cases: those before it, */
    size_t on_page, page;         /* and those of them on its page, from 1 */
};

static struct place first_place(const struct ib_summary *summary)
{
    return (struct place){.summary = summary, .page = 1};
}

static bool is_at_end(const struct place *at)
{
    return at->section == at->summary->n;
}

static void advance(struct place *at)
{
    const struct ib_summary_section *section = &at->summary->sections[at->section];
    const size_t n = section->groups[at->group++].n;
    at->cases += n;
    at->on_page += n;
    if (at->on_page >= CASES_A_PAGE) {
        at->page++;
        at->on_page = 0;
    }
    if (at->group == section->n) {
        at->group = 0;
        at->section++;
    }
}

/* The problems of a section from this place on that are on its page. */
static struct ib_summary_section take_slice(struct place *at)
{
    const size_t page = at->page, section = at->section, first = at->group;
    struct ib_summary_section slice = at->summary->sections[section];
    slice.groups += first;
    slice.n = 0;
    while (!is_at_end(at) && at->section == section && at->page == page) {
        slice.n++;
        advance(at);
    }
    return slice;
}

/* ---- links ---- */

void ib_case_page_links(struct ib_doc *doc, const struct ib_summary *summary, size_t section)
{
    struct place at = first_place(summary);
    while (at.section < section)
        advance(&at);
    ib_doc_heading(doc, 3, "Case by case");
    ib_doc_add(doc, IB_DOC_SERIES, NULL);
    while (!is_at_end(&at) && at.section == section) {
        const size_t page = at.page, first = at.group + 1;
        const struct ib_summary_section slice = take_slice(&at);
        const char *words =
            ib_arena_print(doc->arena, "problems %s to %s", ib_format_count(doc->arena, (double)first),
                           ib_format_count(doc->arena, (double)(first + slice.n - 1)));
        ib_doc_append(doc, words, IB_PLAIN)->page = ib_arena_print(doc->arena, PAGE_NAME, page);
    }
}

/* ---- pages ---- */

static void add_slice(struct ib_doc *doc, const struct ib_summary *summary,
                      const struct ib_summary_section *slice)
{
    struct ib_summary_section *kept = ib_arena_alloc(doc->arena, sizeof *kept);
    *kept = *slice; /* the parts of the page are built later */
    ib_doc_heading(doc, 2, ib_arena_print(doc->arena, "%s on %s", slice->model, slice->dataset));
    ib_settings_table(doc, summary, kept, IB_WITH_CASES);
    ib_case_parts(doc, summary, kept);
}

/* Prints the page that a place is on, and leaves the place behind it. */
static enum ib_status print_page(FILE *out, const void *place)
{
    struct place at = *(const struct place *)place;
    struct ib_arena arena = {0};
    struct ib_doc doc = {.arena = &arena};
    const struct ib_summary *summary = at.summary;
    const size_t page = at.page;
    ib_doc_heading(&doc, 1,
                   ib_arena_print(&arena, "ironbench: %s, cases from %zu on", summary->title, at.cases + 1));
    ib_doc_add(&doc, IB_DOC_SERIES, NULL);
    ib_doc_append(&doc, "to the report", IB_PLAIN)->page = "../report.html";
    while (!is_at_end(&at) && at.page == page) {
        const struct ib_summary_section slice = take_slice(&at);
        add_slice(&doc, summary, &slice);
    }
    const enum ib_status status = ib_render_html(out, &doc);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_case_pages_write(const char *dir, const struct ib_summary *summary)
{
    struct place at = first_place(summary);
    while (ib_has_case_pages(summary) && !is_at_end(&at)) {
        const size_t page = at.page;
        char name[32];
        snprintf(name, sizeof name, PAGE_NAME, page);
        IB_TRY(ib_run_folder_print(dir, name, print_page, &at));
        while (!is_at_end(&at) && at.page == page)
            advance(&at);
    }
    return IB_OK;
}
