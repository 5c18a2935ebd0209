/* The optimisers' table, and updates by the operations' references: known steps of each, in parts of any
 * length; and no mistake that would make no difference. */
#include "ops/optimizer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { N = 1500 }; /* more than one part */

struct arrays {
    double gradient[N], param[N], first[N], second[N];
};

static void fill(struct arrays *a)
{
    for (int i = 0; i < N; i++) {
        a->gradient[i] = sin(i) + 0.1;
        a->param[i] = cos(3 * i);
        a->first[i] = sin(2 * i) / 3;
        a->second[i] = 0.2 + cos(i) * cos(i);
    }
}

static bool update(enum ib_optimizer optimizer, const struct ib_op_mutant *mutant, double step,
                   struct arrays *a)
{
    const struct ib_optimized all = {
        .n = N, .param = a->param, .moment = {a->first, a->second}, .step = step};
    return ib_optimizer_update(ib_optimizer_rule(optimizer), 0.1, mutant, a->gradient, &all);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 4e-16 * fmax(1, fabs(wanted))))
        fail_msg("%.17g for %.17g", got, wanted);
}

static void descent_follows_the_gradient(void **state)
{
    (void)state;
    struct arrays a, before;
    fill(&a);
    before = a;
    assert_true(update(IB_SGD, NULL, 0, &a));
    for (int i = 0; i < N; i++)
        assert_near(a.param[i], before.param[i] - 0.1 * before.gradient[i]);
    assert_memory_equal(a.first, before.first, sizeof a.first);
}

static void momentum_adds_to_the_velocity(void **state)
{
    (void)state;
    struct arrays a, before;
    fill(&a);
    before = a;
    assert_true(update(IB_MOMENTUM, NULL, 0, &a));
    for (int i = 0; i < N; i++) {
        assert_near(a.first[i], 0.9 * before.first[i] + before.gradient[i]);
        assert_near(a.param[i], before.param[i] - 0.1 * (0.9 * before.first[i] + before.gradient[i]));
    }
    assert_memory_equal(a.second, before.second, sizeof a.second);
}

/* The first step of Adam is of the learning rate, in the gradient's direction; later ones by the formula. */
static void adam_corrects_its_moments(void **state)
{
    (void)state;
    struct arrays a, before;
    fill(&a);
    memset(a.first, 0, sizeof a.first);
    memset(a.second, 0, sizeof a.second);
    before = a;
    assert_true(update(IB_ADAM, NULL, 1, &a));
    for (int i = 0; i < N; i++) {
        const double size = fabs(a.gradient[i]);
        assert_near(a.param[i], before.param[i] - 0.1 * a.gradient[i] / (size + 1e-8));
    }
    fill(&a);
    before = a;
    assert_true(update(IB_ADAM, NULL, 7, &a));
    for (int i = 0; i < N; i++) {
        const double m = 0.9 * before.first[i] + (1 - 0.9) * before.gradient[i],
                     v = 0.999 * before.second[i] + (1 - 0.999) * before.gradient[i] * before.gradient[i],
                     m_hat = m / (1 - pow(0.9, 7)), v_hat = v / (1 - pow(0.999, 7));
        assert_near(a.first[i], m);
        assert_near(a.second[i], v);
        assert_true(fabs(a.param[i] - (before.param[i] - 0.1 * m_hat / (sqrt(v_hat) + 1e-8))) < 1e-12);
    }
}

static void every_mistake_makes_a_difference(void **state)
{
    (void)state;
    for (int optimizer = IB_MOMENTUM; optimizer <= IB_ADAM; optimizer++) {
        const struct ib_optimizer_rule *rule = ib_optimizer_rule((enum ib_optimizer)optimizer);
        const struct ib_op_mutant *mutants = ib_operations[rule->op]->mutants;
        struct arrays right, wrong[8];
        size_t n = 0;
        fill(&right);
        assert_true(update((enum ib_optimizer)optimizer, NULL, 7, &right));
        for (; mutants[n].text; n++) {
            assert_true(n < sizeof wrong / sizeof *wrong);
            fill(&wrong[n]);
            assert_true(update((enum ib_optimizer)optimizer, &mutants[n], 7, &wrong[n]));
            assert_memory_not_equal(wrong[n].param, right.param, sizeof right.param);
            for (size_t other = 0; other < n; other++)
                assert_memory_not_equal(wrong[n].param, wrong[other].param, sizeof right.param);
        }
        assert_true(n >= 5);
    }
}

static void fused_steps_need_to_know_what_is_beyond_descent(void **state)
{
    (void)state;
    assert_int_equal(ib_updates_needed(IB_SGD, 0), 0);
    assert_int_equal(ib_updates_needed(IB_SGD, 0.1), IB_DOES_WEIGHT_DECAY);
    assert_int_equal(ib_updates_needed(IB_MOMENTUM, 0), IB_DOES_MOMENTUM);
    assert_int_equal(ib_updates_needed(IB_ADAM, 0.1), IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descent_follows_the_gradient),
        cmocka_unit_test(momentum_adds_to_the_velocity),
        cmocka_unit_test(adam_corrects_its_moments),
        cmocka_unit_test(every_mistake_makes_a_difference),
        cmocka_unit_test(fused_steps_need_to_know_what_is_beyond_descent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
