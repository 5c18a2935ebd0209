/* What stops a change, and with which exit status. */
#include "base/exit_status.h"
#include "gate/violations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int status_of(const char *kinds, bool strict)
{
    struct ib_arena arena = {0};
    struct ib_violations violations = {.arena = &arena};
    for (const char *k = kinds; *k; k++)
        ib_violation_add(&violations,
                         *k == 'a'   ? IB_ACCURACY
                         : *k == 'c' ? IB_COPIES
                         : *k == 'f' ? IB_FAILED
                         : *k == 'm' ? IB_MISSING
                         : *k == 's' ? IB_SLOWER_CASE
                         : *k == 'g' ? IB_MORE_MEMORY
                                     : IB_AMBIGUOUS_CASE,
                         NULL, "%s", "made");
    ib_violations_sort(&violations);
    int status = ib_violations_exit_status(&violations, strict);
    ib_arena_free(&arena);
    return status;
}

static void several_violations_give_the_gravest_status(void **state)
{
    (void)state;
    static const struct {
        const char *kinds;
        int lax, strict;
    } known[] = {{"", 0, 0},    {"u", 0, 5},     {"us", 1, 1}, {"sm", 4, 4}, {"uf", 4, 4}, {"sa", 3, 3},
                 {"fsc", 3, 3}, {"umsfa", 3, 3}, {"ug", 1, 1}, {"gm", 4, 4}, {"c", 3, 3},  {"m", 4, 4}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(status_of(known[i].kinds, false), known[i].lax);
        assert_int_equal(status_of(known[i].kinds, true), known[i].strict);
    }
}

/* A case that is right, and copies once an epoch each way. */
static struct ib_case_record right_case(void)
{
    const struct ib_transfer_totals copies = {.h2d_count = 10, .d2h_count = 10};
    return (struct ib_case_record){.id = "x",
                                   .name = "x",
                                   .problem = "p",
                                   .status = IB_CASE_OK,
                                   .residency = IB_RESIDENT,
                                   .check.verdict = IB_RIGHT,
                                   .epochs = 10,
                                   .test_rows = 100,
                                   .metrics = {[IB_METRIC_mse] = 4},
                                   .transfers = copies,
                                   .train_transfers = copies};
}

/* The kind of the only violation; 0: there is none. */
static int kind_found(const struct ib_case_record *candidate, const struct ib_case_record *old_case,
                      const struct ib_gate_rules *rules)
{
    struct ib_arena arena = {0};
    struct ib_violations violations = {.arena = &arena};
    if (candidate)
        ib_violations_of_answer(&violations, rules, candidate, old_case);
    ib_violations_of_presence(&violations, candidate, old_case, false);
    assert_in_range(violations.n, 0, 1);
    const int kind = violations.n ? (int)violations.list[0].kind : 0;
    ib_arena_free(&arena);
    return kind;
}

static void a_case_against_its_old_record(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    const struct ib_case_record old = right_case();
    struct ib_case_record c = right_case();
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
    assert_int_equal(kind_found(NULL, &old, &rules), IB_MISSING);
    c.metrics[IB_METRIC_mse] = 3; /* better is another training, too */
    assert_int_equal(kind_found(&c, &old, &rules), IB_ACCURACY);
    c = right_case();
    c.transfers.h2d_count = 9;
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    c.transfers.d2h_count = 11; /* fewer up, but more down */
    assert_int_equal(kind_found(&c, &old, &rules), IB_COPIES);
    c = right_case();
    c.transfers.h2d_count = 11;
    assert_int_equal(kind_found(&c, &old, &rules), IB_COPIES);
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
    rules.d2h_per_epoch = 0;
    assert_int_equal(kind_found(&c, NULL, &rules), IB_COPIES);
    rules.d2h_per_epoch = 1;
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
}

/* What was not right before shows no change for the worse. */
static void only_a_right_answer_is_compared_with(void **state)
{
    (void)state;
    const struct ib_gate_rules rules = ib_gate_rules_default;
    struct ib_case_record old = right_case(), c = right_case();
    c.metrics[IB_METRIC_mse] = 3;
    c.transfers.h2d_count = 11;
    c.counting = IB_UNCOUNTED_COPIES;
    old.counting = IB_COUNTED_COPIES;
    old.check.verdict = IB_WRONG;
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    assert_int_equal(kind_found(NULL, &old, &rules), 0);
    c.check.verdict = IB_UNVERIFIED;
    assert_int_equal(kind_found(&c, &old, &rules), 0);
}

