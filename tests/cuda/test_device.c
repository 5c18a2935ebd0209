/* CUDA's plugins on the mock runtime: what the conformance suite and a training do not ask for, and what goes
 * wrong. The last test leaves the mock broken. */
#include "opened.h"

#include "opcheck/copy_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- opening ---- */

static void test_missing_devices(void **state)
{
    static const struct {
        const char *faults, *words;
    } cases[] = {
        {"no_driver", "no NVIDIA driver"},
        {"old_driver", "supports CUDA 12.2, and"},
        {"stub_driver", "stub"},
        {"broken_driver", "cudaErrorUnknown"},
        {"no_device", "CUDA_VISIBLE_DEVICES"},
        {"bad_driver", "restart"},
        {"not_ready", "nvidia-fabricmanager"},
        {"old_device", "compute capability 7.5"},
    };
    struct ib_instance instance;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EACH_PLUGIN(p)
        {
            set_faults(cases[i].faults);
            assert_failure(try_open(plugins[p], NULL, NULL, &instance), IB_EUNAVAILABLE, cases[i].words);
        }
}

static void test_device_that_is_not_there(void **state)
{
    struct ib_instance instance;
    (void)state;
    set_faults(NULL);
    EACH_PLUGIN(p)
    assert_failure(try_open(plugins[p], "device", "1", &instance), IB_EUNAVAILABLE,
                   "device 1 does not exist");
}

static void test_opening_without_memory(void **state)
{
    struct ib_instance instance;
    (void)state;
    EACH_PLUGIN(p)
    {
        set_faults("no_stream");
        assert_failure(try_open(plugins[p], NULL, NULL, &instance), IB_ENOMEM, "cudaStreamCreateWithFlags");
    }
    set_faults("memory=1000000");
    assert_failure(try_open("cuda_cublas", NULL, NULL, &instance), IB_ENOMEM, "33554432 bytes");
    set_faults("no_blas");
    assert_failure(try_open("cuda_cublas", NULL, NULL, &instance), IB_ENOMEM, "CUBLAS_STATUS_ALLOC_FAILED");
}

static void test_description(void **state)
{
    struct ib_instance instance;
    char text[256];
    (void)state;
    EACH_PLUGIN(p)
    {
        must_open(plugins[p], NULL, NULL, &instance);
        assert_int_equal(instance.impl->describe(instance.state, text, sizeof text), IB_OK);
        assert_non_null(strstr(text, "Mock GPU, compute capability 9.0, driver for CUDA 13.0, runtime "));
        assert_int_equal(strstr(text, "cuBLAS ") != NULL, strcmp(plugins[p], "cuda_cublas") == 0);
        ib_instance_close(&instance);
    }
}

/* ---- memory ---- */

static void test_peak_memory(void **state)
{
    enum { BYTES = 1 << 20 };
    struct ib_instance instance;
    void *block;
    (void)state;
    EACH_PLUGIN(p)
    {
        must_open(plugins[p], NULL, NULL, &instance);
        const uint64_t opened = instance.impl->peak_memory(instance.state); /* cuBLAS's work space */
        assert_int_equal(opened > 0, strcmp(plugins[p], "cuda_cublas") == 0);
        assert_int_equal(instance.impl->mem->alloc(instance.state, BYTES, &block), IB_OK);
        assert_int_equal(instance.impl->peak_memory(instance.state), opened + BYTES);
        instance.impl->mem->free(instance.state, block);
        ib_instance_close(&instance);
    }
}

/* The device receives the array's contents at the time of the call, even from memory that it reads
 * directly. */
static void test_upload_is_done_with_the_array(void **state)
{
    struct ib_instance instance;
    void *host;
    float values[64];
    (void)state;
    must_open("cuda_naive", "pinned", "true", &instance);
    const struct ib_mem_ops *mem = instance.impl->mem;
    assert_int_equal(mem->host_alloc(instance.state, sizeof values, &host), IB_OK);
    struct ib_view m = new_matrix(&instance, 8, 8, 1);
    for (size_t i = 0; i < 64; i++)
        ((float *)host)[i] = 5;
    assert_int_equal(mem->h2d(instance.state, m.p, host, sizeof values), IB_OK);
    memset(host, 0, sizeof values);
    assert_all(&instance, &m, 5);
    assert_int_equal(mem->d2h(instance.state, host, m.p, sizeof values), IB_OK);
    assert_float_equal(((float *)host)[63], 5, 0);
    drop_matrix(&instance, &m);
    mem->host_free(instance.state, host);
    ib_instance_close(&instance);
}

