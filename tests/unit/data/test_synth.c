/* data/synth.c: made-up data is what it says, the same in any stretches, and known before a row is made.
 */
#include "data/dataset.h"
#include "data/spec.h"
#include "fixtures/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_dataset_spec made(enum ib_synth_kind kind, uint64_t rows, uint64_t cols, double noise)
{
    return (struct ib_dataset_spec){.name = "d", .synth = {kind, rows, cols, noise, .outputs = 1}, .seed = 7};
}

static struct ib_dataset_spec made_outputs(uint64_t rows, uint64_t cols, uint64_t outputs)
{
    struct ib_dataset_spec spec = made(IB_SYNTH_REGRESSION, rows, cols, 0.1);
    spec.synth.outputs = outputs;
    return spec;
}

struct rows {
    uint64_t n, cols, outputs;
    double *x, *y;
};

/* All training rows, or all test rows, asked for `stretch` at a time. */
static struct rows rows_of(const struct ib_dataset_spec *spec, enum ib_rows_of of, uint64_t stretch)
{
    struct ib_dataset set;
    assert_int_equal(ib_dataset_load(spec, &set), IB_OK);
    struct rows out = {.n = of == IB_TEST_ROWS ? set.test_rows : set.rows};
    out.cols = set.cols;
    out.outputs = set.outputs;
    out.x = malloc(out.n * out.cols * sizeof *out.x);
    out.y = malloc(out.n * out.outputs * sizeof *out.y);
    assert_non_null(out.x);
    assert_non_null(out.y);
    for (uint64_t first = 0; first < out.n; first += stretch) {
        uint64_t n = out.n - first < stretch ? out.n - first : stretch;
        ib_dataset_rows(&set, of, first, n, out.x + first * out.cols, out.y + first * out.outputs);
    }
    ib_dataset_free(&set);
    return out;
}

static void free_rows(struct rows *rows)
{
    free(rows->x);
    free(rows->y);
}

static struct rows training_rows(struct ib_dataset_spec spec)
{
    return rows_of(&spec, IB_TRAINING_ROWS, spec.synth.rows);
}

static double mean_of_squares(const double *values, uint64_t n, double around)
{
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += (values[i] - around) * (values[i] - around);
    return sum / (double)n;
}

