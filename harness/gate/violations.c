#include "gate/violations.h"

#include "analysis/member.h"
#include "base/exit_code.h"
#include "gate/record_diff.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct ib_word ib_violation_kind_words[] = {{"accuracy", IB_ACCURACY},
                                                  {"copies", IB_COPIES},
                                                  {"failed", IB_FAILED},
                                                  {"missing", IB_MISSING},
                                                  {"slower", IB_SLOWER_CASE},
                                                  {"ambiguous", IB_AMBIGUOUS_CASE},
                                                  {NULL, 0}};

void ib_violation_add(json_t *violations, enum ib_violation_kind kind, const json_t *c, const char *format,
                      ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const json_t *id = ib_member(c, "id");
    json_array_append_new(violations,
                          json_pack("{s:s, s:s?, s:s, s:s, s:s}", "kind",
                                    ib_word_of(ib_violation_kind_words, (int)kind), "case",
                                    json_string_value(id), "name", c ? ib_member_text(c, "name") : "",
                                    "problem", c ? ib_member_text(c, "problem") : "", "message", message));
}

static bool says(const json_t *c, const char *member, const char *word)
{
    return strcmp(ib_member_text(c, member), word) == 0;
}

static bool is_verified(const json_t *c)
{
    return c && says(c, "status", "ok") && says(c, "verify.verdict", "ok");
}

/* ---- the answer ---- */

/* Off in either direction: an answer that has become better than the same training can make it is another
 * training, or another test. */
static void add_metrics(json_t *violations, const struct ib_gate_rules *rules, const json_t *candidate,
                        const json_t *old)
{
    struct ib_arena arena = {0};
    json_t *differences = ib_metric_differences(old, candidate, rules->metrics);
    if (json_array_size(differences))
        ib_violation_add(violations, IB_ACCURACY, candidate, "metrics off by more than %.3g %%: %s",
                         100 * rules->metrics, ib_difference_words(&arena, differences));
    json_decref(differences);
    ib_arena_free(&arena);
}

/* Fewer are welcome, as long as they obey the transfer model. */
static void add_more_copies(json_t *violations, const json_t *candidate, const json_t *old)
{
    struct ib_arena arena = {0};
    json_t *differences = ib_copy_differences(old, candidate), *d;
    size_t i;
    bool more = false;
    json_array_foreach (differences, i, d)
        more = more || ib_member_number(d, "new") > ib_member_number(d, "old");
    if (more)
        ib_violation_add(violations, IB_COPIES, candidate, "copies more: %s",
                         ib_difference_words(&arena, differences));
    json_decref(differences);
    ib_arena_free(&arena);
}

static void add_over_budget(json_t *violations, const json_t *candidate, const char *count, int64_t budget)
{
    double epochs = ib_member_number(candidate, "epochs");
    const json_t *train = ib_member(candidate, "transfers.phases.train");
    double copies = ib_member_number(train, count);
    if (budget == IB_NO_BUDGET || !says(candidate, "residency", "resident") || !(epochs > 0))
        return;
    if (copies / epochs > (double)budget)
        ib_violation_add(violations, IB_COPIES, candidate, "%s: %.3g copies an epoch, the budget allows %lld",
                         count, copies / epochs, (long long)budget);
}

void ib_violations_of_answer(json_t *violations, const struct ib_gate_rules *rules, const json_t *candidate,
                             const json_t *old)
{
    if (says(candidate, "verify.verdict", "wrong"))
        ib_violation_add(violations, IB_ACCURACY, candidate, "wrong: %s",
                         ib_member_text(candidate, "verify.reason"));
    if (says(candidate, "status", "untrusted"))
        ib_violation_add(violations,
                         json_is_false(ib_member(candidate, "transfers.as_expected")) ? IB_COPIES
                                                                                      : IB_ACCURACY,
                         candidate, "untrusted: %s", ib_member_text(candidate, "reason"));
    if (!says(candidate, "status", "ok"))
        return;
    if (is_verified(old) && !says(candidate, "verify.verdict", "wrong"))
        add_metrics(violations, rules, candidate, old);
    if (is_verified(old))
        add_more_copies(violations, candidate, old);
    add_over_budget(violations, candidate, "h2d_count", rules->h2d_per_epoch);
    add_over_budget(violations, candidate, "d2h_count", rules->d2h_per_epoch);
}

