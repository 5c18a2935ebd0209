/* What a configuration means: every key, its default, and what flags make of it. */
#include "fixtures/config_text.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_axis(const struct ib_config *config, enum ib_axis_kind kind, const char *const *texts)
{
    const struct ib_axis *axis = &config->specs[0].axes[kind];
    size_t n = 0;
    for (; texts[n]; n++) {
        assert_true(n < axis->n);
        assert_string_equal(axis->values[n].text, texts[n]);
    }
    assert_int_equal(axis->n, n);
}

static void expect_words(const char *const *got, const char *const *expected)
{
    for (; *expected; got++, expected++) {
        assert_non_null(*got);
        assert_string_equal(*got, *expected);
    }
    assert_null(*got);
}

static void defaults_hold(void **state)
{
    (void)state;
    struct ib_config config = config_text_read(HEAD MATRIX);
    assert_string_equal(config.name, "c");
    assert_string_equal(config.path, "c.yaml");
    assert_string_equal(config.folder, ".");
    assert_string_equal(config.text, HEAD MATRIX);
    assert_int_equal(config.n_specs, 1);
    assert_false(config.specs[0].included);
    expect_axis(&config, IB_AXIS_MODEL, WORDS("mlp"));
    expect_axis(&config, IB_AXIS_RESIDENCY, WORDS("per_op", "resident"));
    expect_axis(&config, IB_AXIS_DTYPE, WORDS("f64"));
    expect_axis(&config, IB_AXIS_HIDDEN, WORDS("6"));
    expect_axis(&config, IB_AXIS_ACT, WORDS("relu"));
    expect_axis(&config, IB_AXIS_LOSS, WORDS("mse", "ce"));
    expect_axis(&config, IB_AXIS_INIT, WORDS("normal"));
    expect_axis(&config, IB_AXIS_LR, WORDS("0.01"));
    expect_axis(&config, IB_AXIS_EPOCHS, WORDS("1000"));
    expect_axis(&config, IB_AXIS_SEED, WORDS("42"));
    expect_axis(&config, IB_AXIS_LOG_EVERY, WORDS("0"));
    assert_true(config.specs[0].axes[IB_AXIS_MODEL].given);
    assert_false(config.specs[0].axes[IB_AXIS_LR].given);
    assert_int_equal(config.measure.warmup, 1);
    assert_int_equal(config.measure.rounds, 10);
    assert_int_equal(config.measure.timeout_ns, 60000000000);
    assert_int_equal(config.measure.min_time_ns, 100000000);
    assert_int_equal(config.n_zips, 0);
    assert_int_equal(config.selection.n_keep, 0);
    assert_null(config.plugins[0]);
    assert_null(config.require[0]);
    assert_int_equal(config.n_datasets, 0);
    assert_int_equal(config.n_excludes, 0);
    char hex[IB_HASH_HEX];
    ib_hash_of(config.text, strlen(config.text), hex);
    assert_string_equal(config.sha256, hex);
    ib_config_free(&config);
}

