/* test_fused IMPL [PLUGIN.so] [OPTION=VALUE]… [--quick]: whole training steps, of many shapes, activations
 * and losses, compared with plain loops in f64; NaN where these have it; the same bits when they are
 * repeated, prepared or not, with the loss read or not; several data sets at a time. On a device, nothing is
 * prepared. Exit status 77: it cannot run on this machine. */
#include "placed.h"
#include "reference.h"

#include "base/error.h"
#include "core/loss.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77, MAX_SETTINGS = 8, EPOCHS = 4 };

static struct ib_instance subject;
static bool quick;      /* everything is slower: fewer and smaller problems */
static uint64_t trials; /* shapes */

/* ---- the implementation ---- */

static struct ib_problem contract_of(const struct ref_problem *p, void *loss)
{
    struct ib_problem c = {.struct_size = sizeof c,
                           .n_layers = p->n_layers,
                           .x = p->x.view,
                           .y = p->y.view,
                           .loss = {loss, 1, 1, 1, p->type},
                           .act = p->act,
                           .loss_kind = p->loss,
                           .dtype = p->type,
                           .lr = p->lr};
    for (uint32_t l = 0; l < p->n_layers; l++) {
        c.w[l] = p->w[l].view;
        c.b[l] = p->b[l].view;
    }
    return c;
}

static bool supported(const struct ref_problem *p)
{
    char why[256] = "";
    struct ib_problem c = contract_of(p, NULL);
    if (!ib_loss_is_known(p->loss, ib_impl_losses(subject.impl)))
        return false;
    if (!IB_HAS(subject.impl->fused, supports) || subject.impl->fused->supports(&c, why, sizeof why) == IB_OK)
        return true;
    assert_true(why[0] != '\0');
    return false;
}

static void *prepare(const struct ref_problem *p)
{
    struct ib_problem c = contract_of(p, NULL);
    void *prepared = NULL;
    c.lr = 0;
    for (uint32_t l = 0; l < p->n_layers; l++)
        c.w[l].p = c.b[l].p = NULL;
    if (IB_HAS(subject.impl->fused, prepare) && subject.impl->mem == NULL)
        assert_int_equal(subject.impl->fused->prepare(subject.state, &c, &prepared), IB_OK);
    return prepared;
}

static void release(void *prepared)
{
    if (prepared != NULL)
        subject.impl->fused->release(subject.state, prepared);
}

/* n epochs; returns the loss of the last if it is wanted. */
static double train(const struct ref_problem *p, void *prepared, uint64_t n, bool wants_loss)
{
    union {
        float f32;
        double f64;
    } loss = {.f64 = 0};
    const struct ib_problem home = contract_of(p, wants_loss ? &loss : NULL);
    struct ib_problem c = home;
    place_problem(&subject, &c);
    c.prepared = prepared;
    if (subject.impl->fused->steps(subject.state, &c, n) != IB_OK)
        fail_msg("%s", ib_error_text());
    take_problem_back(&subject, &c, &home);
    return p->type == IB_F32 ? (double)loss.f32 : loss.f64;
}

static void predict(const struct ref_problem *p, struct ib_view *out)
{
    const struct ib_problem home = contract_of(p, NULL);
    struct ib_problem c = home;
    struct ib_view x = p->x_test.view, placed = *out;
    place_problem(&subject, &c);
    place_view(&subject, &x);
    place_view(&subject, &placed);
    if (subject.impl->fused->predict(subject.state, &c, &x, &placed) != IB_OK)
        fail_msg("%s", ib_error_text());
    take_view_back(&subject, &placed, out);
    take_view_back(&subject, &x, &p->x_test.view);
    take_problem_back(&subject, &c, &home);
}

/* The start of training again, in the implementation's memory. */
static void restart(struct ref_problem *p)
{
    for (uint32_t l = 0; l < p->n_layers; l++)
        for (uint64_t e = 0; e < p->w[l].view.rows * p->w[l].view.cols; e++) {
            ref_set(&p->w[l], e / p->w[l].view.cols, e % p->w[l].view.cols, p->w[l].exact[e]);
            if (e < p->b[l].view.cols)
                ref_set(&p->b[l], 0, e, p->b[l].exact[e]);
        }
}

/* ---- comparisons ---- */

static void describe(const struct ref_problem *p, char *text, size_t n)
{
    int at = snprintf(text, n, "%s %llu rows", p->type == IB_F32 ? "f32" : "f64",
                      (unsigned long long)p->x.view.rows);
    for (uint32_t l = 0; l < p->n_layers; l++)
        at += snprintf(text + at, n - (size_t)at, " %llu", (unsigned long long)p->w[l].view.rows);
    snprintf(text + at, n - (size_t)at, " %llu, activation %d, loss %d", (unsigned long long)p->y.view.cols,
             (int)p->act, (int)p->loss);
}

static void assert_near(const struct ref_problem *p, const char *what, double got, double right)
{
    char text[256];
    const double allowed = (p->type == IB_F32 ? 2e-5 : 1e-13) * (1 + fabs(right));
    if (isnan(right) ? isnan(got) : isinf(right) ? got == right : fabs(got - right) <= allowed)
        return;
    describe(p, text, sizeof text);
    fail_msg("%s: %s is %.17g, expected %.17g", text, what, got, right);
}

