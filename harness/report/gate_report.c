#include "report/gate_report.h"

#include "analysis/member.h"
#include "gate/violations.h"
#include "report/compare_report.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

/* ---- the headline ---- */

static size_t count_kind(const json_t *findings, const char *kind)
{
    size_t i, n = 0;
    json_t *finding;
    json_array_foreach (findings, i, finding)
        n += strcmp(ib_member_text(finding, "kind"), kind) == 0 ? 1 : 0;
    return n;
}

const char *ib_gate_headline(struct ib_arena *arena, const json_t *result)
{
    const json_t *findings = ib_member(result, "findings");
    const double status = ib_member_number(result, "exit_status");
    const char *list = "";
    for (const struct ib_word *w = ib_violation_kind_words; w->word; w++) {
        size_t n = count_kind(findings, w->word);
        if (n)
            list = ib_arena_print(arena, "%s%s%zu %s", list, list[0] ? ", " : "", n, w->word);
    }
    if (status == 0 && !list[0])
        return "PASSED";
    return status == 0 ? ib_arena_print(arena, "PASSED, with %s", list)
                       : ib_arena_print(arena, "FAILED: %s (exit status %.0f)", list, status);
}

/* ---- how it was judged ---- */

static const char *test_words(struct ib_arena *arena, const json_t *result, bool against)
{
    const double sets = ib_member_number(result, "rules.confirm") + 1;
    const char *pairing = against
                              ? "new and old side by side in the same minutes"
                              : "each case next to the baseline's control, which carries the machine's drift";
    const char *again = sets > 1 ? ib_arena_print(arena, " in each of %.0f sets of pairs", sets) : "";
    return ib_arena_print(arena,
                          "%.0f pairs of processes, %s. A case is slower if a sign test%s finds it more than "
                          "%s slower, with %s as the probability of any false alarm in the whole table.",
                          ib_member_number(result, "rules.pairs"), pairing, again,
                          ib_format_share(arena, ib_member_number(result, "rules.slowdown")),
                          ib_format_share(arena, ib_member_number(result, "rules.alpha")));
}

static void say_how(struct ib_doc *doc, const json_t *result)
{
    struct ib_arena *arena = doc->arena;
    const bool against = strcmp(ib_member_text(result, "kind"), "against") == 0;
    const char *speed = ib_member_text(result, "speed");
    const char *how =
        strcmp(speed, "off") == 0 ? "speed was not measured." : test_words(arena, result, against);
    ib_doc_paragraph(doc, ib_arena_print(arena, "Against %s%s: %s%s", against ? "" : "the baseline ",
                                         ib_member_text(result, "against"), how,
                                         strcmp(speed, "report") == 0 ? " Speed is only reported." : ""));
}

static void say_differences(struct ib_doc *doc, const json_t *result)
{
    const char *words = ib_difference_words(doc->arena, ib_member(result, "differences"));
    if (words[0])
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "The machine differs: %s.", words));
}

/* ---- what was found ---- */

/* What is undecided stands in the table of cases; it is no finding unless the gate is strict. */
static bool is_shown(const json_t *result, const json_t *finding)
{
    return strcmp(ib_member_text(finding, "kind"), "ambiguous") != 0 ||
           ib_member_number(result, "exit_status") == 5;
}

static void add_findings(struct ib_doc *doc, const json_t *result)
{
    size_t i, shown = 0;
    json_t *finding;
    json_array_foreach (ib_member(result, "findings"), i, finding) {
        if (!is_shown(result, finding))
            continue;
        if (!shown++)
            ib_doc_table(doc, "wwww", (const char *[]){"found", "problem", "case", "what"});
        ib_doc_row(doc,
                   (const char *[]){ib_member_text(finding, "kind"), ib_member_text(finding, "problem"),
                                    ib_member_text(finding, "name"), ib_member_text(finding, "message")});
    }
}

static const char *speed_words(const json_t *c)
{
    return json_is_null(ib_member(c, "speed.verdict")) ? "not judged" : ib_member_text(c, "speed.verdict");
}

static const char *answer_words(const json_t *c)
{
    return strcmp(ib_member_text(c, "status"), "ok") == 0 ? ib_member_text(c, "verdict")
                                                          : ib_member_text(c, "status");
}

static void add_case(struct ib_doc *doc, const json_t *c)
{
    struct ib_arena *arena = doc->arena;
    const json_t *ratio = ib_member(c, "speed.ratio");
    const double n = ib_member_number(ratio, "n"), needed = ib_member_number(c, "speed.needed");
    ib_doc_row(doc, (const char *[]){ib_member_text(c, "problem"), ib_member_text(c, "name"), answer_words(c),
                                     ib_format_duration(arena, ib_member_number(c, "old_ns")),
                                     ib_format_duration(arena, ib_member_number(c, "new_ns")),
                                     ib_ratio_words(arena, ratio), speed_words(c),
                                     n > 0 ? ib_format_count(arena, n) : "",
                                     isnan(needed) ? "" : ib_format_rounded(arena, needed)});
}

static void add_cases(struct ib_doc *doc, const json_t *cases)
{
    size_t i;
    json_t *c;
    ib_doc_table(doc, "wwwrrrwrr",
                 (const char *[]){"problem", "case", "answer", "old", "new", "ratio", "speed", "pairs",
                                  "would settle"});
    json_array_foreach (cases, i, c)
        add_case(doc, c);
}

void ib_gate_page(struct ib_doc *doc, const json_t *result)
{
    ib_doc_heading(doc, 2, ib_arena_print(doc->arena, "Gate: %s", ib_gate_headline(doc->arena, result)));
    add_findings(doc, result);
    say_how(doc, result);
    say_differences(doc, result);
    add_cases(doc, ib_member(result, "cases"));
}