static void every_key_is_read(void **state)
{
    (void)state;
    struct ib_config config =
        config_text_read("version: 1\n"
                         "name: my-run_1.2\n"
                         "matrix:\n"
                         "  model: [linreg, mlp]\n"
                         "  dataset: [diabetes, mine]\n"
                         "  impl: [cpu_naive, {name: cpu_blas, threads: [1, 2], pinned: true}, cuda_*]\n"
                         "  residency: resident\n"
                         "  dtype: [f32, f64]\n"
                         "  hidden: [6, [12], [6, 12], []]\n"
                         "  act: [tanh, sigmoid]\n"
                         "  loss: [mse, bce]\n"
                         "  init: [xavier, he]\n"
                         "  lr: [0.010, 1e-3, 5]\n"
                         "  epochs: [1, 1000000]\n"
                         "  seed: [0, 9223372036854775807]\n"
                         "  log_every: 10\n"
                         "datasets:\n"
                         "  mine: {path: my.csv, target: price, task: regression, test_fraction: 0.3}\n"
                         "  far:\n"
                         "    path: /data/far.csv\n"
                         "    test: far_test.csv\n"
                         "    header: true\n"
                         "    seed: 3\n"
                         "    source: here\n"
                         "    licence: CC0\n"
                         "plugins: ./libmine.so\n"
                         "external: {far: {command: [python3, ./client.py, -u, 5]}}\n"
                         "require: [cuda_*, cpu_blas]\n"
                         "measure: {warmup: 0, rounds: 1, timeout: 2m, min_time: 20ms}\n"
                         "exclude: {model: mlp, rows: '>=100'}\n");
    assert_string_equal(config.name, "my-run_1.2");
    expect_axis(&config, IB_AXIS_DATASET, WORDS("diabetes", "mine"));
    expect_axis(
        &config, IB_AXIS_IMPL,
        WORDS("cpu_naive", "cpu_blas pinned=true threads=1", "cpu_blas pinned=true threads=2", "cuda_*"));
    expect_axis(&config, IB_AXIS_RESIDENCY, WORDS("resident"));
    expect_axis(&config, IB_AXIS_HIDDEN, WORDS("6", "12", "6,12", "none"));
    expect_axis(&config, IB_AXIS_ACT, WORDS("tanh", "sigmoid"));
    expect_axis(&config, IB_AXIS_INIT, WORDS("xavier", "he"));
    expect_axis(&config, IB_AXIS_LR, WORDS("0.01", "0.001", "5"));
    expect_axis(&config, IB_AXIS_EPOCHS, WORDS("1", "1000000"));
    expect_axis(&config, IB_AXIS_SEED, WORDS("0", "9223372036854775807"));
    const struct ib_axis_value *blas = &config.specs[0].axes[IB_AXIS_IMPL].values[1];
    assert_string_equal(blas->where, "c.yaml:6");
    assert_string_equal(blas->name, "cpu_blas");
    assert_int_equal(blas->n_settings, 2);
    assert_string_equal(blas->settings[1].name, "threads");
    assert_string_equal(blas->settings[1].value, "1");
    assert_int_equal(config.n_datasets, 2);
    assert_string_equal(config.datasets[0].name, "mine");
    assert_string_equal(config.datasets[0].path, "./my.csv");
    assert_string_equal(config.datasets[0].where, "c.yaml:18");
    assert_int_equal(config.datasets[0].task, IB_REGRESSION);
    assert_true(config.datasets[0].test_fraction == 0.3);
    assert_string_equal(config.datasets[1].path, "/data/far.csv");
    assert_string_equal(config.datasets[1].test, "./far_test.csv");
    assert_int_equal(config.datasets[1].header, IB_HEADER_YES);
    assert_int_equal(config.datasets[1].seed, 3);
    assert_string_equal(config.datasets[1].licence, "CC0");
    assert_string_equal(config.plugins[0], "./libmine.so");
    assert_null(config.plugins[1]);
    assert_int_equal(config.n_externals, 1);
    assert_string_equal(config.externals[0].name, "far");
    expect_words(config.externals[0].command, WORDS("python3", "./client.py", "-u", "5"));
    assert_string_equal(config.require[1], "cpu_blas");
    assert_null(config.require[2]);
    assert_int_equal(config.measure.warmup, 0);
    assert_int_equal(config.measure.rounds, 1);
    assert_int_equal(config.measure.timeout_ns, 120000000000);
    assert_int_equal(config.measure.min_time_ns, 20000000);
    assert_int_equal(config.n_excludes, 1);
    assert_int_equal(config.excludes[0].n, 2);
    assert_string_equal(config.excludes[0].where, "c.yaml:30");
    ib_config_free(&config);
}

static void durations_are_read(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint64_t ns;
    } cases[] = {{"60s", 60000000000}, {"0.1s", 100000000},     {"20ms", 20000000},
                 {"2m", 120000000000}, {"1.5h", 5400000000000}, {"1500us", 1500000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, HEAD MATRIX "measure: {timeout: %s}\n", cases[i].text);
        struct ib_config config = config_text_read(text);
        assert_int_equal(config.measure.timeout_ns, cases[i].ns);
        ib_config_free(&config);
    }
}

static struct ib_measure read_measure(const char *text)
{
    char whole[256];
    snprintf(whole, sizeof whole, HEAD MATRIX "measure: {%s}\n", text);
    struct ib_config config = config_text_read(whole);
    struct ib_measure measure = config.measure;
    ib_config_free(&config);
    measure.cpus = NULL; /* went with the configuration */
    return measure;
}

