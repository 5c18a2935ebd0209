/* The matrix: product, collapse, drop-outs, exclusion, settings, identity, and its refusals. */
#include "config/matrix.h"
#include "config/sweep.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One registry for all tests: asking for descriptions starts a worker. */
static struct ib_registry *registry;

struct built {
    struct ib_config config;
    struct ib_matrix matrix;
};

static enum ib_status try_build(const char *text, struct built *out)
{
    IB_TRY(ib_config_read(scratch_file("c.yaml", text), &out->config));
    enum ib_status status = ib_matrix_build(&out->config, registry, &out->matrix);
    if (status != IB_OK)
        ib_config_free(&out->config);
    return status;
}

static struct built build(const char *text)
{
    struct built out;
    enum ib_status status = try_build(text, &out);
    if (status != IB_OK)
        print_error("%s\n", ib_error_text());
    assert_int_equal(status, IB_OK);
    return out;
}

static void release(struct built *b)
{
    ib_matrix_free(&b->matrix);
    ib_config_free(&b->config);
}

/* How many dropped out for this reason; -1: no such reason is listed. */
static int dropped(const struct built *b, const char *reason)
{
    for (size_t i = 0; i < b->matrix.n_dropped; i++)
        if (strcmp(b->matrix.dropped[i].reason, reason) == 0)
            return (int)b->matrix.dropped[i].count;
    return -1;
}

/* ---- Product and collapse ---- */

static void axes_multiply(void **state)
{
    (void)state;
    struct built b =
        build("version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], impl: [cpu_naive, fakedev],\n"
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
    release(&b);
}

static void meaningless_axes_collapse(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
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
    release(&b);
}

static void impossible_combinations_drop_out(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: [linreg, logreg, mlp], dataset: [diabetes, xor],\n"
                           "  impl: cpu_naive, dtype: [f32, f64], loss: [mse, bce]}\n");
    assert_int_equal(dropped(&b, "linreg cannot learn classification (xor)"), 2);
    assert_int_equal(dropped(&b, "logreg cannot learn regression (diabetes)"), 2);
    assert_int_equal(dropped(&b, "loss bce does not apply to regression (diabetes)"), 2);
    assert_int_equal(b.matrix.n_dropped, 3);
    assert_int_equal(b.matrix.n, 2 + 2 + 2 + 4);
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_true(b.matrix.cases[i].model->tasks & 1u << b.matrix.cases[i].dataset->task);
    release(&b);
}

static void an_empty_sweep_is_refused(void **state)
{
    (void)state;
    struct built b;
    expect_failure(
        try_build("version: 1\nmatrix: {model: linreg, dataset: xor, impl: cpu_naive, lr: [1, 2]}\n", &b),
        IB_EINVAL, "c.yaml", WORDS("no cases left", "2 x linreg cannot learn classification (xor)"));
    expect_failure(try_build("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n"
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
        struct built b = build(text);
        if (dropped(&b, "excluded at c.yaml:5") != cases[i].dropped)
            print_error("exclude {%s}\n", cases[i].conditions);
        assert_int_equal(dropped(&b, "excluded at c.yaml:5"), cases[i].dropped);
        /* Included cases stay, whatever is excluded. */
        assert_int_equal(b.matrix.n, 30 - cases[i].dropped + 1);
        assert_true(b.matrix.cases[b.matrix.n - 1].spec.lr == 7);
        release(&b);
    }
}

/* ---- zip ---- */

static void zipped_axes_advance_together(void **state)
{
    (void)state;
    struct built b =
        build("version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], impl: cpu_naive,\n"
              "  lr: [0.1, 0.1, 0.2], epochs: [5, 6, 6], dtype: [f32, f64]}\nzip: [lr, epochs]\n");
    const struct {
        double lr;
        uint64_t epochs;
    } pairs[] = {{0.1, 5}, {0.1, 6}, {0.2, 6}};
    assert_int_equal(b.matrix.n, 2 * 3 * 2);
    assert_int_equal(b.matrix.n_dropped, 0);
    for (size_t i = 0; i < b.matrix.n; i++) {
        assert_true(b.matrix.cases[i].spec.lr == pairs[i / 2 % 3].lr);
        assert_int_equal(b.matrix.cases[i].epochs, pairs[i / 2 % 3].epochs);
        assert_int_equal(b.matrix.cases[i].spec.dtype, i % 2 ? IB_F64 : IB_F32);
    }
    release(&b);
}

/* Two ties, one of three axes, together with a free axis. */
static void axes_may_be_zipped_in_groups(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: mlp, dataset: xor, impl: [cpu_naive, fakedev],\n"
                           "  dtype: [f32, f64], residency: [resident, per_op], hidden: [2, 3], lr: [1, 2],\n"
                           "  seed: [8, 9], epochs: [4, 5, 6]}\n"
                           "zip: [[seed, hidden, lr], [impl, dtype]]\n");
    /* 2 of the one, 3 epochs, cpu_naive in f32, fakedev in f64 and both residencies */
    assert_int_equal(b.matrix.n, 2 * 3 * 3);
    for (size_t i = 0; i < b.matrix.n; i++) {
        const struct ib_case *c = &b.matrix.cases[i];
        assert_int_equal(c->spec.net.width[1], i < 9 ? 2 : 3);
        assert_true(c->spec.lr == (i < 9 ? 1 : 2));
        assert_int_equal(c->seed, i < 9 ? 8 : 9);
        assert_int_equal(c->spec.dtype, c->impl->info->device ? IB_F64 : IB_F32);
    }
    release(&b);
}

