/* run/pace.c: what is suspected of having remembered answers. run/unseen.c: which rounds are unseen.
 * run/pass_traced.c: which are traced. */
#include "run/pace.h"

#include "base/random.h"
#include "run/pass_traced.h"
#include "run/unseen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct ib_arena arena;

static struct ib_pace paced(const double *seen, size_t n, double unseen)
{
    struct ib_pace p = {0};
    for (size_t i = 0; i < n; i++)
        ib_pace_add(&p, &arena, false, seen[i]);
    ib_pace_add(&p, &arena, true, unseen);
    return p;
}

static void unseen_problems_take_as_long(void **state)
{
    (void)state;
    const double even[] = {10, 11, 90, 10}, slow[] = {10, 20, 20};
    struct ib_pace p = paced(even, 4, 14);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
    p = paced(even, 4, 17);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_UNSEEN_SLOWER);
    p = paced(slow, 3, 17);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
    p = paced(even, 0, 1000); /* nothing to compare with */
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
    p = paced(even, 4, 0); /* no time */
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
}

static void a_later_unseen_round_does_not_clear(void **state)
{
    (void)state;
    const double seen[] = {10, 10};
    struct ib_pace p = paced(seen, 2, 100);
    ib_pace_add(&p, &arena, true, 10);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_UNSEEN_SLOWER);
}

static void one_round_with_an_even_first_training_clears(void **state)
{
    (void)state;
    struct ib_pace p = {0};
    ib_pace_add_first(&p, false, 100, 1, 50);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_FIRST_SLOWER);
    ib_pace_add_first(&p, false, 2, 1, 50);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
    ib_pace_add_first(&p, false, 100, 1, 50);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
}

static void the_first_unseen_problem_counts_alone(void **state)
{
    (void)state;
    struct ib_pace p = {0};
    ib_pace_add_first(&p, false, 1, 1, 50);
    ib_pace_add_first(&p, true, 100, 1, 50);
    ib_pace_add_first(&p, true, 1, 1, 50);
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_FIRST_SLOWER);
}

static void few_trainings_show_nothing(void **state)
{
    (void)state;
    struct ib_pace p = {0};
    ib_pace_add_first(&p, true, 100, 1, 3);
    ib_pace_add_first(&p, true, 0, 0, 50); /* unknown */
    assert_int_equal(ib_pace_suspects(&p), IB_PACE_EVEN);
}

static uint64_t count(uint64_t secret, uint64_t rounds)
{
    uint64_t n = 0;
    for (uint64_t r = 1; r <= rounds; r++)
        n += ib_unseen_round(secret, "case", r, rounds);
    return n;
}

static void one_round_in_five_is_unseen(void **state)
{
    (void)state;
    for (uint64_t secret = 1; secret < 50; secret++) {
        assert_int_equal(count(secret, 1), 0);
        assert_int_equal(count(secret, 2), 1);
        assert_int_equal(count(secret, 4), 1);
        assert_int_equal(count(secret, 5), 1);
        assert_int_equal(count(secret, 10), 2);
        assert_int_equal(count(secret, 31), 6);
    }
}

static void each_round_may_be(void **state)
{
    (void)state;
    int first = 0, last = 0, other_case = 0;
    for (uint64_t secret = 1; secret <= 400; secret++) {
        first += ib_unseen_round(secret, "case", 1, 10);
        last += ib_unseen_round(secret, "case", 10, 10);
        other_case += ib_unseen_round(secret, "case", 1, 10) != ib_unseen_round(secret, "other", 1, 10);
    }
    assert_in_range(first, 50, 110); /* 80 expected, with a deviation of 8 */
    assert_in_range(last, 50, 110);
    assert_true(other_case > 50);
}

static void any_round_may_be_traced(void **state)
{
    (void)state;
    int first = 0, last = 0, unseen = 0;
    for (uint64_t secret = 1; secret <= 400; secret++) {
        const uint64_t round = ib_traced_round(secret, "case", 10);
        assert_in_range(round, 1, 10);
        first += round == 1;
        last += round == 10;
        unseen += ib_unseen_round(secret, "case", round, 10);
    }
    assert_in_range(first, 20, 60); /* 40 expected, with a deviation of 6 */
    assert_in_range(last, 20, 60);
    assert_in_range(unseen, 50, 110); /* one does not follow from the other */
    assert_int_equal(ib_traced_round(1, "case", 1), 1);
    assert_int_equal(ib_traced_round(1, "case", 0), 0);
}

static void seeds_differ(void **state)
{
    (void)state;
    const uint64_t a = ib_random_seed(), b = ib_random_seed();
    assert_true(a && b && a != b && a < (uint64_t)1 << 62);
}

static int free_arena(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unseen_problems_take_as_long),
        cmocka_unit_test(a_later_unseen_round_does_not_clear),
        cmocka_unit_test(one_round_with_an_even_first_training_clears),
        cmocka_unit_test(the_first_unseen_problem_counts_alone),
        cmocka_unit_test(few_trainings_show_nothing),
        cmocka_unit_test(one_round_in_five_is_unseen),
        cmocka_unit_test(each_round_may_be),
        cmocka_unit_test(any_round_may_be_traced),
        cmocka_unit_test(seeds_differ),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
