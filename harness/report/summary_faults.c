/* The verdicts of the cases of a run, their counts, and what failed or is unverified. */
#include "report/summary.h"

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

static struct ib_summary_fault *fault_like(struct ib_summary *summary, const struct ib_summary_fault *fault)
{
    for (size_t i = 0; i < summary->n_faults; i++) {
        struct ib_summary_fault *known = &summary->faults[i];
        if (strcmp(known->verdict, fault->verdict) == 0 && strcmp(known->name, fault->name) == 0 &&
            strcmp(known->reason, fault->reason) == 0)
            return known;
    }
    return NULL;
}

void ib_summary_find_faults(struct ib_arena *arena, const struct ib_run_record *run,
                            struct ib_summary *summary)
{
    size_t n = run->n;
    summary->faults = ib_arena_alloc(arena, n * sizeof *summary->faults);
    for (int v = 0; v < FAULT_COUNT; v++) {
        for (size_t i = 0; i < n; i++) {
            const struct ib_case_record *c = &run->cases[i];
            if (strcmp(ib_summary_verdict(c), verdicts[v]) != 0)
                continue;
            /* Residency does not matter if the implementation is unavailable. */
            bool absent = strcmp(verdicts[v], "unavailable") == 0;
            struct ib_summary_fault fault = {.verdict = verdicts[v],
                                             .name = absent ? c->label : c->name,
                                             .where = c->problem,
                                             .reason = ib_summary_fault_reason(c, verdicts[v]),
                                             .count = 1};
            struct ib_summary_fault *same = fault_like(summary, &fault);
            if (same)
                same->where = ib_arena_print(arena, "%zu cases", ++same->count);
            else
                summary->faults[summary->n_faults++] = fault;
        }
    }
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
