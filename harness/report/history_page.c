#include "report/history_page.h"

#include "report/commit_words.h"
#include "report/format.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LINE_WIDTH = 24 }; /* characters, of a line of blocks */

/* ---- names ---- */

static const char *problem_of(const struct ib_trend *t)
{
    return t->series->c->problem;
}

/* The name of a series among those of its problem; with its machine where there are several. */
static const char *name_of(struct ib_arena *arena, const struct ib_trends *trends, const struct ib_trend *t)
{
    const struct ib_history_machine *m = t->series->machine;
    const char *name = t->series->c->name;
    if (trends->history->n_machines < 2)
        return name;
    return ib_arena_print(arena, "%s on %s (%.8s)", name, ib_or_dash(m->description), m->fingerprint);
}

static const char *id_of(struct ib_arena *arena, const struct ib_trends *trends, const struct ib_trend *t)
{
    return ib_arena_print(arena, "series-%zu", (size_t)(t - trends->list) + 1);
}

/* ---- the summary ---- */

/* "1 worse, 2 better"; "" without changes. */
static const char *changes_of(struct ib_arena *arena, const struct ib_trend *t)
{
    const char *text = "";
    for (const struct ib_word *word = ib_trend_verdict_words; word->word; word++) {
        size_t n = 0;
        for (size_t i = 0; i < t->n; i++)
            n += (int)t->changes[i].verdict == word->value ? 1 : 0;
        if (n)
            text = ib_arena_print(arena, "%s%s%zu %s", text, text[0] ? ", " : "", n, word->word);
    }
    return text;
}

static enum ib_doc_style style_of(const struct ib_trend *t)
{
    enum ib_doc_style style = IB_PLAIN;
    for (size_t i = 0; i < t->n; i++) {
        if (t->changes[i].verdict == IB_TREND_WORSE)
            return IB_BAD;
        style = IB_GOOD;
    }
    return style;
}

static const char *value_at(struct ib_arena *arena, const struct ib_trend *t, enum ib_trend_kind kind,
                            bool newest)
{
    const struct ib_trend_extent known = ib_trend_extent_of(t->series, kind);
    if (!known.n)
        return IB_DASH;
    return ib_trend_text(arena, t->series, kind,
                         ib_trend_value(&t->series->points[newest ? known.last : known.first], kind));
}

/* The number is what `history bisect` takes for the case. */
static void add_row(struct ib_doc *doc, const struct ib_trends *trends, const struct ib_trend *t, bool linked)
{
    enum { NAME = 1, CHANGES = 7 };
    struct ib_arena *arena = doc->arena;
    const char *const cells[] = {ib_arena_print(arena, "%" PRIu64, t->series->c->number),
                                 name_of(arena, trends, t),
                                 ib_arena_print(arena, "%zu", t->series->n),
                                 value_at(arena, t, IB_TREND_TIME, false),
                                 value_at(arena, t, IB_TREND_TIME, true),
                                 value_at(arena, t, IB_TREND_METRIC, true),
                                 ib_trend_line(arena, t->series, LINE_WIDTH),
                                 changes_of(arena, t)};
    struct ib_doc_text *row = ib_doc_row(doc, cells);
    row[NAME].to = linked ? id_of(arena, trends, t) : NULL;
    row[CHANGES].style = style_of(t);
}

static void add_table(struct ib_doc *doc, const struct ib_trends *trends, bool linked)
{
    const char *last = NULL;
    ib_doc_table(
        doc, "rnrrrrww",
        (const char *[]){"no.", "case", "runs", "first", "newest", "score", "time per epoch", "changes"});
    for (const struct ib_trend *t = trends->list; t < trends->list + trends->n; t++) {
        if (!last || strcmp(last, problem_of(t)) != 0)
            ib_doc_span(doc, problem_of(t));
        last = problem_of(t);
        add_row(doc, trends, t, linked);
    }
}

