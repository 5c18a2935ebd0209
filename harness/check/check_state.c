#include "check/check_state.h"

#include "base/interrupt.h"

bool ib_checking_continues(struct ib_checking *k, enum ib_level level, const char *subject)
{
    if (k->exhausted >= IB_EXHAUSTED_MAX) {
        ib_check_result_skip(k->check_result, level,
                             "not checked: two earlier requests used up their time or memory");
        return false;
    }
    if (ib_interrupted())
        return false;
    if (k->request->progress)
        k->request->progress(k->request->progress_context, subject);
    return true;
}

void ib_checking_failed(struct ib_checking *k, const struct ib_outcome *outcome)
{
    k->exhausted += outcome->status == IB_CASE_TIMEOUT || outcome->status == IB_CASE_OOM;
}

struct ib_check_finding ib_checking_failure(struct ib_checking *k, enum ib_level level, const char *subject,
                                            const struct ib_outcome *outcome, const char *output)
{
    const char *word = ib_word_of(ib_case_status_words, (int)outcome->status);
    struct ib_arena *arena = &k->check_result->arena;
    return (struct ib_check_finding){.level = level,
                                     .subject = subject,
                                     .status = outcome->status,
                                     .pattern = ib_arena_print(arena, "%s: %s", word, outcome->reason),
                                     .detail = "",
                                     .shape = "",
                                     .where = "",
                                     .output = ib_arena_copy(arena, output ? output : "")};
}
