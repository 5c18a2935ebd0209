#include "report/overview.h"

#include "report/format.h"
#include "report/seed_groups.h"
#include "report/summary.h"
#include "report/sweep_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the table of times: with more problems than that, those of a model, data set and type are one row. */
enum { NAMES_MAX = 8, PROBLEMS_MAX = 24 };

#define DIVERGED "diverged" /* instead of the verdict of what is right, but diverges */

/* One implementation, with its options and residency. */
struct competitor {
    const char *name;
    double logs; /* sum over problems of log(time / the fastest) */
    size_t n_ranked, n_first;
};

/* A row of the table: one problem, one with several seeds, or all of a model, data set and type. */
struct problem {
    const char *title;
    size_t section;
    const struct ib_summary_group **groups;
    size_t n, capacity;
    const struct ib_seed_group *seeds; /* NULL: not of seeds only */
};

struct field {
    struct competitor *list;
    size_t n, capacity;
    struct problem *problems;
    size_t n_problems, problems_capacity;
    bool folded; /* a row is all problems of a model, data set and type */
};

/* How one implementation does in one problem. */
struct result {
    double log_ratio, log_ns; /* means over the groups that rank it */
    size_t n_ranked, n_first;
    const struct ib_summary_row *row; /* one of its rows; NULL: none */
};

const char *ib_section_id(struct ib_arena *arena, size_t section)
{
    return ib_arena_print(arena, "part-%zu", section + 1);
}

/* ---- who competes where ---- */

static void add_competitor(struct field *f, struct ib_arena *arena, const struct ib_summary_row *row)
{
    if (row->record->status == IB_CASE_UNAVAILABLE || row->record->status == IB_CASE_UNSUPPORTED)
        return;
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->list[i].name, row->name) == 0)
            return;
    f->list = ib_arena_grow(arena, f->list, sizeof *f->list, f->n, &f->capacity);
    f->list[f->n++] = (struct competitor){.name = row->name};
}

/* The problem of a section with this title, which is new if there is none. */
static struct problem *problem_of(struct field *f, struct ib_arena *arena, size_t section, const char *title)
{
    for (size_t i = f->n_problems; i > 0 && f->problems[i - 1].section == section; i--)
        if (strcmp(f->problems[i - 1].title, title) == 0)
            return &f->problems[i - 1];
    f->problems =
        ib_arena_grow(arena, f->problems, sizeof *f->problems, f->n_problems, &f->problems_capacity);
    f->problems[f->n_problems] = (struct problem){.title = title, .section = section};
    return &f->problems[f->n_problems++];
}

static size_t count_problems(const struct ib_summary *summary)
{
    size_t n = 0;
    for (size_t s = 0; s < summary->n; s++)
        n += ib_section_problems(&summary->sections[s]);
    return n;
}

static const char *title_of(struct ib_arena *arena, const struct ib_summary_group *group, bool folded)
{
    const struct ib_case_record *c = group->rows[0].record;
    return folded ? ib_arena_print(arena, "%s %s %s", c->axis[IB_AXIS_MODEL], c->axis[IB_AXIS_DTYPE],
                                   c->axis[IB_AXIS_DATASET])
           : group->seed_group ? group->seed_group->title
                               : group->title;
}

static void add_group(struct field *f, struct ib_arena *arena, size_t section,
                      const struct ib_summary_group *group)
{
    struct problem *p = problem_of(f, arena, section, title_of(arena, group, f->folded));
    p->groups = ib_arena_grow(arena, p->groups, sizeof(*p->groups), p->n, &p->capacity);
    p->groups[p->n++] = group;
    p->seeds = f->folded ? NULL : group->seed_group;
    for (size_t r = 0; r < group->n; r++)
        add_competitor(f, arena, &group->rows[r]);
}

static struct result result_of(const struct problem *p, const char *name)
{
    struct result result = {0};
    for (size_t g = 0; g < p->n; g++)
        for (size_t r = 0; r < p->groups[g]->n; r++) {
            const struct ib_summary_row *row = &p->groups[g]->rows[r];
            if (strcmp(row->name, name) != 0)
                continue;
            result.row = row;
            if (!row->ranked)
                continue;
            result.log_ratio += log(row->time_ns / p->groups[g]->rows[0].time_ns);
            result.log_ns += log(row->time_ns);
            result.n_ranked++;
            result.n_first += r < p->groups[g]->n_first;
        }
    result.log_ratio /= (double)result.n_ranked;
    result.log_ns /= (double)result.n_ranked;
    return result;
}

