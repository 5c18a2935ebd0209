#include "report/sweep_section.h"

#include "report/format.h"
#include "report/heat_map.h"

#include <math.h>
#include <string.h>

enum { SWEEPS_SHOWN = 6 }; /* the answers of the others are folded away */

/* ---- words ---- */

/* "lr=0.1 hidden=6x6 seed=3": the case's values on the axes of its sweep. */
static const char *settings_of(struct ib_arena *arena, const struct ib_tuning *sweep,
                               const struct ib_case_record *c)
{
    const char *text = "";
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const enum ib_axis_kind kind = sweep->axes[i].kind;
        if (c->axis[kind])
            text = ib_arena_print(arena, "%s%s%s=%s", text, text[0] ? " " : "", ib_axis_rules[kind].name,
                                  ib_setting_value(arena, kind, c->axis[kind]));
    }
    return text;
}

static const char *title_of(struct ib_arena *arena, const struct ib_tuning *sweep)
{
    const char *const *axis = sweep->cases[0]->axis;
    return ib_arena_print(arena, "%s %s %s", axis[IB_AXIS_MODEL], axis[IB_AXIS_DTYPE], axis[IB_AXIS_DATASET]);
}

static const char *loss_of(struct ib_arena *arena, const struct ib_tuning *sweep)
{
    return ib_arena_print(arena, "a loss of %.4g", sweep->target);
}

/* ---- the best ---- */

/* The first of those whose case is best. */
static const struct ib_tuning_best *best_by_score(const struct ib_tuning *sweep)
{
    const struct ib_tuning_best *best = NULL;
    const bool higher = ib_metrics[sweep->metric]->higher_is_better;
    for (const struct ib_tuning_best *b = sweep->bests; b < sweep->bests + sweep->n_bests; b++) {
        if (!b->by_score)
            continue;
        const double value = b->by_score->metrics[sweep->metric],
                     before = best ? best->by_score->metrics[sweep->metric] : NAN;
        if (!best || (higher ? value > before : value < before))
            best = b;
    }
    return best;
}

static const struct ib_tuning_best *best_by_time(const struct ib_tuning *sweep)
{
    const struct ib_tuning_best *best = NULL;
    for (const struct ib_tuning_best *b = sweep->bests; b < sweep->bests + sweep->n_bests; b++)
        if (b->by_time && (!best || b->seconds < best->seconds))
            best = b;
    return best;
}

static void add_answer(struct ib_doc *doc, const struct ib_tuning *sweep)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_tuning_best *score = best_by_score(sweep), *time = best_by_time(sweep);
    ib_doc_add(doc, IB_DOC_ITEM, title_of(arena, sweep));
    ib_doc_end_head(doc);
    if (!score)
        ib_doc_append(doc, "No verified training has a result to compare.", IB_PLAIN);
    else {
        ib_doc_append(doc, settings_of(arena, sweep, score->by_score), IB_STRONG);
        ib_doc_append(
            doc,
            ib_arena_print(arena, "is best on the test rows: %s %s.", ib_metrics[sweep->metric]->label,
                           ib_format_metric(arena, sweep->metric, score->by_score->metrics[sweep->metric])),
            IB_PLAIN);
    }
    if (!time)
        return;
    ib_doc_append(doc, settings_of(arena, sweep, time->by_time), IB_STRONG);
    ib_doc_append(doc,
                  ib_arena_print(arena, "reaches %s first: %s after %s.", loss_of(arena, sweep), time->name,
                                 ib_format_duration(arena, time->seconds * 1e9)),
                  IB_PLAIN);
}

static void add_bests(struct ib_doc *doc, const struct ib_summary *summary, const struct ib_tuning *sweep)
{
    struct ib_arena *arena = doc->arena;
    const char *label = ib_metrics[sweep->metric]->label;
    ib_doc_heading(doc, 3, title_of(arena, sweep));
    ib_doc_table(doc, "nrwrwr",
                 (const char *[]){"implementation", ib_arena_print(arena, "best %s", label), "with",
                                  isnan(sweep->target)
                                      ? "time to a loss"
                                      : ib_arena_print(arena, "to %s", loss_of(arena, sweep)),
                                  "with", "diverged"});
    for (const struct ib_tuning_best *b = sweep->bests; b < sweep->bests + sweep->n_bests; b++) {
        const char *cells[] = {
            b->name,
            b->by_score ? ib_format_metric(arena, sweep->metric, b->by_score->metrics[sweep->metric])
                        : IB_DASH,
            b->by_score ? settings_of(arena, sweep, b->by_score) : IB_DASH,
            ib_format_duration(arena, b->seconds * 1e9),
            b->by_time ? settings_of(arena, sweep, b->by_time) : IB_DASH,
            ib_arena_print(arena, "%zu of %zu", b->n_diverged, b->n)};
        ib_doc_row(doc, cells)[0].drawing = ib_look_mark(&summary->looks, b->name);
    }
}

/* The answers first, then the tables. */
bool ib_sweep_section(struct ib_doc *doc, const struct ib_summary *summary)
{
    const size_t n = summary->derived.n_tunings;
    if (!n)
        return false;
    ib_doc_heading(doc, 2, "Best settings")->id = "settings";
    for (size_t i = 0; i < n; i++) {
        if (i == SWEEPS_SHOWN)
            ib_doc_add(doc, IB_DOC_FOLD, ib_arena_print(doc->arena, "%zu more", n - i));
        add_answer(doc, &summary->derived.tunings[i]);
    }
    if (n > SWEEPS_SHOWN)
        ib_doc_add(doc, IB_DOC_END, NULL);
    ib_doc_add(doc, IB_DOC_FOLD, "For each implementation")->open = n <= 2;
    for (size_t i = 0; i < n; i++)
        add_bests(doc, summary, &summary->derived.tunings[i]);
    ib_doc_add(
        doc, IB_DOC_NOTE,
        "Of verified trainings. The loss is that at which the lowest training of all settings has made "
        "99 % of its improvement; the time is that of the epochs until then. Where several settings "
        "are equal, the first one is named.");
    ib_doc_add(doc, IB_DOC_END, NULL);
    return true;
}

/* ---- the maps ---- */

static bool is_of(const struct ib_tuning *sweep, const struct ib_summary_section *section)
{
    return strcmp(sweep->cases[0]->axis[IB_AXIS_MODEL], section->model) == 0 &&
           strcmp(sweep->cases[0]->axis[IB_AXIS_DATASET], section->dataset) == 0;
}

void ib_sweep_maps(struct ib_doc *doc, const struct ib_summary *summary,
                   const struct ib_summary_section *section)
{
    for (size_t i = 0; i < summary->derived.n_tunings; i++) {
        const struct ib_tuning *sweep = &summary->derived.tunings[i];
        if (!sweep->n_axes || !is_of(sweep, section))
            continue;
        ib_heat_maps(doc, sweep, title_of(doc->arena, sweep));
    }
}
