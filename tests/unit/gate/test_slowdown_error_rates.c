/* How often the verdicts on slowdowns err, on times drawn at random. */
#include "base/rng.h"
#include "fixtures/timed_case.h"
#include "gate/slowdown_test.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { CASES = 20, PAIRS = 30, SETS = 2 };

struct table {
    struct ib_slowdown_test slowdowns[CASES];
    struct timed_case sides[CASES][2];
};

/* What all passes of some seconds share, and what each has for itself: 1 %, correlated; 1 % and, now and
 * then, much more. */
static void make_table(struct ib_rng *rng, double slowdown_of_last, struct table *t)
{
    for (size_t c = 0; c < CASES; c++) {
        double times[2][PAIRS * SETS], drift = 0;
        for (size_t r = 0; r < PAIRS * SETS; r++) {
            drift = 0.5 * drift + 0.01 * ib_rng_normal(rng);
            for (size_t side = 0; side < 2; side++) {
                double own = 0.009 * ib_rng_normal(rng) + (ib_rng_uniform(rng) < 0.02 ? 0.5 : 0);
                double slower = side == 0 && c == CASES - 1 ? slowdown_of_last : 0;
                times[side][r] = 1000 * (1 + slower) * exp(drift + own);
            }
        }
        t->slowdowns[c] = (struct ib_slowdown_test){
            .candidate = time_case(&t->sides[c][0], times[0], NULL, PAIRS * SETS),
            .reference = time_case(&t->sides[c][1], times[1], NULL, PAIRS * SETS),
            .randomised = true,
            .median = {.p = NAN, .p_confirm = NAN},
            .mean = {.p = NAN, .p_confirm = NAN},
        };
    }
}

/* How many cases are slower; *last: the last one is. */
static size_t decide(struct table *t, bool *last)
{
    struct ib_gate_rules rules = ib_gate_rules_default;
    size_t slower = 0;
    rules.pairs = PAIRS;
    ib_slowdown_tests_judge(t->slowdowns, CASES, &rules, 0);
    ib_slowdown_tests_judge(t->slowdowns, CASES, &rules, 1);
    ib_slowdown_tests_conclude(t->slowdowns, CASES, &rules);
    for (size_t c = 0; c < CASES; c++)
        slower += t->slowdowns[c].speed.verdict == IB_SLOWER ? 1 : 0;
    *last = t->slowdowns[CASES - 1].speed.verdict == IB_SLOWER;
    return slower;
}

static void identical_code_gives_no_alarm(void **state)
{
    (void)state;
    enum { TABLES = 300 };
    static struct table table;
    struct ib_rng rng;
    bool last;
    ib_rng_seed(&rng, 1);
    for (int i = 0; i < TABLES; i++) {
        make_table(&rng, 0, &table);
        assert_int_equal(decide(&table, &last), 0);
    }
}

static void a_slowdown_of_3_percent_is_found(void **state)
{
    (void)state;
    enum { TABLES = 200 };
    static struct table table;
    struct ib_rng rng;
    int found = 0;
    ib_rng_seed(&rng, 2);
    for (int i = 0; i < TABLES; i++) {
        bool last;
        make_table(&rng, 0.03, &table);
        size_t slower = decide(&table, &last);
        assert_int_equal(slower, last ? 1 : 0);
        found += last;
    }
    print_message("found %d of %d\n", found, TABLES);
    assert_true(found >= 190);
}

static void a_tolerated_slowdown_is_no_alarm(void **state)
{
    (void)state;
    static struct table table;
    struct ib_rng rng;
    int found = 0;
    ib_rng_seed(&rng, 3);
    for (int i = 0; i < 200; i++) {
        bool last;
        make_table(&rng, 0.01, &table); /* just on the limit */
        decide(&table, &last);
        found += last;
    }
    assert_true(found <= 3); /* 1 % of them in the long run, if all 20 cases were on it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identical_code_gives_no_alarm),
        cmocka_unit_test(a_slowdown_of_3_percent_is_found),
        cmocka_unit_test(a_tolerated_slowdown_is_no_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
