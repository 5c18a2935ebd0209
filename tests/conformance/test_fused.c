/* test_fused IMPL [PLUGIN.so] [OPTION=VALUE]… [--quick]: whole training steps, of many shapes, activations
 * and losses, compared with plain loops in f64; NaN where these have it; the same bits when they are
 * repeated, prepared or not, with the loss read or not; several data sets at a time. On a device, nothing is
 * prepared. Exit status 77: it cannot run on this machine. */
#include "placed.h"
#include "reference.h"

#include "base/error.h"
#include "core/loss.h"
#include "ops/optimizer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77, MAX_SETTINGS = 8, STEPS = 4 };

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
                           .lr = p->lr,
                           .optimizer = p->optimizer,
                           .weight_decay = p->decay,
                           .beta1 = p->beta1,
                           .beta2 = p->beta2,
                           .epsilon = p->epsilon,
                           .batch = p->batch,
                           .first_step = p->trained};
    if (p->batch > 0)
        c.order =
            (struct ib_view){p->order, 1, REF_ORDERS * p->x.view.rows, REF_ORDERS * p->x.view.rows, IB_U32};
    if (p->optimizer == IB_ADAM)
        c.step_count = p->step.view;
    for (uint32_t l = 0; l < p->n_layers; l++) {
        c.w[l] = p->w[l].view;
        c.b[l] = p->b[l].view;
        for (uint32_t k = 0; k < p->n_moments; k++) {
            c.moment_w[k][l] = p->moment_w[k][l].view;
            c.moment_b[k][l] = p->moment_b[k][l].view;
        }
    }
    return c;
}

static bool supported(const struct ref_problem *p)
{
    char why[256] = "";
    struct ib_problem c = contract_of(p, NULL);
    if (!ib_loss_is_known(p->loss, ib_impl_losses(subject.impl)) ||
        ib_updates_needed(p->optimizer, p->decay) & ~subject.impl->fused->updates)
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

/* n steps; returns their loss if it is wanted. */
static double train(struct ref_problem *p, void *prepared, uint64_t n, bool wants_loss)
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
    p->trained += n;
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
    struct ref_matrix *m;
    p->trained = p->done;
    for (uint32_t i = 0; (m = ref_state(p, i)) != NULL; i++)
        for (uint64_t e = 0; e < m->view.rows * m->view.cols; e++)
            ref_set(m, e / m->view.cols, e % m->view.cols, m->exact[e]);
}

/* ---- comparisons ---- */

static void describe(const struct ref_problem *p, char *text, size_t n)
{
    int at = snprintf(text, n, "%s %llu rows", p->type == IB_F32 ? "f32" : "f64",
                      (unsigned long long)p->x.view.rows);
    for (uint32_t l = 0; l < p->n_layers; l++)
        at += snprintf(text + at, n - (size_t)at, " %llu", (unsigned long long)p->w[l].view.rows);
    snprintf(text + at, n - (size_t)at,
             " %llu, activation %d, loss %d, optimizer %d, weight decay %g, batch %llu",
             (unsigned long long)p->y.view.cols, (int)p->act, (int)p->loss, (int)p->optimizer, p->decay,
             (unsigned long long)p->batch);
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

/* The parameters, and what the optimiser keeps. */
static void assert_state(struct ref_problem *p)
{
    const struct ref_matrix *m;
    for (uint32_t i = 0; (m = ref_state(p, i)) != NULL; i++)
        assert_matrix_near(p,
                           m == &p->step          ? "the number of steps"
                           : i >= 2 * p->n_layers ? "a moment"
                           : i % 2 == 0           ? "a weight"
                                                  : "a bias",
                           m);
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

/* The state as the implementation left it. */
static uint64_t state_bits(struct ref_problem *p)
{
    uint64_t hash = 1469598103934665603u;
    const struct ref_matrix *m;
    for (uint32_t i = 0; (m = ref_state(p, i)) != NULL; i++)
        for (uint64_t e = 0; e < m->view.rows * m->view.cols; e++) {
            const double value = ref_get(&m->view, e / m->view.cols, e % m->view.cols);
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
    const double loss = train(p, prepared, STEPS, true);
    assert_near(p, "the loss", loss, ref_steps(p, STEPS));
    assert_state(p);
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
 * many rows that sums are made in parts: those take all rows. */
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
        p.batch = shapes[i / 2][0] < 40000 ? p.batch : 0;
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
        p.batch = 0; /* batches may leave that row out */
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
            (void)ref_steps(&p, 1);
            assert_state(&p);
        }
        ref_problem_free(&p);
    }
}

/* exp(z) alone would overflow. */
static void large_logits_do_not_overflow(void **state)
{
    static const uint64_t shapes[][REF_MAX_LAYERS + 1] = {{6, 3}, {5, 20, 7}, {5, 70, 90, 3}, {3, 1000}};
    static const uint32_t layers[] = {1, 2, 3, 1};
    (void)state;
    for (uint64_t i = 0; i < 8; i++) {
        ref_seed = 200 + i;
        struct ref_problem p =
            ref_problem_new(37, layers[i / 2], shapes[i / 2], i % 2 == 0 ? IB_F32 : IB_F64);
        p.loss = IB_CE;
        for (uint64_t e = 0; e < 37 * p.y.view.cols; e++)
            ref_set(&p.y, e / p.y.view.cols, e % p.y.view.cols,
                    e / p.y.view.cols % p.y.view.cols == e % p.y.view.cols);
        ref_set(&p.b[p.n_layers - 1], 0, 1, 2000);
        (void)try_problem(&p, true);
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
            (void)train(&p, prepared, STEPS, true);
            const uint64_t bits = state_bits(&p);
            restart(&p);
            (void)train(&p, prepared, STEPS, false);
            assert_true(state_bits(&p) == bits);
            restart(&p);
            (void)train(&p, NULL, STEPS, false);
            assert_true(state_bits(&p) == bits);
            restart(&p);
            for (int k = 0; k < STEPS; k++)
                (void)train(&p, prepared, 1, k % 2 == 0);
            assert_true(state_bits(&p) == bits);
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
        if (supported(&p[0]) && supported(&p[1])) {
            for (int k = 0; k < 2; k++)
                prepared[k] = prepare(&p[k]);
            for (int k = 0; k < 4; k++) {
                (void)train(&p[k % 2], prepared[k % 2], 1, false);
                (void)ref_steps(&p[k % 2], 1);
            }
            release(prepared[0]);
            ref_set(&p[0].x, 0, 0, 3); /* the same address, other values */
            prepared[0] = prepare(&p[0]);
            (void)train(&p[0], prepared[0], 1, false);
            (void)ref_steps(&p[0], 1);
            for (int k = 0; k < 2; k++) {
                release(prepared[k]);
                assert_state(&p[k]);
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
        cmocka_unit_test(large_logits_do_not_overflow),
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
    ref_has_batches = subject.impl->fused->updates & IB_DOES_BATCHES;
    trials = quick ? 40 : 400;
    const int failed = run_all();
    ib_instance_close(&subject);
    return failed == 0 ? 0 : 1;
}
