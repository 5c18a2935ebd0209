#include "fixtures/member.h"
#include "machine/machine_info.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;

static json_t *described(void)
{
    struct ib_machine machine;
    ib_machine_describe(&arena, &machine);
    return ib_machine_to_json(&machine);
}

static void machine_is_described(void **state)
{
    (void)state;
    json_t *machine = described(), *again = described();
    assert_int_equal(strlen(member_text(machine, "fingerprint")), 16);
    assert_true(json_equal(machine, again));
    assert_true(member_number(machine, "usable_cores") >= 1);
    assert_true(member_number(machine, "memory_bytes") > 1 << 20);
    assert_string_equal(member_text(machine, "libraries.sqlite"), sqlite3_libversion());
    static const char *const known[] = {"caches", "governor", "turbo", "virtualised", "gpu_driver"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        member(machine, known[i]); /* though it may be null */
    json_decref(machine);
    json_decref(again);
}

static const struct ib_machine complete = {
    .fingerprint = "0011223344556677",
    .cpu = "Imaginary <CPU> 3000",
    .architecture = "x86_64",
    .logical_cores = 16,
    .usable_cores = 8,
    .memory_bytes = (uint64_t)1 << 40,
    .cpu_quota = 1.5,
    .memory_limit_bytes = 1 << 30,
    .caches = (const struct ib_named_text[]){{"L1 Data", "32K"}, {"L2 Unified", "1M"}, {NULL, NULL}},
    .governor = "powersave",
    .turbo = IB_YES,
    .virtualised = IB_NO,
    .gpu_driver = "NVRM 550",
    .kernel = "6.1",
    .os = "Debian",
    .compiler = "gcc 12.2.0",
    .flags = "-O3",
    .libraries = (const struct ib_named_text[]){{"sqlite", "3.40.1"}, {NULL, NULL}},
};

static void assert_same_list(const struct ib_named_text *is, const struct ib_named_text *expected)
{
    for (; expected && expected->name; is++, expected++) {
        assert_string_equal(is->name, expected->name);
        assert_string_equal(is->text, expected->text);
    }
    assert_null(is->name);
}

/* By their texts, of which unknown ones have none. */
static void assert_same(const struct ib_machine *is, const struct ib_machine *expected)
{
    for (const struct ib_machine_field *field = ib_machine_fields; field->name; field++) {
        const char *text = ib_machine_field_text(is, field, &arena),
                   *wanted = ib_machine_field_text(expected, field, &arena);
        if (text && wanted ? strcmp(text, wanted) != 0 : text != wanted)
            fail_msg("%s is %s", field->name, text ? text : "unknown");
    }
    assert_same_list(is->caches, expected->caches);
    assert_same_list(is->libraries, expected->libraries);
}

static void json_gives_it_back(void **state)
{
    (void)state;
    static const struct ib_machine unknown = {.turbo = IB_UNKNOWN, .virtualised = IB_UNKNOWN};
    const struct ib_machine *const machines[] = {&complete, &unknown};
    for (size_t i = 0; i < 2; i++) {
        struct ib_machine back;
        json_t *json = ib_machine_to_json(machines[i]);
        ib_machine_from_json(json, &arena, &back);
        json_decref(json);
        assert_same(&back, machines[i]);
    }
}

static void what_is_missing_is_unknown(void **state)
{
    (void)state;
    static const struct ib_machine unknown = {.turbo = IB_UNKNOWN, .virtualised = IB_UNKNOWN};
    json_t *odd = json_pack("{s:i, s:s, s:i, s:i, s:n, s:{s:i}}", "cpu", 7, "logical_cores", "many",
                            "usable_cores", -1, "turbo", 1, "virtualised", "caches", "L1", 32);
    const json_t *const objects[] = {NULL, odd};
    for (size_t i = 0; i < 2; i++) {
        struct ib_machine machine;
        ib_machine_from_json(objects[i], &arena, &machine);
        assert_same(&machine, &unknown);
    }
    json_decref(odd);
}

static void fields_have_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"0011223344556677",
                                        "Imaginary <CPU> 3000",
                                        "x86_64",
                                        "16",
                                        "8",
                                        "1099511627776",
                                        "1.5",
                                        "1073741824",
                                        "powersave",
                                        "true",
                                        "false"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(ib_machine_field_text(&complete, &ib_machine_fields[i], &arena), texts[i]);
}

static int free_arena(void **state)
{
    (void)state;
    ib_arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_is_described),
        cmocka_unit_test(json_gives_it_back),
        cmocka_unit_test(what_is_missing_is_unknown),
        cmocka_unit_test(fields_have_texts),
    };
    return cmocka_run_group_tests(tests, NULL, free_arena);
}
