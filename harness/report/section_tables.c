#include "report/section_tables.h"

#include "base/text.h"
#include "report/case_part.h"
#include "report/format.h"
#include "report/labels.h"
#include "report/seed_groups.h"
#include "report/summary.h"
#include "report/time_to_loss_section.h"

#include <math.h>
#include <string.h>

enum {
    MANY_PROBLEMS = 8, /* with more, they share a table, */
    MANY_SETTINGS = 24 /* and with more than that, it is folded away */
};

/* ---- a problem ---- */

/* The texts of a row, or the heads if that is NULL, in the columns that are shown. */
static const char *const *in_shown(struct ib_arena *arena, const struct ib_summary_group *group,
                                   const struct ib_summary_row *row)
{
    const char **chosen = ib_arena_alloc(arena, IB_COLUMN_COUNT * sizeof *chosen);
    size_t n = 0;
    for (enum ib_summary_column column = 0; column < IB_COLUMN_COUNT; column++)
        if (group->shown[column])
            chosen[n++] =
                row ? ib_summary_cell(arena, group, row, column) : ib_summary_head(arena, group, column);
    return chosen;
}

static const char *shown_columns(struct ib_arena *arena, const struct ib_summary_group *group)
{
    char *columns = ib_arena_copy(arena, IB_SUMMARY_COLUMNS), *end = columns;
    for (size_t column = 0; column < IB_COLUMN_COUNT; column++)
        if (group->shown[column])
            *end++ = IB_SUMMARY_COLUMNS[column];
    *end = '\0';
    return columns;
}

static bool is_first(const struct ib_summary_group *group, size_t row)
{
    return row < group->n_first && group->n_first < group->n_ranked;
}

/* Sets style, link and mark of a row's name, and the style of its verdict. */
static void dress_row(const struct ib_summary *summary, const struct ib_summary_group *group, size_t r,
                      struct ib_doc_text *name, struct ib_doc_text *verdict)
{
    name->drawing = ib_look_mark(&summary->looks, group->rows[r].name);
    verdict->style = ib_summary_verdict_style(verdict->text);
}

static void add_group(struct ib_doc *doc, const struct ib_summary *summary,
                      const struct ib_summary_group *group, enum ib_extent extent)
{
    struct ib_arena *arena = doc->arena;
    const char *columns = shown_columns(arena, group);
    ib_doc_heading(doc, 3, group->title);
    ib_doc_paragraph(doc, ib_summary_facts(arena, group));
    ib_doc_table(doc, columns, in_shown(arena, group, NULL))->sortable = true;
    for (size_t r = 0; r < group->n; r++) {
        const struct ib_summary_row *row = &group->rows[r];
        struct ib_doc_text *cells = ib_doc_row(doc, in_shown(arena, group, row));
        cells[IB_COLUMN_IMPL].style = is_first(group, r) ? IB_STRONG : row->ranked ? IB_PLAIN : IB_SOFT;
        cells[IB_COLUMN_IMPL].to = extent == IB_WITH_CASES ? ib_case_anchor(arena, row) : NULL;
        dress_row(summary, group, r, &cells[IB_COLUMN_IMPL], &cells[strlen(columns) - 1]);
    }
}

void ib_group_claim(struct ib_doc *doc, const struct ib_summary *summary,
                    const struct ib_summary_group *group)
{
    ib_doc_append(doc, ib_summary_leaders(doc->arena, group), IB_STRONG);
    ib_doc_append(doc, ib_summary_claim(doc->arena, group), IB_PLAIN);
    for (const char *const *note = ib_summary_notes(doc->arena, summary, group); *note; note++)
        ib_doc_add(doc, IB_DOC_NOTE, *note);
}

static void add_answers(struct ib_doc *doc, const struct ib_summary *summary,
                        const struct ib_summary_group *group)
{
    ib_doc_add(doc, IB_DOC_CLAIM, NULL);
    ib_group_claim(doc, summary, group);
    ib_time_to_section(doc, group->loss_group);
}

/* ---- several seeds ---- */

const char *ib_seed_group_heading(struct ib_arena *arena, const struct ib_seed_group *seeds)
{
    return ib_arena_print(arena, "%s, %zu seeds", seeds->title, seeds->n_seeds);
}

/* A table with one row per implementation, over all seeds. */
static void add_seed_group(struct ib_doc *doc, const struct ib_summary *summary,
                           const struct ib_seed_group *seeds)
{
    ib_doc_heading(doc, 3, ib_seed_group_heading(doc->arena, seeds));
    ib_doc_paragraph(doc, "Medians over the seeds; verified cases only.");
    ib_doc_table(doc, IB_SEED_GROUP_COLUMNS, seeds->heads);
    for (size_t r = 0; r < seeds->n; r++) {
        struct ib_doc_text *cells = ib_doc_row(doc, seeds->rows[r].cells);
        struct ib_doc_text *verdict = &cells[IB_SEED_GROUP_VERDICT];
        cells[IB_SEED_GROUP_IMPL].drawing = ib_look_mark(&summary->looks, cells[IB_SEED_GROUP_IMPL].text);
        verdict->style = ib_summary_verdict_style(verdict->text);
    }
}

