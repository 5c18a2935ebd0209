#include "report/time_to_loss_section.h"

#include "analysis/member.h"
#include "report/summary.h"
#include "report/format.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = IB_TARGET_COUNT + 2 };

/* "90 %: 0.512" */
static const char *head_text(struct ib_arena *arena, const struct ib_race *race, int target)
{
    return ib_arena_print(arena, "%.4g %%: %.5g", 100 * ib_target_shares[target], race->targets.loss[target]);
}

/* "1.23 ms [1.20, 1.26]", "1.23 ms by itself" */
static const char *time_text(struct ib_arena *arena, const struct ib_time_to *at)
{
    double unit_ns;
    if (isnan(at->epoch))
        return "not reached";
    ib_words_unit(at->seconds * 1e9, &unit_ns);
    const char *text = ib_words_duration(arena, at->seconds * 1e9);
    if (at->by == IB_BY_ITSELF)
        return ib_arena_print(arena, "%s by itself", text);
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

static bool has(const struct ib_race *race, enum ib_time_by by)
{
    for (size_t i = 0; i < race->n; i++)
        for (int t = 0; t < IB_TARGET_COUNT; t++)
            if (race->racers[i].at[t].by == by)
                return true;
    return false;
}

static const char *caption(struct ib_arena *arena, const struct ib_race *race)
{
    return ib_arena_print(
        arena,
        "Time until the loss has come so much of its way down, from %.5g to %.5g (the "
        "lowest of a verified training), with its 95 %% interval.%s%s",
        race->targets.first, race->targets.lowest,
        has(race, IB_BY_STOPS) ? " Another algorithm was trained until the parameters that "
                                 "it returns were down there, and timed so."
                               : "",
        has(race, IB_BY_ITSELF) ? " By itself: losses and seconds are another algorithm's own word." : "");
}

/* Why something has no time, where "not reached" does not say it all; the same reason once. */
static void add_reasons(struct ib_blocks *blocks, const struct ib_racer *racer)
{
    const char *before = NULL;
    for (int t = 0; t < IB_TARGET_COUNT; t++) {
        const char *reason = racer->at[t].reason;
        if (reason && !(before && strcmp(before, reason) == 0))
            ib_blocks_words(blocks, ib_arena_print(blocks->arena, "%s, %.4g %%: %s.",
                                                   ib_member_text(racer->record, "name"),
                                                   100 * ib_target_shares[t], reason));
        before = reason;
    }
}

void ib_time_to_section(struct ib_blocks *blocks, const struct ib_race *race)
{
    if (!race)
        return;
    const char *heads[COLUMNS] = {"implementation", [COLUMNS - 1] = "verdict"};
    for (int t = 0; t < IB_TARGET_COUNT; t++)
        heads[1 + t] = head_text(blocks->arena, race, t);
    ib_blocks_words(blocks, caption(blocks->arena, race));
    ib_blocks_table(blocks, "nrrrw", heads);
    for (size_t i = 0; i < race->n; i++)
        add_row(blocks, &race->racers[i]);
    for (size_t i = 0; i < race->n; i++)
        add_reasons(blocks, &race->racers[i]);
}
