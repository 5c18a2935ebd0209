/* test_fused IMPL [PLUGIN.so] [OPTION=VALUE]…: whole training steps, of many shapes, activations and losses, compared
 * with plain loops in f64; NaN where these have it; the same bits when they are repeated, prepared or not, with the loss
 * read or not; several data sets at a time. Exit status 77: it cannot run on this machine. */
#include "base/error.h"
#include "plugin/loader.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77, MAX_SETTINGS = 8, MAX_LAYERS = 4, GAP = 3, EPOCHS = 4, TEST_ROWS = 3 };
#ifdef __SANITIZE_ADDRESS__
enum { TRIALS = 60 };
#else
enum { TRIALS = 400 };
#endif

static struct ib_instance subject;

/* ---- problems ---- */

static uint64_t seed;

static double uniform(void) /* of -1 to 1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(seed >> 11 << 11) / 0x1p63;
}

static uint64_t one_of(uint64_t n) /* 1 to n */
{
    return 1 + (uint64_t)((uniform() + 1) / 2 * (double)n) % n;
}

/* A matrix in both forms: as the implementation gets it, with gaps between rows, and in f64. */
struct matrix {
    struct ib_view view;
    double *exact;
};

struct problem {
    uint32_t n_layers;
    enum ib_dtype type;
    struct matrix x, y, w[MAX_LAYERS], b[MAX_LAYERS], x_test;
    enum ib_act act;
    enum ib_loss loss;
    double lr;
};

static double get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static void set(struct matrix *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->view.ld + j;
    if (m->view.type == IB_F32)
        ((float *)m->view.p)[at] = (float)value;
    else
        ((double *)m->view.p)[at] = value;
    m->exact[i * m->view.cols + j] = get(&m->view, i, j);
}

static struct matrix matrix_new(uint64_t rows, uint64_t cols, enum ib_dtype type, double range)
{
    struct matrix m = {.view = {NULL, rows, cols, cols + GAP, type}};
    m.view.p = calloc(rows * m.view.ld + 1, sizeof(double));
    m.exact = calloc(rows * cols + 1, sizeof(double));
    assert_non_null(m.view.p);
    assert_non_null(m.exact);
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t j = 0; j < cols; j++)
            set(&m, i, j, range * uniform());
        for (uint64_t j = 0; j < GAP; j++) /* what lies between rows must not be read */
            if (type == IB_F32)
                ((float *)m.view.p)[i * m.view.ld + cols + j] = NAN;
            else
                ((double *)m.view.p)[i * m.view.ld + cols + j] = NAN;
    }
    return m;
}

static void matrix_free(struct matrix *m)
{
    free(m->view.p);
    free(m->exact);
}

static void parameters_new(struct problem *p, const uint64_t *width)
{
    for (uint32_t l = 0; l < p->n_layers; l++) {
        p->w[l] = matrix_new(width[l], width[l + 1], p->type, 2 / sqrt((double)width[l]));
        p->b[l] = matrix_new(1, width[l + 1], p->type, 0.5);
    }
}

static struct problem problem_new(uint64_t rows, uint32_t n_layers, const uint64_t *width, enum ib_dtype type)
{
    struct problem p = {.n_layers = n_layers, .type = type, .lr = 0.1};
    p.act = (enum ib_act)one_of(3);
    p.loss = (enum ib_loss)one_of(3);
    p.x = matrix_new(rows, width[0], type, 1);
    p.y = matrix_new(rows, width[n_layers], type, 1);
    p.x_test = matrix_new(TEST_ROWS, width[0], type, 1);
    parameters_new(&p, width);
    for (uint64_t i = 0; p.loss == IB_BCE && i < rows; i++)
        for (uint64_t j = 0; j < width[n_layers]; j++)
            set(&p.y, i, j, p.y.exact[i * width[n_layers] + j] > 0);
    return p;
}

