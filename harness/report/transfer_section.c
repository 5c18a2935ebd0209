#include "report/transfer_section.h"

#include "report/format.h"
#include "report/seed_groups.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

/* ---- the transfer overhead ---- */

enum { OVERHEAD_COLUMNS = 7 };

/* "8.46× [8.40, 8.52]" */
static const char *ratio_text(struct ib_arena *arena, const struct ib_paired_ratio *ratio)
{
    if (isnan(ratio->median))
        return IB_DASH;
    return ib_arena_print(arena, "%s× [%s, %s]", ib_format_ratio(arena, ratio->median),
                          ib_format_ratio(arena, ratio->low), ib_format_ratio(arena, ratio->high));
}

/* The overheads of problems that differ only in their seed. */
struct fold {
    const char *problem;
    const struct ib_transfer_overhead **overheads;
    size_t n, capacity;
};

enum { EPOCH = -1 }; /* instead of a part of the breakdown */

static double number_of(const struct ib_case_record *c, int part)
{
    return part == EPOCH ? c->epoch_ns.median : c->breakdown_ns[part];
}

/* The median over the seeds of the time per epoch, or of a part of it. */
static double median_of(struct ib_arena *arena, const struct fold *fold, bool resident, int part)
{
    double *values = ib_arena_alloc(arena, fold->n * sizeof *values);
    for (size_t i = 0; i < fold->n; i++)
        values[i] = number_of(resident ? fold->overheads[i]->resident : fold->overheads[i]->copying, part);
    return ib_median(values, fold->n);
}

/* For one seed, its ratio with its interval; for several, their median with their minimum and maximum. */
static struct ib_paired_ratio ratio_of(struct ib_arena *arena, const struct fold *fold)
{
    if (fold->n == 1)
        return fold->overheads[0]->ratio;
    double *values = ib_arena_alloc(arena, fold->n * sizeof *values), most = NAN;
    size_t n = 0;
    for (size_t i = 0; i < fold->n; i++) {
        const double ratio = fold->overheads[i]->ratio.median;
        most = fmax(most, ratio);
        if (!isnan(ratio))
            values[n++] = ratio;
    }
    return (struct ib_paired_ratio){ib_median(values, n), n ? ib_minimum(values, n) : NAN, most, n};
}

static void add_side(struct ib_doc *doc, const struct fold *fold, bool resident)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_transfer_overhead *overhead = fold->overheads[0];
    const struct ib_paired_ratio ratio = ratio_of(arena, fold);
    const char *name = (resident ? overhead->resident : overhead->copying)->name;
    const char *cells[OVERHEAD_COLUMNS] = {
        !resident && overhead->simulated ? ib_arena_print(arena, "%s, simulated", name) : name,
        resident ? "" : ratio_text(arena, &ratio)};
    for (int part = EPOCH; part < IB_TIME_PART_COUNT; part++)
        cells[OVERHEAD_COLUMNS - IB_TIME_PART_COUNT + part] =
            ib_format_duration(arena, median_of(arena, fold, resident, part));
    ib_doc_row(doc, cells);
}

static bool same(const struct fold *fold, const char *problem, const struct ib_transfer_overhead *overhead)
{
    return strcmp(fold->problem, problem) == 0 &&
           strcmp(fold->overheads[0]->copying->label, overhead->copying->label) == 0;
}

/* Returns the number of folds, which are in the order of their first overheads. */
static size_t fold_seeds(struct ib_arena *arena, const struct ib_derived *derived, struct fold **out)
{
    struct fold *folds = ib_arena_alloc(arena, derived->n_overheads * sizeof *folds);
    size_t n = 0;
    for (size_t i = 0; i < derived->n_overheads; i++) {
        const struct ib_transfer_overhead *overhead = &derived->overheads[i];
        const char *seedless = ib_seed_group_title(arena, overhead->copying);
        const char *problem = seedless ? seedless : overhead->copying->problem;
        struct fold *fold = folds;
        while (fold < folds + n && !same(fold, problem, overhead))
            fold++;
        if (fold == folds + n) {
            *fold = (struct fold){.problem = problem};
            n++;
        }
        fold->overheads =
            ib_arena_grow(arena, fold->overheads, sizeof *fold->overheads, fold->n, &fold->capacity);
        fold->overheads[fold->n++] = overhead;
    }
    *out = folds;
    return n;
}

