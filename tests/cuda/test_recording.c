/* cuda_graph on the mock runtime: what a recording contains, and what it cannot contain. */
#include "opened.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_recording(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", "epochs_per_graph", "7", &instance);
    const struct ib_capture *capture = instance.impl->capture;
    struct ib_view x = new_matrix(&instance, 3, 5, 1), y = new_matrix(&instance, 3, 5, 0);
    assert_int_equal(capture->epochs(instance.state), 7);
    assert_int_equal(instance.impl->ops->axpy(instance.state, 0, &x, &y),
                     IB_OK); /* as the first epoch does */
    assert_failure(capture->replay(instance.state, 1), IB_EINVAL, "replay without a recording");
    for (int round = 1; round <= 2; round++) { /* the second recording replaces the first */
        assert_int_equal(capture->begin(instance.state), IB_OK);
        assert_int_equal(instance.impl->ops->axpy(instance.state, round, &x, &y), IB_OK);
        assert_int_equal(capture->end(instance.state), IB_OK);
        assert_all(&instance, &y, round == 1 ? 0 : 3);
        assert_int_equal(capture->replay(instance.state, 3), IB_OK);
        assert_all(&instance, &y, round == 1 ? 3 : 9);
    }
    drop_matrix(&instance, &x);
    drop_matrix(&instance, &y);
    ib_instance_close(&instance);
}

/* A recording keeps its scratch memory, whatever is requested afterwards. */
static void test_scratch_of_a_recording(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", NULL, NULL, &instance);
    const struct ib_capture *capture = instance.impl->capture;
    const struct ib_tensor_ops *ops = instance.impl->ops;
    struct ib_view tall = new_matrix(&instance, 20000, 3, 1), wide = new_matrix(&instance, 70000, 40, 1);
    struct ib_view sum = new_matrix(&instance, 1, 3, 0), wide_sum = new_matrix(&instance, 1, 40, 0);
    assert_int_equal(ops->col_sum(instance.state, &tall, &sum), IB_OK);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    assert_int_equal(ops->col_sum(instance.state, &tall, &sum), IB_OK);
    assert_int_equal(capture->end(instance.state), IB_OK);
    assert_int_equal(ops->col_sum(instance.state, &wide, &wide_sum), IB_OK);
    assert_all(&instance, &wide_sum, 70000);
    assert_int_equal(ops->axpy(instance.state, -1, &sum, &sum), IB_OK);
    assert_all(&instance, &sum, 0);
    assert_int_equal(capture->replay(instance.state, 2), IB_OK);
    assert_all(&instance, &sum, 20000);
    struct ib_view *all[] = {&tall, &wide, &sum, &wide_sum};
    for (size_t i = 0; i < 4; i++)
        drop_matrix(&instance, all[i]);
    ib_instance_close(&instance);
}

/* A recording that is made, or given back, while the one before still runs. */
static void test_recording_that_runs(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", NULL, NULL, &instance);
    const struct ib_capture *capture = instance.impl->capture;
    struct ib_view x = new_matrix(&instance, 3, 5, 1), y = new_matrix(&instance, 3, 5, 0);
    assert_int_equal(instance.impl->ops->axpy(instance.state, 0, &x, &y), IB_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(capture->begin(instance.state), IB_OK);
        assert_int_equal(instance.impl->ops->axpy(instance.state, 1, &x, &y), IB_OK);
        assert_int_equal(capture->end(instance.state), IB_OK);
        assert_int_equal(capture->replay(instance.state, 2), IB_OK);
    }
    ib_instance_close(&instance); /* the matrices go first only where nothing runs */
    must_open("cuda_graph", NULL, NULL, &instance);
    drop_matrix(&instance, &x);
    drop_matrix(&instance, &y);
    ib_instance_close(&instance);
}

/* The first launch of a kernel loads it, which no recording can hold. */
static void test_kernel_that_was_never_used(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", NULL, NULL, &instance);
    const struct ib_capture *capture = instance.impl->capture;
    struct ib_view m = new_matrix(&instance, 3, 5, 1), row = new_matrix(&instance, 1, 5, 1);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    assert_failure(instance.impl->ops->add_row(instance.state, &row, &m), IB_EDEVICE,
                   "cudaErrorStreamCaptureUnsupported");
    drop_matrix(&instance, &m);
    drop_matrix(&instance, &row);
    ib_instance_close(&instance);
}

/* What a recording cannot hold is refused; afterwards the device works as before. */
static void test_recording_given_up(void **state)
{
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", NULL, NULL, &instance);
    const struct ib_capture *capture = instance.impl->capture;
    struct ib_view tall = new_matrix(&instance, 20000, 3, 1), sum = new_matrix(&instance, 1, 3, 0);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    assert_failure(instance.impl->ops->col_sum(instance.state, &tall, &sum), IB_EINTERNAL, "cannot grow");
    drop_matrix(&instance, &tall); /* as the harness does when an epoch failed */
    assert_all(&instance, &sum, 0);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    assert_failure(instance.impl->mem->sync(instance.state), IB_EDEVICE, "cudaErrorStreamCaptureUnsupported");
    assert_failure(capture->end(instance.state), IB_EDEVICE, "cudaErrorStreamCaptureInvalidated");
    assert_all(&instance, &sum, 0);
    set_faults("no_graph");
    assert_int_equal(capture->begin(instance.state), IB_OK);
    assert_failure(capture->end(instance.state), IB_ENOMEM, "cudaGraphInstantiate");
    set_faults(NULL);
    assert_all(&instance, &sum, 0);
    drop_matrix(&instance, &sum);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    ib_instance_close(&instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(test_recording),
        MOCK_TEST(test_scratch_of_a_recording),
        MOCK_TEST(test_recording_given_up),
        MOCK_TEST(test_recording_that_runs),
        MOCK_TEST(test_kernel_that_was_never_used),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
