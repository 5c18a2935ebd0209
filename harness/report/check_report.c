#include "report/check_report.h"

#include "report/format.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    LEVEL_COLUMNS = 13,
    STATE_COLUMNS = 9,
    INDENT = 6,
    SUBJECTS_MAX = 4, /* that are named of flaws of one kind */
    KINDS_MAX = 6,    /* of flaws that are told of the first level that has any */
    KINDS_LATER = 2   /* and of the levels behind it, which may be wrong because of it */
};

/* ---- levels ---- */

static void print_state(const struct ib_text_page *page, const struct ib_tally *t)
{
    if (t->wrong)
        ib_text_padded(page, IB_RED, "WRONG", STATE_COLUMNS, false);
    else if (t->failed)
        ib_text_padded(page, IB_RED, "FAILED", STATE_COLUMNS, false);
    else if (t->checks)
        ib_text_padded(page, IB_GREEN, "ok", STATE_COLUMNS, false);
    else
        ib_text_padded(page, IB_YELLOW, "skipped", STATE_COLUMNS, false);
}

static void print_level(const struct ib_text_page *page, enum ib_level level, const struct ib_tally *t)
{
    const uint64_t right = t->checks - t->wrong - t->failed;
    fputs("  ", page->out);
    ib_text_padded(page, "", ib_word_of(ib_level_words, (int)level), LEVEL_COLUMNS, false);
    print_state(page, t);
    if (t->checks)
        fprintf(page->out, "%" PRIu64 " of %" PRIu64, right, t->checks);
    if (t->calls)
        fprintf(page->out, " in %s calls", ib_format_count(page->arena, (double)t->calls));
    if (t->failed)
        fprintf(page->out, ", %" PRIu64 " failed", t->failed);
    if (t->skipped)
        fprintf(page->out, "%s%" PRIu64 " skipped: %s", t->checks ? "; " : "", t->skipped, t->reason);
    fputc('\n', page->out);
}

/* ---- flaws, by kind ---- */

/* The same words, whatever the numbers in them. */
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
static const char *name_subjects(const struct ib_text_page *page, const struct ib_check_result *check_result,
                                 size_t first)
{
    const enum ib_level level = check_result->list[first].level;
    const char *text = check_result->list[first].subject;
    uint64_t named = 1, more = 0;
    if (count_kind(check_result, first) == check_result->tally[level].checks &&
        check_result->tally[level].checks > 2)
        return ib_arena_print(page->arena, "all %" PRIu64 " %s", check_result->tally[level].checks,
                              level == IB_LEVEL_GRADIENTS ? "gradients" : "trainings");
    for (size_t i = first + 1; i < check_result->n; i++) {
        if (!same_kind(&check_result->list[first], &check_result->list[i]))
            continue;
        if (named++ < SUBJECTS_MAX)
            text = ib_arena_print(page->arena, "%s, %s", text, check_result->list[i].subject);
        else
            more++;
    }
    return more ? ib_arena_print(page->arena, "%s and %" PRIu64 " more", text, more) : text;
}

static void print_fact(const struct ib_text_page *page, const char *before, const char *fact)
{
    if (fact[0])
        ib_text_paragraph(page, INDENT, "", ib_arena_print(page->arena, "%s%s", before, fact));
}

static const char *last_line(const struct ib_text_page *page, const char *output)
{
    size_t n = strlen(output);
    while (n && output[n - 1] == '\n')
        n--;
    size_t begin = n;
    while (begin && output[begin - 1] != '\n')
        begin--;
    return ib_arena_print(page->arena, "%.*s", (int)(n - begin), output + begin);
}

static void print_kind(const struct ib_text_page *page, const struct ib_check_result *check_result,
                       size_t first)
{
    const struct ib_check_finding *f = &check_result->list[first];
    const bool several = count_kind(check_result, first) > 1;
    fputc('\n', page->out);
    ib_text_paragraph(
        page, 2, IB_BOLD,
        ib_arena_print(page->arena, "%s: %s", name_subjects(page, check_result, first), f->pattern));
    if (f->detail[0] && several)
        print_fact(page, ib_arena_print(page->arena, "%s: ", f->subject), f->detail);
    else
        print_fact(page, "", f->detail);
    print_fact(page, "in ", f->shape);
    print_fact(page, "", f->where);
    if (!strstr(f->pattern, last_line(page, f->output)))
        print_fact(page, "its last output: ", last_line(page, f->output));
}