static void add_overheads(struct ib_doc *doc, const struct ib_derived *derived)
{
    static const char *const heads[OVERHEAD_COLUMNS] = {"case", "transfer overhead", "per epoch", "transfer",
                                                        "sync", "compute",           "launch"};
    struct fold *folds;
    size_t n = fold_seeds(doc->arena, derived, &folds);
    if (!n)
        return;
    ib_doc_fold(doc, 2, "copying", "What the copying costs");
    ib_doc_paragraph(
        doc,
        ib_arena_print(
            doc->arena,
            "The transfer overhead is the time per epoch with every operand copied around every operation, "
            "divided by that with the data resident on the device. The other columns show where the time of "
            "an epoch goes.%s",
            n < derived->n_overheads ? " For several seeds: medians, with the range of the overhead." : ""));
    ib_doc_table(doc, "nrrrrrr", heads);
    for (size_t i = 0; i < n; i++) {
        if (!i || strcmp(folds[i].problem, folds[i - 1].problem) != 0)
            ib_doc_span(doc, folds[i].problem);
        add_side(doc, &folds[i], false);
        add_side(doc, &folds[i], true);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

/* ---- the crossover ---- */

static double smallest(const struct ib_crossover *line)
{
    return line->sizes[0].rows;
}

static double largest(const struct ib_crossover *line)
{
    return line->sizes[line->n - 1].rows;
}

static const char *answer_text(struct ib_arena *arena, const struct ib_crossover *line)
{
    const char *rows = ib_format_rounded(arena, line->rows);
    const char *last =
        line->n_crossings > 1 ? ib_arena_print(arena, " (last of %zu crossings)", line->n_crossings) : "";
    switch (line->kind) {
    case IB_CROSSOVER_FROM:
        return ib_arena_print(arena, "from %s rows on%s", rows, last);
    case IB_CROSSOVER_UNTIL:
        return ib_arena_print(arena, "only below %s rows%s", rows, last);
    case IB_CROSSOVER_ALWAYS:
        return ib_arena_print(arena, "everywhere between %s and %s rows",
                              ib_format_count(arena, smallest(line)), ib_format_count(arena, largest(line)));
    case IB_CROSSOVER_NEVER:
        return ib_arena_print(arena, "nowhere between %s and %s rows", ib_format_count(arena, smallest(line)),
                              ib_format_count(arena, largest(line)));
    }
    return IB_DASH;
}

/* One end of the range, which may be outside of the measured sizes. */
static const char *end_text(struct ib_arena *arena, const struct ib_crossover *line, double rows)
{
    return rows == 0     ? ib_arena_print(arena, "below %s", ib_format_count(arena, smallest(line)))
           : isinf(rows) ? ib_arena_print(arena, "beyond %s", ib_format_count(arena, largest(line)))
                         : ib_format_rounded(arena, rows);
}

static const char *range_text(struct ib_arena *arena, const struct ib_crossover *line)
{
    if (isnan(line->low) || isnan(line->high))
        return "too few rounds";
    if (line->low == line->high && !(line->low > 0 && isfinite(line->low)))
        return end_text(arena, line, line->low);
    return ib_arena_print(arena, "%s to %s", end_text(arena, line, line->low),
                          end_text(arena, line, line->high));
}

/* "cpu_blas", or "cpu_naive, then cpu_blas": the fastest host implementations, by size. */
static const char *hosts_text(struct ib_arena *arena, const struct ib_crossover *line)
{
    const char *text = "", *last = "";
    for (size_t i = 0; i < line->n; i++) {
        const char *name = line->sizes[i].host->name;
        if (strcmp(name, last) != 0)
            text = ib_arena_print(arena, "%s%s%s", text, text[0] ? ", then " : "", name);
        last = name;
    }
    return text;
}

static const char *sweep_text(struct ib_arena *arena, const struct ib_crossover *line)
{
    return ib_arena_print(arena, "%s, %.0f columns", line->title, (double)line->sizes[0].device->cols);
}

static void add_line(struct ib_doc *doc, const struct ib_crossover *line)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_row(doc, (const char *[]){line->sizes[0].device->name, answer_text(arena, line),
                                     range_text(arena, line), hosts_text(arena, line)});
}

static void add_crossovers(struct ib_doc *doc, const struct ib_derived *derived)
{
    if (!derived->n_crossovers)
        return;
    ib_doc_fold(doc, 2, "crossover", "From how many rows a device is faster");
    ib_doc_paragraph(doc,
                     "The number of training rows from which a device is faster than the fastest host "
                     "implementation, interpolated on logarithmic scales; the range is where the bounds of "
                     "the paired ratio cross.");
    ib_doc_table(doc, "nwwn", (const char *[]){"device", "is faster", "range", "fastest on the host"});
    const char *sweep = "";
    for (size_t i = 0; i < derived->n_crossovers; i++) {
        const char *next = sweep_text(doc->arena, &derived->crossovers[i]);
        if (strcmp(sweep, next) != 0)
            ib_doc_span(doc, next);
        sweep = next;
        add_line(doc, &derived->crossovers[i]);
    }
    ib_doc_add(doc, IB_DOC_END, NULL);
}

void ib_transfer_sections(struct ib_doc *doc, const struct ib_derived *derived)
{
    add_overheads(doc, derived);
    add_crossovers(doc, derived);
}
