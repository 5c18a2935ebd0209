#include "report/compare_cases.h"

#include "report/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_RATIO = 4, COLUMN_SPEED, COLUMN_NEEDED, COLUMN_ANSWER, COLUMN_MACHINE };

/* The scale of the intervals is at least 10 % and at most a factor of 4 to either side. */
#define LEAST_SCALE 0.1
#define MOST_SCALE  1.4

static const enum ib_doc_style speed_styles[] = {
    [IB_SAME] = IB_PLAIN, [IB_FASTER] = IB_GOOD, [IB_SLOWER] = IB_BAD, [IB_AMBIGUOUS] = IB_IDLE};

static const char *answer_of(const struct ib_case_record *c)
{
    return ib_answer_word(c->status, c->check.verdict);
}

static bool answer_differs(const struct ib_compared_case *c)
{
    return strcmp(answer_of(c->old_case), answer_of(c->new_case)) != 0;
}

/* ---- the order ---- */

/* First other answers, then slower, faster, ambiguous and equal cases. */
static int rank_of(const struct ib_compared_case *c)
{
    static const int ranks[] = {[IB_SLOWER] = 1, [IB_FASTER] = 2, [IB_AMBIGUOUS] = 3, [IB_SAME] = 4};
    return answer_differs(c) ? 0 : ranks[c->speed.verdict];
}

static double change_of(const struct ib_compared_case *c)
{
    return isnan(c->speed.ratio) ? 0 : fabs(log(c->speed.ratio));
}

/* Within a rank, the largest change comes first; equal ones stay in the order of the new run. */
static int by_change(const void *left, const void *right)
{
    const struct ib_compared_case *a = *(const struct ib_compared_case *const *)left,
                                  *b = *(const struct ib_compared_case *const *)right;
    if (rank_of(a) != rank_of(b))
        return rank_of(a) < rank_of(b) ? -1 : 1;
    if (change_of(a) != change_of(b))
        return change_of(a) > change_of(b) ? -1 : 1;
    return a < b ? -1 : a > b;
}

static const struct ib_compared_case **sorted(struct ib_arena *arena, const struct ib_comparison *comparison)
{
    const struct ib_compared_case **list = ib_arena_alloc(arena, (comparison->n + 1) * sizeof *list);
    for (size_t i = 0; i < comparison->n; i++)
        list[i] = &comparison->cases[i];
    qsort(list, comparison->n, sizeof *list, by_change);
    return list;
}

/* ---- the counts ---- */

