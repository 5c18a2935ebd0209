/* opencl_naive on any OpenCL device: its memory, clock and options; its trainings match the oracle and give
 * the same bits every time. */
#include "base/error.h"
#include "fixtures/trained.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define PLUGIN IB_BUILD_DIR "/impls/opencl_naive.so"

enum { N = 1000, EXIT_SKIPPED = 77 };

static const struct ib_impl *opencl;

static int open_device(void **state)
{
    struct ib_instance *device = calloc(1, sizeof *device);
    *state = device;
    return ib_instance_open(opencl, NULL, 0, device) != IB_OK;
}

static int close_device(void **state)
{
    ib_instance_close(*state);
    free(*state);
    return 0;
}

static struct ib_view view(void *p, uint64_t rows, uint64_t cols)
{
    return (struct ib_view){.p = p, .rows = rows, .cols = cols, .ld = cols, .type = IB_F32};
}

static struct ib_view new_view(const struct ib_instance *device, uint64_t rows, uint64_t cols)
{
    void *p;
    assert_int_equal(device->impl->mem->alloc(device->state, rows * cols * sizeof(float), &p), IB_OK);
    return view(p, rows, cols);
}

static void fill(const struct ib_instance *device, const struct ib_view *m, float value)
{
    const size_t n = (size_t)(m->rows * m->cols);
    float *host = malloc(n * sizeof *host);
    for (size_t i = 0; i < n; i++)
        host[i] = value;
    assert_int_equal(device->impl->mem->h2d(device->state, m->p, host, n * sizeof *host), IB_OK);
    free(host);
}

static void drop(const struct ib_instance *device, const struct ib_view *m)
{
    device->impl->mem->free(device->state, m->p);
}

/* ---- memory ---- */

/* Calls only queue work; what they read is what was there when they were called. */
static void work_is_ordered(void **state)
{
    const struct ib_instance *device = *state;
    float host[N], got[N];
    const struct ib_view x = new_view(device, 1, N), y = new_view(device, 1, N);
    fill(device, &y, 0);
    for (int round = 1; round <= 100; round++) {
        for (int i = 0; i < N; i++)
            host[i] = (float)(round * i);
        assert_int_equal(device->impl->mem->h2d(device->state, x.p, host, sizeof host), IB_OK);
        memset(host, 0xff, sizeof host); /* the caller's array is the caller's again */
        assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    }
    drop(device, &x); /* the last axpy may still be waiting */
    assert_int_equal(device->impl->mem->d2h(device->state, got, y.p, sizeof got), IB_OK);
    for (int i = 0; i < N; i++)
        assert_true(got[i] == (float)(5050 * i));
    drop(device, &y);
}

/* Sums over many rows need work space, the larger the more; no sum may wait for a smaller one's to be free.
 */
static void work_space_grows(void **state)
{
    enum { SIZES = 5 };
    const struct ib_instance *device = *state;
    struct ib_view m[SIZES], sum[SIZES];
    for (int s = 0; s < SIZES; s++) {
        m[s] = new_view(device, (uint64_t)20000 << s, 3);
        sum[s] = new_view(device, 1, 3);
        fill(device, &m[s], 1);
    }
    for (int s = 0; s < SIZES; s++)
        assert_int_equal(device->impl->ops->col_sum(device->state, &m[s], &sum[s]), IB_OK);
    for (int s = 0; s < SIZES; s++) {
        float got[3];
        assert_int_equal(device->impl->mem->d2h(device->state, got, sum[s].p, sizeof got), IB_OK);
        assert_true(got[0] == (float)(20000 << s) && got[2] == got[0]);
        drop(device, &m[s]);
        drop(device, &sum[s]);
    }
}

static void too_much_memory_is_refused(void **state)
{
    const struct ib_instance *device = *state;
    void *p = NULL;
    assert_int_equal(device->impl->mem->alloc(device->state, (size_t)1 << 50, &p), IB_ENOMEM);
    assert_non_null(strstr(ib_last_error()->message, "1125899906842624 bytes: CL_"));
}

