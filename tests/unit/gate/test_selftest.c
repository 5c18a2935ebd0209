/* What a self-test makes of pairs of times drawn at random, and its file. */
#include "base/rng.h"
#include "fixtures/scratch.h"
#include "gate/selftest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 2, LEVELS = 3, ROUNDS = 100 };

struct made {
    struct ib_noise noise;
    double planted[LEVELS];
    struct ib_noise_case cases[CASES];
    struct ib_noise_pair pairs[CASES][LEVELS * ROUNDS];
};

/* Ratios that scatter so much about what is planted: 0, 3 and 10 %. */
static struct ib_noise *make_noise(struct made *m, double scatter, uint64_t seed)
{
    static const double planted[LEVELS] = {0, 0.03, 0.1};
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    for (size_t c = 0; c < CASES; c++) {
        for (size_t i = 0; i < (size_t)LEVELS * ROUNDS; i++) {
            const double ratio = (1 + planted[i / ROUNDS]) * exp(scatter * ib_rng_normal(&rng));
            m->pairs[c][i] = (struct ib_noise_pair){{1000 * ratio, 1000}, ratio, false};
        }
        m->cases[c] = (struct ib_noise_case){"a case", m->pairs[c]};
    }
    for (size_t l = 0; l < LEVELS; l++)
        m->planted[l] = planted[l];
    m->noise = (struct ib_noise){m->planted, LEVELS, m->cases, CASES, ROUNDS, 3e7, NULL};
    return &m->noise;
}

static struct ib_noise_table table_of(size_t gates)
{
    return (struct ib_noise_table){&ib_gate_rules_default, CASES, gates, 1};
}

static void what_stands_out_of_the_noise_is_found(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise_table table = table_of(100);
    const struct ib_noise *noise = make_noise(&m, 0.01, 1);
    const struct ib_noise_rate unchanged = ib_noise_replay(noise, &table, 0),
                               planted = ib_noise_replay(noise, &table, 1);
    assert_true(unchanged.n == 100 && unchanged.k <= 3);
    assert_true(planted.k >= 95);
    assert_true(planted.low < 1 && planted.low > 0.85 && planted.high >= 0.98);
}

static void what_is_lost_in_the_noise_is_not(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise_table table = table_of(100);
    const struct ib_noise *noise = make_noise(&m, 0.2, 2);
    assert_true(ib_noise_replay(noise, &table, 0).k <= 3);
    assert_true(ib_noise_replay(noise, &table, 1).k < 20);
}

static void the_same_seed_draws_the_same_gates(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise_table table = table_of(40);
    const struct ib_noise *noise = make_noise(&m, 0.05, 3);
    assert_int_equal(ib_noise_replay(noise, &table, 1).k, ib_noise_replay(noise, &table, 1).k);
}

/* Of a rate in the middle, where another measurement would find another one. */
static void another_measurement_widens_the_interval(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise_table table = table_of(40);
    const struct ib_noise *noise = make_noise(&m, 0.04, 4);
    struct ib_noise_rate rate = ib_noise_replay(noise, &table, 1);
    const double low = rate.low, high = rate.high;
    ib_noise_widen(noise, &table, 1, 40, &rate);
    assert_true(rate.low <= low && rate.high >= high);
    assert_true(rate.high - rate.low > high - low);
}

/* 100 rounds are one gate of two sets of 40; either case is planted in turn. */
static void gates_as_measured_draw_nothing(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise *noise = make_noise(&m, 0.005, 5);
    const struct ib_noise_rate found = ib_noise_as_measured(noise, &ib_gate_rules_default, 2),
                               unchanged = ib_noise_as_measured(noise, &ib_gate_rules_default, 0);
    assert_true(found.n == 2 && found.k == 2);
    assert_true(unchanged.n == 1 && unchanged.k == 0);
}

static void the_least_slowdown_has_an_interval(void **state)
{
    (void)state;
    const struct ib_noise_rate rates[] = {
        {100, 0, 0, 0.04}, {100, 90, 0.82, 0.96}, {100, 97, 0.91, 0.99}, {100, 100, 0.96, 1}};
    const struct ib_noise_least least = ib_noise_least(rates, 4);
    assert_int_equal(least.level, 2);
    assert_int_equal(least.best, 1);
    assert_int_equal(least.worst, 3);
    assert_int_equal(ib_noise_least(rates, 2).level, 2); /* none */
}

/* A larger slowdown that is missed makes a smaller one worthless. */
static void all_larger_slowdowns_must_be_found_too(void **state)
{
    (void)state;
    const struct ib_noise_rate rates[] = {{100, 0, 0, 0}, {100, 99, 0, 1}, {100, 60, 0, 1}, {100, 99, 0, 1}};
    assert_int_equal(ib_noise_least(rates, 4).level, 3);
}

