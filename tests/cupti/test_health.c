/* How CUDA's plugins say that their GPU is, on mocks of its runtime and of NVML. */
#include "../cuda/opened.h"
#include "mock_nvml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The next answer of the device, which must have this status. */
static struct ib_health health(const struct ib_instance *device, enum ib_status expected)
{
    struct ib_health now = {.struct_size = sizeof now};
    assert_int_equal(device->impl->health(device->state, &now), expected);
    return now;
}

static void clock_and_reason(void **state)
{
    struct ib_instance device;
    (void)state;
    EACH_PLUGIN(p)
    {
        mock_nvml = (struct mock_nvml){.sm_mhz = 1980, .reasons = 1}; /* idle */
        must_open(plugins[p], NULL, NULL, &device);
        assert_int_equal(mock_nvml.opened, 0); /* not before the first call */
        struct ib_health now = health(&device, IB_OK);
        assert_int_equal(now.clock_mhz, 1980);
        assert_false(now.slowed);
        assert_string_equal(now.reason, "");
        mock_nvml.sm_mhz = 1200;
        mock_nvml.reasons = 0xC0;
        now = health(&device, IB_OK);
        assert_int_equal(now.clock_mhz, 1200);
        assert_true(now.slowed);
        assert_string_equal(now.reason, "power, heat");
        mock_nvml.reasons = 0;
        assert_true(health(&device, IB_OK).slowed); /* it was at the previous call */
        assert_false(health(&device, IB_OK).slowed);
        assert_int_equal(mock_nvml.opened, 1);
        ib_instance_close(&device);
        assert_int_equal(mock_nvml.opened, 0);
    }
}

/* Unknown; a later call may succeed. */
static void what_cannot_be_told(void **state)
{
    struct ib_instance device;
    (void)state;
    mock_nvml = (struct mock_nvml){.init_code = 9, .sm_mhz = 1500};
    must_open("cuda_naive", NULL, NULL, &device);
    health(&device, IB_EUNAVAILABLE);
    mock_nvml.init_code = 0;
    set_faults("no_driver");
    health(&device, IB_EUNAVAILABLE);
    set_faults(NULL);
    assert_int_equal(health(&device, IB_OK).clock_mhz, 1500);
    mock_nvml.clock_code = 3; /* not supported, and the rest is */
    assert_int_equal(health(&device, IB_OK).clock_mhz, 0);
    mock_nvml.clock_code = mock_nvml.reasons_code = mock_nvml.violation_code = 15; /* the GPU is lost */
    health(&device, IB_EUNAVAILABLE);
    ib_instance_close(&device);
}

/* Only for a caller that asks for it. */
static void energy(void **state)
{
    struct ib_instance device;
    (void)state;
    EACH_PLUGIN(p)
    {
        struct ib_health now = {.struct_size = offsetof(struct ib_health, energy_mj)};
        mock_nvml = (struct mock_nvml){.sm_mhz = 1980, .energy_mj = 1234567};
        must_open(plugins[p], NULL, NULL, &device);
        assert_int_equal(device.impl->health(device.state, &now), IB_OK);
        assert_int_equal(mock_nvml.energy_reads, 0);
        assert_int_equal(now.energy_mj, 0);
        assert_int_equal(health(&device, IB_OK).energy_mj, 1234567);
        mock_nvml.energy_code = 3; /* not supported, and the rest is */
        assert_int_equal(health(&device, IB_OK).energy_mj, 0);
        ib_instance_close(&device);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(clock_and_reason),
        MOCK_TEST(what_cannot_be_told),
        MOCK_TEST(energy),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
