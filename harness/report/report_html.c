#include "report/report_parts.h"

#include "report/case_details.h"
#include "report/escape.h"
#include "report/explain.h"
#include "report/format.h"
#include "report/process_section.h"
#include "report/repro_command.h"
#include "report/time_to_loss_section.h"
#include "report/transfer_section.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *html(const struct ib_report *report, const char *text)
{
    return ib_escape_html(report->arena, text);
}

/* The first word of a verdict, as a class: "unexpected transfers" is .law. */
static void print_verdict(FILE *out, const struct ib_report *report, const char *verdict)
{
    fprintf(out, "<span class=\"verdict %.*s\">%s</span>", (int)strcspn(verdict, " ,"), verdict,
            html(report, verdict));
}

/* ---- the head of the page ---- */

static void print_head(FILE *out, const struct ib_report *report)
{
    const struct ib_summary *summary = &report->summary;
    const char *title = html(report, summary->title);
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>%s · ironbench</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
            title, report->style);
    fprintf(out,
            "<header>\n<p class=\"kicker\">ironbench report</p>\n<h1>%s</h1>\n<p class=\"lead\">%s</p>\n",
            title, html(report, summary->counts));
    fprintf(out, "<dl class=\"facts\">\n");
    for (const struct ib_summary_fact *fact = summary->facts; fact->label; fact++)
        fprintf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", fact->label, html(report, fact->value));
    fprintf(out, "</dl>\n</header>\n");
}

static void print_claim(FILE *out, const struct ib_report *report, const struct ib_summary_group *group)
{
    fprintf(out, "<p><b>%s</b> %s</p>\n", html(report, group->leaders), html(report, group->claim));
    for (const char *const *note = group->notes; *note; note++)
        fprintf(out, "<p class=\"note\">%s</p>\n", html(report, *note));
}

static void print_answer(FILE *out, const struct ib_report *report, size_t section,
                         const struct ib_summary_group *group)
{
    fprintf(out, "<article>\n<h3><a href=\"#part-%zu\">%s</a></h3>\n", section + 1,
            html(report, group->title));
    print_claim(out, report, group);
    fprintf(out, "</article>\n");
}

/* Of a family, one for all its seeds; what each says stands at its table. */
static void print_seed_group_answer(FILE *out, const struct ib_report *report, size_t section,
                                    const struct ib_seed_group *seed_group)
{
    fprintf(
        out, "<article>\n<h3><a href=\"#part-%zu\">%s, %zu seeds</a></h3>\n<p>Fastest: %s.</p>\n</article>\n",
        section + 1, html(report, seed_group->title), seed_group->n_seeds, html(report, seed_group->leaders));
}

static void print_answers(FILE *out, const struct ib_report *report)
{
    fprintf(out, "<section>\n<h2>Which is fastest</h2>\n<div class=\"answers\">\n");
    for (size_t s = 0; s < report->summary.n; s++) {
        const struct ib_summary_section *section = &report->summary.sections[s];
        for (size_t g = 0; g < section->n; g++)
            if (!section->groups[g].seed_group)
                print_answer(out, report, s, &section->groups[g]);
        for (size_t f = 0; f < section->n_seed_groups; f++)
            print_seed_group_answer(out, report, s, &section->seed_groups[f]);
    }
    fprintf(out, "</div>\n</section>\n");
}

static void print_faults(FILE *out, const struct ib_report *report)
{
    const struct ib_summary *summary = &report->summary;
    if (!summary->n_faults)
        return;
    fprintf(out, "<section>\n<h2>Not right, or without an answer</h2>\n<ul class=\"faults\">\n");
    for (size_t i = 0; i < summary->n_faults; i++) {
        const struct ib_summary_fault *fault = &summary->faults[i];
        fprintf(out, "<li>");
        print_verdict(out, report, fault->verdict);
        fprintf(out, "<div><b>%s</b> <span class=\"where\">%s</span><p>%s</p></div></li>\n",
                html(report, fault->name), html(report, fault->where), html(report, fault->reason));
    }
    fprintf(out, "</ul>\n</section>\n");
}

static void print_costs(FILE *out, const struct ib_report *report)
{
    struct ib_doc doc = {.arena = report->arena};
    ib_transfer_sections(&doc, &report->summary.derived);
    ib_process_section(&doc, report->run);
    if (!doc.n)
        return;
    fprintf(out, "<section>\n");
    ib_doc_html(out, &doc, "h2");
    fprintf(out, "</section>\n");
}

/* ---- tables and charts ---- */

