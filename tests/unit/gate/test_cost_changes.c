/* What is called longer or larger besides the trainings. */
#include "base/rng.h"
#include "gate/cost_changes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PAIRS = 14, MS = 1000000 };

struct side {
    struct ib_case_record record;
    struct ib_round_record rounds[PAIRS];
};

static void fill(struct side *s, size_t n, uint64_t setup_ms, uint64_t predict_ms, uint64_t mebibytes)
{
    for (size_t i = 0; i < n; i++)
        s->rounds[i] = (struct ib_round_record){
            .round = i + 1,
            .phases = {.setup_ns = setup_ms * MS, .predict_ns = predict_ms * MS, .readback_ns = 1}};
    s->record = (struct ib_case_record){
        .rounds = s->rounds,
        .n_rounds = n,
        .peak_bytes = mebibytes << 20,
        .phases_ns = {[IB_RUN_SETUP] = (double)setup_ms * MS, [IB_RUN_PREDICT] = (double)predict_ms * MS}};
}

/* The costs that have grown, as bits. */
static unsigned grown(const struct side *old, const struct side *new, bool paired)
{
    struct ib_cost_change changes[IB_COST_COUNT];
    unsigned bits = 0;
    ib_cost_changes(&old->record, &new->record, paired, &ib_gate_rules_default, changes);
    for (int i = 0; i < IB_COST_COUNT; i++)
        bits |= changes[i].grew ? 1u << i : 0;
    return bits;
}

static void growth_counts_beyond_a_share_and_an_amount(void **state)
{
    (void)state;
    static struct side old, new;
    fill(&old, PAIRS, 100, 1, 200);
    fill(&new, PAIRS, 100, 1, 200);
    assert_int_equal(grown(&old, &new, true), 0);
    fill(&new, PAIRS, 149, 20, 219); /* less than 50 %, than 20 ms, than 10 % */
    assert_int_equal(grown(&old, &new, true), 0);
    fill(&new, PAIRS, 152, 22, 221);
    assert_int_equal(grown(&old, &new, true),
                     1u << IB_COST_SETUP | 1u << IB_COST_PREDICT | 1u << IB_COST_MEMORY);
    fill(&new, PAIRS, 10, 0, 10); /* less is welcome */
    assert_int_equal(grown(&old, &new, true), 0);
    fill(&old, PAIRS, 1, 1, 10);
    fill(&new, PAIRS, 20, 20, 25); /* twenty times as long, yet under 20 ms; under 16 MiB more */
    assert_int_equal(grown(&old, &new, true), 0);
}

static void a_few_pairs_decide_nothing(void **state)
{
    (void)state;
    static struct side old, new;
    fill(&old, 5, 1, 1, 10);
    fill(&new, 5, 300, 300, 10);
    assert_int_equal(grown(&old, &new, true), 0);
    fill(&old, PAIRS, 1, 1, 10);
    fill(&new, PAIRS, 1, 1, 10);
    for (size_t i = 0; i < PAIRS / 2; i++) /* as after some interruptions */
        new.rounds[i].phases.setup_ns = 300 * MS;
    assert_int_equal(grown(&old, &new, true), 0);
}

static void another_day_is_given_more(void **state)
{
    (void)state;
    static struct side old, new;
    fill(&old, 0, 100, 1, 10);
    fill(&new, PAIRS, 290, 80, 10);
    assert_int_equal(grown(&old, &new, false), 0);
    fill(&new, PAIRS, 301, 82, 10);
    assert_int_equal(grown(&old, &new, false), 1u << IB_COST_SETUP | 1u << IB_COST_PREDICT);
    new.record.simulated = true;
    assert_int_equal(grown(&old, &new, false), 0);
}

static void what_is_unknown_has_not_grown(void **state)
{
    (void)state;
    static struct side old, new;
    fill(&old, PAIRS, 0, 0, 0);
    old.record.phases_ns[IB_RUN_SETUP] = old.record.phases_ns[IB_RUN_PREDICT] = NAN;
    fill(&new, PAIRS, 300, 300, 900);
    assert_int_equal(grown(&old, &new, true), 0);
    assert_int_equal(grown(&old, &new, false), 0);
}