static void assert_matrix_near(const struct ref_problem *p, const char *what, const struct ref_matrix *m)
{
    for (uint64_t i = 0; i < m->view.rows; i++)
        for (uint64_t j = 0; j < m->view.cols; j++)
            assert_near(p, what, ref_get(&m->view, i, j), m->exact[i * m->view.cols + j]);
}

static void assert_parameters(const struct ref_problem *p)
{
    for (uint32_t l = 0; l < p->n_layers; l++) {
        assert_matrix_near(p, "a weight", &p->w[l]);
        assert_matrix_near(p, "a bias", &p->b[l]);
    }
}

static void assert_predictions(const struct ref_problem *p)
{
    double *h[REF_MAX_LAYERS];
    const uint32_t last = p->n_layers - 1;
    struct ref_matrix out = ref_matrix_new(REF_TEST_ROWS, p->y.view.cols, p->type, 0);
    if (IB_HAS(subject.impl->fused, predict)) {
        predict(p, &out.view);
        ref_forward(p, REF_TEST_ROWS, p->x_test.exact, h);
        ref_predict(p, REF_TEST_ROWS, h[last]);
        for (uint64_t e = 0; e < REF_TEST_ROWS * out.view.cols; e++)
            out.exact[e] = h[last][e];
        assert_matrix_near(p, "a prediction", &out);
        for (uint32_t l = 0; l <= last; l++)
            free(h[l]);
    }
    ref_matrix_free(&out);
}

/* All parameters as the implementation left them. */
static uint64_t parameter_bits(const struct ref_problem *p)
{
    uint64_t hash = 1469598103934665603u;
    for (uint32_t l = 0; l < p->n_layers; l++)
        for (uint64_t e = 0; e < (p->w[l].view.rows + 1) * p->w[l].view.cols; e++) {
            const struct ref_matrix *m = e < p->w[l].view.rows * p->w[l].view.cols ? &p->w[l] : &p->b[l];
            const double value = ref_get(&m->view, m == &p->b[l] ? 0 : e / m->view.cols, e % m->view.cols);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            hash = (hash ^ bits) * 1099511628211u;
        }
    return hash;
}

/* ---- tests ---- */

/* Returns whether it is supported; if so, it must be right. */
static bool try_problem(struct ref_problem *p, bool prepares)
{
    if (!supported(p))
        return false;
    void *prepared = prepares ? prepare(p) : NULL;
    double right = 0;
    const double loss = train(p, prepared, EPOCHS, true);
    for (int e = 0; e < EPOCHS; e++)
        right = ref_epoch(p);
    assert_near(p, "the loss", loss, right);
    assert_parameters(p);
    restart(p); /* predictions from the same parameters */
    assert_predictions(p);
    release(prepared);
    return true;
}

static void any_shape(void **state)
{
    uint64_t tried = 0;
    (void)state;
    for (uint64_t i = 1; i <= trials; i++) {
        ref_seed = i;
        struct ref_problem p = ref_problem_any(i % 2 == 0 ? IB_F32 : IB_F64);
        tried += try_problem(&p, i % 3 != 0);
        ref_problem_free(&p);
    }
    print_message("%llu shapes\n", (unsigned long long)tried);
    assert_true(tried > 0);
}

/* Rows of few and many columns, across the edges of vectors; then more than some caches hold; the last so
 * many rows that sums are made in parts. */
static void regressions(void **state)
{
    static const uint64_t shapes[][2] = {{1, 1},     {321, 6},   {354, 10},   {97, 9},     {1100, 128},
                                         {65, 127},  {300, 19},  {64, 30},    {100, 32},   {50, 512},
                                         {50, 509},  {2, 64},    {70, 200},   {90, 256},   {5000, 3},
                                         {3900, 71}, {40001, 7}, {150000, 2}, {40000, 132}};
    uint64_t tried = 0;
    const size_t n = sizeof shapes / sizeof *shapes - (quick ? 3 : 0);
    (void)state;
    for (uint64_t i = 0; i < 2 * n; i++) {
        const uint64_t width[] = {shapes[i / 2][1], 1};
        ref_seed = 3000 + i;
        struct ref_problem p = ref_problem_new(shapes[i / 2][0], 1, width, i % 2 == 0 ? IB_F32 : IB_F64);
        tried += try_problem(&p, true);
        ref_problem_free(&p);
    }
    print_message("%llu regressions\n", (unsigned long long)tried);
    assert_true(tried > 0);
}