static void print_row(FILE *out, const struct ib_report *report, const struct ib_summary_row *row,
                      bool fastest)
{
    fprintf(out, "<tr class=\"%s\">", fastest ? "fastest" : row->ranked ? "ranked" : "unranked");
    for (int i = 0; i < IB_COLUMN_COUNT; i++) {
        fprintf(out, ib_column_is_number(i) ? "<td class=\"number\">" : "<td>");
        if (i == IB_COLUMN_IMPL)
            fprintf(out, "<a href=\"#case-%zu\">%s</a>", row->position + 1, html(report, row->cells[i]));
        else if (i == IB_COLUMN_VERDICT)
            print_verdict(out, report, row->cells[i]);
        else
            fputs(html(report, row->cells[i]), out);
        fprintf(out, "</td>");
    }
    fprintf(out, "</tr>\n");
}

static void print_group(FILE *out, const struct ib_report *report, const struct ib_summary_group *group)
{
    fprintf(
        out,
        "<h3>%s</h3>\n<p class=\"about\">%s</p>\n<div class=\"wide\"><table class=\"sortable\">\n<thead><tr>",
        html(report, group->title), html(report, group->facts));
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        fprintf(out, "<th scope=\"col\"%s>%s</th>", ib_column_is_number(i) ? " class=\"number\"" : "",
                html(report, group->heads[i]));
    fprintf(out, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < group->n; r++)
        print_row(out, report, &group->rows[r], r < group->n_first && group->n_ranked > 1);
    fprintf(out, "</tbody>\n</table></div>\n");
}

static void print_loss_group(FILE *out, const struct ib_report *report, const struct ib_loss_group *race)
{
    struct ib_doc doc = {.arena = report->arena};
    ib_time_to_section(&doc, race);
    ib_doc_html(out, &doc, "h4");
}

static void print_seed_group_row(FILE *out, const struct ib_report *report,
                                 const struct ib_seed_group_row *row)
{
    fprintf(out, "<tr>");
    for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++) {
        fprintf(out, ib_seed_group_is_number(i) ? "<td class=\"number\">" : "<td>");
        if (i == IB_SEED_GROUP_VERDICT)
            print_verdict(out, report, row->cells[i]);
        else
            fputs(html(report, row->cells[i]), out);
        fprintf(out, "</td>");
    }
    fprintf(out, "</tr>\n");
}

/* Folded away: what each seed says by itself. */
static void print_seeds(FILE *out, const struct ib_report *report, const struct ib_summary_section *section,
                        const struct ib_seed_group *seed_group)
{
    fprintf(out, "<details class=\"seeds\">\n<summary><span>Seed by seed</span></summary>\n");
    for (size_t g = 0; g < section->n; g++) {
        if (section->groups[g].seed_group != seed_group)
            continue;
        print_group(out, report, &section->groups[g]);
        print_claim(out, report, &section->groups[g]);
        print_loss_group(out, report, section->groups[g].race);
    }
    fprintf(out, "</details>\n");
}

/* One row an implementation, over all seeds. */
static void print_seed_group(FILE *out, const struct ib_report *report,
                             const struct ib_summary_section *section, const struct ib_seed_group *seed_group)
{
    fprintf(out,
            "<h3>%s, %zu seeds</h3>\n<p class=\"about\">Medians over the seeds, of verified cases.</p>\n"
            "<div class=\"wide\"><table>\n<thead><tr>",
            html(report, seed_group->title), seed_group->n_seeds);
    for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++)
        fprintf(out, "<th scope=\"col\"%s>%s</th>", ib_seed_group_is_number(i) ? " class=\"number\"" : "",
                seed_group->heads[i]);
    fprintf(out, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < seed_group->n; r++)
        print_seed_group_row(out, report, &seed_group->rows[r]);
    fprintf(out, "</tbody>\n</table></div>\n");
    print_seeds(out, report, section, seed_group);
}

static void print_charts(FILE *out, const struct ib_report *report, const struct ib_summary_section *section)
{
    size_t at = 0;
    for (const struct ib_chart *chart; (chart = ib_report_next_chart(report, section, &at));) {
        if (chart->svg)
            fprintf(out,
                    "<figure>\n<div class=\"chart\">%s</div>\n<figcaption>%s%s%s</figcaption>\n</figure>\n",
                    chart->svg, html(report, chart->script->caption), chart->note ? " " : "",
                    chart->note ? html(report, chart->note) : "");
        else
            fprintf(out, "<p class=\"absent\">%s: %s.</p>\n", html(report, chart->title),
                    html(report, chart->note));
    }
}

/* ---- one case in detail ---- */

