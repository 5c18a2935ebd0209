#include "check/check_result.h"

const struct ib_word ib_level_words[] = {
    {"loads", IB_LEVEL_LOADS},           {"memory", IB_LEVEL_MEMORY},
    {"operations", IB_LEVEL_OPERATIONS}, {"gradients", IB_LEVEL_GRADIENTS},
    {"trainings", IB_LEVEL_TRAININGS},   {"predictions", IB_LEVEL_PREDICTIONS},
    {"repetition", IB_LEVEL_REPETITION}, {"copies", IB_LEVEL_COPIES},
    {"options", IB_LEVEL_OPTIONS},       {NULL, 0},
};

const struct ib_word ib_check_verdict_words[] = {{"right", IB_CHECK_RIGHT},
                                                 {"wrong", IB_CHECK_WRONG},
                                                 {"failed", IB_CHECK_FAILED},
                                                 {"unverified", IB_CHECK_NOTHING},
                                                 {NULL, 0}};

void ib_check_result_right(struct ib_check_result *check_result, enum ib_level level)
{
    check_result->tally[level].checks++;
}

void ib_check_result_skip(struct ib_check_result *check_result, enum ib_level level, const char *reason)
{
    struct ib_tally *tally = &check_result->tally[level];
    if (tally->skipped++ == 0)
        tally->reason = ib_arena_copy(&check_result->arena, reason);
}

void ib_check_result_add(struct ib_check_result *check_result, struct ib_check_finding finding)
{
    struct ib_tally *tally = &check_result->tally[finding.level];
    tally->checks++;
    *(finding.status == IB_CASE_OK || finding.status == IB_CASE_UNTRUSTED ? &tally->wrong : &tally->failed) +=
        1;
    check_result->list = ib_arena_grow(&check_result->arena, check_result->list, sizeof *check_result->list,
                                       check_result->n, &check_result->capacity);
    check_result->list[check_result->n++] = finding;
}

void ib_check_result_free(struct ib_check_result *check_result)
{
    for (size_t i = 0; i < check_result->n; i++)
        json_decref((json_t *)(uintptr_t)check_result->list[i].evidence);
    ib_arena_free(&check_result->arena);
    *check_result = (struct ib_check_result){0};
}

enum ib_check_verdict ib_check_result_verdict(const struct ib_check_result *check_result)
{
    uint64_t wrong = 0, failed = 0, right = 0;
    for (int level = 0; level < IB_LEVEL_COUNT; level++) {
        const struct ib_tally *tally = &check_result->tally[level];
        wrong += tally->wrong;
        failed += tally->failed;
        if (level >= IB_LEVEL_OPERATIONS)
            right += tally->checks - tally->wrong - tally->failed;
    }
    return wrong ? IB_CHECK_WRONG : failed ? IB_CHECK_FAILED : right ? IB_CHECK_RIGHT : IB_CHECK_NOTHING;
}
