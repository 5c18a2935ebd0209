/* Intervals and tests of medians: SciPy's answers (golden/stats/known.py), brute force, and how often they
 * hold on samples whose median is known. */
#include "base/rng.h"
#include "stats/binomial.h"
#include "stats/confidence_interval.h"
#include "stats/hypothesis_tests.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { MOST_SAMPLES = 256 };

/* ---- SciPy ---- */

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static size_t count(const json_t *object, const char *key)
{
    return (size_t)number(object, key);
}

static size_t read_samples(const json_t *object, const char *key, double out[MOST_SAMPLES])
{
    const json_t *list = json_object_get(object, key);
    size_t n = json_array_size(list);
    assert_true(n > 0 && n <= MOST_SAMPLES);
    for (size_t i = 0; i < n; i++)
        out[i] = json_number_value(json_array_get(list, i));
    return n;
}

static void assert_near(double is, double should, double relative)
{
    if (fabs(is - should) <= relative * fmax(fabs(should), 1e-12))
        return;
    fail_msg("%.17g, should be %.17g", is, should);
}

static void check_binomial(const json_t *known)
{
    size_t n = count(known, "n"), k = count(known, "k");
    assert_near(ib_binomial_at_most(n, k, number(known, "p")), number(known, "at_most"), 1e-9);
    assert_near(ib_binomial_at_least(n, k, number(known, "p")), number(known, "at_least"), 1e-9);
}

static void check_proportion(const json_t *known)
{
    double low, high;
    ib_clopper_pearson(count(known, "n"), count(known, "k"), number(known, "coverage"), &low, &high);
    assert_near(low, number(known, "low"), 1e-7);
    assert_near(high, number(known, "high"), 1e-7);
}

static void check_median(const json_t *known)
{
    double samples[MOST_SAMPLES];
    size_t n = read_samples(known, "samples", samples);
    struct ib_interval interval = ib_interval(samples, n, number(known, "coverage"));
    assert_int_equal(interval.n, n);
    assert_near(interval.median, number(known, "median"), 1e-15);
    assert_true(interval.low == number(known, "low") && interval.high == number(known, "high"));
}

static void check_shift(const json_t *known)
{
    double samples[MOST_SAMPLES];
    size_t n = read_samples(known, "samples", samples);
    assert_true(ib_inflation(samples, n) == 1); /* alternating: nothing to widen for */
    assert_near(ib_sign_test(samples, n, number(known, "limit"), 1), number(known, "sign"), 1e-9);
    assert_near(ib_signed_rank_test(samples, n, number(known, "limit")), number(known, "signed_rank"), 1e-9);
}

static void check_holm(const json_t *known)
{
    double p[MOST_SAMPLES], adjusted[MOST_SAMPLES];
    size_t n = read_samples(known, "p", p);
    read_samples(known, "adjusted", adjusted);
    ib_holm(p, n);
    for (size_t i = 0; i < n; i++)
        assert_near(p[i], adjusted[i], 1e-12);
}

static void answers_are_those_of_scipy(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*check)(const json_t *);
    } parts[] = {{"binomial", check_binomial},
                 {"clopper_pearson", check_proportion},
                 {"median", check_median},
                 {"shift", check_shift},
                 {"holm", check_holm}};
    json_t *known = json_load_file(IB_SOURCE_DIR "/tests/golden/stats/known.json", 0, NULL);
    assert_non_null(known);
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        const json_t *cases = json_object_get(known, parts[p].name);
        assert_true(json_array_size(cases) > 3 || p == 4);
        for (size_t i = 0; i < json_array_size(cases); i++)
            parts[p].check(json_array_get(cases, i));
    }
    json_decref(known);
}

/* ---- by hand ---- */

/* Signs - - + + have 1 - 1 + 1 of 4 pairs alike: r = 1/4, corrected by (1 + 3/4) / 4 to 11/16. */
static void inflation_is_corrected_for_bias(void **state)
{
    (void)state;
    assert_near(ib_inflation((double[]){1, 2, 3, 4}, 4), 27.0 / 5, 1e-12);
    assert_near(ib_inflation((double[]){1, 4, 2, 3}, 4), 1, 1e-12);
    assert_near(ib_inflation((double[]){5, 5, 5}, 3), 2, 1e-12); /* r = 0, corrected to 1/3 */
    assert_true(ib_inflation((double[]){1, 2}, 2) == 1);
}

