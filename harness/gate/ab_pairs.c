#include "gate/ab_pairs.h"

#include <math.h>
#include <string.h>

/* The time of a wrong answer is meaningless. */
static bool is_usable(const struct ib_case_record *c)
{
    return c->status == IB_CASE_OK && c->check.verdict != IB_WRONG;
}

const struct ib_case_record *ib_ab_pairs_old_case(const struct ib_ab_pairs *pairs, const char *id)
{
    if (!pairs->baseline)
        return ib_run_record_find(pairs->old_record, id);
    const struct ib_baseline_case *found = ib_baseline_find(pairs->baseline, id);
    return found ? &found->record : NULL;
}

static void pair_with_old(const struct ib_ab_pairs *pairs, struct ib_slowdown_test *test)
{
    const struct ib_case_record *old_case = ib_run_record_find(pairs->old_record, test->candidate->id);
    if (!old_case || old_case->status == IB_CASE_UNAVAILABLE)
        ib_slowdown_test_leave(test, true, old_case ? old_case->reason : "it is new");
    else if (!is_usable(old_case))
        ib_slowdown_test_leave(test, false, "the old side has no right answer, so its time is meaningless");
    else
        test->reference = old_case;
}

static bool same_machine(const struct ib_ab_pairs *pairs)
{
    const char *old = pairs->baseline->machine.fingerprint, *new = pairs->record->machine.fingerprint;
    return old && new ? strcmp(old, new) == 0 : false;
}

/* Returns false if the ratio or its interval is unknown. */
static bool set_old_ratio(const struct ib_baseline_case *old_case, struct ib_slowdown_test *test)
{
    const struct ib_paired_ratio *ratio = &old_case->over_control;
    test->old_mean_high = log(old_case->mean_over_control.high);
    test->old_log_ratio = log(ratio->median);
    test->old_low = log(ratio->low);
    test->old_high = log(ratio->high);
    return isfinite(test->old_log_ratio) && isfinite(test->old_low) && isfinite(test->old_high);
}

static void pair_with_control(const struct ib_ab_pairs *pairs, struct ib_slowdown_test *test)
{
    const char *id = test->candidate->id;
    const struct ib_baseline_case *old_case = ib_baseline_find(pairs->baseline, id);
    const char *control_id = old_case ? old_case->control : NULL;
    const struct ib_case_record *control = control_id ? ib_run_record_find(pairs->record, control_id) : NULL;
    if (!old_case)
        ib_slowdown_test_leave(test, true, "it is not in the baseline");
    else if (control_id && strcmp(control_id, id) == 0)
        ib_slowdown_test_leave(test, true, "it is the control, which the others are compared with");
    else if (!same_machine(pairs))
        ib_slowdown_test_leave(test, false, "the baseline was made on another machine");
    else if (!control || !is_usable(control))
        ib_slowdown_test_leave(test, false, "it has no usable control to correct for the machine's drift");
    else if (!set_old_ratio(old_case, test))
        ib_slowdown_test_leave(test, false,
                               "the baseline has too few rounds for an interval: 6 or more are needed");
    else
        test->reference = control;
}

void ib_ab_pairs_slowdown_test(const struct ib_ab_pairs *pairs, size_t i, struct ib_slowdown_test *test)
{
    test->candidate = &pairs->record->cases[i];
    test->reference = NULL;
    test->reason = NULL;
    test->meaningless = false;
    test->old_log_ratio = test->old_low = test->old_high = test->old_mean_high = 0;
    if (!is_usable(test->candidate))
        ib_slowdown_test_leave(test, true, "it has no right answer");
    else if (test->candidate->simulated)
        ib_slowdown_test_leave(test, true, "the times of a simulated device are meaningless");
    else if (pairs->baseline)
        pair_with_control(pairs, test);
    else
        pair_with_old(pairs, test);
}
