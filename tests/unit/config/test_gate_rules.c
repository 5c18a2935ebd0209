/* `gate` of a configuration: its values, defaults and errors. */
#include "config/config.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CONFIG "version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n"

static struct ib_gate_rules read_rules(const char *text)
{
    struct ib_config config;
    if (ib_config_read(scratch_file("g.yaml", text), &config) != IB_OK)
        fail_msg("%s", ib_error_text());
    struct ib_gate_rules rules = config.gate;
    ib_config_free(&config);
    return rules;
}

static void defaults_hold(void **state)
{
    (void)state;
    struct ib_gate_rules rules = read_rules(CONFIG);
    assert_int_equal(rules.pairs, 40);
    assert_true(rules.slowdown == 0.01 && rules.alpha == 0.01 && rules.metrics == 0.001);
    assert_int_equal(rules.confirm, 1);
    assert_int_equal(rules.order, IB_PAIRS_RANDOM);
    assert_int_equal(rules.h2d_per_epoch, IB_NO_BUDGET);
    assert_int_equal(rules.d2h_per_epoch, IB_NO_BUDGET);
}

static void every_key_is_read(void **state)
{
    (void)state;
    struct ib_gate_rules rules = read_rules(
        CONFIG "gate: {pairs: 50, slowdown: 2%, alpha: 0.05, confirm: 0, metrics: 1%, order: abba, "
               "seed: 7, budget: {h2d_per_epoch: 0, d2h_per_epoch: 2}}\n");
    assert_int_equal(rules.pairs, 50);
    assert_true(rules.slowdown == 0.02 && rules.alpha == 0.05 && rules.metrics == 0.01);
    assert_int_equal(rules.confirm, 0);
    assert_int_equal(rules.order, IB_PAIRS_ABBA);
    assert_int_equal(rules.seed, 7);
    assert_int_equal(rules.h2d_per_epoch, 0);
    assert_int_equal(rules.d2h_per_epoch, 2);
}

static void mean_grows_with_slowdown(void **state)
{
    (void)state;
    assert_true(read_rules(CONFIG).mean == 0.05);
    assert_true(read_rules(CONFIG "gate: {slowdown: 50%}\n").mean == 0.5);
    assert_true(read_rules(CONFIG "gate: {slowdown: 2%, mean: 1%}\n").mean == 0.02);
    assert_true(read_rules(CONFIG "gate: {slowdown: 2%, mean: 10%}\n").mean == 0.1);
}

static void bad_values_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *gate, *says;
    } wrong[] = {
        {"{pair: 5}", "unknown key `pair` (did you mean `pairs`?)"},
        {"{pairs: 0}", "`0` is not an integer from 1 to 10000"},
        {"{slowdown: 0}", "key `slowdown`: `0` is not a fraction"},
        {"{alpha: 100%}", "key `alpha`"},
        {"{confirm: 4}", "key `confirm`"},
        {"{order: random_walk}", "random or abba"},
        {"{budget: 0}", "key `budget`: `0` is not a map"},
        {"{budget: {h2d: 0}}", "unknown key `h2d`"},
        {"{budget: {h2d_per_epoch: -1}}", "`-1` is not an integer from 0"},
        {"[pairs]", "key `gate`: a list is not a map"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[256];
        struct ib_config config;
        snprintf(text, sizeof text, CONFIG "gate: %s\n", wrong[i].gate);
        assert_int_equal(ib_config_read(scratch_file("g.yaml", text), &config), IB_EINVAL);
        if (!strstr(ib_error_text(), wrong[i].says) || !strstr(ib_error_text(), "g.yaml:3"))
            fail_msg("%s: %s", wrong[i].gate, ib_error_text());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(mean_grows_with_slowdown),
        cmocka_unit_test(bad_values_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
