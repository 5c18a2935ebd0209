#include "gate/violations.h"

#include "base/exit_status.h"
#include "gate/record_diff.h"

#include <stdarg.h>
#include <stdio.h>

const struct ib_word ib_violation_kind_words[] = {{"accuracy", IB_ACCURACY},
                                                  {"copies", IB_COPIES},
                                                  {"failed", IB_FAILED},
                                                  {"missing", IB_MISSING},
                                                  {"slower", IB_SLOWER_CASE},
                                                  {"memory", IB_MORE_MEMORY},
                                                  {"ambiguous", IB_AMBIGUOUS_CASE},
                                                  {NULL, 0}};

void ib_violation_add(struct ib_violations *v, enum ib_violation_kind kind, const struct ib_case_record *c,
                      const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    v->list = ib_arena_grow(v->arena, v->list, sizeof *v->list, v->n, &v->capacity);
    v->list[v->n++] = (struct ib_violation){.kind = kind,
                                            .id = c ? ib_arena_copy(v->arena, c->id) : NULL,
                                            .name = c ? ib_arena_copy(v->arena, c->name) : "",
                                            .problem = c ? ib_arena_copy(v->arena, c->problem) : "",
                                            .message = ib_arena_copy(v->arena, message)};
}

static const char *reason_or_nothing(const char *reason)
{
    return reason ? reason : "";
}

static const char *status_word(const struct ib_case_record *c)
{
    return ib_word_of(ib_case_status_words, (int)c->status);
}

/* ---- the answer ---- */

/* Better metrics are a violation, too: the same training cannot improve, so training or test data have
 * changed. */
static void find_metrics(struct ib_violations *v, const struct ib_gate_rules *rules,
                         const struct ib_case_record *candidate, const struct ib_case_record *old_case)
{
    const struct ib_differences differences =
        ib_metric_differences(v->arena, old_case, candidate, rules->metrics);
    if (differences.n)
        ib_violation_add(v, IB_ACCURACY, candidate, "metrics changed by more than %.3g %%: %s",
                         100 * rules->metrics, ib_difference_words(v->arena, &differences));
}

/* Fewer copies are welcome, as long as the transfer model expects them. */
static void find_more_copies(struct ib_violations *v, const struct ib_case_record *candidate,
                             const struct ib_case_record *old_case)
{
    const struct ib_differences differences = ib_copy_differences(v->arena, old_case, candidate);
    bool more = false;
    for (size_t i = 0; i < differences.n; i++)
        more = more || differences.list[i].new > differences.list[i].old;
    if (more)
        ib_violation_add(v, IB_COPIES, candidate, "more copies: %s",
                         ib_difference_words(v->arena, &differences));
}

static void find_over_budget(struct ib_violations *v, const struct ib_case_record *candidate,
                             const char *name, int64_t copies, int64_t budget)
{
    if (budget == IB_NO_BUDGET || candidate->residency != IB_RESIDENT || !candidate->epochs)
        return;
    const double each = (double)copies / (double)candidate->epochs;
    if (each > (double)budget)
        ib_violation_add(v, IB_COPIES, candidate, "%s: %.3g copies per epoch, but the budget is %lld", name,
                         each, (long long)budget);
}

void ib_violations_of_answer(struct ib_violations *v, const struct ib_gate_rules *rules,
                             const struct ib_case_record *candidate, const struct ib_case_record *old_case)
{
    const struct ib_transfer_totals *train = &candidate->train_transfers;
    const bool wrong = candidate->check.verdict == IB_WRONG,
               had_answer = old_case && ib_case_record_verified(old_case);
    if (wrong)
        ib_violation_add(v, IB_ACCURACY, candidate, "wrong: %s",
                         reason_or_nothing(candidate->check.verdict_reason));
    if (candidate->status == IB_CASE_UNTRUSTED)
        ib_violation_add(v, candidate->as_expected == IB_NO ? IB_COPIES : IB_ACCURACY, candidate,
                         "untrusted: %s", reason_or_nothing(candidate->reason));
    if (candidate->status != IB_CASE_OK)
        return;
    if (had_answer && !wrong)
        find_metrics(v, rules, candidate, old_case);
    if (had_answer)
        find_more_copies(v, candidate, old_case);
    find_over_budget(v, candidate, "h2d_count", train->h2d_count, rules->h2d_per_epoch);
    find_over_budget(v, candidate, "d2h_count", train->d2h_count, rules->d2h_per_epoch);
}

/* ---- presence ---- */

