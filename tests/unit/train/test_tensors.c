/* Tensors and their copies: which memory is current, what is copied when, and that all of it is freed. The
 * device is the host's memory behind counters. */
#include "base/error.h"
#include "fixtures/mistaken.h"
#include "train/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a device that counts ---- */

static struct {
    unsigned allocations, frees, uploads, downloads, host_allocations, host_frees;
    enum ib_status host_status; /* of host_alloc */
} seen;

static enum ib_status device_alloc(void *state, size_t bytes, void **out)
{
    (void)state;
    assert_true(bytes > 0);
    *out = malloc(bytes);
    memset(*out, 0xFF, bytes); /* not numbers */
    seen.allocations++;
    return IB_OK;
}

static void device_free(void *state, void *device)
{
    (void)state;
    free(device);
    seen.frees++;
}

static enum ib_status device_upload(void *state, void *device, const void *host, size_t bytes)
{
    (void)state;
    memcpy(device, host, bytes);
    seen.uploads++;
    return IB_OK;
}

static enum ib_status device_download(void *state, void *host, const void *device, size_t bytes)
{
    (void)state;
    memcpy(host, device, bytes);
    seen.downloads++;
    return IB_OK;
}

static enum ib_status device_sync(void *state)
{
    (void)state;
    return IB_OK;
}

static enum ib_status host_alloc(void *state, size_t bytes, void **out)
{
    (void)state;
    assert_true(bytes > 0);
    if (seen.host_status != IB_OK)
        return seen.host_status;
    *out = malloc(bytes);
    memset(*out, 0xFF, bytes);
    seen.host_allocations++;
    return IB_OK;
}

static void host_free(void *state, void *host)
{
    (void)state;
    free(host);
    seen.host_frees++;
}

static enum ib_status begin(void *state)
{
    (void)state;
    return IB_OK;
}

static enum ib_status replay(void *state, uint64_t n)
{
    (void)state;
    (void)n;
    return IB_OK;
}

static const struct ib_mem_ops counted = {.struct_size = sizeof counted,
                                          .alloc = device_alloc,
                                          .free = device_free,
                                          .h2d = device_upload,
                                          .d2h = device_download,
                                          .sync = device_sync},
                               pinning = {.struct_size = sizeof pinning,
                                          .alloc = device_alloc,
                                          .free = device_free,
                                          .h2d = device_upload,
                                          .d2h = device_download,
                                          .sync = device_sync,
                                          .host_alloc = host_alloc,
                                          .host_free = host_free};
static const struct ib_capture capture = {
    .struct_size = sizeof capture, .begin = begin, .end = begin, .replay = replay};

static struct ib_dispatch d;
static struct ib_impl impl;

static void open_device(const struct ib_mem_ops *mem, enum ib_residency residency)
{
    const struct ib_instance *instance = opened("cpu_naive");
    memset(&seen, 0, sizeof seen);
    memset(&d, 0xA5, sizeof d); /* whatever was there */
    impl = *instance->impl;
    impl.name = "counted";
    impl.mem = mem;
    impl.capture = &capture;
    assert_int_equal(ib_dispatch_open(&impl, instance->state, residency, &d), IB_OK);
    d.phase = IB_TRAIN;
}

static struct ib_tensor tensor(const char *name, uint64_t rows, const double *values)
{
    struct ib_tensor t;
    assert_int_equal(ib_tensor_open(&d, name, IB_F64, rows, 1, values, &t), IB_OK);
    return t;
}

/* y += x */
static void add(struct ib_tensor *x, struct ib_tensor *y)
{
    const struct ib_op_args args = {.alpha = 1};
    assert_int_equal(ib_call(&d, IB_OP_AXPY, &args, (struct ib_tensor *const[]){x, y}), IB_OK);
}

static void assert_values(struct ib_tensor *t, double first, double second)
{
    double values[2];
    assert_int_equal(ib_read(&d, t, values), IB_OK);
    assert_true(values[0] == first && values[1] == second);
}

static void assert_all_freed(void)
{
    assert_int_equal(seen.frees, seen.allocations);
    assert_int_equal(seen.host_frees, seen.host_allocations);
}

/* ---- dispatch ---- */

