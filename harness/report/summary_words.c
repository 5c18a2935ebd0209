#include "report/summary.h"

#include "analysis/transfer_overhead.h"
#include "report/format.h"
#include "stats/confidence_interval.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MANY_DISTURBED 0.25 /* a larger share of the samples concerns the whole run */

/* ---- the fastest ---- */

/* "a, b and c": the names of the first n rows. */
static const char *name_list(struct ib_arena *arena, const struct ib_summary_row *rows, size_t n)
{
    const char *text = rows[0].name;
    for (size_t i = 1; i < n; i++)
        text = ib_arena_print(arena, "%s%s%s", text, i + 1 < n ? ", " : " and ", rows[i].name);
    return text;
}

/* " (1.75 to 1.83)"; "" if the ends of the interval print alike. */
static const char *ratio_span(struct ib_arena *arena, const struct ib_paired_ratio *ratio)
{
    const char *low = ib_format_ratio(arena, ratio->low), *high = ib_format_ratio(arena, ratio->high);
    return strcmp(low, high) == 0 ? "" : ib_arena_print(arena, " (%s to %s)", low, high);
}

/* "1.80× (1.75 to 1.83) as fast as cpu_naive" */
static const char *times_as_fast(struct ib_arena *arena, const struct ib_summary_row *row)
{
    return ib_arena_print(arena, "%s×%s as fast as %s", ib_format_ratio(arena, row->behind.median),
                          ratio_span(arena, &row->behind), row->name);
}

/* "12.3 µs to 14.5 µs", from the first to the last of n rows, which are in order; "12.3 µs" if both print
 * alike. */
static const char *time_span(struct ib_arena *arena, const struct ib_summary_group *group, size_t n)
{
    const char *least = ib_format_duration(arena, group->rows[0].time_ns);
    const char *most = ib_format_duration(arena, group->rows[n - 1].time_ns);
    return strcmp(least, most) == 0 ? least : ib_arena_print(arena, "%s to %s", least, most);
}

/* The fewest rounds that one of the leading rows shares with the fastest, if too few to tell them apart;
 * SIZE_MAX: all share enough. */
static size_t too_few_rounds(const struct ib_summary_group *group)
{
    size_t n = SIZE_MAX;
    for (size_t i = 0; i < group->n_first; i++)
        if (isnan(group->rows[i].behind.low) && group->rows[i].behind.n < n)
            n = group->rows[i].behind.n;
    return n;
}

static const char *tie(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const size_t rounds = too_few_rounds(group);
    return rounds == SIZE_MAX
               ? ib_arena_print(arena, "cannot be told apart, at %s per epoch",
                                time_span(arena, group, group->n_first))
               : ib_arena_print(arena, "cannot be told apart: %zu shared round%s, at least %d are needed",
                                rounds, ib_plural(rounds), IB_INTERVAL_MIN);
}

/* "; the copies of mine are uncounted": of the fastest ones, where no tracer has counted them; else "". */
static const char *uncounted(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const char *names = "";
    for (size_t i = 0; i < group->n_first; i++) {
        const struct ib_summary_row *row = &group->rows[i];
        if (row->record->counting == IB_UNCOUNTED_COPIES || row->record->counting == IB_CLAIMED_COPIES)
            names = ib_arena_print(arena, "%s%s%s", names, names[0] ? ", " : "", row->name);
    }
    return names[0] ? ib_arena_print(arena, "; no tracer has counted the copies of %s", names) : "";
}

/* What an epoch takes at least, in words: "reading the data once from memory". */
static const char *limit_text(struct ib_arena *arena, const struct ib_limit_record *l)
{
    if (strcmp(l->bound, "compute") == 0)
        return ib_arena_print(arena, "what arithmetic at %s GFLOP/s (%s) allows",
                              ib_format_digits(arena, l->rate / 1e9), l->by);
    if (strcmp(l->bound, "latency") == 0)
        return "what a single launch an epoch allows";
    if (strcmp(l->by, "copies") == 0)
        return "what its copies allow";
    return ib_arena_print(arena, "what reading the data once from %s at %s GB/s allows", l->by,
                          ib_format_digits(arena, l->rate / 1e9));
}

