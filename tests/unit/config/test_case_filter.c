/* Which cases -s and -x keep, and which settings of implementations names and globs match. */
#include "fixtures/built_matrix.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- -s and -x ---- */

#define SELECT_FROM                                                                                          \
    "version: 1\nmatrix: {model: [linreg, mlp], dataset: [diabetes, xor], impl: [cpu_naive, fakedev],\n"     \
    "  hidden: [6, [6, 6]], lr: [0.01, 0.5]}\nexclude: [{dataset: xor, lr: 0.5}]\n"                          \
    "include: {model: linreg, dataset: diabetes, impl: cpu_naive, lr: 7}\n"

static enum ib_status try_select(const char *const *keep, const char *const *drop, struct built_matrix *out)
{
    *out = (struct built_matrix){0};
    IB_TRY(ib_config_read(scratch_file("c.yaml", SELECT_FROM), &out->config));
    enum ib_status status = ib_case_selection_parse(&out->config.arena, keep, drop, &out->config.selection);
    if (status == IB_OK)
        status = ib_matrix_build(&out->config, built_registry, &out->matrix);
    if (status != IB_OK)
        ib_config_free(&out->config);
    return status;
}

static void select_keeps_cases(void **state)
{
    (void)state;
    const struct {
        const char *keep[3], *drop[3];
        size_t n;
    } cases[] = {
        /* linreg on diabetes 6, mlp on diabetes 12, on xor 12 less the 6 that `exclude` takes, and 1 included
         */
        {{NULL}, {NULL}, 25},
        {{"model=mlp"}, {NULL}, 18},
        {{"model=linreg"}, {NULL}, 7},
        {{"model=m*,dataset=xor"}, {NULL}, 6},
        {{"impl=cpu_*"}, {NULL}, 9},
        {{"hidden=6,6"}, {NULL}, 9},
        {{"hidden=6"}, {NULL}, 9},
        {{"hidden=6,6,dataset=xor"}, {NULL}, 3},
        {{"dataset=xor,hidden=6,6"}, {NULL}, 3},
        {{"hidden=6,*"}, {NULL}, 9},
        {{"lr<0.1"}, {NULL}, 15},
        {{"lr>=0.5,lr<1"}, {NULL}, 9},
        {{"lr=7"}, {NULL}, 1},
        {{"rows>=300"}, {NULL}, 19},
        {{"task=classification"}, {NULL}, 6},
        {{"residency=resident"}, {NULL}, 8},
        {{"model=linreg", "dataset=xor"}, {NULL}, 13},
        {{"model=linreg", "model=*"}, {NULL}, 25},
        {{NULL}, {"model=mlp"}, 7},
        {{NULL}, {"model=mlp,dataset=xor", "lr=7"}, 18},
        {{NULL}, {"impl=cuda_*"}, 25},
        {{"model=mlp"}, {"impl=fakedev"}, 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct built_matrix b;
        enum ib_status status = try_select(cases[i].keep, cases[i].drop, &b);
        if (status != IB_OK || b.matrix.n != cases[i].n)
            print_error("case %zu: %s\n", i, status == IB_OK ? "another number" : ib_error_text());
        assert_int_equal(status, IB_OK);
        assert_int_equal(b.matrix.n, cases[i].n);
        built_matrix_free(&b);
    }
}

static void select_counts_what_it_drops(void **state)
{
    (void)state;
    struct built_matrix b;
    assert_int_equal(try_select(WORDS("model=mlp"), WORDS("impl=fakedev", "impl=cuda_*"), &b), IB_OK);
    assert_int_equal(built_matrix_dropped(&b, "not selected by -s"), 7);
    assert_int_equal(built_matrix_dropped(&b, "excluded at c.yaml:4"), 6);
    assert_int_equal(built_matrix_dropped(&b, "excluded by -x impl=fakedev"), 12);
    assert_int_equal(built_matrix_dropped(&b, "excluded by -x impl=cuda_*"), 0);
    built_matrix_free(&b);
}

static void bad_selections_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *words[5];
    } cases[] = {
        {"impl=cpu_nave",
         {"matches no case", "impl `cpu_nave`", "did you mean `cpu_naive`?", "cpu_naive or fakedev"}},
        {"model=mlp,impl=cuda_*", {"matches no case", "impl `cuda_*`", "cpu_naive or fakedev"}},
        {"dataset=diabtes", {"dataset `diabtes`", "did you mean `diabetes`?"}},
        {"lr<0.01", {"lr `<0.01`", "0.01, 0.5 or 7"}},
        {"rows>=1000", {"rows `>=1000`", "354 or 4"}},
        {"dtype=f32", {"dtype `f32`", "available: f64"}},
        {"dataset=xor,lr=0.5", {"matches no case", "no remaining case meets all"}},
        {"lr=7,residency=*", {"no remaining case meets all"}}, /* a host implementation has none */
        {"modle=mlp", {"`modle` is not an axis, rows, cols or task", "did you mean `model`?"}},
        {"cpu_naive threads=2", {"`threads` is not an axis", "no implementation has the option threads=2"}},
        {"dtype=f16", {"`f16` is not f32 or f64"}},
        {"lr=fast", {"`fast` is not a number"}},
        {"impl<cpu", {"`<cpu`", "numeric axis"}},
        {"mpl", {"the word `mpl`", "did you mean `mlp`?"}},
        {"", {"an empty condition", "impl=cpu_*"}},
        {"=mlp", {"`` is not an axis"}},
        {"model=mlp,", {"an empty condition"}},
        {"model=mlp,,lr=7", {"an empty condition"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct built_matrix b;
        char where[128];
        snprintf(where, sizeof where, "-s %s", cases[i].text);
        expect_failure(try_select(WORDS("model=mlp", cases[i].text), NULL, &b), IB_EINVAL, where,
                       cases[i].words);
    }
    struct built_matrix b;
    expect_failure(try_select(NULL, WORDS("model=*"), &b), IB_EINVAL, "c.yaml",
                   WORDS("no cases left", "25 x excluded by -x model=*"));
    expect_failure(try_select(NULL, WORDS("modle=mlp"), &b), IB_EINVAL, "-x modle=mlp", WORDS("`model`"));
}

static void one_case_once(void **state)
{
    (void)state;
    struct built_matrix b = built_matrix(
        "version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: ['cpu_naive*', cpu_naive]}\n"
        "include:\n"
        "  - {model: linreg, dataset: diabetes, impl: cpu_naive, hidden: 12}\n"
        "  - {model: linreg, dataset: diabetes, impl: cpu_naive, lr: 0.5}\n");
    assert_int_equal(b.matrix.n, 2);
    assert_int_equal(built_matrix_dropped(&b, "duplicates another case"), 1);
    built_matrix_free(&b);
}

/* ---- Implementations and their settings ---- */

static void names_and_globs_match(void **state)
{
    (void)state;
    struct built_matrix b =
        built_matrix("version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: '*'}\n");
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_string_not_equal(b.matrix.cases[i].impl->info->name,
                                "fakedev"); /* hidden, unless it is named */
    assert_string_equal(b.matrix.cases[0].impl->info->name, "cpu_naive");
    built_matrix_free(&b);
    b = built_matrix("version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: fakedev}\n");
    assert_int_equal(b.matrix.n, 2);
    built_matrix_free(&b);
}

static void bad_implementations_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *impl, *words[4];
    } cases[] = {
        {"cpu_nave", {"unknown implementation `cpu_nave`", "did you mean `cpu_naive`?", "cpu_blas"}},
        {"[cpu_naive, quantum]", {"unknown implementation `quantum`", "allowed: cpu_naive"}},
        {"'gpu_*'", {"no implementation matches `gpu_*`"}},
        {"'fake*'", {"no implementation matches `fake*`"}},
        {"{name: cpu_naive, threads: 2}", {"cpu_naive", "unknown option `threads`"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        struct built_matrix b;
        snprintf(text, sizeof text, "version: 1\nmatrix:\n  model: linreg\n  dataset: diabetes\n  impl: %s\n",
                 cases[i].impl);
        expect_failure(built_matrix_try(text, &b), IB_EINVAL, "c.yaml:5", cases[i].words);
    }
}

static void settings_are_checked(void **state)
{
    (void)state;
    const struct ib_impl_info *blas = ib_registry_find(built_registry, "cpu_blas");
    assert_non_null(blas);
    if (!blas->available) {
        printf("skipped: cpu_blas is unavailable: %s\n", blas->reason);
        skip();
    }
#define BLAS(settings) "version: 1\nmatrix:\n  model: linreg\n  dataset: diabetes\n  impl: [" settings "]\n"
    struct built_matrix plain = built_matrix(BLAS("cpu_blas")),
                        b = built_matrix(BLAS("{name: cpu_blas, threads: [3, 03, 4]}, cpu_blas"));
    assert_int_equal(b.matrix.n, 3);
    assert_string_equal(b.matrix.cases[0].impl->label, "cpu_blas threads=3");
    assert_int_equal(b.matrix.cases[0].impl->n_settings, 1);
    assert_string_equal(b.matrix.cases[0].impl->settings[0].value, "3");
    assert_string_equal(b.matrix.cases[2].id, plain.matrix.cases[0].id);
    assert_string_not_equal(b.matrix.cases[0].id, b.matrix.cases[1].id);
    built_matrix_free(&b);
    /* A setting equal to the default does not count as a setting. */
    const struct ib_option *threads = blas->options;
    while (strcmp(threads->name, "threads") != 0)
        threads++;
    char text[256];
    snprintf(text, sizeof text, BLAS("{name: cpu_blas, threads: %s}"), threads->default_value);
    b = built_matrix(text);
    assert_string_equal(b.matrix.cases[0].impl->label, "cpu_blas");
    assert_string_equal(b.matrix.cases[0].id, plain.matrix.cases[0].id);
    built_matrix_free(&b);
    built_matrix_free(&plain);
    const char *const bad[] = {"-1", "99999999", "two", "1.5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, BLAS("{name: cpu_blas, threads: %s}"), bad[i]);
        expect_failure(built_matrix_try(text, &b), IB_EINVAL, "c.yaml:5",
                       WORDS("cpu_blas", "option `threads`", bad[i], "an integer", threads->allowed));
    }
    expect_failure(built_matrix_try(BLAS("{name: cpu_blas, treads: 1}"), &b), IB_EINVAL, "c.yaml:5",
                   WORDS("cpu_blas", "unknown option `treads`", "did you mean `threads`?", "allowed: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(select_keeps_cases),         cmocka_unit_test(select_counts_what_it_drops),
        cmocka_unit_test(bad_selections_are_refused), cmocka_unit_test(one_case_once),
        cmocka_unit_test(names_and_globs_match),      cmocka_unit_test(bad_implementations_are_refused),
        cmocka_unit_test(settings_are_checked),
    };
    return cmocka_run_group_tests(tests, built_matrix_enter, built_matrix_leave);
}