static void an_opened_dispatch_is_empty(void **state)
{
    (void)state;
    open_device(&counted, IB_RESIDENT);
    assert_int_equal(d.transfer_log.n_tensors, 0);
    assert_int_equal(d.total.h2d_count, 0);
    assert_null(d.profile);
    assert_null(d.counted);
    assert_false(d.capturing);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        const struct ib_traffic sum = ib_transfer_log_phase(&d.transfer_log, (enum ib_phase)phase);
        assert_true(ib_traffic_equal(&sum, &(struct ib_traffic){0}));
        assert_int_equal(d.transfer_log.launches[phase], 0);
    }
}

static void tensors_are_numbered_and_named(void **state)
{
    (void)state;
    struct ib_tensor t[IB_MAX_TENSORS], more;
    open_device(&counted, IB_RESIDENT);
    for (uint32_t i = 0; i < IB_MAX_TENSORS; i++) {
        t[i] = tensor("seven_7", 1, NULL);
        assert_int_equal(t[i].index, i);
        assert_string_equal(d.transfer_log.tensor[i], "seven_7");
    }
    assert_int_equal(ib_tensor_open(&d, "more", IB_F64, 1, 1, NULL, &more), IB_EINTERNAL);
    assert_string_equal(ib_error_text(), "more: more than 128 tensors in one problem");
    for (uint32_t i = 0; i < IB_MAX_TENSORS; i++)
        ib_tensor_close(&d, &t[i]);
    assert_all_freed();
}

/* ---- what is current ---- */

static void a_new_tensor_is_current_on_the_host(void **state)
{
    (void)state;
    const double values[] = {3, 4};
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor zero = tensor("zero", 2, NULL), t = tensor("t", 2, values);
    assert_values(&zero, 0, 0);
    assert_values(&t, 3, 4);
    assert_int_equal(seen.downloads, 0);
    ib_tensor_close(&d, &zero);
    ib_tensor_close(&d, &t);
    assert_all_freed();
}

static void what_is_resident_is_copied_once(void **state)
{
    (void)state;
    const double values[] = {3, 4};
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor x = tensor("x", 2, values), y = tensor("y", 2, NULL);
    assert_int_equal(ib_place(&d, &x), IB_OK);
    assert_int_equal(ib_place(&d, &x), IB_OK); /* it is there */
    assert_int_equal(seen.uploads, 1);
    add(&x, &y);
    add(&x, &y);
    assert_int_equal(seen.uploads, 2);
    assert_int_equal(seen.downloads, 0);
    assert_values(&y, 6, 8);
    assert_values(&y, 6, 8); /* and now it is here */
    assert_int_equal(seen.downloads, 1);
    assert_int_equal(d.transfer_log.copies[x.index][IB_TRAIN][IB_OP_PLACE].h2d_bytes, 16);
    assert_int_equal(d.transfer_log.copies[y.index][IB_TRAIN][IB_OP_AXPY].h2d_bytes, 16);
    assert_int_equal(d.transfer_log.copies[y.index][IB_TRAIN][IB_OP_READ].d2h_bytes, 16);
    const struct ib_traffic total = {2, 32, 1, 16};
    assert_true(ib_traffic_equal(&d.total, &total));
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_all_freed();
}

static void per_op_copies_around_each_call(void **state)
{
    (void)state;
    const double values[] = {3, 4};
    open_device(&counted, IB_PER_OP);
    struct ib_tensor x = tensor("x", 2, values), y = tensor("y", 2, NULL);
    assert_int_equal(ib_place(&d, &x), IB_OK); /* nothing is placed ahead */
    add(&x, &y);
    add(&x, &y);
    assert_int_equal(seen.uploads, 4);
    assert_int_equal(seen.downloads, 2);
    assert_values(&y, 6, 8);
    assert_int_equal(seen.downloads, 2);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_all_freed();
}

static void what_is_written_is_current_on_the_host_alone(void **state)
{
    (void)state;
    const double ones[] = {1, 1}, values[] = {3, 4};
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor x = tensor("x", 2, ones), y = tensor("y", 2, NULL);
    add(&x, &y);
    assert_int_equal(ib_write(&y, values), IB_OK);
    assert_values(&y, 3, 4);
    assert_int_equal(seen.downloads, 0);
    add(&x, &y);
    assert_values(&y, 4, 5);
    assert_int_equal(seen.uploads, 3);
    assert_int_equal(ib_write(&x, values), IB_EINTERNAL); /* the caller's array */
    assert_string_equal(ib_error_text(), "ib_write: the caller's array must not be written");
    assert_true(ones[0] == 1);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_all_freed();
}

