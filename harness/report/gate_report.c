#include "report/gate_report.h"

#include "report/compare_cases.h"
#include "report/format.h"

#include <math.h>

/* ---- the headline ---- */

static size_t count_kind(const struct ib_violations *violations, int kind)
{
    size_t n = 0;
    for (size_t i = 0; i < violations->n; i++)
        n += (int)violations->list[i].kind == kind ? 1 : 0;
    return n;
}

const char *ib_gate_headline(struct ib_arena *arena, const struct ib_gate_result *result)
{
    const char *list = "";
    for (const struct ib_word *w = ib_violation_kind_words; w->word; w++) {
        size_t n = count_kind(&result->violations, w->value);
        if (n)
            list = ib_arena_print(arena, "%s%s%zu %s", list, list[0] ? ", " : "", n, w->word);
    }
    if (result->exit_status)
        return ib_arena_print(arena, "FAILED: %s (exit status %d)", list, result->exit_status);
    return list[0] ? ib_arena_print(arena, "PASSED, with %s", list) : "PASSED";
}

/* ---- how it was judged ---- */

static const char *test_words(struct ib_arena *arena, const struct ib_gate_result *result)
{
    const struct ib_gate_rules *rules = result->rules;
    const char *pairing = result->request->against
                              ? "new and old, timed within the same minutes"
                              : "each case and the baseline's control, which shows the machine's drift";
    const char *again = rules->confirm ? ib_arena_print(arena, " in each of %llu sets of pairs",
                                                        (unsigned long long)rules->confirm + 1)
                                       : "";
    return ib_arena_print(arena,
                          "%llu pairs of processes: %s. A case is slower if a sign test%s finds its median "
                          "training more than %s slower, or another test the mean of all more than %s; the "
                          "probability of any false alarm in the whole table is %s.",
                          (unsigned long long)rules->pairs, pairing, again,
                          ib_format_share(arena, rules->slowdown), ib_format_share(arena, rules->mean),
                          ib_format_share(arena, rules->alpha));
}

static void add_how(struct ib_doc *doc, const struct ib_gate_result *result)
{
    const struct ib_gate_request *request = result->request;
    const char *how =
        request->speed == IB_SPEED_OFF ? "speed was not measured." : test_words(doc->arena, result);
    ib_doc_paragraph(doc,
                     ib_arena_print(doc->arena, "Against %s%s: %s%s", request->against ? "" : "the baseline ",
                                    request->against ? request->against : request->baseline, how,
                                    request->speed == IB_SPEED_REPORTED
                                        ? " Speed is reported, but does not fail the gate."
                                        : ""));
}

static void add_differences(struct ib_doc *doc, const struct ib_gate_result *result)
{
    if (result->differences.n)
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "The machine differs: %s.",
                                             ib_text_difference_words(doc->arena, &result->differences)));
}

/* ---- what was found ---- */

/* Undecided speed that does not fail the gate is shown only in the table of cases. */
static void add_violations(struct ib_doc *doc, const struct ib_gate_result *result)
{
    bool any = false;
    for (size_t i = 0; i < result->violations.n; i++) {
        const struct ib_violation *v = &result->violations.list[i];
        if (!ib_violation_fails(v, result->exit_status))
            continue;
        if (!any)
            ib_doc_table(doc, "wwww", (const char *[]){"violation", "problem", "case", "details"});
        any = true;
        ib_doc_row(doc, (const char *[]){ib_word_of(ib_violation_kind_words, (int)v->kind), v->problem,
                                         v->name, v->message});
    }
}

static const char *speed_words(const struct ib_gate_case *c)
{
    if (!c->judged)
        return "not judged";
    return c->mean.holds && !c->median.holds ? "SLOWER on average"
                                             : ib_word_of(ib_speed_words, (int)c->speed.verdict);
}

static void add_case(struct ib_doc *doc, const struct ib_gate_case *c)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_speed *speed = &c->speed;
    ib_doc_row(doc, (const char *[]){c->problem, c->name, ib_answer_word(c->status, c->verdict),
                                     ib_format_duration(arena, c->old_ns),
                                     ib_format_duration(arena, c->new_ns), ib_ratio_words(arena, speed),
                                     speed_words(c), speed->n ? ib_format_count(arena, (double)speed->n) : "",
                                     isnan(speed->needed) ? "" : ib_format_rounded(arena, speed->needed)});
}

void ib_gate_page(struct ib_doc *doc, const struct ib_gate_result *result)
{
    ib_doc_heading(doc, 2, ib_arena_print(doc->arena, "Gate: %s", ib_gate_headline(doc->arena, result)));
    add_violations(doc, result);
    add_how(doc, result);
    add_differences(doc, result);
    ib_doc_table(doc, "wwwrrrwrr",
                 (const char *[]){"problem", "case", "answer", "old", "new", "ratio", "speed", "pairs",
                                  "pairs needed"});
    for (size_t i = 0; i < result->n; i++)
        add_case(doc, &result->cases[i]);
}