/* Where the first of the tied axes means nothing to a case, the next one that does goes through all its
 * values; where none does, there is one case. */
static void zipped_axes_collapse(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
                           "  hidden: [[], 3], lr: [1, 2], seed: [5, 6], init: [he, xavier]}\n"
                           "zip: [[hidden, lr], [seed, init]]\n");
    assert_int_equal(b.matrix.n, 2 + 2 * 2);
    assert_int_equal(b.matrix.n_dropped, 0);
    assert_true(b.matrix.cases[0].spec.lr == 1);
    assert_true(b.matrix.cases[1].spec.lr == 2);
    for (size_t i = 2; i < b.matrix.n; i++) {
        const struct ib_case *c = &b.matrix.cases[i];
        assert_true(c->spec.lr == (c->spec.net.n_layers > 1 ? 2 : 1));
        assert_int_equal(c->init, c->seed == 5 ? IB_HE : IB_XAVIER);
    }
    release(&b);
}

/* Implementations are tied one to one; several settings are several values. */
static void implementations_may_be_zipped(void **state)
{
    (void)state;
    struct built b;
    expect_failure(try_build("version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  dtype: [f32, f64]\n"
                             "  impl: [cpu_naive, 'cpu_*']\nzip: [impl, dtype]\n",
                             &b),
                   IB_EINVAL, "c.yaml:6", WORDS("`impl`", "`cpu_*` matches", "exactly one"));
    b = build("version: 1\nmatrix: {model: mlp, dataset: [xor, diabetes], lr: [1, 2],\n"
              "  impl: [cpu_naive, cpu_naive]}\nzip: [impl, lr, dataset]\n");
    assert_int_equal(b.matrix.n, 2);
    assert_string_equal(b.matrix.cases[0].dataset->name, "xor");
    assert_true(b.matrix.cases[0].spec.lr == 1);
    assert_string_equal(b.matrix.cases[1].dataset->name, "diabetes");
    assert_true(b.matrix.cases[1].spec.lr == 2);
    release(&b);
}

/* A tied axis multiplies nothing, so the limit counts it once. */
static void zip_is_no_product(void **state)
{
    (void)state;
    char text[32768];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  impl: cpu_naive\n");
    const char *const axes[] = {"seed", "epochs"};
    for (int k = 0; k < 2; k++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "  %s: [", axes[k]);
        for (int i = 1; i <= 2000; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
        used += (size_t)snprintf(text + used, sizeof text - used, "]\n");
    }
    snprintf(text + used, sizeof text - used, "zip: [seed, epochs]\n");
    struct built b = build(text);
    assert_int_equal(b.matrix.n, 2000);
    release(&b);
}

/* ---- -s and -x ---- */