/* A budget is about what stays on the device; per_op copies every operand. */
static void budgets_are_for_resident_data(void **state)
{
    (void)state;
    struct ib_gate_rules rules = ib_gate_rules_default;
    struct ib_case_record c = right_case();
    rules.h2d_per_epoch = 0;
    assert_int_equal(kind_found(&c, NULL, &rules), IB_COPIES);
    c.residency = IB_PER_OP;
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
    c.residency = IB_RESIDENT;
    c.epochs = 0;
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
}

/* The text of the only violation of an answer that was and is right. */
static void assert_says(const struct ib_case_record *candidate, const struct ib_case_record *old_case,
                        const char *message)
{
    struct ib_arena arena = {0};
    struct ib_violations violations = {.arena = &arena};
    ib_violations_of_answer(&violations, &ib_gate_rules_default, candidate, old_case);
    ib_violations_of_presence(&violations, candidate, old_case, false);
    assert_int_equal(violations.n, 1);
    assert_string_equal(violations.list[0].message, message);
    assert_string_equal(violations.list[0].id, "x");
    ib_arena_free(&arena);
}

static void violations_say_what_they_are(void **state)
{
    (void)state;
    struct ib_case_record old = right_case(), c = right_case();
    c.metrics[IB_METRIC_mse] = 3;
    assert_says(&c, &old, "metrics changed by more than 0.1 %: mse 4 → 3 (better)");
    c = right_case();
    c.transfers.d2h_count = 12;
    assert_says(&c, &old, "more copies: d2h_count 10 → 12");
    c = right_case();
    old.counting = IB_COUNTED_COPIES;
    c.counting = IB_CLAIMED_COPIES;
    struct ib_tracer_record tracer = {.source = "opencl"};
    c.tracer = &tracer;
    assert_says(&c, &old, "copies were counted, and now are claimed: no tracer saw the device at work");
    tracer.reason = "it failed";
    assert_says(&c, &old, "copies were counted, and now are claimed: it failed");
    c.tracer = NULL;
    assert_says(&c, &old, "copies were counted, and now are claimed: no tracer saw the device at work");
}

static void copies_that_are_no_longer_counted(void **state)
{
    (void)state;
    const struct ib_gate_rules rules = ib_gate_rules_default;
    struct ib_case_record old = right_case(), c = right_case();
    c.counting = IB_UNCOUNTED_COPIES;
    assert_int_equal(kind_found(&c, &old, &rules), 0); /* it is unknown how they were */
    old.counting = IB_UNCOUNTED_COPIES;
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    old.counting = IB_CLAIMED_COPIES;
    assert_int_equal(kind_found(&c, &old, &rules), IB_COPIES);
    old.counting = c.counting = IB_COUNTED_COPIES;
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    c.counting = IB_CLAIMED_COPIES;
    assert_int_equal(kind_found(&c, &old, &rules), IB_COPIES);
    assert_int_equal(kind_found(&c, NULL, &rules), 0);
    c.counting = 0; /* on the host there is nothing to count */
    assert_int_equal(kind_found(&c, &old, &rules), 0);
    c.counting = IB_CLAIMED_COPIES;
    c.status = IB_CASE_CRASHED;
    assert_int_equal(kind_found(&c, &old, &rules), IB_FAILED); /* and nothing else */
}

static void a_case_without_a_right_answer(void **state)
{
    (void)state;
    const struct ib_gate_rules rules = ib_gate_rules_default;
    const struct ib_case_record old = right_case();
    struct ib_case_record c = right_case();
    c.check.verdict = IB_WRONG;
    assert_int_equal(kind_found(&c, &old, &rules), IB_ACCURACY);
    c.check.verdict = IB_UNVERIFIED;
    assert_int_equal(kind_found(&c, &old, &rules), IB_MISSING);
    c.status = IB_CASE_CRASHED;
    assert_int_equal(kind_found(&c, &old, &rules), IB_FAILED);
    for (int gone = 0; gone < 2; gone++) {
        c.status = gone ? IB_CASE_UNAVAILABLE : IB_CASE_UNSUPPORTED;
        assert_int_equal(kind_found(&c, &old, &rules), IB_MISSING);
        assert_int_equal(kind_found(&c, NULL, &rules), 0); /* there never was one */
    }
    c.status = IB_CASE_UNTRUSTED;
    c.check.verdict = IB_RIGHT;
    c.as_expected = IB_NO;
    assert_int_equal(kind_found(&c, &old, &rules), IB_COPIES);
    c.as_expected = IB_YES;
    assert_int_equal(kind_found(&c, &old, &rules), IB_ACCURACY);
}