void ib_compare_counts(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    static const struct {
        const char *words;
        enum ib_doc_style style;
    } kinds[] = {{"with another answer", IB_BAD},
                 {"slower", IB_BAD},
                 {"faster", IB_GOOD},
                 {"ambiguous", IB_IDLE},
                 {"as fast as before", IB_PLAIN}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    size_t counts[KINDS] = {0};
    for (size_t i = 0; i < comparison->n; i++)
        counts[rank_of(&comparison->cases[i])]++;
    ib_doc_add(doc, IB_DOC_CLAIM, ib_arena_print(doc->arena, "%zu cases in both runs:", comparison->n));
    size_t left = comparison->n;
    for (int k = 0; k < KINDS; k++) {
        left -= counts[k];
        if (counts[k])
            ib_doc_append(doc,
                          ib_arena_print(doc->arena, "%zu %s%s", counts[k], kinds[k].words, left ? "," : "."),
                          kinds[k].style);
    }
}

/* ---- the table ---- */

const char *ib_ratio_words(struct ib_arena *arena, const struct ib_speed *speed)
{
    if (isnan(speed->ratio))
        return IB_DASH;
    return isnan(speed->low) || isnan(speed->high)
               ? ib_arena_print(arena, "%.3f", speed->ratio)
               : ib_arena_print(arena, "%.3f [%.3f, %.3f]", speed->ratio, speed->low, speed->high);
}

/* How far the scale of the intervals reaches from 1, as a logarithm. */
static double scale_of(const struct ib_comparison *comparison)
{
    double scale = LEAST_SCALE;
    for (size_t i = 0; i < comparison->n; i++) {
        const struct ib_speed *speed = &comparison->cases[i].speed;
        scale = fmax(scale, fmax(fabs(log(speed->low)), fabs(log(speed->high)))); /* skips NaN */
        scale = fmax(scale, change_of(&comparison->cases[i]));
    }
    return fmin(scale, MOST_SCALE);
}

/* Where a ratio stands from 0 to 1, with 1 in the middle. */
static double place_of(double ratio, double scale)
{
    return isnan(ratio) ? NAN : fmin(1, fmax(0, 0.5 + log(ratio) / scale / 2));
}

static const struct ib_doc_drawing *interval_of(struct ib_arena *arena, const struct ib_speed *speed,
                                                double scale)
{
    if (isnan(speed->ratio))
        return NULL;
    struct ib_doc_drawing *drawing = ib_arena_alloc(arena, sizeof *drawing);
    *drawing = (struct ib_doc_drawing){.kind = IB_DRAW_INTERVAL,
                                       .low = place_of(speed->low, scale),
                                       .value = place_of(speed->ratio, scale),
                                       .high = place_of(speed->high, scale),
                                       .reference = 0.5};
    return drawing;
}

static const char *answer_words(struct ib_arena *arena, const struct ib_compared_case *c)
{
    return answer_differs(c)
               ? ib_arena_print(arena, "%s → %s", answer_of(c->old_case), answer_of(c->new_case))
               : answer_of(c->new_case);
}

static void add_case(struct ib_doc *doc, const struct ib_compared_case *c, double scale)
{
    struct ib_arena *arena = doc->arena;
    const double needed = c->speed.needed;
    const char *cells[] = {c->new_case->problem,
                           c->new_case->name,
                           ib_format_duration(arena, c->old_case->epoch_ns.median),
                           ib_format_duration(arena, c->new_case->epoch_ns.median),
                           [COLUMN_RATIO] = ib_ratio_words(arena, &c->speed),
                           [COLUMN_SPEED] = ib_word_of(ib_speed_words, (int)c->speed.verdict),
                           [COLUMN_NEEDED] = isnan(needed) ? "" : ib_format_count(arena, needed),
                           [COLUMN_ANSWER] = answer_words(arena, c),
                           [COLUMN_MACHINE] = ib_or_dash(c->new_case->machine)};
    struct ib_doc_text *added = ib_doc_row(doc, cells);
    added[COLUMN_RATIO].drawing = interval_of(arena, &c->speed, scale);
    added[COLUMN_SPEED].style = speed_styles[c->speed.verdict];
    added[COLUMN_ANSWER].style = !answer_differs(c)                       ? IB_PLAIN
                                 : c->new_case->check.verdict == IB_RIGHT ? IB_GOOD
                                                                          : IB_BAD;
}

/* Why the verdict of some cases is AMBIGUOUS: each reason once, with the number of its cases. */
static void add_reasons(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    struct {
        const char *text;
        size_t n;
    } *reasons = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < comparison->n; i++) {
        const char *reason = comparison->cases[i].speed.reason;
        size_t k = 0;
        while (reason && k < n && strcmp(reasons[k].text, reason) != 0)
            k++;
        if (reason && k == n) {
            reasons = ib_arena_grow(doc->arena, reasons, sizeof *reasons, n, &capacity);
            reasons[n++].text = reason;
        }
        if (reason)
            reasons[k].n++;
    }
    for (size_t k = 0; k < n; k++)
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "AMBIGUOUS in %zu case%s: %s.", reasons[k].n,
                                             ib_plural(reasons[k].n), reasons[k].text));
}

void ib_compare_cases(struct ib_doc *doc, const struct ib_comparison *comparison)
{
    if (!comparison->n) {
        ib_doc_paragraph(doc, "The runs have no case in common.");
        return;
    }
    static const char *const headings[] = {
        "problem", "case", "old", "new", "ratio", "speed", "rounds needed", "answer", IB_MACHINE_SUBJECT};
    const struct ib_compared_case **list = sorted(doc->arena, comparison);
    const double scale = scale_of(comparison);
    ib_doc_table(doc, comparison->machines ? "wwrrrwrww" : "wwrrrwrw", headings);
    ib_doc_expect(doc, comparison->n);
    for (size_t i = 0; i < comparison->n; i++)
        add_case(doc, list[i], scale);
    add_reasons(doc, comparison);
}