static void problem_free(struct problem *p)
{
    matrix_free(&p->x);
    matrix_free(&p->y);
    matrix_free(&p->x_test);
    for (uint32_t l = 0; l < p->n_layers; l++) {
        matrix_free(&p->w[l]);
        matrix_free(&p->b[l]);
    }
}

/* A problem of any shape: rows 1 to 70, columns 1 to 40, up to three hidden layers, some of them wide. */
static struct problem problem_any(enum ib_dtype type)
{
    uint64_t width[MAX_LAYERS + 1] = {one_of(40)};
    const uint32_t n_layers = (uint32_t)one_of(MAX_LAYERS);
    for (uint32_t l = 1; l < n_layers; l++)
        width[l] = one_of(3) == 1 ? 60 + one_of(40) : one_of(20);
    if (one_of(3) == 1)
        for (uint32_t l = 1; l < n_layers; l++)
            width[l] = 32 + one_of(60);
    width[n_layers] = one_of(2) == 1 ? 1 : one_of(36);
    return problem_new(one_of(4) == 1 ? 200 + one_of(400) : one_of(70), n_layers, width, type);
}

/* ---- the reference, in f64 ---- */

static double activate(enum ib_act kind, double x)
{
    return kind == IB_RELU ? (x < 0 ? 0 : x) : kind == IB_TANH ? tanh(x) : 1 / (1 + exp(-x));
}

static double slope(enum ib_act kind, double y)
{
    return kind == IB_RELU ? (y > 0 ? 1 : 0) : kind == IB_TANH ? 1 - y * y : y * (1 - y);
}

/* out (rows x the layer's outputs) = in W + b. */
static void reference_layer(const struct problem *p, uint32_t l, uint64_t rows, const double *in, double *out)
{
    const uint64_t n_in = p->w[l].view.rows, n_out = p->w[l].view.cols;
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t o = 0; o < n_out; o++) {
            double sum = p->b[l].exact[o];
            for (uint64_t i = 0; i < n_in; i++)
                sum += in[r * n_in + i] * p->w[l].exact[i * n_out + o];
            out[r * n_out + o] = l + 1 < p->n_layers ? activate(p->act, sum) : sum;
        }
}

static void reference_forward(const struct problem *p, uint64_t rows, const double *x, double **h)
{
    for (uint32_t l = 0; l < p->n_layers; l++) {
        h[l] = malloc(rows * p->w[l].view.cols * sizeof *h[l]);
        assert_non_null(h[l]);
        reference_layer(p, l, rows, l == 0 ? x : h[l - 1], h[l]);
    }
}

/* z becomes the gradient of the loss, which is returned. */
static double reference_loss(const struct problem *p, uint64_t count, double *z)
{
    double sum = 0;
    for (uint64_t e = 0; e < count; e++) {
        const double y = p->y.exact[e], error = (p->loss == IB_BCE ? 1 / (1 + exp(-z[e])) : z[e]) - y;
        sum += p->loss == IB_BCE ? (z[e] < 0 ? 0 : z[e]) - z[e] * y + log1p(exp(-fabs(z[e]))) : error * error;
        z[e] = error * (p->loss == IB_MSE ? 2 : 1) / (double)count;
    }
    return sum * (p->loss == IB_HALF_MSE ? 0.5 : 1) / (double)count;
}

/* The gradient of layer l from its error; then the error below, over the activations there; then the update. */
static void reference_backward(struct problem *p, uint32_t l, double *in, const double *error)
{
    const uint64_t rows = p->x.view.rows, n_in = p->w[l].view.rows, n_out = p->w[l].view.cols;
    double *w = p->w[l].exact, *grad = calloc(n_in * n_out + n_out, sizeof *grad);
    assert_non_null(grad);
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t o = 0; o < n_out; o++) {
            grad[n_in * n_out + o] += error[r * n_out + o];
            for (uint64_t i = 0; i < n_in; i++)
                grad[i * n_out + o] += in[r * n_in + i] * error[r * n_out + o];
        }
    for (uint64_t e = 0; l > 0 && e < rows * n_in; e++) {
        double sum = 0;
        for (uint64_t o = 0; o < n_out; o++)
            sum += w[e % n_in * n_out + o] * error[e / n_in * n_out + o];
        in[e] = sum * slope(p->act, in[e]);
    }
    for (uint64_t e = 0; e < n_in * n_out; e++)
        w[e] -= p->lr * grad[e];
    for (uint64_t o = 0; o < n_out; o++)
        p->b[l].exact[o] -= p->lr * grad[n_in * n_out + o];
    free(grad);
}

