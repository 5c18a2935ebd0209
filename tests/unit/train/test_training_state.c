/* What a training keeps besides its data: the arrays of its state, in their order. */
#include "train/training_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* w1 3 x 4, b1 4, w2 4 x 2, b2 2. */
static struct ib_training_spec spec_of(enum ib_optimizer optimizer)
{
    return (struct ib_training_spec){.net = {2, {3, 4, 2}, IB_TANH, IB_MSE}, .optimizer = optimizer};
}

enum { PARAMS = 4, SIZE = 12 + 4 + 8 + 2 };

static void moments_follow_the_parameters_and_the_count_comes_last(void **state)
{
    (void)state;
    static const uint64_t rows[PARAMS] = {3, 1, 4, 1}, cols[PARAMS] = {4, 4, 2, 2};
    for (uint32_t moments = 0; moments <= 2; moments++) {
        const struct ib_training_spec spec = spec_of((enum ib_optimizer)moments);
        const uint32_t end = PARAMS * (1 + moments), counts = moments == 2;
        uint64_t at = 0;
        assert_int_equal(ib_state_moments_end(&spec), end);
        assert_int_equal(ib_state_count(&spec), end + counts);
        for (uint32_t s = 0; s < end; s++) {
            assert_int_equal(ib_state_param(&spec, s), s % PARAMS);
            assert_int_equal(ib_state_rows(&spec, s), rows[s % PARAMS]);
            assert_int_equal(ib_state_cols(&spec, s), cols[s % PARAMS]);
            assert_int_equal(ib_state_at(&spec, s), at);
            assert_int_equal(ib_state_size(&spec, s), rows[s % PARAMS] * cols[s % PARAMS]);
            at += ib_state_size(&spec, s);
        }
        assert_int_equal(at, SIZE * (1 + moments));
        assert_int_equal(ib_state_total(&spec), at + counts);
    }
}

static void the_count_is_one_number_of_no_parameter(void **state)
{
    (void)state;
    const struct ib_training_spec spec = spec_of(IB_ADAM);
    const uint32_t count = ib_state_count(&spec) - 1;
    assert_int_equal(ib_state_param(&spec, count), IB_MAX_PARAMS);
    assert_int_equal(ib_state_rows(&spec, count), 1);
    assert_int_equal(ib_state_cols(&spec, count), 1);
    assert_int_equal(ib_state_at(&spec, count), 3 * SIZE);
}

/* Means of squares have none, nor has a number of steps. */
static void parameters_and_first_moments_have_a_sign(void **state)
{
    (void)state;
    const struct ib_training_spec spec = spec_of(IB_ADAM);
    for (uint32_t s = 0; s < ib_state_count(&spec); s++)
        assert_int_equal(ib_state_has_sign(&spec, s), s < 2 * PARAMS);
}

static void names_say_what_is_kept_of_which_parameter(void **state)
{
    (void)state;
    char text[8];
    const struct ib_training_spec momentum = spec_of(IB_MOMENTUM), adam = spec_of(IB_ADAM);
    assert_string_equal(ib_state_name(&momentum, 3, "b2", text), "b2");
    assert_string_equal(ib_state_name(&momentum, 4, "w1", text), "v_w1");
    assert_string_equal(ib_state_name(&adam, 7, "b2", text), "m_b2");
    assert_string_equal(ib_state_name(&adam, 8, "w1", text), "v_w1");
    assert_string_equal(ib_state_name(&adam, 12, "", text), "step");
}

static void a_problem_of_the_contract_has_the_same_state(void **state)
{
    (void)state;
    for (int optimizer = IB_SGD; optimizer <= IB_ADAM; optimizer++) {
        const struct ib_training_spec spec = spec_of((enum ib_optimizer)optimizer);
        const struct ib_problem problem = {.n_layers = 2, .optimizer = optimizer};
        assert_int_equal(ib_problem_state_count(&problem), ib_state_count(&spec));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_follow_the_parameters_and_the_count_comes_last),
        cmocka_unit_test(the_count_is_one_number_of_no_parameter),
        cmocka_unit_test(parameters_and_first_moments_have_a_sign),
        cmocka_unit_test(names_say_what_is_kept_of_which_parameter),
        cmocka_unit_test(a_problem_of_the_contract_has_the_same_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
