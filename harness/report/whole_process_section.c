#include "report/whole_process_section.h"

#include "report/format.h"

#include <math.h>
#include <string.h>

/* The parts of a process, in order of time. */
static const struct part {
    const char *title;
    enum ib_process_part part;
    const char *column; /* of the table; parts of the same column are added up */
} parts[] = {
    {"start-up", IB_PROCESS_STARTUP, "start-up"},
    {"loading", IB_PROCESS_LOAD, "set-up"},
    {"set-up", IB_PROCESS_SETUP, "set-up"},
    {"training", IB_PROCESS_TRAIN, "training"},
    {"reading back", IB_PROCESS_READBACK, "answer"},
    {"predicting", IB_PROCESS_PREDICT, "answer"},
    {"rest", IB_PROCESS_REST, "rest"},
};
static const char *const heads[] = {"case",     "total",  "range", "start-up",   "set-up",
                                    "training", "answer", "rest",  "unaccounted"};
enum {
    PART_COUNT = sizeof parts / sizeof *parts,
    COLUMNS = sizeof heads / sizeof *heads,
    FIRST_PART = 3 /* index of its column */
};

static bool is_timed(const struct ib_case_record *c)
{
    return c->process;
}

static const char *reason_of(const struct ib_case_record *c)
{
    return c->process_reason;
}

static const char *seconds_text(struct ib_arena *arena, double seconds)
{
    return ib_format_duration(arena, 1e9 * seconds);
}

/* As reported by the process in its median run; NaN if it did not report this part. */
static double part_ns(const struct ib_case_record *c, enum ib_process_part part)
{
    return c->process->parts_ns[part] ? (double)c->process->parts_ns[part] : NAN;
}

/* "3.40 ms (0.3 %)" */
static const char *residual_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    return ib_arena_print(arena, "%s (%s)", ib_format_duration(arena, c->process->residual_ns),
                          ib_format_share(arena, c->process->residual_ns / c->process->median_ns));
}

/* "0.98 s to 1.20 s" */
static const char *range_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    return ib_arena_print(arena, "%s to %s", seconds_text(arena, c->process->wall_min_s),
                          seconds_text(arena, c->process->wall_max_s));
}

/* ---- all cases ---- */

/* The sum of a column's known parts; NaN if there are none. */
static double column_ns(const struct ib_case_record *c, const char *column)
{
    double sum = NAN;
    for (int p = 0; p < PART_COUNT; p++) {
        double ns = part_ns(c, parts[p].part);
        if (strcmp(parts[p].column, column) == 0 && !isnan(ns))
            sum = isnan(sum) ? ns : sum + ns;
    }
    return sum;
}

static void add_row(struct ib_doc *doc, const struct ib_case_record *c)
{
    struct ib_arena *arena = doc->arena;
    const char *cells[COLUMNS] = {c->name, seconds_text(arena, c->process->wall_median_s),
                                  range_text(arena, c), [COLUMNS - 1] = residual_text(arena, c)};
    for (int i = FIRST_PART; i < COLUMNS - 1; i++)
        cells[i] = ib_format_duration(arena, column_ns(c, heads[i]));
    ib_doc_row(doc, cells);
}

static void add_table(struct ib_doc *doc, const struct ib_run_record *run)
{
    const char *problem = "";
    ib_doc_table(doc, "nrrrrrrrr", heads);
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        if (!is_timed(c))
            continue;
        if (strcmp(problem, c->problem) != 0)
            ib_doc_span(doc, c->problem);
        problem = c->problem;
        add_row(doc, c);
    }
}

/* How many cases have the same reason as case i; 0 if an earlier one has it, so that each is printed once. */
static size_t count_reasons(const struct ib_run_record *run, size_t i)
{
    const char *reason = reason_of(&run->cases[i]), *other;
    size_t count = 0;
    for (size_t j = 0; reason && j < run->n; j++) {
        if (!(other = reason_of(&run->cases[j])) || strcmp(reason, other) != 0)
            continue;
        if (j < i)
            return 0;
        count++;
    }
    return count;
}

static void add_reasons(struct ib_doc *doc, const struct ib_run_record *run)
{
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        size_t count = count_reasons(run, i);
        const char *who = count == 1 ? ib_arena_print(doc->arena, "%s, %s", c->name, c->problem)
                                     : ib_arena_print(doc->arena, "%zu cases", count);
        if (count)
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "Not timed: %s: %s.", who, reason_of(c)));
    }
}

/* The first case that was timed, or NULL. */
static const struct ib_case_record *first_timed(const struct ib_run_record *run)
{
    for (size_t i = 0; i < run->n; i++)
        if (is_timed(&run->cases[i]))
            return &run->cases[i];
    return NULL;
}

void ib_process_section(struct ib_doc *doc, const struct ib_run_record *run)
{
    const struct ib_case_record *timed = first_timed(run);
    size_t n_reasons = 0;
    for (size_t i = 0; i < run->n; i++)
        n_reasons += reason_of(&run->cases[i]) ? 1 : 0;
    if (!timed && !n_reasons)
        return;
    ib_doc_fold(doc, 2, "process", "The whole process");
    if (timed) {
        ib_doc_paragraph(
            doc,
            ib_arena_print(
                doc->arena,
                "One training and its prediction, from the start of a process to its exit, "
                "timed by %s: median and range. The parts are as the process itself "
                "reports them for the median run: answer is reading back and predicting, rest is messages, "
                "files and exit. The remainder is unaccounted for.",
                timed->process_source));
        add_table(doc, run);
    }
    add_reasons(doc, run);
    ib_doc_add(doc, IB_DOC_END, NULL);
}

/* ---- one case ---- */

/* "start-up 9.10 ms (0.9 %), …": the parts that are known. */
static const char *parts_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    double whole = c->process->residual_ns;
    const char *text = "";
    for (int p = 0; p < PART_COUNT; p++)
        whole += isnan(part_ns(c, parts[p].part)) ? 0 : part_ns(c, parts[p].part);
    for (int p = 0; p < PART_COUNT; p++) {
        double ns = part_ns(c, parts[p].part);
        if (!isnan(ns))
            text = ib_arena_print(arena, "%s%s%s %s (%s)", text, text[0] ? ", " : "", parts[p].title,
                                  ib_format_duration(arena, ns), ib_format_share(arena, ns / whole));
    }
    return text;
}

void ib_process_sentence(struct ib_doc *doc, const struct ib_case_record *c)
{
    struct ib_arena *arena = doc->arena;
    if (!is_timed(c) && !reason_of(c))
        return;
    ib_doc_heading(doc, 4, "The whole process");
    if (!is_timed(c)) {
        ib_doc_paragraph(doc, ib_arena_print(arena, "Not timed: %s.", reason_of(c)));
        return;
    }
    ib_doc_paragraph(
        doc, ib_arena_print(arena,
                            "From start to exit it takes %s, timed by %s: the median of %.0f runs, from %s. "
                            "In the median run: %s; %s unaccounted for.",
                            seconds_text(arena, c->process->wall_median_s), c->process_source,
                            (double)c->process->n, range_text(arena, c), parts_text(arena, c),
                            residual_text(arena, c)));
}
