#include "report/process_section.h"

#include "analysis/member.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

/* Parts of a process in the order in which they pass. */
static const struct part {
    const char *title, *member;
    const char *column; /* of the table, where it adds to those of the same column */
} parts[] = {
    {"start-up", "whole_process.inside_ns.startup", "start-up"},
    {"loading", "whole_process.inside_ns.load", "set-up"},
    {"set-up", "whole_process.inside_ns.setup", "set-up"},
    {"training", "whole_process.inside_ns.train", "training"},
    {"reading back", "whole_process.inside_ns.readback", "answer"},
    {"predicting", "whole_process.inside_ns.predict", "answer"},
    {"rest", "whole_process.inside_ns.rest", "rest"},
};
static const char *const heads[] = {"case",     "whole",  "range", "start-up",   "set-up",
                                    "training", "answer", "rest",  "unaccounted"};
enum {
    PART_COUNT = sizeof parts / sizeof *parts,
    COLUMNS = sizeof heads / sizeof *heads,
    FIRST_PART = 3 /* of the columns */
};

static bool is_timed(const json_t *c)
{
    return json_is_object(ib_member(c, "whole_process"));
}

static const char *reason_of(const json_t *c)
{
    return json_string_value(ib_member(c, "whole_process_reason"));
}

static const char *seconds_text(struct ib_arena *arena, const json_t *c, const char *member)
{
    return ib_format_duration(arena, 1e9 * ib_member_number(c, member));
}

/* "3.40 ms (0.3 %)" */
static const char *residual_text(struct ib_arena *arena, const json_t *c)
{
    return ib_arena_print(arena, "%s (%s)",
                          ib_format_duration(arena, ib_member_number(c, "whole_process.residual_ns")),
                          ib_format_share(arena, ib_member_number(c, "whole_process.residual_fraction")));
}

/* "0.98 s to 1.20 s" */
static const char *range_text(struct ib_arena *arena, const json_t *c)
{
    return ib_arena_print(arena, "%s to %s", seconds_text(arena, c, "whole_process.wall_s.min"),
                          seconds_text(arena, c, "whole_process.wall_s.max"));
}

/* ---- all cases ---- */

/* All that is known of a column; NaN: nothing. */
static double column_ns(const json_t *c, const char *column)
{
    double sum = NAN;
    for (int p = 0; p < PART_COUNT; p++) {
        double ns = ib_member_number(c, parts[p].member);
        if (strcmp(parts[p].column, column) == 0 && !isnan(ns))
            sum = isnan(sum) ? ns : sum + ns;
    }
    return sum;
}

static void add_row(struct ib_doc *doc, const json_t *c)
{
    struct ib_arena *arena = doc->arena;
    const char *cells[COLUMNS] = {ib_member_text(c, "name"),
                                  seconds_text(arena, c, "whole_process.wall_s.median"), range_text(arena, c),
                                  [COLUMNS - 1] = residual_text(arena, c)};
    for (int i = FIRST_PART; i < COLUMNS - 1; i++)
        cells[i] = ib_format_duration(arena, column_ns(c, heads[i]));
    ib_doc_row(doc, cells);
}

static void add_table(struct ib_doc *doc, const json_t *cases)
{
    const char *problem = "";
    ib_doc_table(doc, "nrrrrrrrr", heads);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (!is_timed(c))
            continue;
        if (strcmp(problem, ib_member_text(c, "problem")) != 0)
            ib_doc_span(doc, ib_member_text(c, "problem"));
        problem = ib_member_text(c, "problem");
        add_row(doc, c);
    }
}

/* How many cases have the same reason as the i-th; 0 where an earlier one has it, so that each is told once.
 */
static size_t count_reasons(const json_t *cases, size_t i)
{
    const char *reason = reason_of(json_array_get(cases, i)), *other;
    size_t count = 0;
    for (size_t j = 0; reason && j < json_array_size(cases); j++) {
        if (!(other = reason_of(json_array_get(cases, j))) || strcmp(reason, other) != 0)
            continue;
        if (j < i)
            return 0;
        count++;
    }
    return count;
}

static void add_reasons(struct ib_doc *doc, const json_t *cases)
{
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        size_t count = count_reasons(cases, i);
        const char *who = count == 1 ? ib_arena_print(doc->arena, "%s, %s", ib_member_text(c, "name"),
                                                      ib_member_text(c, "problem"))
                                     : ib_arena_print(doc->arena, "%zu cases", count);
        if (count)
            ib_doc_paragraph(doc, ib_arena_print(doc->arena, "Not timed: %s: %s.", who, reason_of(c)));
    }
}

/* The first case that was timed; NULL: none. */
static const json_t *first_timed(const json_t *cases)
{
    for (size_t i = 0; i < json_array_size(cases); i++)
        if (is_timed(json_array_get(cases, i)))
            return json_array_get(cases, i);
    return NULL;
}

void ib_process_section(struct ib_doc *doc, const json_t *cases)
{
    const json_t *timed = first_timed(cases);
    size_t n_reasons = 0;
    for (size_t i = 0; i < json_array_size(cases); i++)
        n_reasons += reason_of(json_array_get(cases, i)) != NULL;
    if (!timed && !n_reasons)
        return;
    ib_doc_heading(doc, 2, "The whole process");
    if (timed) {
        ib_doc_paragraph(
            doc, ib_arena_print(doc->arena,
                                "One training and its prediction, from the start of a process to its exit, "
                                "as %s measured it: median and range. The parts are what the process itself "
                                "reports of the median run; the remainder is unaccounted for.",
                                ib_member_text(timed, "whole_process.source")));
        add_table(doc, cases);
    }
    add_reasons(doc, cases);
}

/* ---- one case ---- */

/* "start-up 9.10 ms (0.9 %), …": the parts that are known. */
static const char *parts_text(struct ib_arena *arena, const json_t *c)
{
    double whole = ib_member_number(c, "whole_process.residual_ns");
    const char *text = "";
    for (int p = 0; p < PART_COUNT; p++)
        whole += isnan(ib_member_number(c, parts[p].member)) ? 0 : ib_member_number(c, parts[p].member);
    for (int p = 0; p < PART_COUNT; p++) {
        double ns = ib_member_number(c, parts[p].member);
        if (!isnan(ns))
            text = ib_arena_print(arena, "%s%s%s %s (%s)", text, text[0] ? ", " : "", parts[p].title,
                                  ib_format_duration(arena, ns), ib_format_share(arena, ns / whole));
    }
    return text;
}

void ib_process_sentence(struct ib_doc *doc, const json_t *c)
{
    struct ib_arena *arena = doc->arena;
    if (!is_timed(c) && !reason_of(c))
        return;
    ib_doc_heading(doc, 4, "The whole process");
    if (!is_timed(c)) {
        ib_doc_paragraph(doc, ib_arena_print(arena, "It was not timed: %s.", reason_of(c)));
        return;
    }
    ib_doc_paragraph(doc,
                     ib_arena_print(arena,
                                    "From its start to its exit it takes %s, by %s: the median of %.0f runs, "
                                    "which range from %s. In the median run: %s; %s unaccounted for.",
                                    seconds_text(arena, c, "whole_process.wall_s.median"),
                                    ib_member_text(c, "whole_process.source"),
                                    ib_member_number(c, "whole_process.runs"), range_text(arena, c),
                                    parts_text(arena, c), residual_text(arena, c)));
}