static void a_changed_array_is_placed_anew(void **state)
{
    (void)state;
    double values[] = {3, 4};
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor x = tensor("x", 2, values), y = tensor("y", 2, NULL);
    assert_int_equal(ib_place(&d, &x), IB_OK);
    values[0] = 7;
    assert_int_equal(ib_refresh(&d, &x, values), IB_OK);
    assert_int_equal(seen.uploads, 2);
    add(&x, &y);
    assert_values(&y, 7, 4);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_all_freed();
}

/* It is counted, but is none of the training's copies. */
static void reading_again_asks_the_device(void **state)
{
    (void)state;
    const double ones[] = {1, 1};
    double values[2];
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor x = tensor("x", 2, ones), y = tensor("y", 2, NULL);
    add(&x, &y);
    assert_values(&y, 1, 1);
    const struct ib_traffic before = d.total;
    assert_int_equal(ib_read_again(&d, &y, values), IB_OK);
    assert_true(values[0] == 1 && values[1] == 1);
    assert_int_equal(seen.downloads, 2);
    assert_int_equal(d.total.d2h_count, before.d2h_count + 1);
    assert_int_equal(d.total.d2h_bytes, before.d2h_bytes + sizeof values);
    assert_int_equal(d.transfer_log.copies[y.index][IB_TRAIN][IB_OP_READ].d2h_count, 1);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_all_freed();
}

static void an_empty_tensor_has_no_memory_there(void **state)
{
    (void)state;
    double none[1];
    open_device(&pinning, IB_RESIDENT);
    struct ib_tensor t = tensor("t", 0, NULL);
    assert_int_equal(seen.allocations + seen.host_allocations, 0);
    assert_int_equal(ib_read(&d, &t, none), IB_OK);
    assert_int_equal(ib_read_again(&d, &t, none), IB_OK);
    assert_int_equal(seen.downloads, 0);
    ib_tensor_close(&d, &t);
    assert_all_freed();
}

/* ---- memory that the implementation allocates on the host ---- */

static void host_memory_is_the_implementation_s(void **state)
{
    (void)state;
    double values[] = {3, 4};
    open_device(&pinning, IB_RESIDENT);
    struct ib_tensor x = tensor("x", 2, values), y = tensor("y", 2, NULL);
    assert_int_equal(seen.host_allocations, 2);
    assert_ptr_not_equal(x.host, values);
    assert_values(&x, 3, 4);
    assert_values(&y, 0, 0);
    values[0] = 7; /* of which a copy was made */
    add(&x, &y);
    assert_values(&y, 3, 4);
    assert_int_equal(ib_refresh(&d, &x, values), IB_OK);
    add(&x, &y);
    assert_values(&y, 10, 8);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_int_equal(seen.host_frees, 2);
    assert_all_freed();
}

static void ordinary_memory_will_do(void **state)
{
    (void)state;
    const double values[] = {3, 4};
    open_device(&pinning, IB_RESIDENT);
    seen.host_status = IB_EUNSUPPORTED;
    struct ib_tensor x = tensor("x", 2, values), y = tensor("y", 2, NULL);
    assert_ptr_equal(x.host, values);
    add(&x, &y);
    assert_values(&y, 3, 4);
    ib_tensor_close(&d, &x);
    ib_tensor_close(&d, &y);
    assert_int_equal(seen.host_frees, 0);
    assert_all_freed();
    seen.host_status = IB_ENOMEM; /* but that is an error */
    assert_int_equal(ib_tensor_open(&d, "z", IB_F64, 2, 1, NULL, &x), IB_ENOMEM);
}

/* ---- recording ---- */