/* " It reaches 61 % of what …"; NULL if the limit is unknown. */
static const char *limit_sentence(struct ib_arena *arena, const struct ib_summary_row *row)
{
    if (!row->record->check.limit.bound || isnan(row->record->limit_share))
        return NULL;
    return ib_arena_print(arena, " %s reaches %s of %s.", row->name,
                          ib_format_share(arena, row->record->limit_share),
                          limit_text(arena, &row->record->check.limit));
}

/* Whether all that is verified diverges. */
static bool only_diverged(const struct ib_summary_group *group)
{
    size_t n[2] = {0};
    for (size_t i = 0; i < group->n; i++)
        if (ib_case_record_verified(group->rows[i].record))
            n[group->rows[i].record->check.convergence == IB_DIVERGED]++;
    return n[true] && !n[false];
}

const char *ib_summary_leaders(struct ib_arena *arena, const struct ib_summary_group *group)
{
    return group->n_ranked ? name_list(arena, group->rows, group->n_first) : "No case";
}

const char *ib_summary_brief(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const size_t rounds = too_few_rounds(group);
    const char *leaders = ib_summary_leaders(arena, group);
    if (!group->n_ranked)
        return only_diverged(group) ? "the training diverges" : "no verified time";
    if (group->n_first > 1)
        return rounds == SIZE_MAX ? ib_arena_print(arena, "%s cannot be told apart", leaders)
                                  : ib_arena_print(arena, "%s: too few rounds to tell apart", leaders);
    return group->n_ranked == 1
               ? ib_arena_print(arena, "%s, the only verified one", leaders)
               : ib_arena_print(arena, "%s: %s× as fast as %s", leaders,
                                ib_format_ratio(arena, group->rows[1].behind.median), group->rows[1].name);
}

const char *ib_summary_claim(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const size_t n = group->n_ranked, n_first = group->n_first;
    if (n == 0)
        return only_diverged(group) ? "is ranked: the training diverges." : "has a verified time.";
    const char *claim = n_first > 1 ? tie(arena, group)
                                    : ib_arena_print(arena, "%s, at %s per epoch",
                                                     n == 1 ? "is the only verified case" : "is fastest",
                                                     time_span(arena, group, 1));
    if (n_first < n)
        claim = ib_arena_print(arena, "%s: %s", claim, times_as_fast(arena, &group->rows[n_first]));
    if (n_first + 1 < n)
        claim = ib_arena_print(arena, "%s, %s", claim, times_as_fast(arena, &group->rows[n - 1]));
    const char *share = limit_sentence(arena, &group->rows[0]);
    return ib_arena_print(arena, "%s%s.%s", claim, uncounted(arena, group), share ? share : "");
}

/* ---- notes ---- */

/* Compares a device that copies around every operation with itself resident; NULL if not applicable. */
static const char *copy_note(struct ib_arena *arena, const struct ib_summary_group *group, size_t i)
{
    const struct ib_summary_row *copying = &group->rows[i];
    if (copying->record->residency != IB_PER_OP)
        return NULL;
    for (size_t j = 0; j < group->n_ranked; j++) {
        const struct ib_summary_row *resident = &group->rows[j];
        if (strcmp(resident->record->label, copying->record->label) != 0 ||
            resident->record->residency != IB_RESIDENT)
            continue;
        const struct ib_paired_ratio overhead = ib_paired_ratio_of(copying->record, resident->record);
        if (isnan(overhead.median))
            return NULL;
        return ib_arena_print(
            arena, "%s: copying around every operation takes %s×%s as long as with resident data%s.",
            copying->record->label, ib_format_ratio(arena, overhead.median), ratio_span(arena, &overhead),
            ib_copies_took_time(copying->record, resident->record, &overhead)
                ? ""
                : ", less than its copies need: they were not all made, or the resident case "
                  "makes them as well");
    }
    return NULL;
}

