#include "report/check_report.h"

#include "report/format.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    SUBJECTS_MAX = 4, /* subjects named for each kind of fault */
    KINDS_MAX = 6,    /* kinds shown for the first level that has faults */
    KINDS_LATER = 2   /* kinds shown for later levels, whose faults may follow from those */
};

/* ---- levels ---- */

static const struct ib_doc_text *state_of(const struct ib_tally *t)
{
    static const struct ib_doc_text states[] = {{.text = "WRONG", .style = IB_BAD},
                                                {.text = "FAILED", .style = IB_BAD},
                                                {.text = "ok", .style = IB_GOOD},
                                                {.text = "skipped", .style = IB_IDLE}};
    return &states[t->wrong ? 0 : t->failed ? 1 : t->checks ? 2 : 3];
}

/* "12 of 14 right in 1,234 calls, 1 failed; 3 skipped: it has no memory" */
static const char *counts_text(struct ib_arena *arena, const struct ib_tally *t)
{
    const char *text = "";
    if (t->checks)
        text = ib_arena_print(arena, "%" PRIu64 " of %" PRIu64 " right", t->checks - t->wrong - t->failed,
                              t->checks);
    if (t->calls)
        text = ib_arena_print(arena, "%s in %s calls", text, ib_format_count(arena, (double)t->calls));
    if (t->failed)
        text = ib_arena_print(arena, "%s, %" PRIu64 " failed", text, t->failed);
    if (t->skipped)
        text = ib_arena_print(arena, "%s%s%" PRIu64 " skipped: %s", text, t->checks ? "; " : "", t->skipped,
                              t->reason);
    return text;
}

static void add_levels(struct ib_doc *doc, const struct ib_check_result *check_result)
{
    ib_doc_table(doc, "www", NULL);
    for (int level = 0; level < IB_LEVEL_COUNT; level++) {
        const struct ib_tally *t = &check_result->tally[level];
        const char *const cells[] = {ib_word_of(ib_level_words, level), "", counts_text(doc->arena, t)};
        if (t->checks || t->skipped)
            ib_doc_row(doc, cells)[1] = *state_of(t);
    }
}

/* ---- faults, by kind ---- */

/* Are the texts equal apart from their numbers? */
static bool same_words(const char *a, const char *b)
{
    static const char number[] = "0123456789.+-";
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, number);
            b += strspn(b, number);
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

static bool same_kind(const struct ib_check_finding *a, const struct ib_check_finding *b)
{
    return a->level == b->level && same_words(a->pattern, b->pattern) &&
           strcmp(a->operation ? a->operation : "", b->operation ? b->operation : "") == 0;
}

static bool is_first_of_kind(const struct ib_check_result *check_result, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (same_kind(&check_result->list[j], &check_result->list[i]))
            return false;
    return true;
}

static uint64_t count_kind(const struct ib_check_result *check_result, size_t first)
{
    uint64_t n = 0;
    for (size_t i = first; i < check_result->n; i++)
        n += same_kind(&check_result->list[first], &check_result->list[i]);
    return n;
}

/* "all 20 trainings", "gemm f32, gemm f64", "mlp 6 relu f32 wide and 11 more". */
static const char *name_subjects(struct ib_arena *arena, const struct ib_check_result *check_result,
                                 size_t first)
{
    const enum ib_level level = check_result->list[first].level;
    const char *text = check_result->list[first].subject;
    uint64_t named = 1, more = 0;
    if (count_kind(check_result, first) == check_result->tally[level].checks &&
        check_result->tally[level].checks > 2)
        return ib_arena_print(arena, "all %" PRIu64 " %s", check_result->tally[level].checks,
                              level == IB_LEVEL_GRADIENTS ? "gradients" : "trainings");
    for (size_t i = first + 1; i < check_result->n; i++) {
        if (!same_kind(&check_result->list[first], &check_result->list[i]))
            continue;
        if (named++ < SUBJECTS_MAX)
            text = ib_arena_print(arena, "%s, %s", text, check_result->list[i].subject);
        else
            more++;
    }
    return more ? ib_arena_print(arena, "%s and %" PRIu64 " more", text, more) : text;
}

static void add_fact(struct ib_doc *doc, const char *before, const char *fact)
{
    if (fact[0])
        ib_doc_paragraph(doc, ib_arena_print(doc->arena, "%s%s", before, fact));
}