static void the_measured_ratio_is_that_planted(void **state)
{
    (void)state;
    struct made m;
    const struct ib_noise *noise = make_noise(&m, 0.01, 6);
    const struct ib_paired_ratio ratio = ib_noise_ratio(noise, 1);
    assert_true(fabs(ratio.median - 1.03) < 0.003); /* four standard errors */
    assert_true(ratio.low < ratio.median && ratio.high > ratio.median && ratio.high - ratio.low < 0.01);
    assert_int_equal(ratio.n, CASES * ROUNDS);
}

/* ---- the file ---- */

static const struct ib_machine machine = {.fingerprint = "f1", .cpu = "a CPU"};

static void judge_made(struct ib_arena *arena, struct made *m, struct ib_selftest *out)
{
    ib_selftest_judge(arena, make_noise(m, 0.01, 7), 60, out);
    out->path = ib_selftest_path(arena, &machine);
}

static void what_is_kept_comes_back(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct made m;
    struct ib_selftest self, back;
    const char *why;
    setenv("IRONBENCH_SELFTEST", "deep/selftest.json", 1);
    judge_made(&arena, &m, &self);
    assert_int_equal(ib_selftest_save(&self, &machine), IB_OK);
    assert_int_equal(ib_selftest_load(&arena, &machine, &back, &why), IB_KEPT_KNOWN);
    assert_string_equal(back.measured, self.measured);
    assert_int_equal(back.noise.n_rounds, ROUNDS);
    assert_int_equal(back.least.level, self.least.level);
    assert_int_equal(back.least.worst, self.least.worst);
    assert_int_equal(back.levels[1].rate.k, self.levels[1].rate.k);
    assert_true(back.noise.cases[1].pairs[ROUNDS + 7].ratio == m.pairs[1][ROUNDS + 7].ratio);
    assert_true(back.costs[1].pairs == 40 && fabs(back.costs[1].minutes - 0.04) < 1e-12);
    const char *forecast = ib_selftest_forecast(&arena, &back, &ib_gate_rules_default, 20);
    assert_non_null(
        strstr(forecast, "a slowdown of 3 % or more is found in 95 of 100 gates in one of 20 cases"));
    ib_arena_free(&arena);
}

static void the_file_of_another_machine_is_not_ours(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct made m;
    struct ib_selftest self;
    const struct ib_machine other = {.fingerprint = "f2", .cpu = "a CPU"};
    const char *why;
    setenv("IRONBENCH_SELFTEST", "other.json", 1);
    assert_int_equal(ib_selftest_load(&arena, &machine, &self, &why), IB_KEPT_ABSENT);
    assert_non_null(strstr(why, "`ironbench selftest` measures it"));
    judge_made(&arena, &m, &self);
    assert_int_equal(ib_selftest_save(&self, &other), IB_OK);
    assert_int_equal(ib_selftest_load(&arena, &machine, &self, &why), IB_KEPT_FOREIGN);
    assert_non_null(strstr(why, "holds what a gate can see of another machine"));
    ib_arena_free(&arena);
}

static void what_selftest_does_not_write_is_refused(void **state)
{
    (void)state;
    static const char *const files[] = {
        "{", "{\"schema\": 7}", "{\"schema\": 1}",
        "{\"schema\": 1, \"seconds\": 1, \"pair_ns\": 1, \"levels\": [{\"planted\": -1}, {}]}",
        "{\"schema\": 1, \"seconds\": 1, \"pair_ns\": 1, \"rounds\": 1, \"cases\": [{}], \"levels\":"
        " [{\"planted\": 0, \"replayed\": {\"gates\": 1}}, {\"planted\": 1, \"replayed\": {\"gates\": 1}}]}"};
    struct ib_arena arena = {0};
    struct ib_selftest self;
    const char *why;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        setenv("IRONBENCH_SELFTEST", scratch_file("damaged.json", files[i]), 1);
        assert_int_equal(ib_selftest_load(&arena, &machine, &self, &why), IB_KEPT_DAMAGED);
        assert_non_null(strstr(why, "cannot be read: damaged.json"));
    }
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_out_of_the_noise_is_found),
        cmocka_unit_test(what_is_lost_in_the_noise_is_not),
        cmocka_unit_test(the_same_seed_draws_the_same_gates),
        cmocka_unit_test(another_measurement_widens_the_interval),
        cmocka_unit_test(gates_as_measured_draw_nothing),
        cmocka_unit_test(the_least_slowdown_has_an_interval),
        cmocka_unit_test(all_larger_slowdowns_must_be_found_too),
        cmocka_unit_test(the_measured_ratio_is_that_planted),
        cmocka_unit_test(what_is_kept_comes_back),
        cmocka_unit_test(the_file_of_another_machine_is_not_ours),
        cmocka_unit_test(what_selftest_does_not_write_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