/* Copies that are not counted may be any number. */
static void find_uncounted(struct ib_violations *v, const struct ib_case_record *candidate,
                           const struct ib_case_record *old_case)
{
    const struct ib_tracer_record *tracer = ib_case_record_tracer(candidate);
    if (candidate->counting && candidate->counting < old_case->counting)
        ib_violation_add(v, IB_COPIES, candidate, "copies were %s, and now are %s: %s",
                         ib_word_of(ib_counting_words, (int)old_case->counting),
                         ib_word_of(ib_counting_words, (int)candidate->counting),
                         tracer->source && tracer->reason ? tracer->reason
                                                          : "no tracer saw the device at work");
}

void ib_violations_of_presence(struct ib_violations *v, const struct ib_case_record *candidate,
                               const struct ib_case_record *old_case, bool allow_missing)
{
    const bool expected = old_case && ib_case_record_verified(old_case) && !allow_missing;
    if (!candidate) {
        if (expected)
            ib_violation_add(v, IB_MISSING, old_case, "no longer in the sweep");
    } else if (candidate->status == IB_CASE_UNAVAILABLE || candidate->status == IB_CASE_UNSUPPORTED) {
        if (expected)
            ib_violation_add(v, IB_MISSING, candidate, "%s: %s", status_word(candidate),
                             reason_or_nothing(candidate->reason));
    } else if (candidate->status != IB_CASE_OK && candidate->status != IB_CASE_UNTRUSTED) {
        ib_violation_add(v, IB_FAILED, candidate, "%s: %s", status_word(candidate),
                         reason_or_nothing(candidate->reason));
    } else if (candidate->check.verdict == IB_UNVERIFIED && expected) {
        ib_violation_add(v, IB_MISSING, candidate, "unverified: %s",
                         reason_or_nothing(candidate->check.verdict_reason));
    }
    if (candidate && expected && candidate->status == IB_CASE_OK)
        find_uncounted(v, candidate, old_case);
}

static bool any_verified(const struct ib_run_record *record, const char *glob)
{
    for (size_t i = 0; i < record->n; i++)
        if (ib_glob(glob, record->cases[i].axis[IB_AXIS_IMPL]) && ib_case_record_verified(&record->cases[i]))
            return true;
    return false;
}

void ib_violations_of_sweep(struct ib_violations *v, const struct ib_run_record *record,
                            const char *const *require, bool allow_missing)
{
    for (; require && *require && !allow_missing; require++)
        if (!any_verified(record, *require))
            ib_violation_add(v, IB_MISSING, NULL, "%s is required but has no verified case", *require);
    if (!any_verified(record, "*"))
        ib_violation_add(v, IB_FAILED, NULL, "no case is ok");
}

/* ---- order and exit status ---- */

void ib_violations_sort(struct ib_violations *v)
{
    struct ib_violation *sorted = ib_arena_alloc(v->arena, (v->n + 1) * sizeof *sorted);
    size_t n = 0;
    for (const struct ib_word *kind = ib_violation_kind_words; kind->word; kind++)
        for (size_t i = 0; i < v->n; i++)
            if ((int)v->list[i].kind == kind->value)
                sorted[n++] = v->list[i];
    v->list = sorted;
    v->capacity = v->n + 1;
}

int ib_violations_exit_status(const struct ib_violations *v, bool strict)
{
    static const int by_kind[] = {[IB_ACCURACY] = IB_EXIT_WRONG,          [IB_COPIES] = IB_EXIT_WRONG,
                                  [IB_FAILED] = IB_EXIT_FAILED,           [IB_MISSING] = IB_EXIT_FAILED,
                                  [IB_SLOWER_CASE] = IB_EXIT_SLOWER,      [IB_MORE_MEMORY] = IB_EXIT_SLOWER,
                                  [IB_AMBIGUOUS_CASE] = IB_EXIT_AMBIGUOUS};
    enum ib_violation_kind most_serious = IB_AMBIGUOUS_CASE;
    for (size_t i = 0; i < v->n; i++)
        most_serious = v->list[i].kind < most_serious ? v->list[i].kind : most_serious;
    const bool passed = v->n == 0 || (most_serious == IB_AMBIGUOUS_CASE && !strict);
    return passed ? IB_EXIT_OK : by_kind[most_serious];
}

bool ib_violation_fails(const struct ib_violation *violation, int exit_status)
{
    return violation->kind != IB_AMBIGUOUS_CASE || exit_status == IB_EXIT_AMBIGUOUS;
}