static const char *last_line(struct ib_arena *arena, const char *output)
{
    size_t n = strlen(output);
    while (n && output[n - 1] == '\n')
        n--;
    size_t begin = n;
    while (begin && output[begin - 1] != '\n')
        begin--;
    return ib_arena_print(arena, "%.*s", (int)(n - begin), output + begin);
}

static void add_kind(struct ib_doc *doc, const struct ib_check_result *check_result, size_t first)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_check_finding *f = &check_result->list[first];
    const bool several = count_kind(check_result, first) > 1;
    const char *output = last_line(arena, f->output);
    ib_doc_heading(doc, 3,
                   ib_arena_print(arena, "%s: %s", name_subjects(arena, check_result, first), f->pattern));
    add_fact(doc, several ? ib_arena_print(arena, "%s: ", f->subject) : "", f->detail);
    add_fact(doc, "in ", f->shape);
    add_fact(doc, "", f->where);
    if (!strstr(f->pattern, output))
        add_fact(doc, "last output: ", output);
}

/* A fault of the first level that has any; the others may follow from it. NULL: there is none. */
static const struct ib_check_finding *root_of(const struct ib_check_result *check_result)
{
    const struct ib_check_finding *root = NULL;
    for (size_t i = 0; i < check_result->n; i++)
        if (!root || check_result->list[i].level < root->level)
            root = &check_result->list[i];
    return root;
}

static void add_kinds(struct ib_doc *doc, const struct ib_check_result *check_result, enum ib_level level)
{
    const struct ib_check_finding *root = root_of(check_result);
    const uint64_t most = root && level == root->level ? KINDS_MAX : KINDS_LATER;
    uint64_t shown = 0, hidden = 0;
    for (size_t i = 0; i < check_result->n; i++) {
        if (check_result->list[i].level != level || !is_first_of_kind(check_result, i))
            continue;
        if (shown++ < most)
            add_kind(doc, check_result, i);
        else
            hidden++;
    }
    if (hidden)
        ib_doc_add(doc, IB_DOC_CLAIM,
                   ib_arena_print(doc->arena,
                                  "(%" PRIu64 " more kinds of fault among the %s; --json lists them all)",
                                  hidden, ib_word_of(ib_level_words, (int)level)));
}

/* ---- the verdict ---- */

static bool all_of_one_level(const struct ib_check_result *check_result)
{
    for (size_t i = 1; i < check_result->n; i++)
        if (check_result->list[i].level != check_result->list[0].level)
            return false;
    return true;
}

static struct ib_doc_text verdict_of(enum ib_check_verdict verdict, const struct ib_check_finding *root)
{
    switch (verdict) {
    case IB_CHECK_RIGHT:
        return (struct ib_doc_text){.text = " is right.", .style = IB_GOOD};
    case IB_CHECK_NOTHING:
        return (struct ib_doc_text){.text = ": nothing could be verified.", .style = IB_IDLE};
    case IB_CHECK_WRONG:
        return (struct ib_doc_text){.text = " is wrong.", .style = IB_BAD};
    case IB_CHECK_FAILED:
        break;
    }
    return (struct ib_doc_text){
        .text = root->status == IB_CASE_UNAVAILABLE ? " is unavailable here." : " failed.", .style = IB_BAD};
}

/* "no operations and 2 of 20 trainings", of the levels of which something was skipped; NULL: nothing was. */
static const char *partly_checked(struct ib_arena *arena, const struct ib_check_result *check_result)
{
    const char *list[IB_LEVEL_COUNT], *text = NULL;
    size_t n = 0;
    for (int level = 0; level < IB_LEVEL_COUNT; level++) {
        const struct ib_tally *t = &check_result->tally[level];
        const char *name = ib_word_of(ib_level_words, level);
        if (t->skipped)
            list[n++] = t->checks ? ib_arena_print(arena, "%" PRIu64 " of %" PRIu64 " %s", t->checks,
                                                   t->checks + t->skipped, name)
                                  : ib_arena_print(arena, "no %s", name);
    }
    for (size_t i = 0; i < n; i++)
        text = ib_arena_print(arena, "%s%s%s", i ? text : "",
                              i == 0      ? ""
                              : i + 1 < n ? ", "
                                          : " and ",
                              list[i]);
    return text;
}