#define SELECT_FROM                                                                                          \
    "version: 1\nmatrix: {model: [linreg, mlp], dataset: [diabetes, xor], impl: [cpu_naive, fakedev],\n"     \
    "  hidden: [6, [6, 6]], lr: [0.01, 0.5]}\nexclude: [{dataset: xor, lr: 0.5}]\n"                          \
    "include: {model: linreg, dataset: diabetes, impl: cpu_naive, lr: 7}\n"

static enum ib_status try_select(const char *const *keep, const char *const *drop, struct built *out)
{
    *out = (struct built){0};
    IB_TRY(ib_config_read(scratch_file("c.yaml", SELECT_FROM), &out->config));
    enum ib_status status = ib_case_selection_parse(&out->config.arena, keep, drop, &out->config.selection);
    if (status == IB_OK)
        status = ib_matrix_build(&out->config, registry, &out->matrix);
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
        struct built b;
        enum ib_status status = try_select(cases[i].keep, cases[i].drop, &b);
        if (status != IB_OK || b.matrix.n != cases[i].n)
            print_error("case %zu: %s\n", i, status == IB_OK ? "another number" : ib_error_text());
        assert_int_equal(status, IB_OK);
        assert_int_equal(b.matrix.n, cases[i].n);
        release(&b);
    }
}

static void select_counts_what_it_drops(void **state)
{
    (void)state;
    struct built b;
    assert_int_equal(try_select(WORDS("model=mlp"), WORDS("impl=fakedev", "impl=cuda_*"), &b), IB_OK);
    assert_int_equal(dropped(&b, "not selected by -s"), 7);
    assert_int_equal(dropped(&b, "excluded at c.yaml:4"), 6);
    assert_int_equal(dropped(&b, "excluded by -x impl=fakedev"), 12);
    assert_int_equal(dropped(&b, "excluded by -x impl=cuda_*"), 0);
    release(&b);
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
        struct built b;
        char where[128];
        snprintf(where, sizeof where, "-s %s", cases[i].text);
        expect_failure(try_select(WORDS("model=mlp", cases[i].text), NULL, &b), IB_EINVAL, where,
                       cases[i].words);
    }
    struct built b;
    expect_failure(try_select(NULL, WORDS("model=*"), &b), IB_EINVAL, "c.yaml",
                   WORDS("no cases left", "25 x excluded by -x model=*"));
    expect_failure(try_select(NULL, WORDS("modle=mlp"), &b), IB_EINVAL, "-x modle=mlp", WORDS("`model`"));
}

static void one_case_once(void **state)
{
    (void)state;
    struct built b =
        build("version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: ['cpu_naive*', cpu_naive]}\n"
              "include:\n"
              "  - {model: linreg, dataset: diabetes, impl: cpu_naive, hidden: 12}\n"
              "  - {model: linreg, dataset: diabetes, impl: cpu_naive, lr: 0.5}\n");
    assert_int_equal(b.matrix.n, 2);
    assert_int_equal(dropped(&b, "duplicates another case"), 1);
    release(&b);
}

/* ---- Implementations and their settings ---- */

static void names_and_globs_match(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: '*'}\n");
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_string_not_equal(b.matrix.cases[i].impl->info->name,
                                "fakedev"); /* hidden, unless it is named */
    assert_string_equal(b.matrix.cases[0].impl->info->name, "cpu_naive");
    release(&b);
    b = build("version: 1\nmatrix: {model: linreg, dataset: diabetes, impl: fakedev}\n");
    assert_int_equal(b.matrix.n, 2);
    release(&b);
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
        struct built b;
        snprintf(text, sizeof text, "version: 1\nmatrix:\n  model: linreg\n  dataset: diabetes\n  impl: %s\n",
                 cases[i].impl);
        expect_failure(try_build(text, &b), IB_EINVAL, "c.yaml:5", cases[i].words);
    }
}

