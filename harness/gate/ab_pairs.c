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

const json_t *ib_pairing_was(const struct ib_pairing *pairing, const char *id)
{
    return pairing->baseline ? json_object_get(ib_member(pairing->baseline, "cases"), id)
                             : ib_case_of_id(ib_member(pairing->old_record, "cases"), id);
}

static void pair_with_old(const struct ib_pairing *pairing, struct ib_contest *c)
{
    const json_t *old = ib_pairing_was(pairing, ib_member_text(c->is, "id"));
    if (!old || says(old, "status", "unavailable"))
        ib_contest_leave(c, true, old ? ib_member_text(old, "reason") : "it is new");
    else if (!is_usable(old))
        ib_contest_leave(c, false, "the old side has no right answer, so its time means nothing");
    c->beside = c->is ? old : NULL;
}

static bool same_machine(const struct ib_pairing *pairing)
{
    return says(pairing->record, "run.machine.fingerprint",
                ib_member_text(pairing->baseline, "machine.fingerprint"));
}

static void read_old_ratio(const json_t *ratio, struct ib_contest *c)
{
    c->was = log(ib_member_number(ratio, "median"));
    c->was_low = log(ib_member_number(ratio, "low"));
    c->was_high = log(ib_member_number(ratio, "high"));
}

static void pair_with_control(const struct ib_pairing *pairing, struct ib_contest *c)
{
    const char *id = ib_member_text(c->is, "id");
    const json_t *was = ib_pairing_was(pairing, id);
    const char *control_id = ib_member_text(was, "time.control");
    const json_t *control = ib_case_of_id(ib_member(pairing->record, "cases"), control_id);
    if (!was) {
        ib_contest_leave(c, true, "it is not in the baseline");
    } else if (strcmp(control_id, id) == 0) {
        ib_contest_leave(c, true, "it is the control, over which the others are judged");
    } else if (!same_machine(pairing)) {
        ib_contest_leave(c, false, "the baseline was made on another machine");
    } else if (!control || !is_usable(control)) {
        ib_contest_leave(c, false, "it has no control beside it whose time carries the machine's drift");
    } else {
        read_old_ratio(ib_member(was, "time.over_control"), c);
        if (!isfinite(c->was) || !isfinite(c->was_low) || !isfinite(c->was_high))
            ib_contest_leave(c, false,
                             "the baseline has too few rounds for an interval: 6 or more are needed");
    }
    c->beside = c->is ? control : NULL;
}

void ib_pairing_contest(const struct ib_pairing *pairing, size_t i, struct ib_contest *c)
{
    c->is = json_array_get(ib_member(pairing->record, "cases"), i);
    c->beside = NULL;
    c->reason = NULL;
    c->meaningless = false;
    c->was = c->was_low = c->was_high = 0;
    if (!is_usable(c->is))
        ib_contest_leave(c, true, "it has no right answer");
    else if (json_is_true(ib_member(c->is, "simulated")))
        ib_contest_leave(c, true, "the times of a simulated device mean nothing");
    else if (pairing->baseline)
        pair_with_control(pairing, c);
    else
        pair_with_old(pairing, c);
}
