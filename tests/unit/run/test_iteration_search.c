/* The losses that are asked for, and the search for the iterations that another algorithm needs: on trainings
 * made of a formula. */
#include "run/iteration_search.h"
#include "verify/loss_targets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ---- losses asked for ---- */

static void targets_are_parts_of_the_way_down(void **state)
{
    (void)state;
    static const double losses[] = {11, 5, NAN, 1, 1.5};
    struct ib_loss_targets t;
    assert_true(ib_loss_targets_of(losses, 5, &t));
    assert_true(t.first == 11 && t.lowest == 1); /* not the last: it may have gone up again */
    for (int i = 0; i < IB_LOSS_TARGET_COUNT; i++)
        assert_true(fabs(t.loss[i] - (11 - 10 * ib_loss_target_shares[i])) < 1e-12);
}

static void without_a_way_down_there_are_none(void **state)
{
    (void)state;
    static const double rising[] = {1, 2, NAN}, broken[] = {NAN, 1, 0.5};
    struct ib_loss_targets t;
    assert_false(ib_loss_targets_of(rising, 3, &t));
    assert_false(ib_loss_targets_of(rising, 1, &t));
    assert_false(ib_loss_targets_of(broken, 3, &t)); /* from where? */
    assert_false(ib_loss_targets_of(rising, 0, &t));
}

/* ---- the search ---- */

/* Trainings whose loss after n iterations is a formula's. */
struct made {
    double (*loss)(double n);
    uint64_t trainings, epochs; /* in all */
    uint64_t longest, fails_at; /* fails_at: 0 never */
};

static bool train(void *context, uint64_t epochs, double *loss)
{
    struct made *m = context;
    m->trainings++;
    m->epochs += epochs;
    if (epochs > m->longest)
        m->longest = epochs;
    *loss = m->loss((double)epochs);
    return m->trainings != m->fails_at;
}

static double reciprocal(double n)
{
    return 1 / n;
}

/* A solver in one step. */
static double at_once(double n)
{
    (void)n;
    return 0.25;
}

static double stuck(double n)
{
    (void)n;
    return 1;
}

static double broken(double n)
{
    (void)n;
    return NAN;
}

/* Down to 1/100, and from 150 on up again. */
static double returning(double n)
{
    return n < 150 ? 1 / fmin(n, 100) : 1;
}

static struct ib_found find(struct made *m, const struct ib_curve *curve, uint64_t most, double target)
{
    static const struct ib_curve nothing;
    const struct ib_iteration_search search = {
        .curve = curve ? curve : &nothing, .most = most, .train = train, .context = m};
    struct ib_found found;
    assert_true(ib_iteration_search(&search, &target, 1, &found));
    assert_int_equal(found.trainings, m->trainings);
    return found;
}

/* What a solver says that was run for 1, 2, 4, … iterations. */
static struct ib_curve doubled(double (*loss)(double), uint64_t most)
{
    static uint64_t epochs[64];
    static double losses[64];
    struct ib_curve curve = {0, epochs, losses};
    for (uint64_t n = 1; n <= most; n *= 2) {
        epochs[curve.n] = n;
        losses[curve.n++] = loss((double)n);
    }
    return curve;
}

static void finds_the_fewest_to_a_tenth(void **state)
{
    (void)state;
    for (uint64_t fewest = 1; fewest < 3000; fewest += 1 + fewest / 7) {
        struct made m = {reciprocal, 0, 0, 0, 0};
        const struct ib_curve curve = doubled(reciprocal, 4096);
        const struct ib_found found = find(&m, &curve, 4096, 1.0000001 / (double)fewest);
        assert_true(found.epochs >= fewest && (double)found.epochs <= 1.1 * (double)fewest);
        assert_true(found.loss == 1.0 / (double)found.epochs);
        assert_true(m.trainings <= 5);        /* its curve halves; a tenth is three bisections further */
        assert_true(m.longest <= 2 * fewest); /* and not one is much longer than it must be */
    }
}

static void a_whole_curve_needs_one_training(void **state)
{
    (void)state;
    uint64_t epochs[200];
    double losses[200];
    for (uint64_t i = 0; i < 200; i++) {
        epochs[i] = i;
        losses[i] = i ? reciprocal((double)i) : 2;
    }
    struct made m = {reciprocal, 0, 0, 0, 0};
    const struct ib_found found = find(&m, &(struct ib_curve){200, epochs, losses}, 1000, 1.0 / 77);
    assert_int_equal(found.epochs, 77);
    assert_int_equal(m.trainings, 1);
}