static double mean(const double *values, uint64_t n)
{
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

static void assert_within(double got, double want, double distance)
{
    if (!(fabs(got - want) <= distance))
        fail_msg("%g is not within %g of %g", got, distance, want);
}

/* ---- values known in advance ---- */

static void description_needs_no_rows(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = made(IB_SYNTH_CLASSIFICATION, 1000000000, 1000000, 0.1); /* 8 petabytes */
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_string_equal(set.name, "d");
    assert_int_equal(set.task, IB_CLASSIFICATION);
    assert_int_equal(set.rows, 1000000000);
    assert_int_equal(set.test_rows, IB_SYNTH_TEST_ROWS);
    assert_int_equal(set.cols, 1000000);
    assert_int_equal(set.outputs, 1);
    assert_null(set.x);
    assert_int_equal(strlen(set.sha256), IB_HASH_HEX - 1);
    ib_dataset_free(&set);
}

static void test_rows_come_on_top(void **state)
{
    (void)state;
    const struct {
        uint64_t rows;
        double fraction;
        uint64_t test_rows;
    } cases[] = {
        {100, 0, 20}, {2, 0, 1}, {1000000, 0, IB_SYNTH_TEST_ROWS}, {1000000, 0.5, 500000}, {10, 1, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = made(IB_SYNTH_REGRESSION, cases[i].rows, 1, 0);
        spec.test_fraction = cases[i].fraction;
        assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
        assert_int_equal(set.rows, cases[i].rows);
        assert_int_equal(set.test_rows, cases[i].test_rows);
        ib_dataset_free(&set);
    }
}

/* Everything that decides the values is in the hash, and the name is not. */
static void hash_follows_the_description(void **state)
{
    (void)state;
    struct ib_dataset_spec specs[] = {made(IB_SYNTH_REGRESSION, 100, 3, 0.1),
                                      made(IB_SYNTH_CLASSIFICATION, 100, 3, 0.1),
                                      made(IB_SYNTH_XOR, 100, 3, 0.1),
                                      made(IB_SYNTH_REGRESSION, 101, 3, 0.1),
                                      made(IB_SYNTH_REGRESSION, 100, 4, 0.1),
                                      made(IB_SYNTH_REGRESSION, 100, 3, 0.2),
                                      made(IB_SYNTH_REGRESSION, 100, 3, 0.1),
                                      made(IB_SYNTH_REGRESSION, 100, 3, 0.1),
                                      made_outputs(100, 3, 2),
                                      made_outputs(100, 3, 3)};
    enum { N = sizeof specs / sizeof *specs };
    char hashes[N][IB_HASH_HEX];
    specs[6].seed = 8;
    specs[7].test_fraction = 0.5;
    for (size_t i = 0; i < N; i++) {
        struct ib_dataset set, same;
        struct ib_dataset_spec renamed = specs[i];
        renamed.name = "another name";
        assert_int_equal(ib_dataset_load(&specs[i], &set), IB_OK);
        assert_int_equal(ib_dataset_load(&renamed, &same), IB_OK);
        assert_string_equal(set.sha256, same.sha256);
        memcpy(hashes[i], set.sha256, IB_HASH_HEX);
        ib_dataset_free(&set);
        ib_dataset_free(&same);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
    }
}

/* Results are kept by the hash, which does not see the values: they must not change under it. */
static void values_stay(void **state)
{
    (void)state;
    struct rows rows = training_rows(made(IB_SYNTH_REGRESSION, 3, 2, 0.1));
    const double x[] = {-1.2814709605040013, 0.06297591329802076, 1.6745918544925062,
                        -1.310247258402334,  -1.5757939260897857, 1.471383817394109};
    const double y[] = {1.9062723445022771, 4.8818382932894435, 0.7984624569329497};
    for (size_t i = 0; i < 6; i++)
        assert_within(rows.x[i], x[i], 1e-12);
    for (size_t i = 0; i < 3; i++)
        assert_within(rows.y[i], y[i], 1e-12);
    free_rows(&rows);
}

/* ---- several outputs ---- */

static void one_output_is_the_default(void **state)
{
    (void)state;
    struct ib_dataset one, unsaid;
    struct ib_dataset_spec specs[] = {made_outputs(100, 3, 1), made_outputs(100, 3, 0)};
    assert_int_equal(ib_dataset_load(&specs[0], &one), IB_OK);
    assert_int_equal(ib_dataset_load(&specs[1], &unsaid), IB_OK);
    assert_int_equal(unsaid.outputs, 1);
    assert_string_equal(one.sha256, unsaid.sha256);
    ib_dataset_free(&one);
    ib_dataset_free(&unsaid);
}

/* They come from the same rows, whatever the stretches, and each is another function of them: no two agree,
 * nor are they the same up to a constant. */
static void outputs_are_independent(void **state)
{
    (void)state;
    enum { N = 50, COLS = 4, OUTPUTS = 3 };
    struct ib_dataset_spec spec = made_outputs(N, COLS, OUTPUTS);
    struct rows whole = rows_of(&spec, IB_TRAINING_ROWS, N), pieces = rows_of(&spec, IB_TRAINING_ROWS, 7);
    assert_int_equal(whole.outputs, OUTPUTS);
    assert_memory_equal(pieces.x, whole.x, N * COLS * sizeof *whole.x);
    assert_memory_equal(pieces.y, whole.y, N * OUTPUTS * sizeof *whole.y);
    for (uint64_t k = 0; k < OUTPUTS; k++) {
        const double *y = whole.y + k, *next = whole.y + (k + 1) % OUTPUTS;
        double largest = 0;
        for (uint64_t i = 1; i < N; i++)
            largest = fmax(largest, fabs(y[i * OUTPUTS] - next[i * OUTPUTS] - y[0] + next[0]));
        assert_true(largest > 0.5);
    }
    free_rows(&whole);
    free_rows(&pieces);
}

static void classes_have_one_output(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = made(IB_SYNTH_CLASSIFICATION, 100, 3, 0);
    spec.synth.outputs = 2;
    spec.where = "c.yaml:3";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("only a regression", "`outputs`"));
}

/* ---- the rows ---- */

static void stretches_do_not_change_rows(void **state)
{
    (void)state;
    for (int kind = IB_SYNTH_REGRESSION; kind <= IB_SYNTH_XOR; kind++) {
        struct ib_dataset_spec spec = made((enum ib_synth_kind)kind, 257, 5, 0.3);
        struct rows whole = rows_of(&spec, IB_TRAINING_ROWS, 257);
        const uint64_t stretches[] = {1, 2, 7, 100, 256};
        for (size_t i = 0; i < sizeof stretches / sizeof *stretches; i++) {
            struct rows pieces = rows_of(&spec, IB_TRAINING_ROWS, stretches[i]);
            assert_memory_equal(pieces.x, whole.x, 257 * 5 * sizeof *whole.x);
            assert_memory_equal(pieces.y, whole.y, 257 * sizeof *whole.y);
            free_rows(&pieces);
        }
        free_rows(&whole);
    }
}

/* Test rows, and rows of another seed, are other rows; all are different. */
static void rows_differ(void **state)
{
    (void)state;
    struct ib_dataset_spec spec = made(IB_SYNTH_REGRESSION, 50, 1, 0), other = spec;
    spec.test_fraction = 1;
    other.seed = 8;
    struct rows sets[] = {rows_of(&spec, IB_TRAINING_ROWS, 50), rows_of(&spec, IB_TEST_ROWS, 50),
                          rows_of(&other, IB_TRAINING_ROWS, 50)};
    for (uint64_t i = 0; i < 150; i++)
        for (uint64_t j = 0; j < i; j++)
            assert_true(sets[i / 50].x[i % 50] != sets[j / 50].x[j % 50]);
    for (size_t i = 0; i < 3; i++)
        free_rows(&sets[i]);
}

/* Mean 0, variance 1, independent of each other and from row to row: within 5 standard errors. */
static void features_have_unit_variance(void **state)
{
    (void)state;
    enum { N = 40000, COLS = 4 };
    for (int kind = IB_SYNTH_REGRESSION; kind <= IB_SYNTH_XOR; kind++) {
        struct rows rows = training_rows(made((enum ib_synth_kind)kind, N, COLS, 0.5));
        double sum[COLS] = {0}, products[COLS][COLS] = {{0}}, next = 0;
        for (uint64_t r = 0; r < N; r++) {
            const double *x = rows.x + r * COLS;
            for (int i = 0; i < COLS; i++) {
                assert_true(fabs(x[i]) <= 1.7320508075688773);
                sum[i] += x[i];
                for (int j = 0; j < COLS; j++)
                    products[i][j] += x[i] * x[j];
            }
            next += r ? x[0] * x[-1] : 0; /* the last feature of the row before */
        }
        for (int i = 0; i < COLS; i++) {
            assert_within(sum[i] / N, 0, 5 / sqrt(N));
            for (int j = 0; j < COLS; j++)
                assert_within(products[i][j] / N, i == j, 5 / sqrt(N));
        }
        assert_within(next / N, 0, 5 / sqrt(N));
        free_rows(&rows);
    }
}

/* With one feature and no noise, y = b + x or b - x. */
static void regression_is_linear(void **state)
{
    (void)state;
    struct rows rows = training_rows(made(IB_SYNTH_REGRESSION, 100, 1, 0));
    const double w = (rows.y[1] - rows.y[0]) / (rows.x[1] - rows.x[0]), b = rows.y[0] - w * rows.x[0];
    assert_within(fabs(w), 1, 1e-12);
    for (uint64_t i = 0; i < rows.n; i++)
        assert_within(rows.y[i], w * rows.x[i] + b, 1e-12);
    free_rows(&rows);
}

/* For any number of features, the score has variance 1, plus the noise's. */
static void regression_has_its_variance(void **state)
{
    (void)state;
    enum { N = 40000 };
    const uint64_t cols[] = {1, 2, 30};
    const double noises[] = {0, 0.1, 2};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            struct rows rows = training_rows(made(IB_SYNTH_REGRESSION, N, cols[i], noises[j]));
            const double want = 1 + noises[j] * noises[j];
            assert_within(mean_of_squares(rows.y, N, mean(rows.y, N)), want, 5 * want * sqrt(2.0 / N));
            free_rows(&rows);
        }
}

