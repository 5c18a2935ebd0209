/* The GPU's clock from a mock of NVML: reading, throttling, and the messages if NVML is missing. */
#include "cuda/nvml.h"
#include "mock_nvml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_nvml *opened(void)
{
    struct ib_nvml *nvml;
    char why[256] = "";
    mock_nvml = (struct mock_nvml){.sm_mhz = 1980};
    if (ib_nvml_open(MOCK_NVML_BUS_ID, &nvml, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
    return nvml;
}

static struct ib_nvml_sample sampled(const struct ib_nvml *nvml)
{
    struct ib_nvml_sample sample;
    assert_int_equal(ib_nvml_read(nvml, &sample), IB_OK);
    return sample;
}

static void reads(void **state)
{
    struct ib_nvml *nvml = opened();
    (void)state;
    mock_nvml.reasons = 1;
    mock_nvml.violation_ns[0] = 30; /* by the software power cap */
    mock_nvml.violation_ns[1] = 12;
    const struct ib_nvml_sample sample = sampled(nvml);
    assert_int_equal(sample.sm_mhz, 1980);
    assert_int_equal(sample.reasons, 1);
    assert_int_equal(sample.slowed_ns, 12);
    assert_true(sample.slowed_counted);
    ib_nvml_close(nvml);
    assert_int_equal(mock_nvml.opened, 0);
    ib_nvml_close(NULL);
}

static void reads_what_there_is(void **state)
{
    struct ib_nvml *nvml = opened();
    struct ib_nvml_sample sample;
    (void)state;
    mock_nvml.violation_code = 3; /* not supported, as on many a laptop */
    mock_nvml.reasons_code = 3;
    mock_nvml.reasons = 0x40;
    assert_int_equal(sampled(nvml).sm_mhz, 1980);
    assert_int_equal(sampled(nvml).reasons, 0);
    assert_false(sampled(nvml).slowed_counted);
    mock_nvml.clock_code = 15; /* the GPU is lost */
    assert_int_equal(ib_nvml_read(nvml, &sample), IB_EUNAVAILABLE);
    ib_nvml_close(nvml);
}

static const char *slowed_by(uint64_t before, uint64_t after)
{
    const struct ib_nvml_sample a = {.reasons = before}, b = {.reasons = after};
    return ib_nvml_slowed(&a, &b);
}

static void slowing_down(void **state)
{
    (void)state;
    assert_null(slowed_by(0, 0));
    assert_null(
        slowed_by(0x1 | 0x2 | 0x10 | 0x100, 0x1)); /* idle, set by applications, sync boost, display */
    assert_null(slowed_by(0x4, 0x4));              /* nor the software power cap */
    assert_string_equal(slowed_by(0, 0x80), "power");
    assert_string_equal(slowed_by(0, 0x20), "heat");
    assert_string_equal(slowed_by(0x40, 0), "heat");
    assert_string_equal(slowed_by(0x4, 0x40), "heat");
    assert_string_equal(slowed_by(0x80, 0x40), "power, heat");
    assert_string_equal(slowed_by(0x8, 0), "hardware");
}

static void slowing_down_in_between(void **state)
{
    struct ib_nvml_sample before = {.slowed_ns = 5, .slowed_counted = true}, after = before;
    (void)state;
    assert_null(ib_nvml_slowed(&before, &after));
    after.slowed_ns = 6;
    assert_string_equal(ib_nvml_slowed(&before, &after), "heat");
    before.slowed_counted = false; /* then there is nothing to compare with */
    assert_null(ib_nvml_slowed(&before, &after));
}

static void energy(void **state)
{
    struct ib_nvml *nvml = opened();
    (void)state;
    mock_nvml.energy_mj = 5000000000000; /* more than 32 bits */
    assert_true(ib_nvml_energy_mj(nvml) == 5000000000000);
    mock_nvml.energy_code = 3; /* not supported, as before Volta */
    assert_int_equal(ib_nvml_energy_mj(nvml), 0);
    ib_nvml_close(nvml);
}

static void refusals(void **state)
{
    struct ib_nvml *nvml;
    char why[256] = "";
    (void)state;
    mock_nvml = (struct mock_nvml){.init_code = 9};
    assert_int_equal(ib_nvml_open(MOCK_NVML_BUS_ID, &nvml, why, sizeof why), IB_EUNAVAILABLE);
    assert_string_equal(why, "nvmlInit: Some Error");
    assert_null(nvml);
    mock_nvml = (struct mock_nvml){0};
    assert_int_equal(ib_nvml_open("00000000:00:00.0", &nvml, why, sizeof why), IB_EUNAVAILABLE);
    assert_non_null(strstr(why, "Not Found"));
    assert_int_equal(mock_nvml.opened, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),        cmocka_unit_test(reads_what_there_is),
        cmocka_unit_test(slowing_down), cmocka_unit_test(slowing_down_in_between),
        cmocka_unit_test(energy),       cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