static void settings_are_checked(void **state)
{
    (void)state;
    const struct ib_impl_info *blas = ib_registry_find(registry, "cpu_blas");
    assert_non_null(blas);
    if (!blas->available) {
        printf("skipped: cpu_blas is unavailable: %s\n", blas->reason);
        skip();
    }
#define BLAS(settings) "version: 1\nmatrix:\n  model: linreg\n  dataset: diabetes\n  impl: [" settings "]\n"
    struct built plain = build(BLAS("cpu_blas")),
                 b = build(BLAS("{name: cpu_blas, threads: [3, 03, 4]}, cpu_blas"));
    assert_int_equal(b.matrix.n, 3);
    assert_string_equal(b.matrix.cases[0].impl->label, "cpu_blas threads=3");
    assert_int_equal(b.matrix.cases[0].impl->n_settings, 1);
    assert_string_equal(b.matrix.cases[0].impl->settings[0].value, "3");
    assert_string_equal(b.matrix.cases[2].id, plain.matrix.cases[0].id);
    assert_string_not_equal(b.matrix.cases[0].id, b.matrix.cases[1].id);
    release(&b);
    /* A setting equal to the default does not count as a setting. */
    const struct ib_option *threads = blas->options;
    while (strcmp(threads->name, "threads") != 0)
        threads++;
    char text[256];
    snprintf(text, sizeof text, BLAS("{name: cpu_blas, threads: %s}"), threads->default_value);
    b = build(text);
    assert_string_equal(b.matrix.cases[0].impl->label, "cpu_blas");
    assert_string_equal(b.matrix.cases[0].id, plain.matrix.cases[0].id);
    release(&b);
    release(&plain);
    const char *const bad[] = {"-1", "99999999", "two", "1.5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, BLAS("{name: cpu_blas, threads: %s}"), bad[i]);
        expect_failure(try_build(text, &b), IB_EINVAL, "c.yaml:5",
                       WORDS("cpu_blas", "option `threads`", bad[i], "an integer", threads->allowed));
    }
    expect_failure(try_build(BLAS("{name: cpu_blas, treads: 1}"), &b), IB_EINVAL, "c.yaml:5",
                   WORDS("cpu_blas", "unknown option `treads`", "did you mean `threads`?", "allowed: "));
}

/* ---- Data sets ---- */

static void data_sets_are_found(void **state)
{
    (void)state;
    scratch_file("mine.csv", "a,y\n1,2\n2,3\n3,5\n4,7\n5,8\n6,9\n");
    struct built b =
        build("version: 1\nmatrix: {model: linreg, dataset: [mine, mine.csv, other], impl: cpu_naive}\n"
              "datasets: {other: {path: mine.csv, test_fraction: 0.5}}\n");
    /* Two names for the same contents are one data set; the same file split otherwise is another. */
    assert_int_equal(b.matrix.n_datasets, 2);
    assert_int_equal(b.matrix.n, 2);
    assert_int_equal(dropped(&b, "duplicates another case"), 1);
    assert_string_equal(b.matrix.cases[0].dataset->name, "mine");
    assert_string_equal(b.matrix.cases[1].dataset->name, "other");
    release(&b);
}

static void bad_data_sets_are_refused(void **state)
{
    (void)state;
    struct built b;
#define WITH(dataset, more)                                                                                  \
    "version: 1\nmatrix:\n  model: linreg\n  impl: cpu_naive\n  dataset: " dataset "\n" more
    scratch_file("bad.csv", "a,y\n1,2\n2,x\n");
    scratch_file("good.csv", "a,y\n1,2\n2,3\n4,5\n");
    expect_failure(try_build(WITH("[xor, diabtes]", ""), &b), IB_EINVAL, "c.yaml:5",
                   WORDS("unknown data set `diabtes`", "did you mean `diabetes`?"));
    expect_failure(try_build(WITH("mime", "datasets: {mine: {path: good.csv}}\n"), &b), IB_EINVAL, "c.yaml:5",
                   WORDS("unknown data set `mime`", "did you mean `mine`?"));
    expect_failure(try_build(WITH("gone.csv", ""), &b), IB_EIO, "./gone.csv",
                   WORDS("cannot open", "No such file", "named at c.yaml:5"));
    expect_failure(try_build(WITH("bad", ""), &b), IB_EINVAL, "./bad.csv:3:3", WORDS("`y`", "`x`"));
    expect_failure(try_build(WITH("[good, xor]", "datasets: {xor: {path: good.csv, target: z}}\n"), &b),
                   IB_EINVAL, "./good.csv:1", WORDS("column `z` not found"));
    scratch_file("xor.csv", "a,y\n1,2\n2,3\n4,5\n");
    expect_failure(try_build(WITH("[xor, " IB_SOURCE_DIR "/configs/datasets/xor.csv]", ""), &b), IB_EINVAL,
                   "c.yaml:5", WORDS("two data sets", "`xor`"));
    remove("xor.csv");
}