/* One epoch on the exact parameters; returns the loss before it. */
static double reference_epoch(struct problem *p)
{
    double *h[MAX_LAYERS];
    const uint32_t last = p->n_layers - 1;
    reference_forward(p, p->x.view.rows, p->x.exact, h);
    const double loss = reference_loss(p, p->x.view.rows * p->y.view.cols, h[last]);
    for (uint32_t l = p->n_layers; l-- > 0;)
        reference_backward(p, l, l == 0 ? p->x.exact : h[l - 1], h[l]);
    for (uint32_t l = 0; l <= last; l++)
        free(h[l]);
    return loss;
}

/* ---- the implementation ---- */

static struct ib_problem contract_of(const struct problem *p, void *loss)
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

static bool supported(const struct problem *p)
{
    char why[256] = "";
    struct ib_problem c = contract_of(p, NULL);
    if (!IB_HAS(subject.impl->fused, supports) || subject.impl->fused->supports(&c, why, sizeof why) == IB_OK)
        return true;
    assert_true(why[0] != '\0');
    return false;
}

static void *prepare(const struct problem *p)
{
    struct ib_problem c = contract_of(p, NULL);
    void *prepared = NULL;
    c.lr = 0;
    for (uint32_t l = 0; l < p->n_layers; l++)
        c.w[l].p = c.b[l].p = NULL;
    if (IB_HAS(subject.impl->fused, prepare))
        assert_int_equal(subject.impl->fused->prepare(subject.state, &c, &prepared), IB_OK);
    return prepared;
}

static void release(void *prepared)
{
    if (prepared != NULL)
        subject.impl->fused->release(subject.state, prepared);
}

/* n epochs; returns the loss of the last if it is wanted. */
static double train(const struct problem *p, void *prepared, uint64_t n, bool wants_loss)
{
    union {
        float f32;
        double f64;
    } loss = {.f64 = 0};
    struct ib_problem c = contract_of(p, wants_loss ? &loss : NULL);
    c.prepared = prepared;
    assert_int_equal(subject.impl->fused->steps(subject.state, &c, n), IB_OK);
    return p->type == IB_F32 ? (double)loss.f32 : loss.f64;
}

/* The start of training again, in the implementation's memory. */
static void restart(struct problem *p)
{
    for (uint32_t l = 0; l < p->n_layers; l++)
        for (uint64_t e = 0; e < p->w[l].view.rows * p->w[l].view.cols; e++) {
            set(&p->w[l], e / p->w[l].view.cols, e % p->w[l].view.cols, p->w[l].exact[e]);
            if (e < p->b[l].view.cols)
                set(&p->b[l], 0, e, p->b[l].exact[e]);
        }
}

/* ---- comparisons ---- */

static void describe(const struct problem *p, char *text, size_t n)
{
    int at = snprintf(text, n, "%s %llu rows", p->type == IB_F32 ? "f32" : "f64", (unsigned long long)p->x.view.rows);
    for (uint32_t l = 0; l < p->n_layers; l++)
        at += snprintf(text + at, n - (size_t)at, " %llu", (unsigned long long)p->w[l].view.rows);
    snprintf(text + at, n - (size_t)at, " %llu, activation %d, loss %d", (unsigned long long)p->y.view.cols,
             (int)p->act, (int)p->loss);
}

