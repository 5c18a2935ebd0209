/* Descriptions of implementations, from untrusted programs. */
#include "fixtures/scratch.h"
#include "parent/plugin_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const command[] = {"client", NULL};

static enum ib_status read_as(const char *text, struct ib_arena *arena, struct ib_impl_info *info)
{
    json_t *impl = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(impl);
    enum ib_status status = ib_plugin_info_read(impl, arena, info);
    json_decref(impl);
    return status;
}

static void little_is_enough(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_impl_info info = {.name = "mine", .command = command};
    assert_int_equal(read_as("{\"available\": true}", &arena, &info), IB_OK);
    assert_string_equal(info.name, "mine");
    assert_true(info.available);
    assert_false(info.device);
    assert_int_equal(info.flags, 0);
    assert_int_equal(info.losses, 0);
    assert_null(info.path);
    assert_null(info.algorithm);
    assert_null(info.options[0].name);
    ib_arena_free(&arena);
}

static void all_of_it(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_impl_info info = {.name = "mine", .command = command};
    assert_int_equal(
        read_as("{\"name\": \"theirs\", \"summary\": \"s\", \"available\": false, \"reason\": \"r\","
                " \"libraries\": \"l\", \"flags\": 7, \"device\": true, \"algorithm\": \"lbfgs\","
                " \"losses\": [\"ce\", \"of later\"],"
                " \"options\": [{\"name\": \"threads\", \"type\": \"int\", \"allowed\": \"1..8\","
                " \"default\": \"1\"}, {\"name\": \"b\", \"type\": 2, \"default\": \"true\"}]}",
                &arena, &info),
        IB_OK);
    assert_string_equal(info.name, "mine"); /* the configuration's counts */
    assert_false(info.available);
    assert_string_equal(info.reason, "r");
    assert_string_equal(info.libraries, "l");
    assert_string_equal(info.algorithm, "lbfgs");
    assert_int_equal(info.flags, IB_DETERMINISTIC); /* external programs cannot be simulated or hidden */
    assert_true(info.device);
    assert_int_equal(info.losses, 1u << IB_CE);
    assert_int_equal(info.options[0].type, IB_OPTION_INT);
    assert_string_equal(info.options[0].allowed, "1..8");
    assert_int_equal(info.options[1].type, IB_OPTION_BOOL);
    assert_null(info.options[2].name);
    ib_arena_free(&arena);
}

static void a_reason_is_always_there(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_impl_info info = {.name = "mine", .command = command};
    assert_int_equal(read_as("{\"available\": false}", &arena, &info), IB_OK);
    assert_non_null(strstr(info.reason, "without a reason"));
    ib_arena_free(&arena);
}

static void refusals_name_the_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
    } bad[] = {
        {"[]", "`impls` must be a list of objects"},
        {"{}", "`available` must be true or false"},
        {"{\"available\": 1}", "`available` must be true or false"},
        {"{\"available\": true, \"summary\": 5}", "`summary` must be text or null"},
        {"{\"available\": true, \"flags\": -1}", "`flags` must be a non-negative integer"},
        {"{\"available\": true, \"flags\": 4294967296}", "`flags` must be a non-negative integer"},
        {"{\"available\": true, \"device\": null}", "`device` must be true or false"},
        {"{\"available\": true, \"losses\": \"ce\"}", "`losses` must be a list of losses"},
        {"{\"available\": true, \"losses\": [4]}", "`losses` must be a list of losses"},
        {"{\"available\": true, \"options\": {}}", "`options` must be a list"},
        {"{\"available\": true, \"options\": [5]}", "`options.name` must be a single word"},
        {"{\"available\": true, \"options\": [{\"name\": \"a b\"}]}", "`options.name` must be a single word"},
        {"{\"available\": true, \"options\": [{\"name\": \"name\"}]}",
         "`options.name` must be a single word"},
        {"{\"available\": true, \"options\": [{\"name\": \"a\", \"type\": \"float\"}]}",
         "`options.type` must be int"},
        {"{\"available\": true, \"options\": [{\"name\": \"a\", \"type\": 4}]}",
         "`options.type` must be int"},
        {"{\"available\": true, \"options\": [{\"name\": \"a\", \"type\": \"int\"}]}",
         "`options.default` must be text"},
    };
    struct ib_arena arena = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ib_impl_info info = {.name = "mine", .summary = "as it was", .command = command};
        expect_failure(read_as(bad[i].text, &arena, &info), IB_EINVAL, "", WORDS(bad[i].word));
        assert_string_equal(info.summary, "as it was");
    }
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(all_of_it),
        cmocka_unit_test(a_reason_is_always_there),
        cmocka_unit_test(refusals_name_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