/* Whether it is among the fastest, in most of the groups. */
static bool is_first(const struct problem *p, const struct result *result)
{
    return 2 * result->n_first > p->n;
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
    struct field f = {.folded = count_problems(summary) > PROBLEMS_MAX};
    for (size_t s = 0; s < summary->n; s++)
        for (size_t g = 0; g < summary->sections[s].n; g++)
            add_group(&f, arena, s, &summary->sections[s].groups[g]);
    for (struct competitor *c = f.list; c < f.list + f.n; c++)
        for (const struct problem *p = f.problems; p < f.problems + f.n_problems; p++) {
            const struct result result = result_of(p, c->name);
            if (!result.n_ranked)
                continue;
            c->logs += result.log_ratio;
            c->n_ranked++;
            c->n_first += is_first(p, &result);
        }
    if (f.n)
        qsort(f.list, f.n, sizeof *f.list, by_rank);
    return f;
}

/* ---- the ranking ---- */

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

static void add_ranking(struct ib_doc *doc, const struct ib_summary *summary, const struct field *f)
{
    static const char *const heads[] = {"implementation", "mean", "fastest in"};
    ib_doc_table(doc, "nrr", heads);
    for (const struct competitor *c = f->list; c < f->list + f->n; c++) {
        const char *cells[] = {c->name, mean_of(doc->arena, c), firsts_of(doc->arena, c)};
        ib_doc_row(doc, cells)[0].drawing = ib_look_mark(&summary->looks, c->name);
    }
}

/* The answer over all problems in a sentence. */
static void add_claim(struct ib_doc *doc, const struct field *f)
{
    struct ib_arena *arena = doc->arena;
    const struct competitor *best = &f->list[0], *next = &f->list[1];
    if (!best->n_ranked)
        return;
    ib_doc_add(doc, IB_DOC_CLAIM, NULL);
    ib_doc_append(doc, best->name, IB_STRONG);
    const char *text =
        ib_arena_print(arena, "is among the fastest in %zu of %zu problems", best->n_first, f->n_problems);
    if (next->n_ranked == best->n_ranked)
        text = ib_arena_print(arena, "%s, and on average %s× as fast as %s", text,
                              ib_format_ratio(arena, exp((next->logs - best->logs) / (double)best->n_ranked)),
                              next->name);
    ib_doc_append(doc, ib_arena_print(arena, "%s.", text), IB_PLAIN);
}

/* ---- problem by problem ---- */

static bool is_better(const struct result *a, const struct result *b)
{
    return a->n_ranked > b->n_ranked ||
           (a->n_ranked && a->n_ranked == b->n_ranked && a->log_ratio < b->log_ratio);
}

/* The answer for problems that differ in more than their seeds. */
static const char *folded_answer(struct ib_arena *arena, const struct field *f, const struct problem *p)
{
    struct result best = {0}, next = {0};
    for (size_t i = 0; i < f->n; i++) {
        const struct result r = result_of(p, f->list[i].name);
        if (is_better(&r, &best)) {
            next = best;
            best = r;
        } else if (is_better(&r, &next)) {
            next = r;
        }
    }
    if (!best.n_ranked)
        return ib_summary_brief(arena, p->groups[0]);
    size_t n;
    const size_t n_first = ib_settings_won(p->groups, p->n, best.row->name, &n);
    if (f->n == 1)
        return ib_arena_print(arena, "%s, the only one, in %zu settings", best.row->name, n);
    const char *text =
        ib_arena_print(arena, "%s: fastest in %zu of %zu settings", best.row->name, n_first, n);
    return next.n_ranked < best.n_ranked
               ? text
               : ib_arena_print(arena, "%s, %s× as fast as %s", text,
                                ib_format_ratio(arena, exp(next.log_ratio - best.log_ratio)), next.row->name);
}

static const char *answer_of(struct ib_arena *arena, const struct field *f, const struct problem *p)
{
    return p->n == 1  ? ib_summary_brief(arena, p->groups[0])
           : p->seeds ? p->seeds->answer
                      : folded_answer(arena, f, p);
}

/* A time, or for several settings its ratio to the fastest; else why there is none. */
static const char *cell_of(struct ib_arena *arena, const struct problem *p, const struct result *result)
{
    if (!result->row)
        return IB_DASH;
    if (!result->n_ranked)
        return result->row->record->check.convergence == IB_DIVERGED &&
                       ib_case_record_verified(result->row->record)
                   ? DIVERGED
                   : ib_summary_cell(arena, p->groups[0], result->row, IB_COLUMN_VERDICT);
    return p->n > 1 && !p->seeds
               ? ib_arena_print(arena, "%s×", ib_format_ratio(arena, exp(result->log_ratio)))
               : ib_format_duration(arena, exp(result->log_ns));
}

