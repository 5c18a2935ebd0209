/* The energy until a loss, from that of an epoch. */
#include "analysis/energy_to_loss.h"
#include "fixtures/made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Its loss makes 99 % of its improvement in epoch 31. */
static struct ib_loss_entry entry = {
    .at = {[IB_LOSS_TARGET_99 - 1] = {.epoch = 11}, {.epoch = 31}, {.epoch = 41}}};

static struct ib_case_record measured(void)
{
    return (struct ib_case_record){.energy = {.wanted = true, .epoch_j = 0.5}};
}

static void epochs_times_joules(void **state)
{
    const struct ib_case_record c = measured();
    const struct ib_energy_to_loss e = ib_energy_to_loss(&c, &entry);
    (void)state;
    assert_true(ib_loss_target_shares[IB_LOSS_TARGET_99] == 0.99);
    assert_true(e.joules == 15.5);
    assert_null(e.reason);
}

static void assert_unknown(const struct ib_case_record *c, const struct ib_loss_entry *at, const char *reason)
{
    const struct ib_energy_to_loss e = ib_energy_to_loss(c, at);
    assert_true(isnan(e.joules));
    if (reason)
        assert_string_equal(e.reason, reason);
    else
        assert_null(e.reason);
}

static void unknown_for_a_reason(void **state)
{
    struct ib_case_record c = measured();
    struct ib_loss_entry never = entry;
    (void)state;
    never.at[IB_LOSS_TARGET_99].epoch = NAN;
    assert_unknown(&c, &never, "the loss is not reached");
    assert_unknown(&c, NULL, "there is no verified training of the problem whose loss decreases");
    c.algorithm = "lbfgs";
    assert_unknown(&c, &entry, "the energy of another algorithm is that of whole trainings");
    c.energy.reason = "cannot be read";
    assert_unknown(&c, &entry, "cannot be read");
    c = (struct ib_case_record){.energy.epoch_j = NAN};
    assert_unknown(&c, &entry, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_times_joules),
        cmocka_unit_test(unknown_for_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