/* What was copied, and where the time went. */
static void print_cost(FILE *out, const struct ib_report *report, const struct ib_case_record *c)
{
    struct ib_doc doc = {.arena = report->arena};
    ib_explain_cost(&doc, report->run, c);
    fprintf(out, "<div class=\"cost\">\n");
    ib_doc_html(out, &doc, "h4");
    fprintf(out, "</div>\n");
}

static void print_details(FILE *out, const struct ib_report *report, const struct ib_case_record *c)
{
    const struct ib_case_detail *details = ib_case_details(report->arena, c);
    fprintf(out, "<div class=\"facets\">\n");
    for (const struct ib_case_detail *d = details; d->label; d++)
        if (!d->text)
            fprintf(out, "%s<dl>\n<dt class=\"facet\">%s</dt><dd></dd>\n", d == details ? "" : "</dl>\n",
                    d->label);
        else
            fprintf(out, "<dt>%s</dt><dd>%s</dd>\n", d->label, html(report, d->text));
    fprintf(out, "</dl>\n</div>\n");
}

/* The samples by their rounds; those that did not count are struck out. */
static void print_samples(FILE *out, const struct ib_report *report, const struct ib_case_record *c)
{
    if (isnan(c->epoch_ns.median))
        return;
    fprintf(out,
            "<p class=\"about\">Time per epoch, round by round; crossed out where something else had the "
            "processor:</p>\n<ol class=\"samples\">\n");
    for (size_t i = 0; i < c->n_rounds; i++) {
        const struct ib_round_record *r = &c->rounds[i];
        const char *tag = r->disturbed == IB_YES ? "del" : "span";
        if (r->epoch_ns > 0)
            fprintf(out, "<li value=\"%" PRIu64 "\"><%s>%s</%s></li>\n", r->round, tag,
                    html(report, ib_format_duration(report->arena, r->epoch_ns)), tag);
    }
    fprintf(out, "</ol>\n");
}

static void print_case(FILE *out, const struct ib_report *report, const struct ib_summary_group *group,
                       const struct ib_summary_row *row)
{
    fprintf(out, "<details id=\"case-%zu\">\n<summary><span>%s <span class=\"where\">%s</span></span>",
            row->position + 1, html(report, row->name), html(report, group->title));
    print_verdict(out, report, row->cells[IB_COLUMN_VERDICT]);
    fprintf(out, "</summary>\n");
    print_details(out, report, row->record);
    print_samples(out, report, row->record);
    print_cost(out, report, row->record);
    fprintf(out, "<p class=\"about\">To do it again:</p>\n<pre>%s</pre>\n",
            html(report, ib_repro_command(report->arena, report->run, row->record)));
    const char *words = ib_case_record_stderr(row->record);
    if (words)
        fprintf(out, "<p class=\"about\">The end of what it wrote to its log:</p>\n<pre>%s</pre>\n",
                html(report, words));
    fprintf(out, "</details>\n");
}

/* ---- the page ---- */

static void print_section(FILE *out, const struct ib_report *report, size_t s)
{
    const struct ib_summary_section *section = &report->summary.sections[s];
    fprintf(out, "<section id=\"part-%zu\">\n<h2>%s on %s</h2>\n", s + 1, html(report, section->model),
            html(report, section->dataset));
    for (size_t g = 0; g < section->n; g++)
        if (!section->groups[g].seed_group) {
            print_group(out, report, &section->groups[g]);
            print_loss_group(out, report, section->groups[g].race);
        }
    for (size_t f = 0; f < section->n_seed_groups; f++)
        print_seed_group(out, report, section, &section->seed_groups[f]);
    print_charts(out, report, section);
    fprintf(out, "<h3>Case by case</h3>\n<div class=\"cases\">\n");
    for (size_t g = 0; g < section->n; g++)
        for (size_t r = 0; r < section->groups[g].n; r++)
            print_case(out, report, &section->groups[g], &section->groups[g].rows[r]);
    fprintf(out, "</div>\n</section>\n");
}

static void print_terms(FILE *out)
{
    fprintf(out, "<section>\n<h2>How to read this</h2>\n<dl class=\"terms\">\n");
    for (const struct ib_summary_fact *term = ib_report_terms; term->label; term++)
        fprintf(out, "<dt>%s</dt><dd>%s</dd>\n", term->label, term->value);
    fprintf(out, "</dl>\n</section>\n");
}

void ib_report_html(FILE *out, const struct ib_report *report)
{
    print_head(out, report);
    print_answers(out, report);
    print_faults(out, report);
    print_costs(out, report);
    print_charts(out, report, NULL);
    for (size_t s = 0; s < report->summary.n; s++)
        print_section(out, report, s);
    print_terms(out);
    fprintf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", report->script);
}
