#include "gate/ab_pairs.h"

#include "analysis/member.h"
#include "gate/record_diff.h"

#include <math.h>
#include <string.h>

static bool says(const json_t *c, const char *member, const char *word)
{
    return strcmp(ib_member_text(c, member), word) == 0;
}

/* The time of a wrong answer means nothing. */
static bool is_usable(const json_t *c)
{
    return says(c, "status", "ok") && !says(c, "verify.verdict", "wrong");
}

const json_t *ib_ab_pairs_old_case(const struct ib_ab_pairs *pairs, const char *id)
{
    return pairs->baseline ? json_object_get(ib_member(pairs->baseline, "cases"), id)
                           : ib_case_of_id(ib_member(pairs->old_record, "cases"), id);
}

static void pair_with_old(const struct ib_ab_pairs *pairs, struct ib_slowdown_test *c)
{
    const json_t *old = ib_ab_pairs_old_case(pairs, ib_member_text(c->candidate, "id"));
    if (!old || says(old, "status", "unavailable"))
        ib_slowdown_test_leave(c, true, old ? ib_member_text(old, "reason") : "it is new");
    else if (!is_usable(old))
        ib_slowdown_test_leave(c, false, "the old side has no right answer, so its time means nothing");
    c->reference = c->candidate ? old : NULL;
}

static bool same_machine(const struct ib_ab_pairs *pairs)
{
    return says(pairs->record, "run.machine.fingerprint",
                ib_member_text(pairs->baseline, "machine.fingerprint"));
}

static void read_old_ratio(const json_t *ratio, struct ib_slowdown_test *c)
{
    c->old_log_ratio = log(ib_member_number(ratio, "median"));
    c->old_low = log(ib_member_number(ratio, "low"));
    c->old_high = log(ib_member_number(ratio, "high"));
}

static void pair_with_control(const struct ib_ab_pairs *pairs, struct ib_slowdown_test *c)
{
    const char *id = ib_member_text(c->candidate, "id");
    const json_t *was = ib_ab_pairs_old_case(pairs, id);
    const char *control_id = ib_member_text(was, "time.control");
    const json_t *control = ib_case_of_id(ib_member(pairs->record, "cases"), control_id);
    if (!was) {
        ib_slowdown_test_leave(c, true, "it is not in the baseline");
    } else if (strcmp(control_id, id) == 0) {
        ib_slowdown_test_leave(c, true, "it is the control, over which the others are judged");
    } else if (!same_machine(pairs)) {
        ib_slowdown_test_leave(c, false, "the baseline was made on another machine");
    } else if (!control || !is_usable(control)) {
        ib_slowdown_test_leave(c, false,
                               "it has no control beside it whose time carries the machine's drift");
    } else {
        read_old_ratio(ib_member(was, "time.over_control"), c);
        if (!isfinite(c->old_log_ratio) || !isfinite(c->old_low) || !isfinite(c->old_high))
            ib_slowdown_test_leave(c, false,
                                   "the baseline has too few rounds for an interval: 6 or more are needed");
    }
    c->reference = c->candidate ? control : NULL;
}

void ib_ab_pairs_slowdown_test(const struct ib_ab_pairs *pairs, size_t i, struct ib_slowdown_test *c)
{
    c->candidate = json_array_get(ib_member(pairs->record, "cases"), i);
    c->reference = NULL;
    c->reason = NULL;
    c->meaningless = false;
    c->old_log_ratio = c->old_low = c->old_high = 0;
    if (!is_usable(c->candidate))
        ib_slowdown_test_leave(c, true, "it has no right answer");
    else if (json_is_true(ib_member(c->candidate, "simulated")))
        ib_slowdown_test_leave(c, true, "the times of a simulated device mean nothing");
    else if (pairs->baseline)
        pair_with_control(pairs, c);
    else
        pair_with_old(pairs, c);
}