/* The first level at which something is wrong. */
static enum ib_level first_level(const struct ib_check_result *check_result)
{
    enum ib_level first = IB_LEVEL_COUNT;
    for (size_t i = 0; i < check_result->n; i++)
        first = check_result->list[i].level < first ? check_result->list[i].level : first;
    return first;
}

static void print_kinds(const struct ib_text_page *page, const struct ib_check_result *check_result,
                        enum ib_level level)
{
    const uint64_t most = level == first_level(check_result) ? KINDS_MAX : KINDS_LATER;
    uint64_t told = 0, untold = 0;
    for (size_t i = 0; i < check_result->n; i++) {
        if (check_result->list[i].level != level || !is_first_of_kind(check_result, i))
            continue;
        if (told++ < most)
            print_kind(page, check_result, i);
        else
            untold++;
    }
    if (untold)
        fprintf(page->out, "\n  (and %" PRIu64 " more kinds among the %s: --json tells them all)\n", untold,
                ib_word_of(ib_level_words, (int)level));
}

/* ---- the verdict ---- */

/* What the rest may follow from: flaws of the first level that has any. */
static const struct ib_check_finding *root_of(const struct ib_check_result *check_result)
{
    size_t i = 0;
    while (check_result->list[i].level != first_level(check_result))
        i++;
    return &check_result->list[i];
}

static bool all_of_one_level(const struct ib_check_result *check_result)
{
    for (size_t i = 1; i < check_result->n; i++)
        if (check_result->list[i].level != check_result->list[0].level)
            return false;
    return true;
}

static void print_verdict(const struct ib_text_page *page, const char *name,
                          const struct ib_check_result *check_result)
{
    const struct ib_check_finding *root = check_result->n ? root_of(check_result) : NULL;
    fputc('\n', page->out);
    switch (ib_check_result_verdict(check_result)) {
    case IB_CHECK_RIGHT:
        ib_text_styled(page, IB_GREEN, ib_arena_print(page->arena, "%s is right.", name));
        break;
    case IB_CHECK_NOTHING:
        ib_text_styled(page, IB_YELLOW,
                       ib_arena_print(page->arena, "%s: nothing of it could be verified.", name));
        break;
    case IB_CHECK_WRONG:
        ib_text_styled(page, IB_RED, ib_arena_print(page->arena, "%s is wrong.", name));
        break;
    case IB_CHECK_FAILED:
        ib_text_styled(
            page, IB_RED,
            ib_arena_print(page->arena, "%s %s.", name,
                           root->status == IB_CASE_UNAVAILABLE ? "is unavailable here" : "failed"));
        break;
    }
    if (root && !all_of_one_level(check_result))
        fprintf(page->out, " Begin with %s: the rest may follow from it.",
                root->operation ? root->operation : root->subject);
    fputc('\n', page->out);
}

void ib_check_report_print(const struct ib_text_page *page, const struct ib_impl_info *info,
                           const struct ib_check_result *check_result)
{
    fprintf(page->out, "%s%s%s%s%s%s\n\n", info->name, info->summary && info->summary[0] ? ": " : "",
            info->summary ? info->summary : "", info->libraries ? " (" : "",
            info->libraries ? info->libraries : "", info->libraries ? ")" : "");
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        if (check_result->tally[level].checks || check_result->tally[level].skipped)
            print_level(page, (enum ib_level)level, &check_result->tally[level]);
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        print_kinds(page, check_result, (enum ib_level)level);
    print_verdict(page, info->name, check_result);
}

/* ---- for programs ---- */

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

json_t *ib_check_report_to_json(const struct ib_impl_info *info, const struct ib_check_result *check_result)
{
    json_t *counts = json_object(), *findings = json_array();
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        json_object_set_new(counts, ib_word_of(ib_level_words, level),
                            tally_to_json(&check_result->tally[level]));
    for (size_t i = 0; i < check_result->n; i++)
        json_array_append_new(findings, finding_to_json(&check_result->list[i]));
    return json_pack("{s:i, s:s, s:s, s:s, s:o, s:o}", "schema", SCHEMA, "version", IB_VERSION, "impl",
                     info->name, "verdict",
                     ib_word_of(ib_check_verdict_words, (int)ib_check_result_verdict(check_result)), "counts",
                     counts, "findings", findings);
}
