/* cuda_fused on the mock runtime: what the comparison of whole steps does not ask for, and what goes wrong.
 */
#include "opened.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- opening ---- */

static void test_opening(void **state)
{
    struct ib_instance instance;
    char text[256];
    (void)state;
    set_faults("no_driver");
    assert_failure(try_open("cuda_fused", NULL, NULL, &instance), IB_EUNAVAILABLE, "no NVIDIA driver");
    set_faults("no_stream");
    assert_failure(try_open("cuda_fused", NULL, NULL, &instance), IB_ENOMEM, "cudaStreamCreateWithFlags");
    set_faults("no_shared");
    assert_failure(try_open("cuda_fused", NULL, NULL, &instance), IB_EDEVICE,
                   "cudaFuncSetAttribute: cudaErrorInvalidValue");
    must_open("cuda_fused", NULL, NULL, &instance);
    assert_int_equal(instance.impl->describe(instance.state, text, sizeof text), IB_OK);
    assert_non_null(strstr(text, "Mock GPU, compute capability 9.0"));
    ib_instance_close(&instance);
}

/* ---- problems ---- */

/* A network of these widths; without pointers. */
static struct ib_problem shapes(enum ib_dtype type, uint64_t rows, uint32_t n_layers, const uint64_t *width)
{
    struct ib_problem p = {.struct_size = sizeof p,
                           .n_layers = n_layers,
                           .x = {NULL, rows, width[0], width[0], type},
                           .y = {NULL, rows, width[n_layers], width[n_layers], type},
                           .act = IB_TANH,
                           .loss_kind = IB_HALF_MSE,
                           .dtype = type,
                           .lr = 1e-4};
    for (uint32_t l = 0; l < n_layers; l++) {
        p.w[l] = (struct ib_view){NULL, width[l], width[l + 1], width[l + 1], type};
        p.b[l] = (struct ib_view){NULL, 1, width[l + 1], width[l + 1], type};
    }
    return p;
}

static struct ib_problem regression(enum ib_dtype type, uint64_t rows, uint64_t cols)
{
    return shapes(type, rows, 1, (const uint64_t[]){cols, 1});
}

static enum ib_status try_supports(const struct ib_instance *on, const struct ib_problem *p, char *why,
                                   size_t n)
{
    why[0] = '\0';
    return on->impl->fused->supports(p, why, n);
}

/* ---- what is unsupported ---- */

static void assert_refused(const struct ib_instance *on, const struct ib_problem *p, const char *words)
{
    char why[256];
    assert_int_equal(try_supports(on, p, why, sizeof why), IB_EUNSUPPORTED);
    if (strstr(why, words) == NULL)
        fail_msg("`%s` does not say `%s`", why, words);
    assert_failure(on->impl->fused->steps(on->state, p, 1), IB_EUNSUPPORTED, words);
    assert_int_equal(on->impl->peak_memory(on->state), 0);
}

