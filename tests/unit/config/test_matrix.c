/* The matrix: product, collapse, drop-outs, and its limits. */
#include "fixtures/built_matrix.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Product and collapse ---- */

static void axes_multiply(void **state)
{
    (void)state;
    struct built_matrix b = built_matrix(
        "version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], impl: [cpu_naive, fakedev],\n"
        "  dtype: [f32, f64], hidden: [6, [6, 6]], lr: [0.1, 0.2], epochs: 5}\n");
    /* 2 data sets, 2 networks, 2 rates, 2 types; cpu_naive on the host, fakedev in two residencies. */
    assert_int_equal(b.matrix.n, 2 * 2 * 2 * 2 * 3);
    assert_int_equal(b.matrix.n_dropped, 0);
    assert_int_equal(b.matrix.n_datasets, 2);
    const struct ib_case *c = &b.matrix.cases[0];
    assert_string_equal(c->model->name, "mlp");
    assert_string_equal(c->dataset->name, "xor");
    assert_int_equal(c->spec.net.n_layers, 2);
    assert_int_equal(c->spec.net.width[1], 6);
    assert_int_equal(c->spec.net.act, IB_RELU);
    assert_int_equal(c->spec.net.loss, IB_MSE);
    assert_int_equal(c->init, IB_NORMAL);
    assert_true(c->spec.lr == 0.1);
    assert_int_equal(c->epochs, 5);
    assert_int_equal(c->seed, 42);
    assert_int_equal(c->log_every, 0);
    assert_int_equal(c->spec.dtype, IB_F32);
    assert_string_equal(c->impl->label, "cpu_naive");
    assert_int_equal(c->residency, IB_HOST);
    /* Who solves the same problem stands side by side. */
    assert_string_equal(c[1].impl->label, "fakedev");
    assert_int_equal(c[1].residency, IB_PER_OP);
    assert_int_equal(c[2].residency, IB_RESIDENT);
    assert_int_equal(c[3].spec.dtype, IB_F64);
    assert_string_equal(b.matrix.cases[b.matrix.n - 1].dataset->name, "diabetes");
    built_matrix_free(&b);
}

static void meaningless_axes_collapse(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
                     "  hidden: [[], 3, [3, 4]], act: [relu, tanh, sigmoid], init: [he, xavier],\n"
                     "  seed: [1, 2], residency: [per_op, resident]}\n");
    /* linreg: nothing of all this; mlp: 2 inits x 2 seeds x (no activation without layers + 2 networks x 3).
     */
    assert_int_equal(b.matrix.n, 1 + 2 * 2 * (1 + 2 * 3));
    const struct ib_case *c = &b.matrix.cases[0];
    assert_string_equal(c->model->name, "linreg");
    assert_int_equal(c->spec.net.n_layers, 1);
    assert_int_equal(c->spec.net.act, 0);
    assert_int_equal(c->spec.net.loss, IB_HALF_MSE);
    assert_int_equal(c->init, IB_ZEROS);
    assert_int_equal(c->seed, 0);
    assert_int_equal(c[1].spec.net.n_layers, 1);
    assert_int_equal(c[1].spec.net.act, 0);
    assert_int_equal(c[1].seed, 1);
    assert_int_equal(b.matrix.n_dropped, 0); /* a collapsed axis drops no combination */
    built_matrix_free(&b);
}

static void impossible_combinations_drop_out(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: [linreg, logreg, mlp], dataset: [diabetes, xor],\n"
                     "  impl: cpu_naive, dtype: [f32, f64], loss: [mse, bce]}\n");
    assert_int_equal(built_matrix_dropped(&b, "linreg cannot learn classification (xor)"), 2);
    assert_int_equal(built_matrix_dropped(&b, "logreg cannot learn regression (diabetes)"), 2);
    assert_int_equal(built_matrix_dropped(&b, "loss bce does not apply to regression (diabetes)"), 2);
    assert_int_equal(b.matrix.n_dropped, 3);
    assert_int_equal(b.matrix.n, 2 + 2 + 2 + 4);
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_true(b.matrix.cases[i].model->tasks & 1u << b.matrix.cases[i].dataset->task);
    built_matrix_free(&b);
}