/* "12.3 µs → 12.9 µs, in 3f2a91c0e1b2..88aa91c0e1b2 (2026-01-31)": the day is that of the later one. */
static const char *change_words(struct ib_arena *arena, const struct ib_trend *t,
                                const struct ib_trend_change *c)
{
    const char *p = isnan(c->p) ? "" : ib_arena_print(arena, "; p = %.3g", c->p);
    return ib_arena_print(arena, "%s → %s, in %s (%.10s)%s", ib_trend_text(arena, t->series, c->kind, c->old),
                          ib_trend_text(arena, t->series, c->kind, c->new),
                          ib_trend_range(arena, t->series, c), ib_history_when(&t->series->points[c->after]),
                          p);
}

static void add_change(struct ib_doc *doc, const struct ib_trends *trends, const struct ib_trend *t,
                       const struct ib_trend_change *c, bool linked)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_add(doc, IB_DOC_ITEM, NULL);
    ib_doc_append(doc, ib_trend_difference(arena, t->series, c), ib_trend_style(c));
    struct ib_doc_text *name = ib_doc_append(doc, name_of(arena, trends, t), IB_STRONG);
    name->to = linked ? id_of(arena, trends, t) : NULL;
    ib_doc_append(doc, ib_arena_print(arena, "(%s)", problem_of(t)), IB_SOFT);
    ib_doc_end_head(doc);
    ib_doc_append(doc, change_words(arena, t, c), IB_PLAIN);
}

static void add_changes(struct ib_doc *doc, const struct ib_trends *trends, bool linked)
{
    ib_doc_heading(doc, 2, "Changes");
    if (!trends->n_changes)
        ib_doc_paragraph(doc, "No change was found.");
    for (const struct ib_trend *t = trends->list; t < trends->list + trends->n; t++)
        for (size_t i = 0; i < t->n; i++)
            add_change(doc, trends, t, &t->changes[i], linked);
}

void ib_history_summary(struct ib_doc *doc, const struct ib_trends *trends)
{
    add_table(doc, trends, false);
    add_changes(doc, trends, false);
}

/* ---- the values of each run ---- */

static const char *interval_of(struct ib_arena *arena, const struct ib_history_series *s,
                               const struct ib_history_result *r)
{
    if (isnan(r->low_ns) || isnan(r->high_ns))
        return IB_DASH;
    return ib_arena_print(arena, "%s to %s", ib_trend_text(arena, s, IB_TREND_TIME, r->low_ns),
                          ib_trend_text(arena, s, IB_TREND_TIME, r->high_ns));
}

/* "ok", or the status or verdict. */
static const char *answer_of(const struct ib_history_result *r)
{
    if (r->status == IB_CASE_OK)
        return ib_word_of(ib_verdict_words, (int)r->verdict);
    return r->status ? ib_word_of(ib_case_status_words, (int)r->status) : "not run";
}

/* The changes of a point's values, as they are from it on. */
static const char *notes_of(struct ib_arena *arena, const struct ib_trend *t, size_t point)
{
    const char *text = "";
    for (size_t i = 0; i < t->n; i++)
        if (t->changes[i].after == point)
            text = ib_arena_print(arena, "%s%s%s", text, text[0] ? "; " : "",
                                  ib_trend_difference(arena, t->series, &t->changes[i]));
    return text;
}

void ib_history_points(struct ib_doc *doc, const struct ib_trend *t)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_history_series *s = t->series;
    const char *const heads[] = {"commit",         "committed",     "branch",
                                 "time per epoch", "95 % interval", ib_trend_title(s, IB_TREND_METRIC),
                                 "copies",         "bytes",         "answer",
                                 "change"};
    ib_doc_table(doc, "nwwrrrrrww", heads);
    for (size_t i = 0; i < s->n; i++) {
        const struct ib_history_point *p = &s->points[i];
        const char *branch = p->source ? p->source->branch : NULL;
        const char *cells[] = {ib_trend_commit(arena, p),
                               ib_arena_print(arena, "%.10s", ib_history_when(p)),
                               ib_or_dash(branch),
                               ib_trend_text(arena, s, IB_TREND_TIME, p->result.epoch_ns),
                               interval_of(arena, s, &p->result),
                               ib_trend_text(arena, s, IB_TREND_METRIC, p->result.metric),
                               ib_trend_text(arena, s, IB_TREND_COPIES, ib_trend_value(p, IB_TREND_COPIES)),
                               ib_trend_text(arena, s, IB_TREND_BYTES, ib_trend_value(p, IB_TREND_BYTES)),
                               answer_of(&p->result),
                               notes_of(arena, t, i)};
        ib_doc_row(doc, cells);
    }
}