static void assert_near(const struct problem *p, const char *what, double got, double right)
{
    char text[256];
    const double allowed = (p->type == IB_F32 ? 2e-5 : 1e-13) * (1 + fabs(right));
    if (isnan(right) ? isnan(got) : isinf(right) ? got == right : fabs(got - right) <= allowed)
        return;
    describe(p, text, sizeof text);
    fail_msg("%s: %s is %.17g, expected %.17g", text, what, got, right);
}

static void assert_matrix_near(const struct problem *p, const char *what, const struct matrix *m)
{
    for (uint64_t i = 0; i < m->view.rows; i++)
        for (uint64_t j = 0; j < m->view.cols; j++)
            assert_near(p, what, get(&m->view, i, j), m->exact[i * m->view.cols + j]);
}

static void assert_parameters(const struct problem *p)
{
    for (uint32_t l = 0; l < p->n_layers; l++) {
        assert_matrix_near(p, "a weight", &p->w[l]);
        assert_matrix_near(p, "a bias", &p->b[l]);
    }
}

static void assert_predictions(const struct problem *p)
{
    double *h[MAX_LAYERS];
    const uint32_t last = p->n_layers - 1;
    struct matrix out = matrix_new(TEST_ROWS, p->y.view.cols, p->type, 0);
    struct ib_problem c = contract_of(p, NULL);
    if (IB_HAS(subject.impl->fused, predict)) {
        assert_int_equal(subject.impl->fused->predict(subject.state, &c, &p->x_test.view, &out.view), IB_OK);
        reference_forward(p, TEST_ROWS, p->x_test.exact, h);
        for (uint64_t e = 0; e < TEST_ROWS * out.view.cols; e++)
            out.exact[e] = p->loss == IB_BCE ? 1 / (1 + exp(-h[last][e])) : h[last][e];
        assert_matrix_near(p, "a prediction", &out);
        for (uint32_t l = 0; l <= last; l++)
            free(h[l]);
    }
    matrix_free(&out);
}

/* All parameters as the implementation left them. */
static uint64_t parameter_bits(const struct problem *p)
{
    uint64_t hash = 1469598103934665603u;
    for (uint32_t l = 0; l < p->n_layers; l++)
        for (uint64_t e = 0; e < (p->w[l].view.rows + 1) * p->w[l].view.cols; e++) {
            const struct matrix *m = e < p->w[l].view.rows * p->w[l].view.cols ? &p->w[l] : &p->b[l];
            const double value = get(&m->view, m == &p->b[l] ? 0 : e / m->view.cols, e % m->view.cols);
            uint64_t bits;
            memcpy(&bits, &value, sizeof bits);
            hash = (hash ^ bits) * 1099511628211u;
        }
    return hash;
}

/* ---- tests ---- */

static void any_shape(void **state)
{
    uint64_t tried = 0;
    (void)state;
    for (seed = 1; seed <= TRIALS; seed++) {
        const uint64_t at = seed;
        struct problem p = problem_any(at % 2 == 0 ? IB_F32 : IB_F64);
        if (supported(&p)) {
            void *prepared = at % 3 == 0 ? NULL : prepare(&p);
            double right = 0;
            const double loss = train(&p, prepared, EPOCHS, true);
            for (int e = 0; e < EPOCHS; e++)
                right = reference_epoch(&p);
            assert_near(&p, "the loss", loss, right);
            assert_parameters(&p);
            restart(&p); /* predictions from the same parameters */
            assert_predictions(&p);
            release(prepared);
            tried++;
        }
        problem_free(&p);
        seed = at;
    }
    print_message("%llu shapes\n", (unsigned long long)tried);
    assert_true(tried > 0);
}