static void whole_process_is_read(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint64_t runs, warmup;
    } cases[] = {
        {"", 0, 1},
        {"whole_process: false", 0, 1},
        {"whole_process: true", 5, 1},
        {"whole_process: {}", 5, 1},
        {"whole_process: {runs: 1, warmup: 0}", 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_measure m = read_measure(cases[i].text);
        assert_int_equal(m.process_runs, cases[i].runs);
        assert_int_equal(m.process_warmup, cases[i].warmup);
    }
}

static void precision_bounds_the_rounds(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint64_t rounds, min_rounds, max_rounds;
        double precision;
    } cases[] = {
        {"", 10, 10, 10, 0},
        {"rounds: 3", 3, 3, 3, 0},
        {"precision: 1%", 10, 6, 10, 0.01},
        {"precision: 0.5%, rounds: 40", 40, 6, 40, 0.005},
        {"max_rounds: 30, precision: 0.02, min_rounds: 12", 30, 12, 30, 0.02},
        {"min_rounds: 6, max_rounds: 6, precision: 50%", 6, 6, 6, 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_measure m = read_measure(cases[i].text);
        assert_int_equal(m.rounds, cases[i].rounds);
        assert_int_equal(m.min_rounds, cases[i].min_rounds);
        assert_int_equal(m.max_rounds, cases[i].max_rounds);
        assert_true(m.precision == cases[i].precision);
    }
}

static void order_and_pin_are_read(void **state)
{
    (void)state;
    assert_int_equal(read_measure("").order, IB_INTERLEAVED);
    assert_int_equal(read_measure("order: interleaved").order, IB_INTERLEAVED);
    assert_int_equal(read_measure("order: abba").order, IB_ABBA);
    assert_int_equal(read_measure("order: block").order, IB_BLOCK);
    assert_int_equal(read_measure("").pin, IB_PIN_NONE);
    assert_int_equal(read_measure("pin: none").pin, IB_PIN_NONE);
    assert_int_equal(read_measure("pin: auto").pin, IB_PIN_AUTO);
    assert_int_equal(read_measure("pin: 0").n_cpus, 1);
    struct ib_config config = config_text_read(HEAD MATRIX "measure: {pin: \"7,2-4,3,0,1023\"}\n");
    const uint32_t cpus[] = {0, 2, 3, 4, 7, 1023};
    assert_int_equal(config.measure.pin, IB_PIN_CPUS);
    assert_int_equal(config.measure.n_cpus, 6);
    assert_memory_equal(config.measure.cpus, cpus, sizeof cpus);
    ib_config_free(&config);
}

/* Entries of `include` are independent of `matrix`: axes that they omit have their defaults. */
static void include_adds_products(void **state)
{
    (void)state;
    struct ib_config config =
        config_text_read(HEAD "matrix: {model: mlp, dataset: xor, impl: cpu_naive, lr: 0.5}\n"
                              "include:\n"
                              "  - {model: linreg, dataset: diabetes, impl: [cpu_naive, cpu_blas]}\n"
                              "  - {model: logreg, dataset: xor, impl: cpu_naive, epochs: [1, 2]}\n");
    assert_int_equal(config.n_specs, 3);
    assert_false(config.specs[0].included);
    assert_true(config.specs[1].included);
    assert_int_equal(config.specs[1].axes[IB_AXIS_IMPL].n, 2);
    assert_string_equal(config.specs[1].axes[IB_AXIS_LR].values[0].text, "0.01");
    assert_int_equal(config.specs[2].axes[IB_AXIS_EPOCHS].n, 2);
    ib_config_free(&config);
    config = config_text_read(
        HEAD "include: {model: logreg, dataset: xor, impl: cpu_naive}\n"); /* alone, and a bare map */
    assert_int_equal(config.n_specs, 1);
    ib_config_free(&config);
}