static const char *verdict_text(struct ib_arena *arena, const char *name, const char *verdict,
                                const char *partly)
{
    return partly ? ib_arena_print(arena, "%s is right in what was checked: %s were.", name, partly)
                  : ib_arena_print(arena, "%s%s", name, verdict);
}

static void add_verdict(struct ib_doc *doc, const char *name, const struct ib_check_result *check_result)
{
    const struct ib_check_finding *root = root_of(check_result);
    const enum ib_check_verdict overall = ib_check_result_verdict(check_result);
    const struct ib_doc_text verdict = verdict_of(overall, root);
    const char *partly = overall == IB_CHECK_RIGHT ? partly_checked(doc->arena, check_result) : NULL;
    ib_doc_add(doc, IB_DOC_CLAIM, NULL);
    ib_doc_append(doc, verdict_text(doc->arena, name, verdict.text, partly),
                  partly ? IB_IDLE : verdict.style);
    if (root && !all_of_one_level(check_result))
        ib_doc_append(doc,
                      ib_arena_print(doc->arena, "Start with %s: the other faults may follow from it.",
                                     root->operation ? root->operation : root->subject),
                      IB_PLAIN);
}

static void add_sandbox(struct ib_doc *doc, const struct ib_check_result *check_result)
{
    if (check_result->sandbox)
        ib_doc_paragraph(doc,
                         ib_arena_print(doc->arena, "It ran in a sandbox (%s); --no-sandbox runs it without.",
                                        check_result->sandbox));
    else if (check_result->no_sandbox)
        ib_doc_paragraph(
            doc, ib_arena_print(doc->arena, "It ran without a sandbox: %s.", check_result->no_sandbox));
}

void ib_check_report(struct ib_doc *doc, const struct ib_impl_info *info,
                     const struct ib_check_result *check_result)
{
    const bool has_summary = info->summary && info->summary[0];
    ib_doc_heading(doc, 2,
                   ib_arena_print(doc->arena, "%s%s%s%s%s%s", info->name, has_summary ? ": " : "",
                                  has_summary ? info->summary : "", info->libraries ? " (" : "",
                                  info->libraries ? info->libraries : "", info->libraries ? ")" : ""));
    add_levels(doc, check_result);
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        add_kinds(doc, check_result, (enum ib_level)level);
    add_sandbox(doc, check_result);
    add_verdict(doc, info->name, check_result);
}

/* ---- as JSON ---- */

enum { SCHEMA = 1 };

static json_t *finding_to_json(const struct ib_check_finding *f)
{
    json_t *finding =
        json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s, s:s, s:s, s:s}", "level",
                  ib_word_of(ib_level_words, (int)f->level), "subject", f->subject, "operation", f->operation,
                  "dtype", f->dtype, "status", ib_word_of(ib_case_status_words, (int)f->status), "pattern",
                  f->pattern, "text", f->detail, "shape", f->shape, "where", f->where);
    if (f->output[0])
        json_object_set_new(finding, "output", json_string(f->output));
    if (f->evidence)
        json_object_update(finding, (json_t *)(uintptr_t)f->evidence);
    return finding;
}

static json_t *tally_to_json(const struct ib_tally *t)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:s?}", "checks", (json_int_t)t->checks, "wrong",
                     (json_int_t)t->wrong, "failed", (json_int_t)t->failed, "skipped", (json_int_t)t->skipped,
                     "reason", t->reason);
}

static bool is_complete(const struct ib_check_result *check_result)
{
    bool complete = true;
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        complete = complete && check_result->tally[level].skipped == 0;
    return complete;
}

json_t *ib_check_report_to_json(const struct ib_impl_info *info, const struct ib_check_result *check_result)
{
    json_t *counts = json_object(), *findings = json_array();
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        json_object_set_new(counts, ib_word_of(ib_level_words, level),
                            tally_to_json(&check_result->tally[level]));
    for (size_t i = 0; i < check_result->n; i++)
        json_array_append_new(findings, finding_to_json(&check_result->list[i]));
    return json_pack("{s:i, s:s, s:s, s:s, s:b, s:s?, s:s?, s:o, s:o}", "schema", SCHEMA, "version",
                     IB_VERSION, "impl", info->name, "verdict",
                     ib_word_of(ib_check_verdict_words, (int)ib_check_result_verdict(check_result)),
                     "complete", (int)is_complete(check_result), "sandbox", check_result->sandbox,
                     "no_sandbox", check_result->no_sandbox, "counts", counts, "findings", findings);
}
