/* What the harness knows of each loss. */
#include "core/loss.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void only_mse_of_layered_models_scales_targets(void **state)
{
    (void)state;
    assert_int_equal(ib_loss_rule(IB_HALF_MSE)->targets, IB_TARGETS_PLAIN);
    assert_int_equal(ib_loss_rule(IB_MSE)->targets, IB_TARGETS_SCALED);
    assert_int_equal(ib_loss_rule(IB_BCE)->targets, IB_TARGETS_PLAIN);
    assert_int_equal(ib_loss_rule(IB_CE)->targets, IB_TARGETS_ONE_HOT);
}

static void cross_entropies_predict_probabilities(void **state)
{
    (void)state;
    assert_false(ib_loss_gives_probability(IB_HALF_MSE));
    assert_false(ib_loss_gives_probability(IB_MSE));
    assert_true(ib_loss_gives_probability(IB_BCE));
    assert_true(ib_loss_gives_probability(IB_CE));
}

static void ce_has_an_output_for_each_class(void **state)
{
    (void)state;
    const struct ib_dataset digits = {.outputs = 1, .classes = 10}, several = {.outputs = 3};
    assert_int_equal(ib_loss_outputs(IB_CE, &digits), 10);
    assert_int_equal(ib_loss_outputs(IB_BCE, &digits), 1);
    assert_int_equal(ib_loss_outputs(IB_MSE, &several), 3);
    assert_true(ib_loss_mean_count(IB_CE, 7, 10) == 7);
    assert_true(ib_loss_mean_count(IB_BCE, 7, 10) == 70);
}

/* A table that ends before the field knows the first three losses. */
static void an_older_table_knows_the_first_losses(void **state)
{
    (void)state;
    struct ib_impl impl = {.struct_size = sizeof impl, .losses = 1u << IB_CE};
    assert_int_equal(ib_impl_losses(&impl), 1u << IB_CE);
    impl.struct_size = offsetof(struct ib_impl, losses);
    assert_int_equal(ib_impl_losses(&impl), 0);
    for (int loss = IB_HALF_MSE; loss <= IB_BCE; loss++)
        assert_int_equal(ib_loss_require("old", (enum ib_loss)loss, 0), IB_OK);
    assert_int_equal(ib_loss_require("new", IB_CE, 1u << IB_CE), IB_OK);
    assert_int_equal(ib_loss_require("old", IB_CE, 0), IB_EUNSUPPORTED);
    assert_string_equal(ib_last_error()->where, "old");
    assert_non_null(strstr(ib_last_error()->message, "does not know loss ce"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_mse_of_layered_models_scales_targets),
        cmocka_unit_test(cross_entropies_predict_probabilities),
        cmocka_unit_test(ce_has_an_output_for_each_class),
        cmocka_unit_test(an_older_table_knows_the_first_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
