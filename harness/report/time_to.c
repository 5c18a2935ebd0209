#include "report/time_to.h"

#include "analysis/member.h"
#include "report/summary.h"
#include "report/words.h"

#include <math.h>

enum { COLUMNS = IB_TARGET_COUNT + 2 };

/* "90 %: 0.512" */
static const char *head_text(struct ib_arena *arena, const struct ib_race *race, int target)
{
    return ib_arena_print(arena, "%.4g %%: %.5g", 100 * ib_target_shares[target], race->loss[target]);
}

/* "1.23 ms [1.20, 1.26]" */
static const char *time_text(struct ib_arena *arena, const struct ib_time_to *at)
{
    double unit_ns;
    if (isnan(at->epoch))
        return "not reached";
    ib_words_unit(at->seconds * 1e9, &unit_ns);
    const char *text = ib_words_duration(arena, at->seconds * 1e9);
    return isnan(at->low) || isnan(at->high)
               ? text
               : ib_arena_print(arena, "%s [%s, %s]", text, ib_words_digits(arena, at->low * 1e9 / unit_ns),
                                ib_words_digits(arena, at->high * 1e9 / unit_ns));
}

static void add_row(struct ib_blocks *blocks, const struct ib_racer *racer)
{
    const char *cells[COLUMNS] = {ib_member_text(racer->record, "name")};
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        cells[1 + t] = time_text(blocks->arena, &racer->at[t]);
    cells[COLUMNS - 1] = ib_summary_verdict(racer->record);
    ib_blocks_row(blocks, cells);
}

void ib_time_to_section(struct ib_blocks *blocks, const struct ib_race *race)
{
    if (!race)
        return;
    const char *heads[COLUMNS] = {"implementation", [COLUMNS - 1] = "verdict"};
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        heads[1 + t] = head_text(blocks->arena, race, t);
    ib_blocks_words(
        blocks, ib_arena_print(blocks->arena,
                               "Time until the loss has come so much of its way down, from %.5g to %.5g (the "
                               "lowest of a verified training), with its 95 %% interval.",
                               race->first, race->lowest));
    ib_blocks_table(blocks, "nrrrw", heads);
    for (size_t i = 0; i < race->n; i++)
        add_row(blocks, &race->racers[i]);
}
