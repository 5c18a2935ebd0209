/* What an implementation can ask of its host when it is opened. */
#include "base/error.h"
#include "plugin/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *asked;
static int64_t answer;
static int opened;

static enum ib_status open_asking(const struct ib_host *host, void **state)
{
    answer = host->option_int(host, asked);
    *state = NULL;
    opened++;
    return IB_OK;
}

static void close_asking(void *state)
{
    (void)state;
    opened--;
}

static const struct ib_option options[] = {{"threads", IB_OPTION_INT, "1..8", "4", "threads"}, {0}};
static const struct ib_impl asking = {.struct_size = sizeof asking,
                                      .name = "asking",
                                      .options = options,
                                      .open = open_asking,
                                      .close = close_asking};

static void declared_option(void **state)
{
    (void)state;
    const struct ib_setting setting = {.name = "threads", .value = "2"};
    struct ib_instance instance;
    asked = "threads";
    assert_int_equal(ib_instance_open(&asking, NULL, 0, &instance), IB_OK);
    assert_int_equal(answer, 4);
    assert_string_equal(ib_instance_option(&instance, "threads"), "4");
    assert_null(ib_instance_option(&instance, "thread"));
    ib_instance_close(&instance);
    assert_int_equal(ib_instance_open(&asking, &setting, 1, &instance), IB_OK);
    assert_int_equal(answer, 2);
    ib_instance_close(&instance);
    assert_int_equal(opened, 0);
}

static void undeclared_option(void **state)
{
    (void)state;
    struct ib_instance instance;
    asked = "thread";
    assert_int_equal(ib_instance_open(&asking, NULL, 0, &instance), IB_EINVAL);
    assert_non_null(strstr(ib_last_error()->message, "`thread` without declaring it"));
    assert_int_equal(opened, 0);
    ib_instance_close(&instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared_option),
        cmocka_unit_test(undeclared_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
