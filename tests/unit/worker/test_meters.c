/* Energy of trainings, with a device that counts what it is told, and counters in a folder. */
#include "fixtures/scratch.h"
#include "worker/meters.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ---- the device ---- */

static uint64_t counter_mj;
static uint32_t asked_bytes; /* the size of the struct in the last call */

static enum ib_status health(void *state, struct ib_health *out)
{
    (void)state;
    asked_bytes = out->struct_size;
    out->clock_mhz = 1500;
    if (IB_WANTS(out, energy_mj))
        out->energy_mj = counter_mj;
    return IB_OK;
}

/* Of a plugin that was built before there was energy. */
static enum ib_status old_health(void *state, struct ib_health *out)
{
    const struct {
        uint32_t struct_size, clock_mhz;
        bool slowed;
        char reason[64];
    } mine = {.struct_size = sizeof mine, .clock_mhz = 1500, .reason = "heat"};
    (void)state;
    IB_FILL(out, &mine);
    return IB_OK;
}

static const struct ib_impl device = {.struct_size = sizeof device, .name = "device", .health = health},
                            old = {.struct_size = sizeof old, .name = "old", .health = old_health},
                            silent = {.struct_size = sizeof silent, .name = "silent"};

static struct ib_meters meters;
static struct ib_pass_result result;

static void begin(const struct ib_impl *impl, enum ib_residency residency, bool energy)
{
    static struct ib_instance instance;
    instance.impl = impl;
    ib_meters_begin(&meters, &instance, residency, energy);
}

static void train(uint64_t took_ns)
{
    ib_meters_training_begin(&meters);
    ib_meters_training_end(&meters, took_ns);
}

static void device_around_all_trainings(void **state)
{
    (void)state;
    counter_mj = 5000;
    begin(&device, IB_RESIDENT, true);
    train(1000);
    counter_mj = 7500;
    train(1000);
    ib_meters_end(&meters, &result);
    assert_int_equal(result.energy.source, IB_ENERGY_DEVICE);
    assert_true(result.energy.joules == 2.5);
    assert_int_equal(result.energy.stretches, 1);
    assert_true(result.energy.ns > 0);
    assert_string_equal(result.energy.reason, "");
    assert_true(result.health_known);
}

/* What is not asked for costs nothing: the device is not even told that there is such a value. */
static void energy_is_not_read_unasked(void **state)
{
    (void)state;
    begin(&device, IB_RESIDENT, false);
    train(1000);
    ib_meters_end(&meters, &result);
    assert_int_equal(asked_bytes, offsetof(struct ib_health, energy_mj));
    assert_true(result.health_known);
    assert_int_equal(result.health.clock_mhz, 1500);
    assert_int_equal(result.energy.source, 0);
    assert_string_equal(result.energy.reason, "");
    begin(&silent, IB_HOST, false);
    train(1000);
    assert_int_equal(meters.packages.n, 0);
}

static void assert_unknown(const char *reason)
{
    ib_meters_end(&meters, &result);
    assert_int_equal(result.energy.source, 0);
    assert_string_equal(result.energy.reason, reason);
}

static void devices_that_do_not_tell(void **state)
{
    (void)state;
    begin(&old, IB_PER_OP, true);
    assert_unknown("old does not report the energy of its device");
    assert_true(result.health_known); /* the rest of it is */
    assert_string_equal(result.health.reason, "heat");
    begin(&silent, IB_PER_OP, true);
    assert_unknown("silent does not report the energy of its device");
    counter_mj = 0;
    begin(&device, IB_PER_OP, true);
    assert_unknown("device does not report the energy of its device");
    counter_mj = 10;
    begin(&device, IB_PER_OP, true);
    counter_mj = 5;
    assert_unknown("the device's counter of energy went back");
}

/* ---- the packages ---- */

static void count(const char *uj)
{
    scratch_file("cap/intel-rapl:0/energy_uj", uj);
}

static void packages_during_trainings_only(void **state)
{
    (void)state;
    mkdir("cap", 0755);
    mkdir("cap/intel-rapl:0", 0755);
    scratch_file("cap/intel-rapl:0/name", "package-0\n");
    scratch_file("cap/intel-rapl:0/max_energy_range_uj", "262143328850\n");
    count("1000000");
    setenv("IRONBENCH_POWERCAP", "cap", 1);
    begin(&silent, IB_HOST, true);
    for (int i = 0; i < 3; i++) {
        count("2000000"); /* between trainings, which does not matter; likewise 500000 less */
        ib_meters_training_begin(&meters);
        count("2250000");
        ib_meters_training_end(&meters, 4000);
    }
    ib_meters_end(&meters, &result);
    assert_int_equal(result.energy.source, IB_ENERGY_PACKAGES);
    assert_true(fabs(result.energy.joules - 0.75) < 1e-9);
    assert_int_equal(result.energy.ns, 12000);
    assert_int_equal(result.energy.stretches, 3);
    begin(&silent, IB_HOST, true); /* the next request starts from 0 */
    train(4000);
    ib_meters_end(&meters, &result);
    assert_true(result.energy.joules == 0);
    assert_int_equal(result.energy.stretches, 1);
}

static void too_long_for_one_wrap(void **state)
{
    (void)state;
    begin(&silent, IB_HOST, true);
    train(4000);
    train(263000000000);
    train(4000);
    assert_unknown("the energy counters may wrap around more than once in a training of 263 s");
}

static void packages_that_cannot_be_read(void **state)
{
    (void)state;
    begin(&silent, IB_HOST, true);
    count("");
    train(4000);
    assert_unknown("the energy counter of a processor package cannot be read any more");
    ib_meters_close(&meters);
    setenv("IRONBENCH_POWERCAP", "none", 1);
    begin(&silent, IB_HOST, true);
    train(4000);
    assert_unknown("no counters of energy: none: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_is_not_read_unasked), cmocka_unit_test(device_around_all_trainings),
        cmocka_unit_test(devices_that_do_not_tell),   cmocka_unit_test(packages_during_trainings_only),
        cmocka_unit_test(too_long_for_one_wrap),      cmocka_unit_test(packages_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