/* What it writes is current on the device only once it is replayed, as often as it was recorded. */
static void a_recording_replaces_the_one_before(void **state)
{
    (void)state;
    const double ones[] = {1, 1};
    open_device(&counted, IB_RESIDENT);
    struct ib_tensor first = tensor("first", 2, NULL), second = tensor("second", 2, NULL),
                     x = tensor("x", 2, ones);
    add(&x, &first);
    add(&x, &second);
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 2);

    assert_int_equal(ib_capture_begin(&d), IB_OK);
    add(&x, &first);
    add(&x, &first);
    add(&x, &second);
    assert_int_equal(ib_capture_end(&d), IB_OK);
    assert_int_equal(d.captured.launches, 3);
    assert_int_equal(ib_capture_begin(&d), IB_OK);
    add(&x, &first);
    assert_int_equal(ib_capture_end(&d), IB_OK);
    assert_int_equal(d.captured.launches, 1);
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 2);

    double values[2];
    assert_int_equal(ib_read(&d, &first, values), IB_OK);
    assert_int_equal(ib_read(&d, &second, values), IB_OK);
    const unsigned downloads = seen.downloads;
    assert_int_equal(ib_replay(&d, 5), IB_OK);
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 7);
    assert_int_equal(ib_read(&d, &first, values), IB_OK);
    assert_int_equal(seen.downloads, downloads + 1);
    assert_int_equal(ib_read(&d, &second, values), IB_OK); /* the second recording does not write it */
    assert_int_equal(seen.downloads, downloads + 1);
    add(&x, &first); /* which is made, not recorded */
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 8);
    ib_tensor_close(&d, &first);
    ib_tensor_close(&d, &second);
    ib_tensor_close(&d, &x);
    assert_all_freed();
}

/* ---- counting ---- */

/* Calls are added up by operation, and not made: the tensors have no memory. */
static void counted_calls_are_not_made(void **state)
{
    (void)state;
    const struct ib_op_args args = {.alpha = 1};
    struct ib_op_cost costs[IB_OPERATION_COUNT] = {{0, 0}};
    struct ib_tensor a = {.rows = 2, .cols = 3, .type = IB_F64}, b = {.rows = 3, .cols = 4, .type = IB_F64},
                     c = {.rows = 2, .cols = 4, .type = IB_F64}, y = {.rows = 2, .cols = 4, .type = IB_F64},
                     loss = {.rows = 1, .cols = 1, .type = IB_F64};
    open_device(&counted, IB_RESIDENT);
    d.counted = costs;
    for (int i = 0; i < 2; i++)
        assert_int_equal(ib_call(&d, IB_OP_GEMM, &args, (struct ib_tensor *const[]){&a, &b, &c}), IB_OK);
    assert_true(costs[IB_OP_GEMM].flops == 2 * 2 * 2 * 3 * 4);
    assert_true(costs[IB_OP_GEMM].bytes == 2 * 8 * (6 + 12 + 8));
    const struct ib_op_args mean = {.kind = IB_MSE, .alpha = 1};
    assert_int_equal(ib_call(&d, IB_OP_LOSS_GRAD, &mean, (struct ib_tensor *const[]){&c, &y, &c, &loss}),
                     IB_OK);
    const double with_loss = costs[IB_OP_LOSS_GRAD].bytes;
    assert_int_equal(ib_call(&d, IB_OP_LOSS_GRAD, &mean, (struct ib_tensor *const[]){&c, &y, &c, NULL}),
                     IB_OK);
    assert_true(costs[IB_OP_LOSS_GRAD].bytes == 2 * with_loss - 8);
    assert_true(costs[IB_OP_AXPY].flops == 0 && costs[IB_OP_AXPY].bytes == 0);
    assert_int_equal(d.transfer_log.launches[IB_TRAIN], 0);
    assert_int_equal(seen.uploads, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opened_dispatch_is_empty),
        cmocka_unit_test(tensors_are_numbered_and_named),
        cmocka_unit_test(a_new_tensor_is_current_on_the_host),
        cmocka_unit_test(what_is_resident_is_copied_once),
        cmocka_unit_test(per_op_copies_around_each_call),
        cmocka_unit_test(what_is_written_is_current_on_the_host_alone),
        cmocka_unit_test(a_changed_array_is_placed_anew),
        cmocka_unit_test(reading_again_asks_the_device),
        cmocka_unit_test(an_empty_tensor_has_no_memory_there),
        cmocka_unit_test(host_memory_is_the_implementation_s),
        cmocka_unit_test(ordinary_memory_will_do),
        cmocka_unit_test(a_recording_replaces_the_one_before),
        cmocka_unit_test(counted_calls_are_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