static void an_empty_sweep_is_refused(void **state)
{
    (void)state;
    struct built_matrix b;
    expect_failure(
        built_matrix_try("version: 1\nmatrix: {model: linreg, dataset: xor, impl: cpu_naive, lr: [1, 2]}\n",
                         &b),
        IB_EINVAL, "c.yaml", WORDS("no cases left", "2 x linreg cannot learn classification (xor)"));
    expect_failure(built_matrix_try("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n"
                                    "exclude:\n  - {rows: 4}\n",
                                    &b),
                   IB_EINVAL, "c.yaml", WORDS("no cases left", "1 x excluded at c.yaml:4"));
}

/* ---- exclude, include ---- */

static void exclude_drops_cases(void **state)
{
    (void)state;
    const struct {
        const char *conditions;
        int dropped;
    } cases[] = {
        /* Of linreg and mlp on diabetes, mlp on xor; two networks; lr 0.01 and 0.5; cpu_naive and fakedev
         * (two residencies): linreg has 2 * 3, each of the two others 2 * 2 * 3. */
        {"model: linreg", 6},
        {"model: 'm*'", 24},
        {"dataset: xor", 12},
        {"impl: fakedev", 20},
        {"impl: '*'", 30},
        {"impl: 'cpu_*'", 10},
        {"impl: cuda_naive", 0},
        {"residency: resident", 10},
        {"residency: '*'", 20}, /* a host implementation has none */
        {"hidden: [6, 6]", 12},
        {"hidden: 6", 12},
        {"hidden: '6,*'", 12},
        {"lr: 0.50", 15},
        {"lr: '>0.01'", 15},
        {"lr: '>= 0.01'", 30},
        {"lr: '<0.5'", 15},
        {"lr: '<=0.5'", 30},
        {"lr: '=0.5'", 15},
        {"seed: 42", 24}, /* linreg has none */
        {"rows: '>=353'", 18},
        {"rows: '<=4'", 12},
        {"rows: 354", 18}, /* those for training */
        {"cols: 10", 18},
        {"task: classification", 12},
        {"task: '*'", 30},
        {"dtype: f32", 0},
        {"model: mlp, dataset: xor, lr: '>0.1', impl: cpu_naive", 2},
        {"model: linreg, dataset: xor", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "version: 1\nmatrix: {model: [linreg, mlp], dataset: [diabetes, xor], impl: [cpu_naive, "
                 "fakedev],\n"
                 "  hidden: [6, [6, 6]], lr: [0.01, 0.5]}\n"
                 "exclude:\n  - {%s}\n"
                 "include: {model: linreg, dataset: diabetes, impl: cpu_naive, lr: 7}\n",
                 cases[i].conditions);
        struct built_matrix b = built_matrix(text);
        if (built_matrix_dropped(&b, "excluded at c.yaml:5") != cases[i].dropped)
            print_error("exclude {%s}\n", cases[i].conditions);
        assert_int_equal(built_matrix_dropped(&b, "excluded at c.yaml:5"), cases[i].dropped);
        /* Included cases stay, whatever is excluded. */
        assert_int_equal(b.matrix.n, 30 - cases[i].dropped + 1);
        assert_true(b.matrix.cases[b.matrix.n - 1].spec.lr == 7);
        built_matrix_free(&b);
    }
}

/* ---- Data sets ---- */

