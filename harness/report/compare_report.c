#include "report/compare_report.h"

#include "analysis/member.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

const char *ib_ratio_words(struct ib_arena *arena, const json_t *ratio)
{
    double median = ib_member_number(ratio, "median"), low = ib_member_number(ratio, "low"),
           high = ib_member_number(ratio, "high");
    if (isnan(median))
        return IB_DASH;
    return isnan(low) || isnan(high) ? ib_arena_print(arena, "%.3f", median)
                                     : ib_arena_print(arena, "%.3f [%.3f, %.3f]", median, low, high);
}

static const char *value_words(struct ib_arena *arena, const json_t *value)
{
    return json_is_number(value)   ? ib_arena_print(arena, "%.6g", json_number_value(value))
           : json_is_string(value) ? json_string_value(value)
                                   : "unknown";
}

const char *ib_difference_words(struct ib_arena *arena, const json_t *differences)
{
    const char *text = "";
    size_t i;
    json_t *d;
    json_array_foreach (differences, i, d) {
        const json_t *better = json_object_get(d, "better");
        text = ib_arena_print(arena, "%s%s%s %s → %s%s", text, i ? ", " : "", ib_member_text(d, "name"),
                              value_words(arena, json_object_get(d, "old")),
                              value_words(arena, json_object_get(d, "new")),
                              json_is_true(better)    ? " (better)"
                              : json_is_false(better) ? " (worse)"
                                                      : "");
    }
    return text;
}

/* ---- what was compared ---- */

static void say_machines(struct ib_doc *doc, const json_t *comparison)
{
    const json_t *differences = ib_member(comparison, "differences");
    size_t i;
    json_t *d;
    if (!json_array_size(differences)) {
        ib_doc_paragraph(doc,
                         "Machine, compiler, libraries and version of ironbench are the same in both runs.");
        return;
    }
    ib_doc_paragraph(doc, "The runs differ in more than what they measured:");
    ib_doc_table(doc, "www", (const char *[]){"of the machine", "old", "new"});
    json_array_foreach (differences, i, d)
        ib_doc_row(doc, (const char *[]){ib_member_text(d, "name"), ib_member_text(d, "old"),
                                         ib_member_text(d, "new")});
}

static void say_libraries(struct ib_doc *doc, const json_t *comparison)
{
    size_t i;
    json_t *c;
    const char *last = "";
    json_array_foreach (ib_member(comparison, "cases"), i, c) {
        const json_t *libraries = json_object_get(c, "libraries");
        const char *words =
            json_is_object(libraries)
                ? ib_arena_print(doc->arena, "Libraries of %s: %s, now %s.", ib_member_text(c, "name"),
                                 ib_member_text(libraries, "old"), ib_member_text(libraries, "new"))
                : "";
        if (words[0] && strcmp(words, last) != 0)
            ib_doc_paragraph(doc, last = words);
    }
}

static void say_what(struct ib_doc *doc, const json_t *comparison)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 2,
                   ib_arena_print(arena, "%s of %s against %s of %s", ib_member_text(comparison, "new.name"),
                                  ib_member_text(comparison, "new.started"),
                                  ib_member_text(comparison, "old.name"),
                                  ib_member_text(comparison, "old.started")));
    if (json_is_true(ib_member(comparison, "same_run")))
        ib_doc_paragraph(doc, "This is a run compared with itself: nothing can differ.");
    say_machines(doc, comparison);
    say_libraries(doc, comparison);
    ib_doc_paragraph(
        doc,
        ib_arena_print(arena,
                       "Ratios are new over old, of medians, with 95 %% intervals that allow for rounds that "
                       "resemble their neighbours. The runs were not interleaved: no interval covers how the "
                       "machine drifted between them, so changes within %s count as none.",
                       ib_format_share(arena, ib_member_number(comparison, "margin"))));
}

/* ---- case by case ---- */

static const char *answer_words(struct ib_arena *arena, const json_t *c)
{
    const char *was = ib_member_text(c, "old_verdict"), *is = ib_member_text(c, "new_verdict");
    return strcmp(was, is) == 0 ? is : ib_arena_print(arena, "%s → %s", was, is);
}

static void add_cases(struct ib_doc *doc, const json_t *cases)
{
    struct ib_arena *arena = doc->arena;
    size_t i;
    json_t *c;
    if (!json_array_size(cases)) {
        ib_doc_paragraph(doc, "The runs have no case in common.");
        return;
    }
    ib_doc_table(
        doc, "wwrrrwrw",
        (const char *[]){"problem", "case", "old", "new", "ratio", "speed", "would settle", "answer"});
    json_array_foreach (cases, i, c) {
        double needed = ib_member_number(c, "speed.needed");
        const char *settle =
            isnan(needed) ? "" : ib_arena_print(arena, "%s rounds", ib_format_count(arena, needed));
        ib_doc_row(doc, (const char *[]){ib_member_text(c, "problem"), ib_member_text(c, "name"),
                                         ib_format_duration(arena, ib_member_number(c, "old_ns")),
                                         ib_format_duration(arena, ib_member_number(c, "new_ns")),
                                         ib_ratio_words(arena, ib_member(c, "speed.ratio")),
                                         ib_member_text(c, "speed.verdict"), settle, answer_words(arena, c)});
    }
}

/* A line for each case in which `member` lists differences. */
static void say_differences(struct ib_doc *doc, const json_t *cases, const char *member, const char *heading,
                            const char *none)
{
    bool any = false;
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c) {
        const char *words = ib_difference_words(doc->arena, json_object_get(c, member));
        if (!words[0])
            continue;
        if (!any)
            ib_doc_heading(doc, 2, heading);
        any = true;
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s, %s: %s", ib_member_text(c, "problem"),
                                             ib_member_text(c, "name"), words));
    }
    if (!any)
        ib_doc_paragraph(doc, none);
}

static void say_only(struct ib_doc *doc, const json_t *cases, const char *heading)
{
    size_t i;
    json_t *c;
    if (json_array_size(cases))
        ib_doc_heading(doc, 2, heading);
    json_array_foreach (cases, i, c)
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s, %s (%s)", ib_member_text(c, "problem"),
                                             ib_member_text(c, "name"), ib_member_text(c, "id")));
}

void ib_compare_page(struct ib_doc *doc, const json_t *comparison)
{
    const json_t *cases = ib_member(comparison, "cases");
    say_what(doc, comparison);
    add_cases(doc, cases);
    if (json_array_size(cases)) {
        say_differences(doc, cases, "metrics", "Answers that differ", "Metrics are the same in both.");
        say_differences(doc, cases, "copies", "Copies that differ", "Copies are the same in both.");
    }
    say_only(doc, ib_member(comparison, "only_old"), "Only in the old run");
    say_only(doc, ib_member(comparison, "only_new"), "Only in the new run");
}