static void without_a_curve_it_takes_longer(void **state)
{
    (void)state;
    struct made m = {reciprocal, 0, 0, 0, 0};
    const struct ib_found found = find(&m, NULL, 40000, 1.0 / 77);
    assert_true(found.epochs >= 77 && found.epochs <= 84);
    assert_false(found.claimed);
    assert_true(m.trainings <= IB_SEARCH_MOST);
    struct made endless = {reciprocal, 0, 0, 0, 0};
    assert_true(find(&endless, NULL, UINT64_MAX, 1e-9).epochs <= 1100000000);
    assert_true(endless.trainings <= IB_SEARCH_MOST);
}

/* Its curve says 0 iterations; what can be asked for is one. */
static void what_is_solved_at_once_takes_one(void **state)
{
    (void)state;
    uint64_t epoch = 0;
    double loss = 0.25;
    struct made m = {at_once, 0, 0, 0, 0};
    const struct ib_found found = find(&m, &(struct ib_curve){1, &epoch, &loss}, 1000, 0.5);
    assert_int_equal(found.epochs, 1);
    assert_int_equal(m.trainings, 1);
}

static void never_costs_one_whole_training(void **state)
{
    (void)state;
    struct made m = {stuck, 0, 0, 0, 0}, nan = {broken, 0, 0, 0, 0};
    const struct ib_curve curve = doubled(stuck, 1000);
    const struct ib_found found = find(&m, &curve, 1000, 0.5);
    assert_int_equal(found.epochs, 0);
    assert_false(found.claimed);
    assert_int_equal(m.trainings, 1);
    assert_int_equal(m.longest, 1000);
    assert_int_equal(find(&nan, NULL, 1000, 0.5).epochs, 0);
}

/* Its curve falls, its answers do not; and the other way round, later than it says. */
static void a_curve_is_not_believed(void **state)
{
    (void)state;
    struct made m = {stuck, 0, 0, 0, 0};
    const struct ib_curve curve = doubled(reciprocal, 1000);
    const struct ib_found found = find(&m, &curve, 1000, 1.0 / 77);
    assert_int_equal(found.epochs, 0);
    assert_true(found.claimed);
    assert_int_equal(m.trainings, 2); /* where it says, and the most */
    uint64_t epoch = 5;
    double loss = 0;
    struct made slow = {reciprocal, 0, 0, 0, 0};
    const struct ib_found late = find(&slow, &(struct ib_curve){1, &epoch, &loss}, 1000, 1.0 / 77);
    assert_true(late.epochs >= 77 && late.epochs <= 84);
}

static void of_several_places_the_lowest_seen_counts(void **state)
{
    (void)state;
    struct made m = {returning, 0, 0, 0, 0};
    const struct ib_curve curve = doubled(returning, 1024);
    const struct ib_found found = find(&m, &curve, 1024, 1.0 / 77);
    assert_true(found.epochs >= 77 && found.epochs <= 84);
}

/* Later losses know what was trained for earlier ones; each answer is down at its own. */
static void losses_share_their_trainings(void **state)
{
    (void)state;
    static const double losses[] = {0.1, 0.0999, 0.01};
    struct made m = {reciprocal, 0, 0, 0, 0};
    const struct ib_curve curve = doubled(reciprocal, 1024);
    const struct ib_iteration_search search = {.curve = &curve, .most = 1000, .train = train, .context = &m};
    struct ib_found found[3];
    assert_true(ib_iteration_search(&search, losses, 3, found));
    assert_int_equal(found[0].epochs, 10);
    assert_int_equal(found[1].epochs, 11);
    assert_true(found[2].epochs >= 100 && found[2].epochs <= 110);
    assert_int_equal(found[0].trainings + found[1].trainings + found[2].trainings, m.trainings);
    assert_true(found[1].trainings <= 1);
}

static void a_training_that_fails_ends_it(void **state)
{
    (void)state;
    struct made m = {reciprocal, 0, 0, 0, 2};
    const double target = 0.01;
    const struct ib_curve curve = doubled(reciprocal, 1024);
    const struct ib_iteration_search search = {.curve = &curve, .most = 1000, .train = train, .context = &m};
    struct ib_found found;
    assert_false(ib_iteration_search(&search, &target, 1, &found));
    assert_int_equal(m.trainings, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_parts_of_the_way_down),
        cmocka_unit_test(without_a_way_down_there_are_none),
        cmocka_unit_test(finds_the_fewest_to_a_tenth),
        cmocka_unit_test(a_whole_curve_needs_one_training),
        cmocka_unit_test(without_a_curve_it_takes_longer),
        cmocka_unit_test(what_is_solved_at_once_takes_one),
        cmocka_unit_test(never_costs_one_whole_training),
        cmocka_unit_test(a_curve_is_not_believed),
        cmocka_unit_test(of_several_places_the_lowest_seen_counts),
        cmocka_unit_test(losses_share_their_trainings),
        cmocka_unit_test(a_training_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