/* ---- Identity ---- */

/* These ids stand in stored runs and baselines: a change of them loses people's history. */
static void ids_are_stable(void **state)
{
    (void)state;
    struct built b =
        build("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: [cpu_naive, fakedev],\n"
              "  hidden: [[], [6, 6]], act: tanh, lr: [1e-5], dtype: f32, residency: resident}\n");
    assert_int_equal(b.matrix.n, 6);
    const char *const ids[] = {
        "linreg-diabetes-lr1e-05-e1000-f32-cpu_naive-31f17d9e",
        "linreg-diabetes-lr1e-05-e1000-f32-fakedev-resident-7cd7201c",
        "mlp-diabetes-hnone-lr1e-05-e1000-f32-cpu_naive-b13fc8c7",
        "mlp-diabetes-hnone-lr1e-05-e1000-f32-fakedev-resident-051f717f",
        "mlp-diabetes-h6x6-tanh-lr1e-05-e1000-f32-cpu_naive-d67ad57e",
        "mlp-diabetes-h6x6-tanh-lr1e-05-e1000-f32-fakedev-resident-32771093",
    };
    for (size_t i = 0; i < b.matrix.n; i++)
        assert_string_equal(b.matrix.cases[i].id, ids[i]);
    release(&b);
}

static void canonical_text_is_stable(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n");
    char expected[256], hex[IB_HASH_HEX];
    const struct ib_case *c = &b.matrix.cases[0];
    snprintf(expected, sizeof expected, "model=mlp\ndataset=%s\nhidden=6\ndtype=f64\nimpl=cpu_naive\n",
             c->dataset->sha256);
    assert_string_equal(c->canonical, expected); /* no defaults */
    ib_hash_of(c->canonical, strlen(c->canonical), hex);
    assert_memory_equal(c->id + strlen(c->id) - 8, hex, 8);
    release(&b);
}

/* The id is of the work: not of how the data set is called or found, what else is in the matrix, or how it is
 * measured. */
static void same_work_same_hash(void **state)
{
    (void)state;
    scratch_file("renamed.csv", "a,b,xor\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n");
    struct built a = build("version: 1\nmatrix: {model: mlp, dataset: xor, impl: cpu_naive}\n");
    struct built b =
        build("version: 1\nname: x\nmatrix: {model: [logreg, mlp], dataset: renamed, impl: cpu_naive,\n"
              "  lr: [0.010, 0.5], epochs: [1000, 7], log_every: 0}\n"
              "datasets: {renamed: {path: renamed.csv, test_fraction: 1}}\nmeasure: {rounds: 3}\n");
    const struct ib_case *found = NULL;
    for (size_t i = 0; i < b.matrix.n; i++)
        if (strcmp(b.matrix.cases[i].canonical, a.matrix.cases[0].canonical) == 0)
            found = &b.matrix.cases[i];
    assert_non_null(found);
    assert_string_equal(strrchr(found->id, '-'), strrchr(a.matrix.cases[0].id, '-'));
    release(&a);
    release(&b);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct ib_case *)a)->id, ((const struct ib_case *)b)->id);
}

