#include "report/report_parts.h"

#include "report/escape.h"
#include "report/process_section.h"
#include "report/time_to_loss_section.h"
#include "report/transfer_section.h"

static const char *plain(const struct ib_report *report, const char *text)
{
    return ib_escape_markdown(report->arena, text);
}

static void print_answers(FILE *out, const struct ib_report *report)
{
    fprintf(out, "## The answer\n\n");
    for (size_t s = 0; s < report->summary.n; s++) {
        const struct ib_summary_section *section = &report->summary.sections[s];
        for (size_t g = 0; g < section->n; g++) {
            const struct ib_summary_group *group = &section->groups[g];
            fprintf(out, "- %s: **%s** %s\n", plain(report, group->title), plain(report, group->leaders),
                    plain(report, group->claim));
            for (const char *const *note = group->notes; *note; note++)
                fprintf(out, "  %s\n", plain(report, *note));
        }
    }
    fputc('\n', out);
}

static void print_faults(FILE *out, const struct ib_report *report)
{
    const struct ib_summary *summary = &report->summary;
    if (!summary->n_faults)
        return;
    fprintf(out, "## Not right, or without an answer\n\n| verdict | case | reason |\n|---|---|---|\n");
    for (size_t i = 0; i < summary->n_faults; i++) {
        const struct ib_summary_fault *fault = &summary->faults[i];
        fprintf(out, "| %s | %s, %s | %s |\n", fault->verdict, plain(report, fault->name),
                plain(report, fault->where), plain(report, fault->reason));
    }
    fputc('\n', out);
}

static void print_cells(FILE *out, const struct ib_report *report, const char *const *cells)
{
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        fprintf(out, "| %s ", plain(report, cells[i]));
    fprintf(out, "|\n");
}

static void print_group(FILE *out, const struct ib_report *report, const struct ib_summary_group *group)
{
    fprintf(out, "### %s\n\n%s.\n\n", plain(report, group->title), plain(report, group->facts));
    print_cells(out, report, group->heads);
    for (int i = 0; i < IB_COLUMN_COUNT; i++)
        fprintf(out, ib_column_is_number(i) ? "|---:" : "|---");
    fprintf(out, "|\n");
    for (size_t r = 0; r < group->n; r++)
        print_cells(out, report, group->rows[r].cells);
    fputc('\n', out);
}

static void print_loss_group(FILE *out, const struct ib_report *report, const struct ib_loss_group *race)
{
    struct ib_doc doc = {.arena = report->arena};
    ib_time_to_section(&doc, race);
    ib_doc_markdown(out, &doc, "####");
}

static void print_seed_group(FILE *out, const struct ib_report *report,
                             const struct ib_seed_group *seed_group)
{
    fprintf(out, "### %s, %zu seeds\n\nMedians over the seeds, of verified cases. Fastest: %s.\n\n",
            plain(report, seed_group->title), seed_group->n_seeds, plain(report, seed_group->leaders));
    for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++)
        fprintf(out, "| %s ", seed_group->heads[i]);
    fprintf(out, "|\n");
    for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++)
        fprintf(out, ib_seed_group_is_number(i) ? "|---:" : "|---");
    fprintf(out, "|\n");
    for (size_t r = 0; r < seed_group->n; r++) {
        for (int i = 0; i < IB_SEED_GROUP_COLUMN_COUNT; i++)
            fprintf(out, "| %s ", plain(report, seed_group->rows[r].cells[i]));
        fprintf(out, "|\n");
    }
    fputc('\n', out);
}

static void print_charts(FILE *out, const struct ib_report *report, const struct ib_summary_section *section)
{
    size_t at = 0;
    for (const struct ib_chart *chart; (chart = ib_report_next_chart(report, section, &at));) {
        const char *title = plain(report, chart->title);
        if (chart->file)
            fprintf(out, "![%s](%s)\n\n%s%s%s\n\n", title, chart->file, plain(report, chart->script->caption),
                    chart->note ? " " : "", chart->note ? plain(report, chart->note) : "");
        else
            fprintf(out, "%s: %s.\n\n", title, plain(report, chart->note));
    }
}

static void print_costs(FILE *out, const struct ib_report *report)
{
    struct ib_doc doc = {.arena = report->arena};
    ib_transfer_sections(&doc, &report->summary.derived);
    ib_process_section(&doc, report->run);
    ib_doc_markdown(out, &doc, "##");
}

void ib_report_markdown(FILE *out, const struct ib_report *report)
{
    const struct ib_summary *summary = &report->summary;
    fprintf(out, "# ironbench: %s\n\n%s.\n\n| | |\n|---|---|\n", plain(report, summary->title),
            plain(report, summary->counts));
    for (const struct ib_summary_fact *fact = summary->facts; fact->label; fact++)
        fprintf(out, "| %s | %s |\n", fact->label, plain(report, fact->value));
    fputc('\n', out);
    print_answers(out, report);
    print_faults(out, report);
    print_costs(out, report);
    print_charts(out, report, NULL);
    for (size_t s = 0; s < summary->n; s++) {
        const struct ib_summary_section *section = &summary->sections[s];
        fprintf(out, "## %s on %s\n\n", plain(report, section->model), plain(report, section->dataset));
        for (size_t f = 0; f < section->n_seed_groups; f++)
            print_seed_group(out, report, &section->seed_groups[f]);
        for (size_t g = 0; g < section->n; g++) {
            print_group(out, report, &section->groups[g]);
            print_loss_group(out, report, section->groups[g].race);
        }
        print_charts(out, report, section);
    }
    fprintf(out, "## How to read this\n\n");
    for (const struct ib_summary_fact *term = ib_report_terms; term->label; term++)
        fprintf(out, "- **%s**: %s\n", term->label, term->value);
}