/* Where the verified cases differ much; else NULL. */
static const char *memory_note(struct ib_arena *arena, const struct ib_summary_group *group)
{
    enum { FACTOR = 2, LEAST_BYTES = 64 << 20 };
    const struct ib_summary_row *least = NULL, *most = NULL;
    for (size_t i = 0; i < group->n; i++) {
        const struct ib_summary_row *row = &group->rows[i];
        const uint64_t bytes = row->record->peak_bytes;
        if (!bytes || !ib_case_record_verified(row->record))
            continue;
        least = least && least->record->peak_bytes <= bytes ? least : row;
        most = most && most->record->peak_bytes >= bytes ? most : row;
    }
    if (!least || most->record->peak_bytes < FACTOR * least->record->peak_bytes ||
        most->record->peak_bytes - least->record->peak_bytes < LEAST_BYTES)
        return NULL;
    return ib_arena_print(arena, "Peak memory: %s of %s to %s of %s.",
                          ib_format_bytes(arena, (double)least->record->peak_bytes), least->name,
                          ib_format_bytes(arena, (double)most->record->peak_bytes), most->name);
}

/* A verified model may still have learned nothing. Says so once for all verified rows that agree. */
static const char *skill_note(struct ib_arena *arena, const struct ib_summary_group *group)
{
    const char *names = NULL, *skill = NULL;
    size_t n_right = 0, n_idle = 0;
    for (size_t i = 0; i < group->n; i++) {
        const struct ib_summary_row *row = &group->rows[i];
        if (strncmp(ib_summary_verdict(row->record), "ok", 2) != 0)
            continue;
        n_right++;
        if (!(row->record->metrics[IB_METRIC_skill] <= 0))
            continue;
        n_idle++;
        skill = skill ? skill : ib_summary_cell(arena, group, row, IB_COLUMN_SKILL);
        names = names ? ib_arena_print(arena, "%s, %s", names, row->name) : row->name;
    }
    if (!n_idle)
        return NULL;
    bool regression = group->rows[0].record->task == IB_REGRESSION;
    return ib_arena_print(arena, "%s: skill %s, no better than always answering the %s.",
                          n_idle == n_right ? "The trained model" : names, skill,
                          regression ? "mean" : "majority class");
}

static const char *disturbance_note(struct ib_arena *arena, const struct ib_summary_group *group)
{
    size_t n_judged = 0, n_disturbed = 0;
    for (size_t i = 0; i < group->n; i++) {
        const struct ib_disturbance d = ib_case_record_disturbance(group->rows[i].record);
        n_judged += d.judged;
        n_disturbed += d.disturbed;
    }
    if (!n_disturbed)
        return NULL;
    return ib_arena_print(arena, "%zu of %zu samples were disturbed by other work on the machine.",
                          n_disturbed, n_judged);
}

const char *ib_summary_disturbance(struct ib_arena *arena, const struct ib_run_record *run)
{
    const struct ib_disturbance sum = ib_run_record_disturbance(run);
    if ((double)sum.disturbed <= MANY_DISTURBED * (double)sum.judged)
        return NULL;
    return ib_arena_print(arena,
                          "Busy machine: %zu of %zu samples were disturbed by other work. Times may be too "
                          "long, and intervals wide. For firm results, run again on a quiet machine.",
                          sum.disturbed, sum.judged);
}

const char *const *ib_summary_notes(struct ib_arena *arena, const struct ib_summary *summary,
                                    const struct ib_summary_group *group)
{
    const char *const of_group[] = {skill_note(arena, group),
                                    summary->disturbance ? NULL : disturbance_note(arena, group),
                                    memory_note(arena, group), ib_summary_energy_note(arena, group)};
    enum { OF_GROUP = sizeof of_group / sizeof *of_group };
    const char **notes = ib_arena_alloc(arena, (group->n + OF_GROUP + 1) * sizeof *notes);
    size_t n = 0;
    for (size_t i = 0; i < OF_GROUP; i++)
        if (of_group[i])
            notes[n++] = of_group[i];
    for (size_t i = 0; i < group->n_ranked; i++) {
        const char *note = copy_note(arena, group, i);
        if (note)
            notes[n++] = note;
    }
    return notes;
}