static void data_sets_are_found(void **state)
{
    (void)state;
    scratch_file("mine.csv", "a,y\n1,2\n2,3\n3,5\n4,7\n5,8\n6,9\n");
    struct built_matrix b = built_matrix(
        "version: 1\nmatrix: {model: linreg, dataset: [mine, mine.csv, other], impl: cpu_naive}\n"
        "datasets: {other: {path: mine.csv, test_fraction: 0.5}}\n");
    /* Two names for the same contents are one data set; the same file split otherwise is another. */
    assert_int_equal(b.matrix.n_datasets, 2);
    assert_int_equal(b.matrix.n, 2);
    assert_int_equal(built_matrix_dropped(&b, "duplicates another case"), 1);
    assert_string_equal(b.matrix.cases[0].dataset->name, "mine");
    assert_string_equal(b.matrix.cases[1].dataset->name, "other");
    built_matrix_free(&b);
}

static void bad_data_sets_are_refused(void **state)
{
    (void)state;
    struct built_matrix b;
#define WITH(dataset, more)                                                                                  \
    "version: 1\nmatrix:\n  model: linreg\n  impl: cpu_naive\n  dataset: " dataset "\n" more
    scratch_file("bad.csv", "a,y\n1,2\n2,x\n");
    scratch_file("good.csv", "a,y\n1,2\n2,3\n4,5\n");
    expect_failure(built_matrix_try(WITH("[xor, diabtes]", ""), &b), IB_EINVAL, "c.yaml:5",
                   WORDS("unknown data set `diabtes`", "did you mean `diabetes`?"));
    expect_failure(built_matrix_try(WITH("mime", "datasets: {mine: {path: good.csv}}\n"), &b), IB_EINVAL,
                   "c.yaml:5", WORDS("unknown data set `mime`", "did you mean `mine`?"));
    expect_failure(built_matrix_try(WITH("gone.csv", ""), &b), IB_EIO, "./gone.csv",
                   WORDS("cannot open", "No such file", "named at c.yaml:5"));
    expect_failure(built_matrix_try(WITH("bad", ""), &b), IB_EINVAL, "./bad.csv:3:3", WORDS("`y`", "`x`"));
    expect_failure(
        built_matrix_try(WITH("[good, xor]", "datasets: {xor: {path: good.csv, target: z}}\n"), &b),
        IB_EINVAL, "./good.csv:1", WORDS("column `z` not found"));
    scratch_file("xor.csv", "a,y\n1,2\n2,3\n4,5\n");
    expect_failure(built_matrix_try(WITH("[xor, " IB_SOURCE_DIR "/configs/datasets/xor.csv]", ""), &b),
                   IB_EINVAL, "c.yaml:5", WORDS("two data sets", "`xor`"));
    remove("xor.csv");
}

/* ---- Cases ---- */

static void case_spec(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
                     "  hidden: [[6, 7]], act: tanh, dtype: f32}\n");
    const struct ib_training_spec *spec = &b.matrix.cases[0].spec;
    const struct ib_network *net = &spec->net;
    assert_int_equal(net->n_layers, 1);
    assert_int_equal(net->width[0], 10);
    assert_int_equal(net->width[1], 1);
    assert_int_equal(net->loss, IB_HALF_MSE);
    assert_int_equal(spec->rows, 354);
    assert_int_equal(spec->test_rows, 88);
    assert_int_equal(spec->dtype, IB_F32);
    net = &b.matrix.cases[1].spec.net;
    assert_int_equal(net->n_layers, 3);
    const uint64_t widths[] = {10, 6, 7, 1};
    assert_memory_equal(net->width, widths, sizeof widths);
    assert_int_equal(net->act, IB_TANH);
    assert_int_equal(net->loss, IB_MSE);
    struct ib_arena arena = {0};
    assert_string_equal(ib_case_title(&arena, &b.matrix.cases[0]), "linreg f32 diabetes");
    assert_string_equal(ib_case_title(&arena, &b.matrix.cases[1]), "mlp 6x7 tanh f32 diabetes");
    ib_arena_free(&arena);
    built_matrix_free(&b);
}