/* Set-up of 30 ms on a busy machine: a third of the processes take up to five times as long. */
static void unchanged_code_gives_no_alarm(void **state)
{
    (void)state;
    enum { TABLES = 20000 };
    static struct side sides[2];
    struct ib_rng rng;
    int alarms = 0;
    ib_rng_seed(&rng, 1);
    for (int t = 0; t < TABLES; t++) {
        for (int s = 0; s < 2; s++) {
            fill(&sides[s], PAIRS, 30, 30, 100);
            for (size_t i = 0; i < PAIRS; i++) {
                const double slow = ib_rng_uniform(&rng) < 1.0 / 3 ? 1 + 4 * ib_rng_uniform(&rng) : 1;
                sides[s].rounds[i].phases.setup_ns = (uint64_t)(30 * slow * MS);
                sides[s].rounds[i].phases.predict_ns = (uint64_t)(30 * (2 - slow / 5) * slow * MS);
            }
        }
        alarms += grown(&sides[0], &sides[1], true) ? 1 : 0;
    }
    print_message("%d alarms in %d cases\n", alarms, TABLES);
    assert_true(alarms <= TABLES / 2000); /* 0.05 % of cases */
}

/* ---- instructions ---- */

static struct side counted(uint64_t count, uint64_t epochs, const char *source)
{
    struct side s = {0};
    s.record.check.instructions =
        (struct ib_instruction_record){.count = count, .epochs = epochs, .source = source};
    return s;
}

static struct ib_cost_change instructions_of(const struct side *old, const struct side *new, double tolerated)
{
    struct ib_cost_change changes[IB_COST_COUNT];
    struct ib_gate_rules rules = ib_gate_rules_default;
    rules.instructions = tolerated;
    ib_cost_changes(&old->record, &new->record, true, &rules, changes);
    return changes[IB_COST_INSTRUCTIONS];
}

static void more_instructions_count_beyond_their_share(void **state)
{
    (void)state;
    const struct side old = counted(1000000, 10, "callgrind"), more = counted(1005001, 10, "callgrind"),
                      same = counted(1005000, 10, "callgrind"), fewer = counted(1000, 10, "callgrind");
    const struct ib_cost_change change = instructions_of(&old, &more, 0.005);
    assert_true(change.grew && change.old == 100000 && change.new == 100500.1);
    assert_false(instructions_of(&old, &same, 0.005).grew);
    assert_false(instructions_of(&old, &fewer, 0.005).grew);
    assert_false(instructions_of(&old, &more, 0).grew); /* not judged */
}

static void instructions_of_other_epochs_are_comparable(void **state)
{
    (void)state;
    const struct side old = counted(1000000, 10, "callgrind"), twice = counted(2000000, 20, "callgrind");
    assert_true(instructions_of(&old, &twice, 0.005).new == 100000);
}

static void counts_of_other_sources_are_not_compared(void **state)
{
    (void)state;
    const struct side old = counted(1000000, 10, "callgrind"), new = counted(2000000, 10, "perf"),
                      none = counted(0, 0, NULL);
    assert_true(isnan(instructions_of(&old, &new, 0.005).new));
    assert_true(isnan(instructions_of(&old, &none, 0.005).old));
    assert_false(instructions_of(&old, &new, 0.005).grew);
    assert_false(instructions_of(&none, &none, 0.005).grew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_counts_beyond_a_share_and_an_amount),
        cmocka_unit_test(a_few_pairs_decide_nothing),
        cmocka_unit_test(another_day_is_given_more),
        cmocka_unit_test(what_is_unknown_has_not_grown),
        cmocka_unit_test(unchanged_code_gives_no_alarm),
        cmocka_unit_test(more_instructions_count_beyond_their_share),
        cmocka_unit_test(instructions_of_other_epochs_are_comparable),
        cmocka_unit_test(counts_of_other_sources_are_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
