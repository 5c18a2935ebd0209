/* The verdicts of the cases of a run, their counts, and what failed or is unverified. */
#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

/* The verdicts of a row, worst first; the last two are not faults. */
static const char *const verdicts[] = {
    "wrong",      "unexpected transfers", "untrusted",   "crashed", "timeout",        "oom", "failed",
    "unverified", "unsupported",          "unavailable", "not run", IB_VERDICT_OTHER, "ok"};
enum {
    VERDICT_COUNT = sizeof verdicts / sizeof *verdicts,
    FAULT_COUNT = VERDICT_COUNT - 2,
    BAD_COUNT = 7 /* a faulty answer or none */
};

enum ib_doc_style ib_summary_verdict_style(const char *verdict)
{
    int v = 0;
    while (v < VERDICT_COUNT && !strstr(verdict, verdicts[v]))
        v++;
    return v < BAD_COUNT ? IB_BAD : v < VERDICT_COUNT - 1 ? IB_IDLE : IB_GOOD;
}

const char *ib_summary_verdict(const struct ib_case_record *c)
{
    if (!c->status)
        return "not run";
    if (c->status != IB_CASE_OK)
        return ib_word_of(ib_case_status_words, (int)c->status);
    if (c->algorithm)
        return IB_VERDICT_OTHER;
    if (c->check.verdict != IB_RIGHT)
        return ib_word_of(ib_verdict_words, (int)c->check.verdict);
    if (c->as_expected == IB_NO)
        return "unexpected transfers";
    if (c->simulated)
        return "ok, simulated";
    if (c->shortcut)
        return "ok, by a shortcut";
    return c->counting == IB_UNCOUNTED_COPIES ? "ok, copies uncounted"
           : c->counting == IB_CLAIMED_COPIES ? "ok, copies claimed"
                                              : "ok";
}

const char *ib_summary_fault_reason(const struct ib_case_record *c, const char *verdict)
{
    if (!c->status)
        return "the run ended before this case";
    if (c->reason || c->check.verdict_reason)
        return c->reason ? c->reason : c->check.verdict_reason;
    if (strcmp(verdict, "unexpected transfers") == 0)
        return "its copies do not match its residency";
    if (strcmp(verdict, "unverified") == 0)
        return "there is nothing to compare it with";
    return "no reason was given";
}

/* The place of its verdict, if that is a fault; else FAULT_COUNT. */
static int place_of(const struct ib_case_record *c)
{
    const char *verdict = ib_summary_verdict(c);
    int v = 0;
    while (v < FAULT_COUNT && strcmp(verdict, verdicts[v]) != 0)
        v++;
    return v;
}

/* A faulty case. */
struct faulty {
    int verdict;
    const char *name, *reason;
    const struct ib_case_record *record;
};

/* Equal faults after each other. */
static int by_fault(const void *left, const void *right)
{
    const struct faulty *a = left, *b = right;
    if (a->verdict != b->verdict)
        return a->verdict - b->verdict;
    const int names = strcmp(a->name, b->name), reasons = strcmp(a->reason, b->reason);
    return names ? names : reasons ? reasons : a->record < b->record ? -1 : 1;
}

/* Each fault as its first case, the worst first, in the order of the plan. */
static int by_first_case(const void *left, const void *right)
{
    const struct faulty *a = *(const struct faulty *const *)left, *b = *(const struct faulty *const *)right;
    return a->verdict != b->verdict ? a->verdict - b->verdict : a->record < b->record ? -1 : 1;
}

static struct faulty *list_faulty(struct ib_arena *arena, const struct ib_run_record *run, size_t *n)
{
    struct faulty *list = ib_arena_alloc(arena, (run->n + 1) * sizeof *list);
    *n = 0;
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        const int v = place_of(c);
        if (v == FAULT_COUNT)
            continue;
        /* Residency does not matter if the implementation is unavailable. */
        const bool absent = strcmp(verdicts[v], "unavailable") == 0;
        list[(*n)++] =
            (struct faulty){v, absent ? c->label : c->name, ib_summary_fault_reason(c, verdicts[v]), c};
    }
    qsort(list, *n, sizeof *list, by_fault);
    return list;
}

static bool same_fault(const struct faulty *a, const struct faulty *b)
{
    return a->verdict == b->verdict && strcmp(a->name, b->name) == 0 && strcmp(a->reason, b->reason) == 0;
}

void ib_summary_find_faults(struct ib_arena *arena, const struct ib_run_record *run,
                            struct ib_summary *summary)
{
    struct ib_arena scratch = {0};
    size_t n, n_faults = 0;
    const struct faulty *list = list_faulty(&scratch, run, &n), *end = list + n;
    const struct faulty **firsts = ib_arena_alloc(&scratch, (n + 1) * sizeof *firsts);
    for (const struct faulty *f = list; f < end; f++)
        if (f == list || !same_fault(f - 1, f))
            firsts[n_faults++] = f;
    qsort(firsts, n_faults, sizeof *firsts, by_first_case);
    summary->faults = ib_arena_alloc(arena, n_faults * sizeof *summary->faults);
    summary->n_faults = n_faults;
    for (size_t i = 0; i < n_faults; i++) {
        const struct faulty *f = firsts[i];
        size_t count = 1;
        while (f + count < end && same_fault(f, f + count))
            count++;
        summary->faults[i] = (struct ib_summary_fault){
            .verdict = verdicts[f->verdict],
            .name = f->name,
            .where = count > 1 ? ib_arena_print(arena, "%zu cases", count) : f->record->problem,
            .reason = f->reason,
            .count = count};
    }
    ib_arena_free(&scratch);
}

/* " (4 diverged)" */
static const char *diverged(struct ib_arena *arena, const struct ib_run_record *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++)
        n += run->cases[i].check.convergence == IB_DIVERGED && ib_case_record_verified(&run->cases[i]);
    return n ? ib_arena_print(arena, " (%zu diverged)", n) : "";
}

const char *ib_summary_counts(struct ib_arena *arena, const struct ib_run_record *run)
{
    size_t n = run->n;
    const char *text = ib_arena_print(arena, "%zu case%s", n, ib_plural(n));
    const char *joint = ": ";
    for (int v = VERDICT_COUNT - 1; v >= 0; v--) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += strncmp(ib_summary_verdict(&run->cases[i]), verdicts[v], strlen(verdicts[v])) == 0;
        if (count) {
            text = ib_arena_print(arena, "%s%s%zu %s%s", text, joint, count, verdicts[v],
                                  v == VERDICT_COUNT - 1 ? diverged(arena, run) : "");
            joint = ", ";
        }
    }
    return text;
}