static void nothing_is_certain_of_few_samples(void **state)
{
    (void)state;
    const double samples[] = {1, 2, 3, 4, 5};
    struct ib_interval interval = ib_interval(samples, 5, 0.95);
    assert_true(interval.median == 3 && isnan(interval.low) && isnan(interval.high));
    interval = ib_interval_correlated(samples, 5, 0.95);
    assert_true(interval.median == 3 && isnan(interval.low) && isnan(interval.high));
    assert_true(ib_inflation(samples, 1) == 1);
    assert_near(ib_inflation((double[]){5, 5}, 2), 3, 1e-12); /* r = 0, corrected to 1/2 */
}

static void alike_neighbours_widen_the_interval(void **state)
{
    (void)state;
    double runs[40], mixed[40];
    for (int i = 0; i < 40; i++) {
        runs[i] = i;
        mixed[i] = i % 2 ? i : 39 - i;
    }
    struct ib_interval wide = ib_interval_correlated(runs, 40, 0.95);
    struct ib_interval narrow = ib_interval_correlated(mixed, 40, 0.95), plain = ib_interval(mixed, 40, 0.95);
    assert_true(wide.low == 0 && wide.high == 39); /* one long swing: it may lie anywhere */
    assert_true(narrow.low == plain.low && narrow.high == plain.high);
    assert_true(ib_sign_test(runs, 40, 9.5, ib_inflation(runs, 40)) > 0.05 &&
                ib_sign_test(mixed, 40, 9.5, ib_inflation(mixed, 40)) < 0.002);
}

/* Runs of three: of 29 neighbours 19 are alike and 10 are not, so that r = 9/30, corrected to 10.9/30, and
 * ranks are 1.463 times as far from the middle. Of 30 samples the 10th would do; 15 - 1.463 * 5 = 7.7. */
static void ranks_are_widened_about_the_middle(void **state)
{
    (void)state;
    double samples[30];
    for (int i = 0; i < 30; i++)
        samples[i] = (i + 1) / 3 % 2 ? 100 + i : i;
    const struct ib_interval interval = ib_interval_correlated(samples, 30, 0.95);
    assert_near(ib_inflation(samples, 30), 40.9 / 19.1, 1e-12);
    assert_true(interval.low == 12);   /* the seventh of 0 1 5 6 7 11 12 13 … */
    assert_true(interval.high == 116); /* and of 128 127 126 122 121 120 116 … */
    assert_true(interval.median == (29 + 102) / 2.0);
}

/* 3 4 5 and 5 12 13. */
static void differences_add_their_sides_as_squares(void **state)
{
    (void)state;
    const struct ib_interval left = {10, -2, 14, 8}, right = {30, 27, 35, 9};
    struct ib_interval difference = ib_interval_difference(&left, &right);
    assert_near(difference.median, 20, 1e-15);
    assert_near(difference.low, 15, 1e-15);
    assert_near(difference.high, 33, 1e-15);
    assert_int_equal(difference.n, 8);
    difference = ib_interval_difference(&right, &left);
    assert_near(difference.median, -20, 1e-15);
    assert_near(difference.low, -33, 1e-15);
    assert_near(difference.high, -15, 1e-15);
    assert_int_equal(difference.n, 8);
}

/* ---- coverage ---- */

typedef double draw_fn(struct ib_rng *);

static double draw_lognormal(struct ib_rng *rng)
{
    return exp(0.5 * ib_rng_normal(rng)) - 1;
}

/* Two modes, the median between them; as when a CPU has two clocks. */
static double draw_bimodal(struct ib_rng *rng)
{
    return (ib_rng_uniform(rng) < 0.5 ? -3 : 3) + ib_rng_normal(rng);
}

static bool covers(const struct ib_interval *interval, double truth)
{
    return interval->low <= truth && truth <= interval->high;
}

static void intervals_cover_independent_samples(void **state)
{
    (void)state;
    static draw_fn *const draws[] = {ib_rng_normal, draw_lognormal, draw_bimodal};
    static const size_t sizes[] = {10, 20, 50};
    enum { TRIALS = 4000 };
    struct ib_rng rng;
    ib_rng_seed(&rng, 1);
    for (size_t d = 0; d < 3; d++)
        for (size_t s = 0; s < 3; s++) {
            int plain = 0, widened = 0;
            for (int t = 0; t < TRIALS; t++) {
                double samples[50];
                for (size_t i = 0; i < sizes[s]; i++)
                    samples[i] = draws[d](&rng);
                struct ib_interval a = ib_interval(samples, sizes[s], 0.95),
                                   b = ib_interval_correlated(samples, sizes[s], 0.95);
                plain += covers(&a, 0);
                widened += covers(&b, 0);
            }
            printf("n = %zu: %.3f, widened %.3f\n", sizes[s], (double)plain / TRIALS,
                   (double)widened / TRIALS);
            assert_true(plain >= 0.94 * TRIALS);
            assert_true(widened >= 0.94 * TRIALS);
        }
}