/* The same for ordinary memory, on a device that reads it directly. */
static void test_upload_through_shared_pages(void **state)
{
    struct ib_instance instance;
    float values[64];
    (void)state;
    set_faults("shared_pages");
    assert_int_equal(try_open("cuda_naive", NULL, NULL, &instance), IB_OK);
    const struct ib_mem_ops *mem = instance.impl->mem;
    struct ib_view m = new_matrix(&instance, 8, 8, 1);
    for (size_t i = 0; i < 64; i++)
        values[i] = 5;
    assert_int_equal(mem->h2d(instance.state, m.p, values, sizeof values), IB_OK);
    memset(values, 0, sizeof values);
    assert_all(&instance, &m, 5);
    drop_matrix(&instance, &m);
    ib_instance_close(&instance);
}

/* What is copied is tested so that a device that reads later than was allowed for is noticed. */
static void test_copies_notice_a_late_read(void **state)
{
    static const struct {
        const char *faults, *words;
    } cases[] = {{"shared_pages", ""}, {"migrated_pages", "corrupt copy"}};
    struct ib_instance instance;
    uint64_t checks;
    char text[192];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_faults(cases[i].faults);
        assert_int_equal(try_open("cuda_naive", NULL, NULL, &instance), IB_OK);
        assert_int_equal(ib_copy_check_run(&instance, &checks, text, sizeof text), IB_OK);
        assert_memory_equal(text, cases[i].words, strlen(cases[i].words) + (i == 0));
        ib_instance_close(&instance);
    }
}

static void test_pinned_memory_is_an_option(void **state)
{
    struct ib_instance instance;
    void *host;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    assert_failure(instance.impl->mem->host_alloc(instance.state, 64, &host), IB_EUNSUPPORTED, "pinned");
    ib_instance_close(&instance);
    must_open("cuda_naive", "pinned", "true", &instance);
    set_faults("pinned=63");
    assert_failure(instance.impl->mem->host_alloc(instance.state, 64, &host), IB_ENOMEM, "64 bytes");
    ib_instance_close(&instance);
}

/* A transient failure does not affect later calls. */
static void test_full_memory(void **state)
{
    struct ib_instance instance;
    void *memory;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    struct ib_view m = new_matrix(&instance, 4, 4, 1);
    set_faults("memory=100");
    assert_failure(instance.impl->mem->alloc(instance.state, 100, &memory), IB_ENOMEM, "100 bytes");
    set_faults(NULL);
    assert_int_equal(instance.impl->ops->axpy(instance.state, 2, &m, &m), IB_OK);
    assert_all(&instance, &m, 3);
    drop_matrix(&instance, &m);
    ib_instance_close(&instance);
}

static void test_foreign_memory(void **state)
{
    struct ib_instance instance;
    float value = 0;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    const struct ib_mem_ops *mem = instance.impl->mem;
    assert_failure(mem->h2d(instance.state, &value, &value, sizeof value), IB_EDEVICE, "upload");
    assert_failure(mem->d2h(instance.state, &value, &value, sizeof value), IB_EDEVICE,
                   "cudaErrorInvalidValue");
    assert_int_equal(mem->sync(instance.state), IB_OK);
    ib_instance_close(&instance);
}

/* Memory may be freed while queued work uses it. */
static void test_free_waits(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    struct ib_view x = new_matrix(&instance, 4, 4, 1), y = new_matrix(&instance, 4, 4, 1);
    assert_int_equal(instance.impl->ops->axpy(instance.state, 2, &x, &y), IB_OK);
    drop_matrix(&instance, &x);
    assert_all(&instance, &y, 3);
    drop_matrix(&instance, &y);
    ib_instance_close(&instance);
}

/* ---- the device's clock ---- */