/* The tables of each seed, folded away. */
static void add_seeds(struct ib_doc *doc, const struct ib_summary *summary,
                      const struct ib_summary_section *section, const struct ib_seed_group *seeds,
                      enum ib_extent extent)
{
    ib_doc_add(doc, IB_DOC_FOLD, "Seed by seed");
    for (size_t g = 0; g < section->n; g++) {
        if (section->groups[g].seed_group != seeds)
            continue;
        add_group(doc, summary, &section->groups[g], extent);
        add_answers(doc, summary, &section->groups[g]);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

/* ---- many problems ---- */

/* The unit for all times of a section; *unit_ns: its length. */
static const char *unit_of(const struct ib_summary_section *section, double *unit_ns)
{
    double shortest = INFINITY;
    for (size_t g = 0; g < section->n; g++)
        for (size_t r = 0; r < section->groups[g].n; r++)
            shortest = fmin(shortest, section->groups[g].rows[r].time_ns); /* skips NaN */
    return ib_unit_of_ns(isfinite(shortest) ? shortest : 1e3, unit_ns);
}

static void add_setting(struct ib_doc *doc, const struct ib_summary *summary,
                        const struct ib_summary_group *group, const char *title, double unit_ns,
                        enum ib_extent extent)
{
#define CELL(column) ib_summary_cell(doc->arena, group, row, column)
    for (size_t r = 0; r < group->n; r++) {
        const struct ib_summary_row *row = &group->rows[r];
        const char *cells[] = {title,
                               row->name,
                               ib_format_digits(doc->arena, row->time_ns / unit_ns),
                               CELL(IB_COLUMN_RATIO),
                               CELL(IB_COLUMN_SCORE),
                               CELL(IB_COLUMN_SKILL),
                               CELL(IB_COLUMN_CONVERGENCE),
                               CELL(IB_COLUMN_VERDICT)};
        struct ib_doc_text *added = ib_doc_row(doc, cells);
        added[0].to = extent == IB_WITH_CASES ? ib_case_anchor(doc->arena, row) : NULL;
        dress_row(summary, group, r, &added[1], &added[7]);
    }
#undef CELL
}

void ib_settings_table(struct ib_doc *doc, const struct ib_summary *summary,
                       const struct ib_summary_section *section, enum ib_extent extent)
{
    struct ib_arena *arena = doc->arena;
    const char **titles = ib_arena_alloc(arena, section->n * sizeof *titles);
    double unit_ns;
    const char *unit = unit_of(section, &unit_ns);
    for (size_t g = 0; g < section->n; g++)
        titles[g] = section->groups[g].title;
    const char *common = ib_labels_strip(arena, titles, section->n);
    const bool folded = section->n > MANY_SETTINGS;
    if (folded)
        ib_doc_add(doc, IB_DOC_FOLD, "All settings");
    else
        ib_doc_heading(doc, 3, "All settings");
    ib_doc_paragraph(doc, ib_arena_print(arena,
                                         "%zu problems%s%s. The ratio is over the fastest verified case of "
                                         "the same problem.",
                                         section->n, common[0] ? " of " : "", common));
    const char *heads[] = {"settings",
                           "implementation",
                           ib_arena_print(arena, "%s/epoch", unit),
                           ib_summary_head(arena, &section->groups[0], IB_COLUMN_RATIO),
                           ib_summary_head(arena, &section->groups[0], IB_COLUMN_SCORE),
                           ib_summary_head(arena, &section->groups[0], IB_COLUMN_SKILL),
                           ib_summary_head(arena, &section->groups[0], IB_COLUMN_CONVERGENCE),
                           ib_summary_head(arena, &section->groups[0], IB_COLUMN_VERDICT)};
    ib_doc_table(doc, "nnrrrrww", heads)->sortable = true;
    size_t n_rows = 0;
    for (size_t g = 0; g < section->n; g++)
        n_rows += section->groups[g].n;
    ib_doc_expect(doc, n_rows);
    for (size_t g = 0; g < section->n; g++)
        add_setting(doc, summary, &section->groups[g], titles[g], unit_ns, extent);
    if (folded)
        ib_doc_add(doc, IB_DOC_END, NULL);
}

void ib_section_tables(struct ib_doc *doc, const struct ib_summary *summary,
                       const struct ib_summary_section *section, enum ib_extent extent)
{
    const bool many = extent != IB_BRIEF && section->n > MANY_PROBLEMS;
    for (size_t g = 0; g < section->n && !many; g++) {
        if (section->groups[g].seed_group)
            continue;
        add_group(doc, summary, &section->groups[g], extent);
        if (extent != IB_BRIEF)
            add_answers(doc, summary, &section->groups[g]);
    }
    for (size_t f = 0; f < section->n_seed_groups && !many; f++) {
        add_seed_group(doc, summary, &section->seed_groups[f]);
        if (extent != IB_BRIEF)
            add_seeds(doc, summary, section, &section->seed_groups[f], extent);
    }
    if (many)
        ib_settings_table(doc, summary, section, extent);
}