/* ---- the clock ---- */

static uint64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void marks_measure_the_device(void **state)
{
    const struct ib_instance *device = *state;
    const struct ib_mem_ops *mem = device->impl->mem;
    const struct ib_view x = new_view(device, 1000, 1000), y = new_view(device, 1000, 1000);
    float got = 0;
    uint64_t elapsed[2];
    fill(device, &x, 1);
    fill(device, &y, 0);
    /* the first launch also compiles for the sizes of this launch: it is not part of what is compared */
    assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    assert_int_equal(mem->sync(device->state), IB_OK);
    assert_int_equal(mem->elapsed(device->state, &elapsed[0]), IB_EINVAL);
    assert_int_equal(mem->mark(device->state, 2), IB_EINVAL);
    for (int run = 0; run < 2; run++) { /* the second has a hundred times the work of the first */
        const uint64_t begin = wall_ns();
        assert_int_equal(mem->mark(device->state, 0), IB_OK);
        for (int i = 0; i < (run == 0 ? 1 : 100); i++)
            assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
        assert_int_equal(mem->mark(device->state, 1), IB_OK);
        assert_int_equal(mem->sync(device->state), IB_OK);
        const uint64_t wall = wall_ns() - begin;
        assert_int_equal(mem->elapsed(device->state, &elapsed[run]), IB_OK);
        assert_true(elapsed[run] > 0 && elapsed[run] <= wall);
    }
    assert_true(elapsed[1] > elapsed[0]);
    /* what was queued before the first mark is not lost with the queue that it replaced */
    assert_int_equal(mem->d2h(device->state, &got, y.p, sizeof got), IB_OK);
    assert_true(got == 102);
    drop(device, &x);
    drop(device, &y);
}

/* ---- the options ---- */

static enum ib_status open_with(const char *platform, const char *device, char *text, size_t n)
{
    const struct ib_setting settings[] = {{.name = "platform", .value = platform},
                                          {.name = "device", .value = device}};
    struct ib_instance instance;
    IB_TRY(ib_instance_open(opencl, settings, 2, &instance));
    const enum ib_status status = opencl->describe(instance.state, text, n);
    ib_instance_close(&instance);
    return status;
}

static void devices_are_chosen_by_index_and_name(void **state)
{
    char first[512], again[512], platform[512];
    (void)state;
    assert_int_equal(open_with("", "", first, sizeof first), IB_OK);
    assert_int_equal(open_with("0", "0", again, sizeof again), IB_OK);
    assert_non_null(strstr(first, "OpenCL "));
    assert_non_null(strstr(first, ", driver "));
    snprintf(platform, sizeof platform, "%.*s", (int)strcspn(first, ","), first);
    for (char *c = platform; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    assert_int_equal(open_with(platform, "", again, sizeof again), IB_OK);
    assert_string_equal(again, first);
    assert_int_equal(open_with(platform + 1, "0", again, sizeof again),
                     IB_OK); /* a part of the name will do */
}

static void unknown_devices_are_answered_with_what_there_is(void **state)
{
    static const char *const wrong[][2] = {{"99", ""}, {"", "99"}, {"no such", ""}, {"", "no such"}};
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(open_with(wrong[i][0], wrong[i][1], text, sizeof text), IB_EUNAVAILABLE);
        const char *message = ib_last_error()->message;
        assert_non_null(strstr(message, wrong[i][0]));
        assert_non_null(strstr(message, wrong[i][1]));
        assert_non_null(strstr(message, "available: platform 0 "));
    }
}

/* ---- trainings ---- */

static const struct ib_network networks[] = {
    {.n_layers = 1, .width = {7, 1}, .loss = IB_HALF_MSE},
    {.n_layers = 1, .width = {7, 1}, .loss = IB_BCE},
    {.n_layers = 2, .width = {7, 6, 1}, .act = IB_TANH, .loss = IB_MSE},
    {.n_layers = 3, .width = {7, 6, 6, 2}, .act = IB_SIGMOID, .loss = IB_BCE},
};
enum { NETWORKS = sizeof networks / sizeof *networks, MAX_EPOCHS = 2000, MAX_PARAMS = 512 };