static void test_clock(void **state)
{
    struct ib_instance instance;
    uint64_t ns = 0;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    const struct ib_mem_ops *mem = instance.impl->mem;
    struct ib_view m = new_matrix(&instance, 64, 64, 0);
    assert_failure(mem->elapsed(instance.state, &ns), IB_EINVAL, "mark 0 was never set");
    assert_failure(mem->mark(instance.state, 2), IB_EINVAL, "marks are 0 and 1");
    assert_int_equal(mem->mark(instance.state, 0), IB_OK);
    assert_int_equal(instance.impl->ops->act(instance.state, IB_TANH, &m), IB_OK);
    assert_int_equal(mem->mark(instance.state, 1), IB_OK);
    assert_failure(mem->elapsed(instance.state, &ns), IB_EDEVICE, "cudaEventElapsedTime");
    assert_int_equal(mem->sync(instance.state), IB_OK);
    assert_int_equal(mem->elapsed(instance.state, &ns), IB_OK);
    assert_true(ns > 0 && ns < 10000000000);
    assert_int_equal(mem->mark(instance.state, 0), IB_OK);
    assert_int_equal(mem->sync(instance.state), IB_OK);
    assert_failure(mem->elapsed(instance.state, &ns), IB_EDEVICE, "backwards");
    drop_matrix(&instance, &m);
    ib_instance_close(&instance);
    must_open("cuda_naive", NULL, NULL, &instance);
    set_faults("no_event");
    assert_failure(mem->mark(instance.state, 0), IB_ENOMEM, "cudaEventCreate");
    ib_instance_close(&instance);
}

/* ---- launches ---- */

static void test_refused_launch(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_naive", NULL, NULL, &instance);
    struct ib_view m = new_matrix(&instance, 4, 4, 1);
    set_faults("launch=1");
    assert_failure(instance.impl->ops->axpy(instance.state, 1, &m, &m), IB_EDEVICE,
                   "kernel axpy of f32: cudaErrorLaunchOutOfResources (too many");
    set_faults(NULL);
    assert_all(&instance, &m, 1);
    drop_matrix(&instance, &m);
    ib_instance_close(&instance);
}

/* ---- an error that sticks ---- */

static void a_broken_device_is_unavailable(void **state)
{
    struct ib_instance instances[sizeof plugins / sizeof *plugins];
    struct ib_view m = {0};
    void *memory;
    (void)state;
    EACH_PLUGIN(p) must_open(plugins[p], NULL, NULL, &instances[p]);
    m = new_matrix(&instances[0], 4, 4, 1);
    set_faults("fault=1");
    assert_int_equal(instances[0].impl->ops->axpy(instances[0].state, 1, &m, &m), IB_OK); /* it only waits */
    assert_failure(instances[0].impl->mem->sync(instances[0].state), IB_EDEVICE,
                   "waiting for the device: cudaErrorIllegalAddress");
    set_faults(NULL);
    EACH_PLUGIN(p)
    {
        const struct ib_impl *impl = instances[p].impl;
        assert_failure(impl->mem->alloc(instances[p].state, 64, &memory), IB_EDEVICE,
                       "cudaErrorIllegalAddress");
        assert_failure(impl->ops->add_row(instances[p].state, &m, &m), IB_EDEVICE, "cudaErrorIllegalAddress");
        assert_int_equal(impl->ops->gemm(instances[p].state, false, false, 1, &m, &m, 0, &m), IB_EDEVICE);
        assert_failure(impl->mem->mark(instances[p].state, 0), IB_EDEVICE, "cudaErrorIllegalAddress");
        ib_instance_close(&instances[p]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(test_missing_devices),
        MOCK_TEST(test_device_that_is_not_there),
        MOCK_TEST(test_opening_without_memory),
        MOCK_TEST(test_description),
        MOCK_TEST(test_peak_memory),
        MOCK_TEST(test_upload_is_done_with_the_array),
        MOCK_TEST(test_upload_through_shared_pages),
        MOCK_TEST(test_copies_notice_a_late_read),
        MOCK_TEST(test_pinned_memory_is_an_option),
        MOCK_TEST(test_full_memory),
        MOCK_TEST(test_foreign_memory),
        MOCK_TEST(test_free_waits),
        MOCK_TEST(test_clock),
        MOCK_TEST(test_refused_launch),
        cmocka_unit_test(a_broken_device_is_unavailable),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