static void add_times_of(struct ib_doc *doc, const struct field *f, const struct problem *p)
{
    const char *cells[NAMES_MAX + 2] = {p->title};
    struct result results[NAMES_MAX];
    for (size_t i = 0; i < f->n; i++) {
        results[i] = result_of(p, f->list[i].name);
        cells[i + 1] = cell_of(doc->arena, p, &results[i]);
    }
    cells[f->n + 1] = answer_of(doc->arena, f, p);
    struct ib_doc_text *added = ib_doc_row(doc, cells);
    added[0].to = ib_section_id(doc->arena, p->section);
    for (size_t i = 0; i < f->n; i++)
        if (results[i].row && !results[i].n_ranked)
            added[i + 1].style =
                strcmp(cells[i + 1], DIVERGED) == 0 ? IB_IDLE : ib_summary_verdict_style(cells[i + 1]);
        else if (f->n > 1 && is_first(p, &results[i]))
            added[i + 1].style = IB_STRONG;
}

/* A row with a value of each implementation. */
static void add_row_of(struct ib_doc *doc, const struct field *f, const char *head,
                       const char *value(struct ib_arena *, const struct competitor *))
{
    const char *cells[NAMES_MAX + 2] = {head};
    for (size_t i = 0; i < f->n; i++)
        cells[i + 1] = value(doc->arena, &f->list[i]);
    cells[f->n + 1] = "";
    ib_doc_row(doc, cells);
}

static void add_times(struct ib_doc *doc, const struct ib_summary *summary, const struct field *f)
{
    const char *heads[NAMES_MAX + 2] = {f->folded ? "time over the fastest" : "time per epoch"};
    char columns[NAMES_MAX + 3] = "n";
    for (size_t i = 0; i < f->n; i++) {
        heads[i + 1] = f->list[i].name;
        columns[i + 1] = 'r';
    }
    heads[f->n + 1] = "fastest";
    columns[f->n + 1] = 'w';
    struct ib_doc_block *table = ib_doc_table(doc, ib_arena_copy(doc->arena, columns), heads);
    for (size_t i = 0; i < f->n; i++)
        table->texts[i + 1].drawing = ib_look_mark(&summary->looks, f->list[i].name);
    for (const struct problem *p = f->problems; p < f->problems + f->n_problems; p++)
        add_times_of(doc, f, p);
    if (f->n < 2 || f->n_problems < 2)
        return;
    add_row_of(doc, f, "mean", mean_of);
    add_row_of(doc, f, "fastest in", firsts_of);
}

/* The answers alone. */
static void add_answers(struct ib_doc *doc, const struct field *f)
{
    ib_doc_table(doc, "nw", (const char *[]){"problem", "fastest"});
    for (const struct problem *p = f->problems; p < f->problems + f->n_problems; p++) {
        const char *cells[] = {p->title, answer_of(doc->arena, f, p)};
        ib_doc_row(doc, cells)[0].to = ib_section_id(doc->arena, p->section);
    }
}

static void add_note(struct ib_doc *doc, const struct field *f)
{
    ib_doc_add(
        doc, IB_DOC_NOTE,
        ib_arena_print(doc->arena,
                       "Mean: the geometric mean of the time over that of the fastest. Both are over the "
                       "problems, of %zu, in which the implementation is verified; those verified in "
                       "more come first. Where the fastest cannot be told apart, each of them counts. "
                       "Several seeds are one problem, with the geometric mean of their times.",
                       f->n_problems));
}

static void add_fastest(struct ib_doc *doc)
{
    ib_doc_heading(doc, 2, "Which is fastest")->id = "fastest";
}

static void add_only_problem(struct ib_doc *doc, const struct ib_summary_group *group)
{
    add_fastest(doc);
    ib_doc_add(doc, IB_DOC_CLAIM, NULL);
    ib_doc_append(doc, ib_summary_leaders(doc->arena, group), IB_STRONG);
    ib_doc_append(doc, ib_summary_claim(doc->arena, group), IB_PLAIN);
}

/* The answers in sentences, and the heading of the tables that follow. */
static void add_sentences(struct ib_doc *doc, const struct ib_summary *summary, const struct field *f)
{
    if (f->n < 2 || f->n_problems < 2) {
        ib_sweep_section(doc, summary);
        add_fastest(doc);
        return;
    }
    add_fastest(doc);
    add_claim(doc, f);
    if (ib_sweep_section(doc, summary))
        ib_doc_heading(doc, 2, "Problem by problem")->id = "problems";
}

void ib_overview(struct ib_doc *doc, const struct ib_summary *summary)
{
    const struct field f = field_of(summary, doc->arena);
    if (f.n_problems == 1 && f.problems[0].n == 1) {
        add_only_problem(doc, f.problems[0].groups[0]);
        return;
    }
    add_sentences(doc, summary, &f);
    if (f.n <= NAMES_MAX) {
        add_times(doc, summary, &f);
    } else {
        add_ranking(doc, summary, &f);
        add_answers(doc, &f);
    }
    if (f.n > 1 && f.n_problems > 1)
        add_note(doc, &f);
}