/* NaN in one target, and units that relu keeps at 0: NaN times 0 is NaN in all their gradients. */
static void nan_passes(void **state)
{
    static const uint64_t shapes[][MAX_LAYERS + 1] = {{6, 6, 6, 1}, {5, 70, 90, 3}, {9, 1}, {70, 4, 2}};
    static const uint32_t layers[] = {3, 3, 1, 2};
    (void)state;
    for (uint64_t i = 0; i < 24; i++) {
        const uint64_t *width = shapes[i / 2 % 4];
        seed = i;
        struct problem p = problem_new(37, layers[i / 2 % 4], width, i % 2 == 0 ? IB_F32 : IB_F64);
        if (supported(&p)) {
            if (i < 16)
                p.act = IB_RELU;
            for (uint64_t o = 0; o < p.b[0].view.cols && p.n_layers > 1; o += 2)
                set(&p.b[0], 0, o, -100); /* never active under relu */
            if (i % 3 == 0)
                set(&p.y, 36, p.y.view.cols - 1, NAN);
            else if (i % 3 == 1)
                set(&p.x, 3, p.x.view.cols - 1, NAN);
            else
                set(&p.w[p.n_layers - 1], 0, 0, NAN);
            (void)train(&p, NULL, 1, false);
            (void)reference_epoch(&p);
            assert_parameters(&p);
        }
        problem_free(&p);
    }
}

static void repetition_gives_the_same_bits(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= TRIALS / 8; i++) {
        seed = 1000 + i;
        struct problem p = problem_any(i % 2 == 0 ? IB_F32 : IB_F64);
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
        problem_free(&p);
    }
}

/* Two data sets of one shape, prepared before either is trained; then one is gone, and its memory another's. */
static void data_sets_do_not_mix(void **state)
{
    static const uint64_t shapes[][MAX_LAYERS + 1] = {{7, 1}, {6, 6, 1}, {5, 70, 90, 3}};
    (void)state;
    for (uint64_t i = 0; i < 6; i++) {
        struct problem p[2];
        void *prepared[2];
        for (int k = 0; k < 2; k++) {
            seed = 50 * i + (uint64_t)k;
            p[k] = problem_new(50, i < 2 ? 1 : i < 4 ? 2 : 3, shapes[i / 2], i % 2 == 0 ? IB_F32 : IB_F64);
            p[k].loss = IB_MSE;
        }
        if (supported(&p[0])) {
            for (int k = 0; k < 2; k++)
                prepared[k] = prepare(&p[k]);
            for (int k = 0; k < 4; k++) {
                (void)train(&p[k % 2], prepared[k % 2], 1, false);
                (void)reference_epoch(&p[k % 2]);
            }
            release(prepared[0]);
            set(&p[0].x, 0, 0, 3); /* the same address, other values */
            prepared[0] = prepare(&p[0]);
            (void)train(&p[0], prepared[0], 1, false);
            (void)reference_epoch(&p[0]);
            for (int k = 0; k < 2; k++) {
                release(prepared[k]);
                assert_parameters(&p[k]);
            }
        }
        problem_free(&p[0]);
        problem_free(&p[1]);
    }
}

static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_shape),
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
        fprintf(stderr, "usage: %s IMPL [PLUGIN.so] [OPTION=VALUE]...\n", argv[0]);
        return EXIT_USAGE;
    }
    for (int i = 2; i < argc && n_settings < MAX_SETTINGS; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL) {
            plugin = argv[i];
            continue;
        }
        *equals = '\0';
        settings[n_settings++] = (struct ib_setting){.name = argv[i], .value = equals + 1};
    }
    enum ib_status status = ib_impl_load(argv[1], plugin, &impl);
    if (status == IB_OK)
        status = ib_instance_open(impl, settings, n_settings, &subject);
    if (status != IB_OK) {
        printf("%s: %s\n", argv[1], ib_error_text());
        return status == IB_EUNAVAILABLE ? EXIT_SKIPPED : EXIT_USAGE;
    }
    const int failed = run_all();
    ib_instance_close(&subject);
    return failed == 0 ? 0 : 1;
}