/* An output for each class; and a default that depends on how many there are. */
static void losses_follow_the_classes(void **state)
{
    (void)state;
    struct built_matrix b = built_matrix(
        "version: 1\nmatrix: {model: [logreg, softmax, mlp], dataset: [xor, many], impl: cpu_naive}\n"
        "datasets: {many: {synth: classification, rows: 60, cols: 3, classes: 5}}\n");
    static const struct {
        const char *model, *dataset;
        enum ib_loss loss;
        uint64_t outputs;
    } expected[] = {{"logreg", "xor", IB_BCE, 1},
                    {"softmax", "xor", IB_CE, 2},
                    {"softmax", "many", IB_CE, 5},
                    {"mlp", "xor", IB_MSE, 1},
                    {"mlp", "many", IB_CE, 5}};
    assert_int_equal(b.matrix.n, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < b.matrix.n; i++) {
        const struct ib_case *c = &b.matrix.cases[i];
        assert_string_equal(c->model->name, expected[i].model);
        assert_string_equal(c->dataset->name, expected[i].dataset);
        assert_int_equal(c->spec.net.loss, expected[i].loss);
        assert_int_equal(ib_network_outputs(&c->spec.net), expected[i].outputs);
    }
    assert_int_equal(built_matrix_dropped(&b, "logreg cannot learn 5 classes (many), but softmax can"), 1);
    built_matrix_free(&b);
    b = built_matrix(
        "version: 1\nmatrix: {model: mlp, dataset: [xor, many], impl: cpu_naive, loss: [mse, bce, ce]}\n"
        "datasets: {many: {synth: classification, rows: 60, cols: 3, classes: 5}}\n");
    assert_int_equal(b.matrix.n, 4);
    assert_int_equal(built_matrix_dropped(&b, "loss mse does not apply to 5 classes (many), but ce does"), 1);
    assert_int_equal(built_matrix_dropped(&b, "loss bce does not apply to 5 classes (many), but ce does"), 1);
    built_matrix_free(&b);
}

/* The seed's experiments, its own programs together with ours, and nothing else. */
static void configuration_of_the_seed_is_read(void **state)
{
    (void)state;
    struct ib_config config;
    struct ib_matrix matrix;
    struct ib_registry *with_peers;
    assert_int_equal(ib_config_read(IB_SOURCE_DIR "/configs/seed.yaml", &config), IB_OK);
    assert_int_equal(ib_registry_open(NULL, &with_peers), IB_OK);
    assert_int_equal(ib_sweep_add_externals(&config, with_peers), IB_OK);
    assert_int_equal(ib_matrix_build(&config, with_peers, &matrix), IB_OK);
    assert_int_equal(matrix.n_dropped, 0);
    size_t experiments = 0, deep_and_long = 0, cupy_copying = 0, cupy_resident = 0;
    for (size_t i = 0; i < matrix.n; i++) {
        const struct ib_case *c = &matrix.cases[i];
        const bool cupy = strcmp(c->impl->info->name, "cupy") == 0;
        experiments += c->epochs != 1000;
        deep_and_long += c->spec.net.n_layers == 3 && c->epochs == 100000 && c->spec.lr == 0.001;
        cupy_copying += cupy && c->residency == IB_PER_OP;
        cupy_resident += cupy && c->residency == IB_RESIDENT;
    }
    assert_int_equal(experiments, 2 + 3 * 2 * 2 * 10);
    assert_int_equal(deep_and_long, 40);
    assert_int_equal(cupy_copying, 3); /* linreg and two networks */
    assert_int_equal(cupy_resident, 3);
    ib_matrix_free(&matrix);
    ib_registry_close(with_peers);
    ib_config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_multiply),
        cmocka_unit_test(meaningless_axes_collapse),
        cmocka_unit_test(impossible_combinations_drop_out),
        cmocka_unit_test(an_empty_sweep_is_refused),
        cmocka_unit_test(exclude_drops_cases),
        cmocka_unit_test(data_sets_are_found),
        cmocka_unit_test(bad_data_sets_are_refused),
        cmocka_unit_test(case_spec),
        cmocka_unit_test(losses_follow_the_classes),
        cmocka_unit_test(configuration_of_the_seed_is_read),
    };
    return cmocka_run_group_tests(tests, built_matrix_enter, built_matrix_leave);
}
