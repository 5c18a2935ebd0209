#include "report/overview.h"

#include "report/format.h"
#include "report/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 6, PROBLEMS_MAX = 24 }; /* of the table of times */

/* One implementation, with its options and residency. */
struct competitor {
    const char *name;
    double logs; /* sum of log(time / the fastest) */
    size_t n_ranked, n_first;
};

struct field {
    struct competitor *list;
    size_t n, capacity, problems;
};

const char *ib_section_id(struct ib_arena *arena, size_t section)
{
    return ib_arena_print(arena, "part-%zu", section + 1);
}

/* ---- the ranking ---- */

static struct competitor *competitor_of(struct field *f, struct ib_arena *arena, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->list[i].name, name) == 0)
            return &f->list[i];
    f->list = ib_arena_grow(arena, f->list, sizeof *f->list, f->n, &f->capacity);
    f->list[f->n] = (struct competitor){.name = name};
    return &f->list[f->n++];
}

static void add_group(struct field *f, struct ib_arena *arena, const struct ib_summary_group *group)
{
    f->problems++;
    for (size_t r = 0; r < group->n; r++) {
        const struct ib_summary_row *row = &group->rows[r];
        struct competitor *c = competitor_of(f, arena, row->name);
        if (!row->ranked)
            continue;
        c->logs += log(row->time_ns / group->rows[0].time_ns);
        c->n_ranked++;
        c->n_first += r < group->n_first;
    }
}

/* Means over other problems cannot be compared, so those with most problems come first. */
static int by_rank(const void *left, const void *right)
{
    const struct competitor *a = left, *b = right;
    if (a->n_ranked != b->n_ranked)
        return a->n_ranked < b->n_ranked ? 1 : -1;
    return (a->logs > b->logs) - (a->logs < b->logs);
}

static struct field field_of(const struct ib_summary *summary, struct ib_arena *arena)
{
    struct field f = {0};
    for (size_t s = 0; s < summary->n; s++)
        for (size_t g = 0; g < summary->sections[s].n; g++)
            add_group(&f, arena, &summary->sections[s].groups[g]);
    if (f.n)
        qsort(f.list, f.n, sizeof *f.list, by_rank);
    return f;
}

static const char *mean_of(struct ib_arena *arena, const struct competitor *c)
{
    return c->n_ranked
               ? ib_arena_print(arena, "%s×", ib_format_ratio(arena, exp(c->logs / (double)c->n_ranked)))
               : IB_DASH;
}

static const char *firsts_of(struct ib_arena *arena, const struct competitor *c)
{
    return ib_arena_print(arena, "%zu of %zu", c->n_first, c->n_ranked);
}

static void add_ranking(struct ib_doc *doc, const struct field *f)
{
    static const char *const heads[] = {"implementation", "mean", "fastest in"};
    ib_doc_table(doc, "nrr", heads);
    for (const struct competitor *c = f->list; c < f->list + f->n; c++) {
        const char *cells[] = {c->name, mean_of(doc->arena, c), firsts_of(doc->arena, c)};
        ib_doc_row(doc, cells);
    }
}

/* ---- the times ---- */

static const struct ib_summary_row *row_of(const struct ib_summary_group *group, const char *name)
{
    for (size_t r = 0; r < group->n; r++)
        if (strcmp(group->rows[r].name, name) == 0)
            return &group->rows[r];
    return NULL;
}

static void add_times_of(struct ib_doc *doc, const struct field *f, const struct ib_summary_group *group,
                         const char *link)
{
    const struct ib_summary_row *rows[NAMES_MAX];
    const char *cells[NAMES_MAX + 1] = {group->title};
    for (size_t i = 0; i < f->n; i++) {
        rows[i] = row_of(group, f->list[i].name);
        cells[i + 1] = !rows[i]          ? IB_DASH
                       : rows[i]->ranked ? ib_format_duration(doc->arena, rows[i]->time_ns)
                                         : rows[i]->cells[IB_COLUMN_VERDICT];
    }
    struct ib_doc_text *added = ib_doc_row(doc, cells);
    added[0].to = link;
    for (size_t i = 0; i < f->n; i++)
        if (rows[i] && !rows[i]->ranked)
            added[i + 1].style = ib_summary_verdict_style(cells[i + 1]);
        else if (rows[i] && rows[i] < group->rows + group->n_first)
            added[i + 1].style = IB_STRONG;
}

/* A row with a value of each implementation. */
static void add_row_of(struct ib_doc *doc, const struct field *f, const char *head,
                       const char *value(struct ib_arena *, const struct competitor *))
{
    const char *cells[NAMES_MAX + 1] = {head};
    for (size_t i = 0; i < f->n; i++)
        cells[i + 1] = value(doc->arena, &f->list[i]);
    ib_doc_row(doc, cells);
}

static void add_times(struct ib_doc *doc, const struct ib_summary *summary, const struct field *f)
{
    const char *heads[NAMES_MAX + 1] = {"time per epoch"};
    char columns[NAMES_MAX + 2] = "n";
    for (size_t i = 0; i < f->n; i++) {
        heads[i + 1] = f->list[i].name;
        columns[i + 1] = 'r';
    }
    ib_doc_table(doc, ib_arena_copy(doc->arena, columns), heads);
    for (size_t s = 0; s < summary->n; s++)
        for (size_t g = 0; g < summary->sections[s].n; g++)
            add_times_of(doc, f, &summary->sections[s].groups[g], ib_section_id(doc->arena, s));
    add_row_of(doc, f, "mean", mean_of);
    add_row_of(doc, f, "fastest in", firsts_of);
}

void ib_overview(struct ib_doc *doc, const struct ib_summary *summary)
{
    const struct field f = field_of(summary, doc->arena);
    if (f.problems < 2 || f.n < 2)
        return;
    ib_doc_heading(doc, 2, "All problems");
    if (f.n <= NAMES_MAX && f.problems <= PROBLEMS_MAX)
        add_times(doc, summary, &f);
    else
        add_ranking(doc, &f);
    ib_doc_add(
        doc, IB_DOC_NOTE,
        ib_arena_print(doc->arena,
                       "Mean: the geometric mean of the time over that of the fastest. Both are over the "
                       "problems, of %zu, in which the implementation is verified; those verified in "
                       "more come first. Where the fastest cannot be told apart, each of them counts.",
                       f.problems));
}
