#include "check/check_result.h"

const struct ib_word ib_level_words[] = {
    {"loads", IB_LEVEL_LOADS},           {"memory", IB_LEVEL_MEMORY},
    {"operations", IB_LEVEL_OPERATIONS}, {"gradients", IB_LEVEL_GRADIENTS},
    {"trainings", IB_LEVEL_TRAININGS},   {"predictions", IB_LEVEL_PREDICTIONS},
    {"repetition", IB_LEVEL_REPETITION}, {"copies", IB_LEVEL_COPIES},
    {"options", IB_LEVEL_OPTIONS},       {NULL, 0},
};

const struct ib_word ib_checked_words[] = {{"right", IB_CHECKED_RIGHT},
                                           {"wrong", IB_CHECKED_WRONG},
                                           {"failed", IB_CHECKED_FAILED},
                                           {"unverified", IB_CHECKED_NOTHING},
                                           {NULL, 0}};

void ib_flaws_right(struct ib_flaws *flaws, enum ib_level level)
{
    flaws->tally[level].checks++;
}

void ib_flaws_skip(struct ib_flaws *flaws, enum ib_level level, const char *reason)
{
    struct ib_tally *tally = &flaws->tally[level];
    if (tally->skipped++ == 0)
        tally->reason = ib_arena_copy(&flaws->arena, reason);
}

void ib_flaws_add(struct ib_flaws *flaws, struct ib_flaw flaw)
{
    struct ib_tally *tally = &flaws->tally[flaw.level];
    tally->checks++;
    *(flaw.status == IB_CASE_OK || flaw.status == IB_CASE_UNTRUSTED ? &tally->wrong : &tally->failed) += 1;
    flaws->list = ib_arena_grow(&flaws->arena, flaws->list, sizeof *flaws->list, flaws->n, &flaws->capacity);
    flaws->list[flaws->n++] = flaw;
}

void ib_flaws_free(struct ib_flaws *flaws)
{
    for (size_t i = 0; i < flaws->n; i++)
        json_decref((json_t *)(uintptr_t)flaws->list[i].evidence);
    ib_arena_free(&flaws->arena);
    *flaws = (struct ib_flaws){0};
}

enum ib_checked_verdict ib_flaws_verdict(const struct ib_flaws *flaws)
{
    uint64_t wrong = 0, failed = 0, right = 0;
    for (int level = 0; level < IB_LEVEL_COUNT; level++) {
        const struct ib_tally *tally = &flaws->tally[level];
        wrong += tally->wrong;
        failed += tally->failed;
        if (level >= IB_LEVEL_OPERATIONS)
            right += tally->checks - tally->wrong - tally->failed;
    }
    return wrong    ? IB_CHECKED_WRONG
           : failed ? IB_CHECKED_FAILED
           : right  ? IB_CHECKED_RIGHT
                    : IB_CHECKED_NOTHING;
}