/* Both classes from the first two rows on, and as many of either. */
static void classes_alternate(void **state)
{
    (void)state;
    for (int kind = IB_SYNTH_CLASSIFICATION; kind <= IB_SYNTH_XOR; kind++) {
        struct rows rows = training_rows(made((enum ib_synth_kind)kind, 1001, 3, 0.7));
        for (uint64_t i = 0; i < rows.n; i++)
            assert_true(rows.y[i] == (double)(i % 2));
        free_rows(&rows);
    }
}

/* How often the sign of `score`, the wrong way round or not, tells the class. */
static double told(const struct rows *rows, double (*score)(const double *x))
{
    uint64_t right = 0;
    for (uint64_t i = 0; i < rows->n; i++)
        right += (score(rows->x + i * rows->cols) > 0) == (rows->y[i] > 0);
    return (double)(2 * right > rows->n ? right : rows->n - right) / (double)rows->n;
}

static double first(const double *x)
{
    return x[0];
}

static double second(const double *x)
{
    return x[1];
}

static double product(const double *x)
{
    return x[0] * x[1];
}

/* Noise of standard deviation 1 on a score of 1 hides the class of a row in four, or so. */
static void noise_blurs_the_classes(void **state)
{
    (void)state;
    enum { N = 10000 };
    const struct {
        enum ib_synth_kind kind;
        uint64_t cols;
        double (*score)(const double *x);
    } cases[] = {{IB_SYNTH_CLASSIFICATION, 1, first}, {IB_SYNTH_XOR, 3, product}};
    for (size_t i = 0; i < 2; i++) {
        struct rows clean = training_rows(made(cases[i].kind, N, cases[i].cols, 0));
        struct rows noisy = training_rows(made(cases[i].kind, N, cases[i].cols, 1));
        assert_true(told(&clean, cases[i].score) == 1);
        assert_within(told(&noisy, cases[i].score), 0.74, 0.06);
        free_rows(&clean);
        free_rows(&noisy);
    }
}

