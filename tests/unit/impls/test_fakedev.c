/* fakedev behaves like a device: inaccessible memory, queued work, and errors. */
#include "base/error.h"
#include "plugin/loader.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 4 };

static const double ones[N] = {1, 1, 1, 1};

static int open_device(void **state)
{
    const struct ib_impl *impl;
    struct ib_instance *device = calloc(1, sizeof *device);
    *state = device;
    return ib_impl_load("fakedev", NULL, &impl) != IB_OK || ib_instance_open(impl, NULL, 0, device) != IB_OK;
}

static int close_device(void **state)
{
    ib_instance_close(*state);
    free(*state);
    return 0;
}

static struct ib_view row(void *p)
{
    return (struct ib_view){.p = p, .rows = 1, .cols = N, .ld = N, .type = IB_F64};
}

static struct ib_view new_row(const struct ib_instance *device)
{
    void *p;
    assert_int_equal(device->impl->mem->alloc(device->state, sizeof ones, &p), IB_OK);
    return row(p);
}

static struct ib_copies copies_of(const struct ib_instance *device)
{
    struct ib_copies copies = {.struct_size = sizeof copies};
    device->impl->copies(device->state, &copies);
    return copies;
}

static void memory_comes_as_nan(void **state)
{
    const struct ib_instance *device = *state;
    double got[N] = {0};
    const struct ib_view x = new_row(device);
    assert_int_equal(device->impl->mem->d2h(device->state, got, x.p, sizeof got), IB_OK);
    for (int i = 0; i < N; i++)
        assert_false(got[i] == got[i]);
}

/* Only copies transfer data to the host, even while the device works. */
static void host_cannot_touch_it(void **state)
{
    const struct ib_instance *device = *state;
    const struct ib_view x = new_row(device);
    int status;
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, ones, sizeof ones), IB_OK);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*(volatile double *)x.p == 1 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

/* The caller may reuse its buffer immediately; the work uses the earlier contents. */
static void work_runs_in_order(void **state)
{
    const struct ib_instance *device = *state;
    const struct ib_view x = new_row(device), y = new_row(device);
    double buffer[N] = {1, 2, 3, 4}, got[N];
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, buffer, sizeof buffer), IB_OK);
    assert_int_equal(device->impl->mem->h2d(device->state, y.p, ones, sizeof ones), IB_OK);
    assert_int_equal(device->impl->ops->axpy(device->state, 2, &x, &y), IB_OK);
    buffer[0] = 100;
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, buffer, sizeof buffer), IB_OK);
    assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    assert_int_equal(device->impl->mem->d2h(device->state, got, y.p, sizeof got), IB_OK);
    const double expected[N] = {103, 7, 10, 13};
    assert_memory_equal(got, expected, sizeof got);
}

static void long_queues_are_worked_off(void **state)
{
    const struct ib_instance *device = *state;
    const struct ib_view x = new_row(device), y = new_row(device);
    double got[N];
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, ones, sizeof ones), IB_OK);
    assert_int_equal(device->impl->mem->h2d(device->state, y.p, ones, sizeof ones), IB_OK);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    assert_int_equal(device->impl->mem->d2h(device->state, got, y.p, sizeof got), IB_OK);
    assert_true(got[0] == 5001 && got[N - 1] == 5001);
}

/* An error of queued work is reported once, by the next wait, and the device continues. */
static void errors_wait_for_a_sync(void **state)
{
    const struct ib_instance *device = *state;
    double on_host[N] = {0};
    const struct ib_view x = new_row(device), y = row(on_host);
    assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    assert_int_equal(device->impl->mem->sync(device->state), IB_EDEVICE);
    assert_string_equal(ib_last_error()->message, "axpy: an operand is not in device memory");
    assert_int_equal(device->impl->mem->sync(device->state), IB_OK);
    assert_true(on_host[0] == 0);
}

static void freed_memory_is_gone(void **state)
{
    const struct ib_instance *device = *state;
    double got[N];
    const struct ib_view x = new_row(device);
    device->impl->mem->free(device->state, x.p);
    const struct ib_view y = new_row(device);
    assert_ptr_not_equal(x.p, y.p);
    assert_int_equal(device->impl->mem->d2h(device->state, got, x.p, sizeof got), IB_EDEVICE);
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, ones, sizeof ones), IB_EDEVICE);
}

static void copies_beyond_a_block_fail(void **state)
{
    const struct ib_instance *device = *state;
    double got[N + 1];
    const struct ib_view x = new_row(device);
    assert_int_equal(device->impl->mem->d2h(device->state, got, x.p, sizeof got), IB_EDEVICE);
    assert_int_equal(device->impl->mem->d2h(device->state, got, (double *)x.p + 1, sizeof ones), IB_EDEVICE);
    assert_int_equal(device->impl->mem->d2h(device->state, got, (double *)x.p + 1, sizeof *ones), IB_OK);
}

static void too_much_memory_is_refused(void **state)
{
    const struct ib_instance *device = *state;
    void *p = NULL;
    assert_int_equal(device->impl->mem->alloc(device->state, (size_t)1 << 40, &p), IB_ENOMEM);
    assert_int_equal(device->impl->mem->alloc(device->state, SIZE_MAX, &p), IB_ENOMEM);
}

static void its_driver_counts_every_copy(void **state)
{
    const struct ib_instance *device = *state;
    double got[N];
    const struct ib_view x = new_row(device), y = new_row(device);
    const struct ib_copies before = copies_of(device);
    assert_int_equal(device->impl->mem->h2d(device->state, x.p, ones, sizeof ones), IB_OK);
    assert_int_equal(device->impl->mem->h2d(device->state, y.p, ones, sizeof ones), IB_OK);
    assert_int_equal(device->impl->ops->axpy(device->state, 1, &x, &y), IB_OK);
    assert_int_equal(device->impl->mem->d2h(device->state, got, y.p, sizeof *got), IB_OK);
    const struct ib_copies after = copies_of(device);
    assert_int_equal(after.h2d_count - before.h2d_count, 2);
    assert_int_equal(after.h2d_bytes - before.h2d_bytes, 2 * sizeof ones);
    assert_int_equal(after.d2h_count - before.d2h_count, 1);
    assert_int_equal(after.d2h_bytes - before.d2h_bytes, sizeof *got);
    assert_int_equal(after.pageable_count - before.pageable_count, 3);
    assert_int_equal(after.pageable_bytes, after.h2d_bytes + after.d2h_bytes);
    assert_int_equal(after.d2d_count + after.memset_count + after.pinned_count, 0);
    assert_true(after.launch_count == IB_UNCOUNTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_device, close_device)
    const struct CMUnitTest tests[] = {
        TEST(memory_comes_as_nan),          TEST(host_cannot_touch_it),
        TEST(work_runs_in_order),           TEST(long_queues_are_worked_off),
        TEST(errors_wait_for_a_sync),       TEST(freed_memory_is_gone),
        TEST(copies_beyond_a_block_fail),   TEST(too_much_memory_is_refused),
        TEST(its_driver_counts_every_copy),
    };
    return cmocka_run_group_tests_name("fakedev", tests, NULL, NULL);
}