static void flags_make_a_configuration(void **state)
{
    (void)state;
    struct ib_config config;
    assert_int_equal(ib_config_default("train", &config), IB_OK);
    assert_string_equal(config.name, "train");
    assert_int_equal(config.specs[0].axes[IB_AXIS_MODEL].n, 0);
    assert_int_equal(ib_config_set(&config, IB_AXIS_MODEL, "mlp", "--model"), IB_OK);
    assert_int_equal(ib_config_set(&config, IB_AXIS_HIDDEN, "6,12", "--hidden"), IB_OK);
    assert_int_equal(ib_config_set(&config, IB_AXIS_IMPL, "cpu_blas threads=2", "--impl"), IB_OK);
    expect_axis(&config, IB_AXIS_HIDDEN, WORDS("6,12"));
    expect_axis(&config, IB_AXIS_IMPL, WORDS("cpu_blas threads=2"));
    expect_axis(&config, IB_AXIS_EPOCHS, WORDS("1000"));
    expect_failure(ib_config_set(&config, IB_AXIS_LR, "nan", "--lr"), IB_EINVAL, "--lr",
                   WORDS("`nan`", "above 0"));
    expect_failure(ib_config_set(&config, IB_AXIS_EPOCHS, "-5", "--epochs"), IB_EINVAL, "--epochs",
                   WORDS("`-5`", "integer from 1"));
    expect_failure(ib_config_set(&config, IB_AXIS_HIDDEN, "6,0", "--hidden"), IB_EINVAL, "--hidden",
                   WORDS("`6,0`", "1 to 8 layer sizes"));
    expect_failure(ib_config_set(&config, IB_AXIS_MODEL, "mpl", "--model"), IB_EINVAL, "--model",
                   WORDS("`mpl`", "linreg, logreg, softmax or mlp", "did you mean `mlp`?"));
    expect_failure(ib_config_set(&config, IB_AXIS_IMPL, "cpu_blas threads", "--impl"), IB_EINVAL, "--impl",
                   WORDS("`cpu_blas threads`", "OPTION=VALUE"));
    expect_failure(ib_config_set(&config, IB_AXIS_IMPL, "cpu_blas a=1 a=2", "--impl"), IB_EINVAL, "--impl",
                   WORDS("each option once"));
    ib_config_free(&config);
}

/* Every configuration that ships can be read. */
static void shipped_configurations_are_read(void **state)
{
    (void)state;
    const char *const names[] = {"quick", "seed", "rates"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ib_config config;
        char path[512];
        snprintf(path, sizeof path, "%s/configs/%s.yaml", IB_SOURCE_DIR, names[i]);
        assert_int_equal(ib_config_read(path, &config), IB_OK);
        assert_string_equal(config.name, names[i]);
        ib_config_free(&config);
    }
}

/* Paths work from any folder: the configuration's own first, then the program's home. */
static void commands_are_resolved(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    assert_int_equal(mkdir("sub", 0777), 0);
    assert_int_equal(mkdir("home", 0777), 0);
    assert_int_equal(mkdir("home/scripts", 0777), 0);
    scratch_file("sub/client.py", "");
    scratch_file("home/scripts/peer.py", "");
    scratch_file("home/README", "");
    setenv("IRONBENCH_HOME", "home", 1);
    expect_words(ib_command_resolve(&arena, "sub", WORDS("python3", "client.py", "-u")),
                 WORDS("python3", "sub/client.py", "-u"));
    expect_words(ib_command_resolve(&arena, "sub", WORDS("./client.py", "scripts/peer.py", "none.py")),
                 WORDS("sub/client.py", "home/scripts/peer.py", "none.py"));
    expect_words(ib_command_resolve(&arena, "sub", WORDS("scripts/peer.py", "/client.py", "README", "home")),
                 WORDS("home/scripts/peer.py", "/client.py", "README", "home"));
    expect_words(ib_command_resolve(&arena, "sub", WORDS("./none")), WORDS("sub/none"));
    expect_words(ib_command_resolve(&arena, NULL, WORDS("sub/client.py")), WORDS("sub/client.py"));
    unsetenv("IRONBENCH_HOME");
    ib_arena_free(&arena);
    unlink("sub/client.py");
    unlink("home/scripts/peer.py");
    unlink("home/README");
    rmdir("home/scripts");
    rmdir("home");
    rmdir("sub");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(whole_process_is_read),
        cmocka_unit_test(precision_bounds_the_rounds),
        cmocka_unit_test(order_and_pin_are_read),
        cmocka_unit_test(include_adds_products),
        cmocka_unit_test(flags_make_a_configuration),
        cmocka_unit_test(shipped_configurations_are_read),
        cmocka_unit_test(commands_are_resolved),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