/* No single feature of xor predicts the class. */
static void xor_is_not_linear(void **state)
{
    (void)state;
    struct rows rows = training_rows(made(IB_SYNTH_XOR, 40000, 2, 0));
    assert_within(told(&rows, first), 0.5, 0.02);
    assert_within(told(&rows, second), 0.5, 0.02);
    free_rows(&rows);
}

/* ---- descriptions ---- */

static enum ib_status read_spec(struct ib_arena *arena, const char *text, struct ib_dataset_spec *out)
{
    struct ib_yaml doc;
    IB_TRY(ib_yaml_open(scratch_file("s.yaml", text), arena, &doc));
    enum ib_status status = ib_spec_read(&doc, "big", ib_yaml_root(&doc), ".", out);
    ib_yaml_close(&doc);
    return status;
}

static void spec_is_read(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec spec;
    assert_int_equal(
        read_spec(&arena, "{synth: xor, rows: 50, cols: 2, noise: 0.25, seed: 3, test_fraction: 0.5}", &spec),
        IB_OK);
    assert_int_equal(spec.synth.kind, IB_SYNTH_XOR);
    assert_int_equal(spec.synth.rows, 50);
    assert_int_equal(spec.synth.cols, 2);
    assert_true(spec.synth.noise == 0.25);
    assert_int_equal(spec.seed, 3);
    assert_true(spec.test_fraction == 0.5);
    assert_null(spec.path);
    ib_arena_free(&arena);
}

static void bad_specs_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *words[4];
    } cases[] = {
        {"{synth: regresion, rows: 5, cols: 2}", {"`synth`", "regression, classification or xor"}},
        {"{synth: xor, rows: 5}", {"`cols` is missing"}},
        {"{synth: xor, rows: 1, cols: 2}", {"`rows`", "2"}},
        {"{synth: xor, rows: 5, cols: 0}", {"`cols`", "1"}},
        {"{synth: xor, rows: 5, cols: 2, noise: -1}", {"`noise`", "from 0"}},
        {"{synth: xor, rows: 5, cols: 2, test_fraction: 0}", {"`test_fraction`", "above 0"}},
        {"{synth: xor, rows: 5, cols: 2, path: a.csv}", {"unknown key `path`", "allowed: synth, rows"}},
        {"{path: a.csv, rows: 5}", {"unknown key `rows`", "allowed: path"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_arena arena = {0};
        struct ib_dataset_spec spec;
        expect_failure(read_spec(&arena, cases[i].text, &spec), IB_EINVAL, "s.yaml:1", cases[i].words);
        ib_arena_free(&arena);
    }
}

static void xor_needs_two_features(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = made(IB_SYNTH_XOR, 10, 1, 0);
    spec.where = "c.yaml:3";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3", WORDS("two features", "`cols`"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(description_needs_no_rows),
        cmocka_unit_test(test_rows_come_on_top),
        cmocka_unit_test(hash_follows_the_description),
        cmocka_unit_test(values_stay),
        cmocka_unit_test(one_output_is_the_default),
        cmocka_unit_test(outputs_are_independent),
        cmocka_unit_test(classes_have_one_output),
        cmocka_unit_test(stretches_do_not_change_rows),
        cmocka_unit_test(rows_differ),
        cmocka_unit_test(features_have_unit_variance),
        cmocka_unit_test(regression_is_linear),
        cmocka_unit_test(regression_has_its_variance),
        cmocka_unit_test(classes_alternate),
        cmocka_unit_test(noise_blurs_the_classes),
        cmocka_unit_test(xor_is_not_linear),
        cmocka_unit_test(spec_is_read),
        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(xor_needs_two_features),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