/* ---- the page ---- */

static void add_charts(struct ib_doc *doc, const struct ib_trend *t, const struct ib_trend_charts *charts)
{
    if (!charts->n)
        ib_doc_paragraph(doc, "No run has a verified time, error or copies of this case.");
    for (const struct ib_trend_chart *chart = charts->list; chart < charts->list + charts->n; chart++) {
        if (chart->note) {
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s: %s.", chart->title, chart->note));
            continue;
        }
        struct ib_doc_block *figure = ib_doc_add(doc, IB_DOC_FIGURE, chart->title);
        figure->svg = chart->svg;
        ib_doc_append(doc, ib_arena_print(doc->arena, "%s on %s", t->series->c->name, problem_of(t)),
                      IB_PLAIN);
    }
}

static void add_series(struct ib_doc *doc, const struct ib_trends *trends, const struct ib_trend *t,
                       const struct ib_trend_charts *charts)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 3, name_of(arena, trends, t))->id = id_of(arena, trends, t);
    for (size_t i = 0; i < t->n; i++) {
        ib_doc_add(doc, IB_DOC_CLAIM, NULL);
        ib_doc_append(doc, ib_trend_difference(arena, t->series, &t->changes[i]),
                      ib_trend_style(&t->changes[i]));
        ib_doc_append(doc, change_words(arena, t, &t->changes[i]), IB_PLAIN);
    }
    add_charts(doc, t, charts);
    ib_doc_add(doc, IB_DOC_FOLD, ib_arena_print(arena, "All %zu runs", t->series->n));
    ib_history_points(doc, t);
    ib_doc_add(doc, IB_DOC_END, NULL);
}

static void add_method(struct ib_doc *doc, const struct ib_trends *trends)
{
    ib_doc_heading(doc, 2, "How to read this");
    ib_doc_paragraph(
        doc,
        ib_arena_print(
            doc->arena,
            "Each point is a run: the median over its rounds, with its 95 %% interval. Runs stand in the "
            "order of "
            "their commits; hollow points had uncommitted changes. Dashed lines are changes, horizontal ones "
            "the "
            "medians between them. Changes of times and errors are found by E-divisive means (Matteson and "
            "James, 2014): at least %zu runs lie between two changes, and of series without any, about %s "
            "have "
            "one by chance. Of copies, which are exact, each difference is a change. A range of commits "
            "A..B is what git log takes: the change is in one of the commits after A, up to B.",
            trends->rules.least, ib_format_share(doc->arena, trends->rules.level)));
}

static void add_head(struct ib_doc *doc, const struct ib_trends *trends)
{
    const struct ib_history *h = trends->history;
    ib_doc_heading(doc, 1, "ironbench: history");
    ib_doc_add(doc, IB_DOC_CLAIM,
               ib_arena_print(doc->arena, "%zu run%s, %zu case%s, %zu machine%s: %zu change%s.", h->n_runs,
                              ib_plural(h->n_runs), h->cases.n, ib_plural(h->cases.n), h->n_machines,
                              ib_plural(h->n_machines), trends->n_changes, ib_plural(trends->n_changes)));
    if (h->cases.shown)
        ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "Only %s.", h->cases.shown));
}

void ib_history_page(struct ib_doc *doc, const struct ib_trends *trends, const struct ib_trend_charts *charts)
{
    const char *last = NULL;
    add_head(doc, trends);
    add_changes(doc, trends, true);
    ib_doc_heading(doc, 2, "Trends");
    add_table(doc, trends, true);
    for (size_t i = 0; i < trends->n; i++) {
        const struct ib_trend *t = &trends->list[i];
        if (!last || strcmp(last, problem_of(t)) != 0)
            ib_doc_heading(doc, 2, problem_of(t));
        last = problem_of(t);
        add_series(doc, trends, t, &charts[i]);
    }
    add_method(doc, trends);
}