/* NaN in one target, and units that relu keeps at 0: NaN times 0 is NaN in all their gradients. */
static void nan_passes(void **state)
{
    static const uint64_t shapes[][REF_MAX_LAYERS + 1] = {{6, 6, 6, 1}, {5, 70, 90, 3}, {9, 1}, {70, 4, 2}};
    static const uint32_t layers[] = {3, 3, 1, 2};
    (void)state;
    for (uint64_t i = 0; i < 24; i++) {
        const uint64_t *width = shapes[i / 2 % 4];
        ref_seed = i;
        struct ref_problem p = ref_problem_new(37, layers[i / 2 % 4], width, i % 2 == 0 ? IB_F32 : IB_F64);
        if (supported(&p)) {
            if (i < 16)
                p.act = IB_RELU;
            for (uint64_t o = 0; o < p.b[0].view.cols && p.n_layers > 1; o += 2)
                ref_set(&p.b[0], 0, o, -100); /* never active under relu */
            if (i % 3 == 0)
                ref_set(&p.y, 36, p.y.view.cols - 1, NAN);
            else if (i % 3 == 1)
                ref_set(&p.x, 3, p.x.view.cols - 1, NAN);
            else
                ref_set(&p.w[p.n_layers - 1], 0, 0, NAN);
            (void)train(&p, NULL, 1, false);
            (void)ref_epoch(&p);
            assert_parameters(&p);
        }
        ref_problem_free(&p);
    }
}

static void repetition_gives_the_same_bits(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= trials / 8; i++) {
        ref_seed = 1000 + i;
        struct ref_problem p = ref_problem_any(i % 2 == 0 ? IB_F32 : IB_F64);
        if (supported(&p)) {
            void *prepared = prepare(&p);
            (void)train(&p, prepared, EPOCHS, true);
            const uint64_t bits = parameter_bits(&p);
            restart(&p);
            (void)train(&p, prepared, EPOCHS, false);
            assert_true(parameter_bits(&p) == bits);
            restart(&p);
            (void)train(&p, NULL, EPOCHS, false);
            assert_true(parameter_bits(&p) == bits);
            restart(&p);
            for (int e = 0; e < EPOCHS; e++)
                (void)train(&p, prepared, 1, e % 2 == 0);
            assert_true(parameter_bits(&p) == bits);
            release(prepared);
        }
        ref_problem_free(&p);
    }
}

/* Two data sets of one shape, prepared before either is trained; then one is gone, and its memory another's.
 */
static void data_sets_do_not_mix(void **state)
{
    static const uint64_t shapes[][REF_MAX_LAYERS + 1] = {{7, 1}, {6, 6, 1}, {5, 70, 90, 3}};
    (void)state;
    for (uint64_t i = 0; i < 6; i++) {
        struct ref_problem p[2];
        void *prepared[2];
        for (int k = 0; k < 2; k++) {
            ref_seed = 50 * i + (uint64_t)k;
            p[k] = ref_problem_new(50,
                                   i < 2   ? 1
                                   : i < 4 ? 2
                                           : 3,
                                   shapes[i / 2], i % 2 == 0 ? IB_F32 : IB_F64);
            p[k].loss = IB_MSE;
        }
        if (supported(&p[0])) {
            for (int k = 0; k < 2; k++)
                prepared[k] = prepare(&p[k]);
            for (int k = 0; k < 4; k++) {
                (void)train(&p[k % 2], prepared[k % 2], 1, false);
                (void)ref_epoch(&p[k % 2]);
            }
            release(prepared[0]);
            ref_set(&p[0].x, 0, 0, 3); /* the same address, other values */
            prepared[0] = prepare(&p[0]);
            (void)train(&p[0], prepared[0], 1, false);
            (void)ref_epoch(&p[0]);
            for (int k = 0; k < 2; k++) {
                release(prepared[k]);
                assert_parameters(&p[k]);
            }
        }
        ref_problem_free(&p[0]);
        ref_problem_free(&p[1]);
    }
}

static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_shape),
        cmocka_unit_test(regressions),
        cmocka_unit_test(nan_passes),
        cmocka_unit_test(repetition_gives_the_same_bits),
        cmocka_unit_test(data_sets_do_not_mix),
    };
    return cmocka_run_group_tests_name(subject.impl->name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    struct ib_setting settings[MAX_SETTINGS];
    size_t n_settings = 0;
    const char *plugin = NULL;
    const struct ib_impl *impl;
    if (argc < 2) {
        fprintf(stderr, "usage: %s IMPL [PLUGIN.so] [OPTION=VALUE]... [--quick]\n", argv[0]);
        return EXIT_USAGE;
    }
    for (int i = 2; i < argc && n_settings < MAX_SETTINGS; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals != NULL) {
            *equals = '\0';
            settings[n_settings++] = (struct ib_setting){.name = argv[i], .value = equals + 1};
        } else if (strcmp(argv[i], "--quick") == 0) {
            quick = true;
        } else {
            plugin = argv[i];
        }
    }
    enum ib_status status = ib_impl_load(argv[1], plugin, &impl);
    if (status == IB_OK)
        status = ib_instance_open(impl, settings, n_settings, &subject);
    if (status != IB_OK) {
        printf("%s: %s\n", argv[1], ib_error_text());
        return status == IB_EUNAVAILABLE ? EXIT_SKIPPED : EXIT_USAGE;
    }
    trials = quick ? 40 : 400;
    const int failed = run_all();
    ib_instance_close(&subject);
    return failed == 0 ? 0 : 1;
}
