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

/* Row numbers of a recording: those of the order, or so many further on. */
static void test_recorded_rows(void **state)
{
    enum { ROWS = 2, COLS = 3 };
    static const uint32_t order[] = {0, 0, 1, 1, 2, 2, 3, 3};
    struct ib_instance instance;
    (void)state;
    must_open("cuda_graph", "epochs_per_graph", "2", &instance);
    const struct ib_capture *capture = instance.impl->capture;
    const struct ib_tensor_ops *ops = instance.impl->ops;
    struct ib_view index = {NULL, 1, 8, 8, IB_U32}, a = new_matrix(&instance, 4, COLS, 0);
    struct ib_view b = new_matrix(&instance, ROWS, COLS, 0), sum = new_matrix(&instance, ROWS, COLS, 0);
    assert_int_equal(instance.impl->mem->alloc(instance.state, sizeof order, &index.p), IB_OK);
    assert_int_equal(instance.impl->mem->h2d(instance.state, index.p, order, sizeof order), IB_OK);
    for (uint64_t row = 0; row < 4; row++) {
        const float values[COLS] = {(float)(1 << 4 * row), (float)(1 << 4 * row), (float)(1 << 4 * row)};
        assert_int_equal(
            instance.impl->mem->h2d(instance.state, (float *)a.p + row * COLS, values, sizeof values), IB_OK);
    }
    assert_int_equal(ops->gather_rows(instance.state, 6, &a, &index, &b), IB_OK);
    assert_all(&instance, &b, 0x1000);
    assert_int_equal(ops->axpy(instance.state, 0, &b, &sum), IB_OK);
    assert_int_equal(capture->begin(instance.state), IB_OK);
    for (uint64_t step = 0; step < 2; step++) {
        assert_int_equal(ops->gather_rows(instance.state, step * ROWS, &a, &index, &b), IB_OK);
        assert_int_equal(ops->axpy(instance.state, 1, &b, &sum), IB_OK);
    }
    assert_failure(ops->gather_rows(instance.state, 3, &a, &index, &b), IB_EINTERNAL,
                   "room for the first 4 numbers of one order; rows 3 to 5");
    assert_int_equal(capture->end(instance.state), IB_OK);
    assert_int_equal(capture->replay_shifted(instance.state, 4), IB_OK); /* without waiting between them */
    assert_int_equal(capture->replay_shifted(instance.state, 2), IB_OK);
    assert_int_equal(capture->replay(instance.state, 1), IB_OK);
    assert_all(&instance, &sum, 0x1221);
    struct ib_view *all[] = {&a, &b, &sum, &index};
    for (size_t i = 0; i < 4; i++)
        drop_matrix(&instance, all[i]);
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
        MOCK_TEST(test_recorded_rows),
        MOCK_TEST(test_scratch_of_a_recording),
        MOCK_TEST(test_recording_given_up),
        MOCK_TEST(test_recording_that_runs),
        MOCK_TEST(test_kernel_that_was_never_used),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