/* ---- presence ---- */

static bool is_absent(const json_t *c)
{
    return says(c, "status", "unavailable") || says(c, "status", "unsupported");
}

void ib_violations_of_presence(json_t *violations, const json_t *candidate, const json_t *old,
                               bool allow_missing)
{
    const bool expected = is_verified(old) && !allow_missing;
    if (!candidate) {
        if (expected)
            ib_violation_add(violations, IB_MISSING, old, "is not in the sweep any more");
        return;
    }
    if (is_absent(candidate)) {
        if (expected)
            ib_violation_add(violations, IB_MISSING, candidate, "%s: %s", ib_member_text(candidate, "status"),
                             ib_member_text(candidate, "reason"));
    } else if (!says(candidate, "status", "ok") && !says(candidate, "status", "untrusted")) {
        ib_violation_add(violations, IB_FAILED, candidate, "%s: %s", ib_member_text(candidate, "status"),
                         ib_member_text(candidate, "reason"));
    } else if (says(candidate, "verify.verdict", "unverified") && expected) {
        ib_violation_add(violations, IB_MISSING, candidate, "unverified: %s",
                         ib_member_text(candidate, "verify.reason"));
    }
}

static bool any_verified(const json_t *cases, const char *glob)
{
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c)
        if (ib_glob(glob, ib_member_text(c, "impl")) && is_verified(c))
            return true;
    return false;
}

void ib_violations_of_sweep(json_t *violations, const json_t *cases, const char *const *require,
                            bool allow_missing)
{
    for (; require && *require && !allow_missing; require++)
        if (!any_verified(cases, *require))
            ib_violation_add(violations, IB_MISSING, NULL, "%s is required, and has no verified case",
                             *require);
    if (!any_verified(cases, "*"))
        ib_violation_add(violations, IB_FAILED, NULL, "no case is ok");
}

/* ---- all together ---- */

json_t *ib_violations_sorted(const json_t *violations)
{
    json_t *sorted = json_array(), *violation;
    size_t i;
    for (const struct ib_word *kind = ib_violation_kind_words; kind->word; kind++)
        json_array_foreach (violations, i, violation)
            if (says(violation, "kind", kind->word))
                json_array_append(sorted, violation);
    return sorted;
}

int ib_violations_exit_status(const json_t *violations, bool strict)
{
    static const int by_kind[] = {[IB_ACCURACY] = IB_EXIT_WRONG,     [IB_COPIES] = IB_EXIT_WRONG,
                                  [IB_FAILED] = IB_EXIT_FAILED,      [IB_MISSING] = IB_EXIT_FAILED,
                                  [IB_SLOWER_CASE] = IB_EXIT_SLOWER, [IB_AMBIGUOUS_CASE] = IB_EXIT_AMBIGUOUS};
    static const int ranks[] = {IB_EXIT_WRONG, IB_EXIT_FAILED, IB_EXIT_SLOWER, IB_EXIT_AMBIGUOUS};
    enum { RANKS = sizeof ranks / sizeof *ranks };
    int worst = RANKS;
    size_t i;
    json_t *violation;
    json_array_foreach (violations, i, violation) {
        int kind = 0, rank = 0;
        ib_word_value(ib_violation_kind_words, ib_member_text(violation, "kind"), &kind);
        while (rank < RANKS && ranks[rank] != by_kind[kind])
            rank++;
        worst = rank < worst ? rank : worst;
    }
    if (worst == RANKS || (ranks[worst] == IB_EXIT_AMBIGUOUS && !strict))
        return IB_EXIT_OK;
    return ranks[worst];
}