static void assert_supported(const struct ib_instance *on, const struct ib_problem *p)
{
    char why[256];
    if (try_supports(on, p, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
}

/* The limits are met exactly: parameters and (inputs, outputs, twice all units) of each row. */
static void test_largest_problems(void **state)
{
    static const uint64_t width[] = {6, 6, 1};
    enum { PARAMS = 7 * 6 + 7, ROW = 6 + 1 + 2 * (6 + 1), F32_ROWS = ((96 << 10) / 4 - PARAMS) / ROW };
    struct ib_instance instance;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    struct ib_problem p = shapes(IB_F32, F32_ROWS, 2, width);
    assert_supported(&instance, &p);
    p = shapes(IB_F32, F32_ROWS + 1, 2, width);
    assert_refused(&instance, &p, "bytes of the shared memory of one block, which has 98304");
    p = shapes(IB_F64, F32_ROWS, 2, width);
    assert_refused(&instance, &p, "only regressions of one output can be larger");
    p = shapes(IB_F32, UINT64_MAX / 8, 2, width);
    assert_refused(&instance, &p, "only regressions");
    p = shapes(IB_F32, 10000, 1, (const uint64_t[]){6, 2});
    assert_refused(&instance, &p, "only regressions of one output");
    p = shapes(IB_F32, F32_ROWS, 2, width);
    p.optimizer = IB_ADAM;
    assert_refused(&instance, &p, "bytes of the shared memory of one block");
    p.x.rows = p.y.rows = F32_ROWS - (2 * PARAMS + ROW - 1) / ROW; /* there are two moments */
    assert_supported(&instance, &p);
    p = regression(IB_F32, 100000, 1);
    p.loss_kind = IB_CE;
    assert_refused(&instance, &p, "only regressions of one output");
    p = regression(IB_F32, 1000, 512);
    assert_supported(&instance, &p);
    p = regression(IB_F32, 1000, 513);
    assert_refused(&instance, &p,
                   "513 columns are too many for one pass over the rows, which takes 512 of f32");
    p = regression(IB_F64, 1000, 257);
    assert_refused(&instance, &p, "which takes 256 of f64");
    ib_instance_close(&instance);
}

/* Of mini-batches, the columns of a batch are an odd number of values apart. */
static void test_largest_batches(void **state)
{
    static const uint64_t width[] = {6, 6, 1};
    enum { PARAMS = 7 * 6 + 7, ROW = 6 + 1 + 2 * (6 + 1), F32_ROWS = ((96 << 10) / 4 - PARAMS) / ROW };
    _Static_assert(F32_ROWS % 2 == 1, "the largest batch is as large as its columns are apart");
    struct ib_instance instance;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    struct ib_problem p = shapes(IB_F32, 5000, 2, width);
    p.batch = F32_ROWS;
    assert_supported(&instance, &p);
    p.batch = F32_ROWS + 1;
    assert_refused(&instance, &p, "the network, its batch and activations need");
    p = shapes(IB_F32, 1437, 2, (const uint64_t[]){64, 64, 10}); /* digits */
    p.loss_kind = IB_CE;
    p.optimizer = IB_ADAM;
    assert_refused(&instance, &p, "the network, its data set and activations need");
    p.batch = 32;
    assert_supported(&instance, &p);
    p = regression(IB_F32, 100000, 513);
    p.batch = 100;
    assert_refused(&instance, &p, "the batch is too large for one block");
    ib_instance_close(&instance);
}

static void test_memory_of_the_device(void **state)
{
    static const uint64_t width[] = {6, 6, 1};
    const struct ib_problem p = shapes(IB_F32, 100, 2, width);
    struct ib_instance instance;
    char why[256];
    (void)state;
    set_faults("shared=8000");
    assert_int_equal(try_open("cuda_fused", NULL, NULL, &instance), IB_OK);
    assert_refused(&instance, &p, "need 8596 bytes of the shared memory of one block, which has 8000");
    set_faults("shared=200000"); /* more than is used */
    assert_supported(&instance, &p);
    set_faults("no_driver");
    assert_int_equal(try_supports(&instance, &p, why, sizeof why), IB_EUNSUPPORTED);
    assert_string_equal(why, "the device does not say how much shared memory it has");
    set_faults(NULL);
    ib_instance_close(&instance);
}

/* ---- trainings ---- */

/* One row with x = 0 and y = 1: only b moves, and its distance from 1 shrinks by 1 - lr in each epoch. */
static struct ib_problem one_row(const struct ib_instance *on, enum ib_dtype type)
{
    struct ib_problem p = regression(type, 1, 1);
    struct ib_view *const views[] = {&p.x, &p.y, &p.w[0], &p.b[0], &p.loss};
    p.loss = p.x;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const double value = views[i] == &p.y;
        const float f32 = (float)value;
        const bool single = type == IB_F32;
        assert_int_equal(on->impl->mem->alloc(on->state, 8, &views[i]->p), IB_OK);
        assert_int_equal(
            on->impl->mem->h2d(on->state, views[i]->p, single ? (const void *)&f32 : &value, single ? 4 : 8),
            IB_OK);
    }
    return p;
}

static void drop(const struct ib_instance *on, struct ib_problem *p)
{
    struct ib_view *const views[] = {&p->x, &p->y, &p->w[0], &p->b[0], &p->loss};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        on->impl->mem->free(on->state, views[i]->p);
}

/* More than one launch; the loss is that of the last epoch. */
static void test_many_epochs(void **state)
{
    enum { EPOCHS = 16384 + 5 };
    struct ib_instance instance;
    double b, loss;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    const struct ib_mem_ops *mem = instance.impl->mem;
    struct ib_problem p = one_row(&instance, IB_F64);
    assert_int_equal(instance.impl->fused->steps(instance.state, &p, EPOCHS), IB_OK);
    assert_int_equal(mem->d2h(instance.state, &b, p.b[0].p, sizeof b), IB_OK);
    assert_int_equal(mem->d2h(instance.state, &loss, p.loss.p, sizeof loss), IB_OK);
    assert_true(fabs(b - (1 - pow(1 - p.lr, EPOCHS))) < 1e-11);
    assert_true(fabs(loss - 0.5 * pow(1 - p.lr, 2 * (EPOCHS - 1))) < 1e-11);
    drop(&instance, &p);
    ib_instance_close(&instance);
}

static void place(const struct ib_instance *on, struct ib_view *v, const void *values)
{
    const size_t bytes = (size_t)(v->rows * v->cols) * 4;
    assert_int_equal(on->impl->mem->alloc(on->state, bytes, &v->p), IB_OK);
    assert_int_equal(on->impl->mem->h2d(on->state, v->p, values, bytes), IB_OK);
}

/* More than one launch, and a sum of so many equal losses that f32 alone would lose digits of it. All losses
 * but the last, which belong to the second launch, are Y^2 / 2. */
static void test_many_steps(void **state)
{
    enum { FIRST = 16384, STEPS = FIRST + 5 };
    static const float Y = 0.3F;
    static float x[STEPS], y[STEPS], zero;
    static uint32_t order[STEPS];
    struct ib_instance instance;
    float loss;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    for (uint32_t i = 0; i < STEPS; i++) {
        order[i] = STEPS - 1 - i;
        y[order[i]] = i < FIRST ? Y : 0;
    }
    struct ib_problem p = regression(IB_F32, STEPS, 1);
    p.batch = 1;
    p.lr = 0;
    p.loss = (struct ib_view){NULL, 1, 1, 1, IB_F32};
    p.order = (struct ib_view){NULL, 1, STEPS, STEPS, IB_U32};
    place(&instance, &p.x, x);
    place(&instance, &p.y, y);
    place(&instance, &p.w[0], &zero);
    place(&instance, &p.b[0], &zero);
    place(&instance, &p.loss, &zero);
    place(&instance, &p.order, order);
    assert_int_equal(instance.impl->fused->steps(instance.state, &p, STEPS), IB_OK);
    assert_int_equal(instance.impl->mem->d2h(instance.state, &loss, p.loss.p, sizeof loss), IB_OK);
    const double right = 0.5 * Y * Y * FIRST / STEPS;
    assert_true(fabs(loss - right) < 3e-7 * right);
    instance.impl->mem->free(instance.state, p.order.p);
    drop(&instance, &p);
    ib_instance_close(&instance);
}

/* Fields of optimisers are not read in the problem of a program that does not know them. */
static void test_programs_without_optimisers(void **state)
{
    struct ib_instance instance;
    double b;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    struct ib_problem p = one_row(&instance, IB_F64);
    p.struct_size = offsetof(struct ib_problem, optimizer);
    p.optimizer = IB_ADAM;
    p.weight_decay = NAN;
    assert_int_equal(instance.impl->fused->steps(instance.state, &p, 1), IB_OK);
    assert_int_equal(instance.impl->mem->d2h(instance.state, &b, p.b[0].p, sizeof b), IB_OK);
    assert_true(fabs(b - p.lr) < 1e-15);
    drop(&instance, &p);
    ib_instance_close(&instance);
}

static void test_nothing_to_predict(void **state)
{
    const struct ib_problem p = regression(IB_F32, 10, 3);
    const struct ib_view x = {NULL, 0, 3, 3, IB_F32}, out = {NULL, 0, 1, 1, IB_F32};
    struct ib_instance instance;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    assert_int_equal(instance.impl->fused->predict(instance.state, &p, &x, &out), IB_OK);
    ib_instance_close(&instance);
}

static void test_refused_launches(void **state)
{
    struct ib_instance instance;
    struct ib_problem p;
    (void)state;
    must_open("cuda_fused", NULL, NULL, &instance);
    p = one_row(&instance, IB_F32);
    set_faults("launch=1");
    assert_failure(instance.impl->fused->steps(instance.state, &p, 3), IB_EDEVICE,
                   "kernel fused_network of f32: cudaErrorLaunchOutOfResources (too many");
    assert_failure(instance.impl->fused->predict(instance.state, &p, &p.x, &p.y), IB_EDEVICE,
                   "kernel fused_predict of f32");
    p.x.rows = p.y.rows = 100000;
    assert_failure(instance.impl->fused->steps(instance.state, &p, 3), IB_EDEVICE,
                   "kernel fused_pass_narrow of f32");
    set_faults("memory=100");
    p.dtype = IB_F64;
    p.x.rows = p.y.rows = 200000;
    assert_failure(instance.impl->fused->steps(instance.state, &p, 3), IB_ENOMEM, "no device memory");
    set_faults(NULL);
    drop(&instance, &p);
    ib_instance_close(&instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(test_opening),
        MOCK_TEST(test_largest_problems),
        MOCK_TEST(test_largest_batches),
        MOCK_TEST(test_memory_of_the_device),
        MOCK_TEST(test_many_epochs),
        MOCK_TEST(test_many_steps),
        MOCK_TEST(test_nothing_to_predict),
        MOCK_TEST(test_refused_launches),
        MOCK_TEST(test_programs_without_optimisers),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