static void make_problem(struct test_problem *p, const struct ib_network *net, uint64_t epochs)
{
    test_problem_random(p, net, IB_XAVIER, 97, 11, 3);
    p->oracle.spec.lr = 0.05;
    p->oracle.epochs = epochs;
}

static void train(const struct test_problem *p, enum ib_residency residency, enum ib_dtype type,
                  double *losses, uint64_t *n, double *params)
{
    struct test_training t;
    test_training_open(&t, opencl, residency, p, type);
    test_training_run(&t, p->oracle.epochs, losses, n);
    test_training_params(&t, params);
    test_training_close(&t);
}

static void check_losses(enum ib_residency residency, enum ib_dtype type, uint64_t epochs, double tolerance)
{
    static double losses[MAX_EPOCHS];
    double params[MAX_PARAMS];
    for (int i = 0; i < NETWORKS; i++) {
        struct test_problem p;
        struct ib_trajectory truth;
        uint64_t n = 0;
        make_problem(&p, &networks[i], epochs);
        assert_int_equal(ib_oracle_train(&p.oracle, &truth), IB_OK);
        train(&p, residency, type, losses, &n, params);
        assert_int_equal(n, truth.curve.n);
        for (uint64_t e = 0; e < n; e++)
            if (!(fabs(losses[e] - truth.curve.loss[e]) <= tolerance * fabs(truth.curve.loss[e])))
                fail_msg("network %d: the loss of epoch %llu is %.17g, the oracle has %.17g", i,
                         (unsigned long long)truth.curve.epoch[e], losses[e], truth.curve.loss[e]);
        ib_trajectory_free(&truth);
        test_problem_free(&p);
    }
}

static void losses_are_the_oracles(void **state)
{
    (void)state;
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++) {
        check_losses((enum ib_residency)residency, IB_F32, 50, 1e-4);
        check_losses((enum ib_residency)residency, IB_F64, 50, 1e-10);
    }
    check_losses(IB_RESIDENT, IB_F64, 1000, 1e-10);
}

static void runs_are_the_same_bits(void **state)
{
    static double losses[2][MAX_EPOCHS];
    double params[2][MAX_PARAMS] = {{0}};
    (void)state;
    for (int type = IB_F32; type <= IB_F64; type++)
        for (int i = 0; i < NETWORKS; i++) {
            struct test_problem p;
            uint64_t n[2];
            make_problem(&p, &networks[i], 200);
            train(&p, IB_PER_OP, (enum ib_dtype)type, losses[0], &n[0], params[0]);
            train(&p, IB_RESIDENT, (enum ib_dtype)type, losses[1], &n[1], params[1]);
            assert_memory_equal(losses[0], losses[1], n[0] * sizeof *losses[0]);
            assert_memory_equal(params[0], params[1], sizeof params[0]);
            test_problem_free(&p);
        }
}

int main(void)
{
    struct ib_instance device;
    if (ib_impl_load("opencl_naive", PLUGIN, &opencl) != IB_OK ||
        ib_instance_open(opencl, NULL, 0, &device) != IB_OK) {
        printf("skipped: %s\n", ib_error_text());
        return ib_last_error()->code == IB_EUNAVAILABLE ? EXIT_SKIPPED : 1;
    }
    ib_instance_close(&device);
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)
    const struct CMUnitTest tests[] = {
        TEST(work_is_ordered),
        TEST(work_space_grows),
        TEST(too_much_memory_is_refused),
        TEST(marks_measure_the_device),
        cmocka_unit_test(devices_are_chosen_by_index_and_name),
        cmocka_unit_test(unknown_devices_are_answered_with_what_there_is),
        cmocka_unit_test(losses_are_the_oracles),
        cmocka_unit_test(runs_are_the_same_bits),
    };
    return cmocka_run_group_tests_name("opencl", tests, NULL, NULL);
}