/* An autoregressive process, as times on a shared machine are; exp of it where `skewed`. */
static void draw_correlated(struct ib_rng *rng, double phi, bool skewed, double *out, size_t n)
{
    double x = ib_rng_normal(rng) / sqrt(1 - phi * phi);
    for (size_t i = 0; i < n; i++) {
        out[i] = skewed ? exp(x) - 1 : x;
        x = phi * x + ib_rng_normal(rng);
    }
}

static void widened_intervals_cover_correlated_samples(void **state)
{
    (void)state;
    static const size_t sizes[] = {10, 30, 100};
    enum { TRIALS = 4000 };
    struct ib_rng rng;
    ib_rng_seed(&rng, 2);
    for (size_t s = 0; s < 3; s++)
        for (int skewed = 0; skewed < 2; skewed++) {
            int plain = 0, widened = 0;
            for (int t = 0; t < TRIALS; t++) {
                double samples[100];
                draw_correlated(&rng, 0.5, skewed, samples, sizes[s]);
                struct ib_interval a = ib_interval(samples, sizes[s], 0.95),
                                   b = ib_interval_correlated(samples, sizes[s], 0.95);
                plain += covers(&a, 0);
                widened += covers(&b, 0);
            }
            printf("n = %zu, phi = 0.5: %.3f, widened %.3f\n", sizes[s], (double)plain / TRIALS,
                   (double)widened / TRIALS);
            assert_true(plain < 0.90 * TRIALS); /* or there would be nothing to widen for */
            assert_true(widened >= 0.90 * TRIALS);
        }
}

static void intervals_of_differences_cover(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{10, 10}, {10, 30}, {30, 30}};
    enum { TRIALS = 4000 };
    struct ib_rng rng;
    ib_rng_seed(&rng, 3);
    for (size_t s = 0; s < 3; s++) {
        int covered = 0;
        for (int t = 0; t < TRIALS; t++) {
            struct ib_interval sides[2];
            double samples[30];
            for (int side = 0; side < 2; side++) {
                for (size_t i = 0; i < sizes[s][side]; i++)
                    samples[i] = draw_lognormal(&rng) + 0.3 * side;
                sides[side] = ib_interval(samples, sizes[s][side], 0.95);
            }
            struct ib_interval difference = ib_interval_difference(&sides[0], &sides[1]);
            covered += covers(&difference, 0.3);
        }
        printf("%zu against %zu: %.3f\n", sizes[s][0], sizes[s][1], (double)covered / TRIALS);
        assert_true(covered >= 0.94 * TRIALS);
    }
}

/* Where the median lies just on the limit, a test at 1 % errs in at most 1 % of all cases. */
static void tests_keep_their_level(void **state)
{
    (void)state;
    enum { TRIALS = 4000, PAIRS = 30 };
    struct ib_rng rng;
    int sign = 0, ranks = 0;
    double low, high;
    ib_rng_seed(&rng, 4);
    for (int t = 0; t < TRIALS; t++) {
        double samples[PAIRS];
        for (int i = 0; i < PAIRS; i++)
            samples[i] = 0.01 + draw_bimodal(&rng);
        sign += ib_sign_test(samples, PAIRS, 0.01, 1) <= 0.01;
        ranks += ib_signed_rank_test(samples, PAIRS, 0.01) <= 0.01;
    }
    printf("of %d, at 1 %%: %d by signs, %d by ranks\n", TRIALS, sign, ranks);
    ib_clopper_pearson(TRIALS, (size_t)sign, 0.99, &low, &high);
    assert_true(low <= 0.01);
    ib_clopper_pearson(TRIALS, (size_t)ranks, 0.99, &low, &high);
    assert_true(low <= 0.01 && high >= 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_scipy),
        cmocka_unit_test(inflation_is_corrected_for_bias),
        cmocka_unit_test(nothing_is_certain_of_few_samples),
        cmocka_unit_test(alike_neighbours_widen_the_interval),
        cmocka_unit_test(ranks_are_widened_about_the_middle),
        cmocka_unit_test(differences_add_their_sides_as_squares),
        cmocka_unit_test(intervals_cover_independent_samples),
        cmocka_unit_test(widened_intervals_cover_correlated_samples),
        cmocka_unit_test(intervals_of_differences_cover),
        cmocka_unit_test(tests_keep_their_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