/* 100,000 cases that differ in what an id does not show first: all ids differ, and are fit for file names. */
static void many_cases_fit(void **state)
{
    (void)state;
    char text[16384];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: [xor, diabetes]\n"
                                   "  impl: cpu_naive\n  dtype: [f32, f64]\n  lr: [");
    for (int i = 1; i <= 25; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d.5", i > 1 ? ", " : "", i);
    used += (size_t)snprintf(text + used, sizeof text - used, "]\n  seed: [");
    for (int i = 1; i <= 1000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
    snprintf(text + used, sizeof text - used, "]\n");
    struct built b = build(text);
    assert_int_equal(b.matrix.n, 100000);
    struct ib_case *sorted = malloc(b.matrix.n * sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, b.matrix.cases, b.matrix.n * sizeof *sorted);
    qsort(sorted, b.matrix.n, sizeof *sorted, by_id);
    for (size_t i = 1; i < b.matrix.n; i++)
        assert_true(by_id(&sorted[i - 1], &sorted[i]) < 0);
    free(sorted);
    release(&b);
}

static void too_many_cases_are_refused(void **state)
{
    (void)state;
    char text[32768];
    struct built b;
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "version: 1\nmatrix:\n  model: mlp\n  dataset: xor\n  impl: cpu_naive\n");
    const char *const axes[] = {"seed", "epochs"};
    for (int k = 0; k < 2; k++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "  %s: [", axes[k]);
        for (int i = 1; i <= 2000; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i > 1 ? ", " : "", i);
        used += (size_t)snprintf(text + used, sizeof text - used, "]\n");
    }
    expect_failure(try_build(text, &b), IB_EINVAL, "c.yaml",
                   WORDS("8000000 combinations", "at most 2000000"));
}

/* ---- Cases ---- */

static void case_spec(void **state)
{
    (void)state;
    struct built b = build("version: 1\nmatrix: {model: [linreg, mlp], dataset: diabetes, impl: cpu_naive,\n"
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
    release(&b);
}

/* An output for each class; and a default that depends on how many there are. */
static void losses_follow_the_classes(void **state)
{
    (void)state;
    struct built b =
        build("version: 1\nmatrix: {model: [logreg, softmax, mlp], dataset: [xor, many], impl: cpu_naive}\n"
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
    assert_int_equal(dropped(&b, "logreg cannot learn 5 classes (many), but softmax can"), 1);
    release(&b);
    b = build(
        "version: 1\nmatrix: {model: mlp, dataset: [xor, many], impl: cpu_naive, loss: [mse, bce, ce]}\n"
        "datasets: {many: {synth: classification, rows: 60, cols: 3, classes: 5}}\n");
    assert_int_equal(b.matrix.n, 4);
    assert_int_equal(dropped(&b, "loss mse does not apply to 5 classes (many), but ce does"), 1);
    assert_int_equal(dropped(&b, "loss bce does not apply to 5 classes (many), but ce does"), 1);
    release(&b);
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

static int enter(void **state)
{
    return scratch_enter(state) || ib_registry_open(NULL, &registry) != IB_OK;
}

static int leave(void **state)
{
    ib_registry_close(registry);
    return scratch_leave(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_multiply),
        cmocka_unit_test(meaningless_axes_collapse),
        cmocka_unit_test(impossible_combinations_drop_out),
        cmocka_unit_test(an_empty_sweep_is_refused),
        cmocka_unit_test(exclude_drops_cases),
        cmocka_unit_test(zipped_axes_advance_together),
        cmocka_unit_test(axes_may_be_zipped_in_groups),
        cmocka_unit_test(zipped_axes_collapse),
        cmocka_unit_test(implementations_may_be_zipped),
        cmocka_unit_test(zip_is_no_product),
        cmocka_unit_test(select_keeps_cases),
        cmocka_unit_test(select_counts_what_it_drops),
        cmocka_unit_test(bad_selections_are_refused),
        cmocka_unit_test(one_case_once),
        cmocka_unit_test(names_and_globs_match),
        cmocka_unit_test(bad_implementations_are_refused),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(data_sets_are_found),
        cmocka_unit_test(bad_data_sets_are_refused),
        cmocka_unit_test(ids_are_stable),
        cmocka_unit_test(canonical_text_is_stable),
        cmocka_unit_test(same_work_same_hash),
        cmocka_unit_test(many_cases_fit),
        cmocka_unit_test(too_many_cases_are_refused),
        cmocka_unit_test(case_spec),
        cmocka_unit_test(losses_follow_the_classes),
        cmocka_unit_test(configuration_of_the_seed_is_read),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
