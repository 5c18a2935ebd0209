/* Which device the options mean, on machines that are not at hand. */
#include "opencl/choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Three platforms: one of processors, one with a graphics card and an accelerator, one with two cards. */
static const struct ib_cl_devices machine = {
    .n = 5,
    .device =
        {
            {.platform_index = 0,
             .platform_name = "Portable",
             .name = "Xeon 100",
             .type = CL_DEVICE_TYPE_CPU},
            {.platform_index = 1,
             .platform_name = "Graphics Co",
             .name = "FPGA",
             .type = CL_DEVICE_TYPE_ACCELERATOR},
            {.platform_index = 1,
             .platform_name = "Graphics Co",
             .name = "Card 100",
             .type = CL_DEVICE_TYPE_GPU},
            {.platform_index = 3,
             .platform_name = "Other Co",
             .name = "Card 200",
             .type = CL_DEVICE_TYPE_GPU},
            {.platform_index = 3,
             .platform_name = "Other Co",
             .name = "Card 300",
             .type = CL_DEVICE_TYPE_GPU},
        },
};

static void expect(const char *platform, const char *device, const char *name)
{
    const struct ib_cl_device *got = NULL;
    char why[512] = "";
    if (ib_cl_devices_choose(&machine, platform, device, &got, why, sizeof why) != IB_OK)
        fail_msg("platform `%s`, device `%s`: %s", platform, device, why);
    assert_string_equal(got->name, name);
}

static void expect_none(const char *platform, const char *device)
{
    const struct ib_cl_device *got = &machine.device[0];
    char why[1024] = "";
    assert_int_equal(ib_cl_devices_choose(&machine, platform, device, &got, why, sizeof why),
                     IB_EUNAVAILABLE);
    assert_null(got);
    assert_non_null(strstr(why, "Card 300")); /* the last of all that there is */
}

static void graphics_cards_come_first(void **state)
{
    (void)state;
    expect("", "", "Card 100");
    expect("1", "", "Card 100");
    expect("other", "", "Card 200");
    expect("portable", "", "Xeon 100");
    expect("", "d 300", "Card 300");
}

static void indices_count_in_the_loaders_order(void **state)
{
    (void)state;
    expect("0", "0", "Xeon 100");
    expect("1", "0", "FPGA");
    expect("3", "1", "Card 300");
    expect("Graphics", "1", "Card 100");
    expect("", "0", "Xeon 100");
    expect("", "4", "Card 300");
}

static void names_in_either_case_and_in_part(void **state)
{
    (void)state;
    expect("", "xEoN", "Xeon 100");
    expect("", "fpga", "FPGA");
    expect("OTHER CO", "d 3", "Card 300");
}

static void what_is_not_there(void **state)
{
    (void)state;
    expect_none("2", ""); /* a platform without devices */
    expect_none("4", "");
    expect_none("1", "2");
    expect_none("", "5");
    expect_none("", "100"); /* digits are an index */
    expect_none("0", "card");
    expect_none("", "99999999999999999999999");
    expect_none("nothing", "");
}

/* A list longer than the place for it is cut off, not written past its end. */
static void long_lists_are_cut_off(void **state)
{
    static struct ib_cl_devices many = {.n = IB_CL_MAX_DEVICES};
    const struct ib_cl_device *got;
    char why[64];
    (void)state;
    for (uint32_t i = 0; i < many.n; i++)
        memset(many.device[i].name, 'x', sizeof many.device[i].name - 1);
    assert_int_equal(ib_cl_devices_choose(&many, "", "y", &got, why, sizeof why), IB_EUNAVAILABLE);
    assert_int_equal(strlen(why), sizeof why - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphics_cards_come_first),
        cmocka_unit_test(indices_count_in_the_loaders_order),
        cmocka_unit_test(names_in_either_case_and_in_part),
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(long_lists_are_cut_off),
    };
    return cmocka_run_group_tests_name("opencl_choice", tests, NULL, NULL);
}