static void what_may_be_missing_is_not_missed(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_violations violations = {.arena = &arena};
    const struct ib_case_record old = right_case();
    struct ib_case_record c = right_case();
    ib_violations_of_presence(&violations, NULL, &old, true);
    c.status = IB_CASE_UNAVAILABLE;
    ib_violations_of_presence(&violations, &c, &old, true);
    c = right_case();
    c.check.verdict = IB_UNVERIFIED;
    ib_violations_of_presence(&violations, &c, &old, true);
    assert_int_equal(violations.n, 0);
    c.status = IB_CASE_CRASHED; /* that is no absence */
    ib_violations_of_presence(&violations, &c, &old, true);
    assert_int_equal(violations.n, 1);
    assert_int_equal(violations.list[0].kind, IB_FAILED);
    ib_arena_free(&arena);
}

/* Required: a verified case of that implementation, not one of each. */
static void a_required_implementation_is_verified(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_violations violations = {.arena = &arena};
    struct ib_case_record cases[] = {right_case(), right_case()};
    const struct ib_run_record run = {.cases = cases, .n = 2};
    cases[0].axis[IB_AXIS_IMPL] = "right";
    cases[1].axis[IB_AXIS_IMPL] = "wrong";
    cases[1].check.verdict = IB_WRONG;
    ib_violations_of_sweep(&violations, &run, (const char *const[]){"r*", NULL}, false);
    assert_int_equal(violations.n, 0);
    ib_violations_of_sweep(&violations, &run, (const char *const[]){"wrong", NULL}, false);
    assert_int_equal(violations.n, 1);
    assert_int_equal(violations.list[0].kind, IB_MISSING);
    ib_violations_of_sweep(&violations, &run, (const char *const[]){"gone", NULL}, true);
    assert_int_equal(violations.n, 1);
    cases[1].check.verdict = IB_RIGHT;
    ib_violations_of_sweep(&violations, &run, (const char *const[]){"right", "wrong", NULL}, false);
    assert_int_equal(violations.n, 1);
    cases[0].check.verdict = cases[1].check.verdict = IB_WRONG;
    ib_violations_of_sweep(&violations, &run, NULL, false);
    assert_int_equal(violations.list[1].kind, IB_FAILED);
    ib_arena_free(&arena);
}

static void the_order_does_not_matter_to_the_status(void **state)
{
    (void)state;
    struct ib_violation list[] = {
        {.kind = IB_SLOWER_CASE}, {.kind = IB_ACCURACY}, {.kind = IB_AMBIGUOUS_CASE}};
    const struct ib_violations violations = {.list = list, .n = 3};
    assert_int_equal(ib_violations_exit_status(&violations, false), IB_EXIT_WRONG);
}

static void ambiguous_cases_fail_only_a_strict_gate(void **state)
{
    (void)state;
    const struct ib_violation slower = {.kind = IB_SLOWER_CASE}, ambiguous = {.kind = IB_AMBIGUOUS_CASE};
    assert_true(ib_violation_fails(&slower, IB_EXIT_SLOWER));
    assert_true(ib_violation_fails(&slower, IB_EXIT_AMBIGUOUS));
    assert_false(ib_violation_fails(&ambiguous, IB_EXIT_SLOWER));
    assert_false(ib_violation_fails(&ambiguous, IB_EXIT_OK));
    assert_true(ib_violation_fails(&ambiguous, IB_EXIT_AMBIGUOUS));
}

/* Violations may be added after sorting, too. */
static void the_gravest_come_first(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_violations v = {.arena = &arena};
    ib_violation_add(&v, IB_AMBIGUOUS_CASE, NULL, "third");
    ib_violation_add(&v, IB_ACCURACY, NULL, "first");
    ib_violation_add(&v, IB_SLOWER_CASE, NULL, "second");
    ib_violations_sort(&v);
    assert_string_equal(v.list[0].message, "first");
    assert_string_equal(v.list[1].message, "second");
    assert_string_equal(v.list[2].message, "third");
    for (int i = 0; i < 20; i++)
        ib_violation_add(&v, IB_COPIES, NULL, "%d", i);
    assert_int_equal(v.n, 23);
    assert_string_equal(v.list[22].message, "19");
    assert_string_equal(v.list[2].message, "third");
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_against_its_old_record),
        cmocka_unit_test(only_a_right_answer_is_compared_with),
        cmocka_unit_test(budgets_are_for_resident_data),
        cmocka_unit_test(violations_say_what_they_are),
        cmocka_unit_test(copies_that_are_no_longer_counted),
        cmocka_unit_test(a_case_without_a_right_answer),
        cmocka_unit_test(what_may_be_missing_is_not_missed),
        cmocka_unit_test(a_required_implementation_is_verified),
        cmocka_unit_test(ambiguous_cases_fail_only_a_strict_gate),
        cmocka_unit_test(the_gravest_come_first),
        cmocka_unit_test(the_order_does_not_matter_to_the_status),
        cmocka_unit_test(several_violations_give_the_gravest_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
