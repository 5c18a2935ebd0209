/* The tracer of CUDA against records that a mock of CUPTI plays: it counts what crosses and nothing else,
 * over any number of buffers, and gives no count where one was lost. */
#include "mock_cupti.h"

#include "ironbench/tracer.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WITNESS IB_BUILD_DIR "/impls/tracer_cupti.so"

enum {
    PAGEABLE = CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE,
    PINNED = CUPTI_ACTIVITY_MEMORY_KIND_PINNED,
    DEVICE = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE
};

static const struct ib_tracer *tracer;

/* ---- what was counted ---- */

static void begin(void)
{
    char why[256] = "";
    if (tracer->attach(WITNESS, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
}

/* As a caller hands it over. */
static struct ib_copies nothing_yet(void)
{
    struct ib_copies copies;
    memset(&copies, 0xff, sizeof copies); /* IB_UNCOUNTED */
    copies.struct_size = sizeof copies;
    return copies;
}

static struct ib_copies counted(void)
{
    struct ib_copies copies = nothing_yet();
    char why[256] = "";
    if (tracer->count(&copies, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
    return copies;
}

static void assert_refused(enum ib_status status, const char *why, const char *expected)
{
    assert_int_equal(status, IB_EUNAVAILABLE);
    if (strstr(why, expected) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", why, expected);
}

static void assert_lost(const char *expected)
{
    struct ib_copies copies = nothing_yet();
    char why[256] = "";
    assert_refused(tracer->count(&copies, why, sizeof why), why, expected);
}

static void upload(uint64_t bytes)
{
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOD, PAGEABLE, DEVICE, bytes);
}

static void download(uint64_t bytes)
{
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_DTOH, DEVICE, PINNED, bytes);
}

/* ---- what cannot be watched; first, while nothing is ---- */

static void assert_no_attach(const char *expected)
{
    char why[256] = "";
    assert_refused(tracer->attach(WITNESS, why, sizeof why), why, expected);
    mock_cupti = (struct mock_cupti){0};
    assert_false(mock_cupti_enabled(CUPTI_ACTIVITY_KIND_MEMCPY));
}

static void refusals(void **state)
{
    (void)state;
    assert_lost("never attached");
    mock_cupti.version_result = CUPTI_ERROR_NOT_INITIALIZED;
    assert_no_attach("cuptiGetVersion: CUPTI_ERROR_SOMETHING (15)");
    mock_cupti.version = 120000;
    assert_no_attach("older");
    mock_cupti.register_result = CUPTI_ERROR_INSUFFICIENT_PRIVILEGES;
    assert_no_attach("cuptiActivityRegisterCallbacks: CUPTI_ERROR_INSUFFICIENT_PRIVILEGES (35); run as root");
    mock_cupti.enable_result = CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
    mock_cupti.refused_kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL; /* the others are disabled again */
    assert_no_attach("(39); another profiler");
    mock_cupti.enable_result = CUPTI_ERROR_FORCE_INT;
    mock_cupti.refused_kind = CUPTI_ACTIVITY_KIND_MEMCPY;
    assert_no_attach("unknown error");
}

/* ---- counting ---- */

/* Pieces of one call are one copy; of one launch of a graph each node is one. */
static void pieces_of_a_copy(void **state)
{
    CUpti_ActivityMemcpy6 record = {.kind = CUPTI_ACTIVITY_KIND_MEMCPY,
                                    .copyKind = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD,
                                    .srcKind = PAGEABLE,
                                    .dstKind = DEVICE,
                                    .bytes = 10,
                                    .copyCount = 1};
    (void)state;
    begin();
    for (uint32_t call = 7; call <= 8; call++)
        for (int piece = 0; piece < 3; piece++) {
            record.correlationId = call;
            mock_cupti_play(&record, sizeof record);
        }
    for (record.graphNodeId = 1; record.graphNodeId <= 2; record.graphNodeId++)
        mock_cupti_play(&record, sizeof record);
    const struct ib_copies got = counted();
    assert_int_equal(got.h2d_count, 2 + 2);
    assert_int_equal(got.h2d_bytes, 80);
    assert_int_equal(got.pageable_count, 4);
    assert_int_equal(got.pageable_bytes, 80);
}

static void copies(void **state)
{
    (void)state;
    begin();
    upload(100);
    upload(10);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOA, PINNED, CUPTI_ACTIVITY_MEMORY_KIND_ARRAY, 1);
    download(7);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_DTOD, DEVICE, DEVICE, 1 << 20);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOH, PAGEABLE, PINNED, 1 << 20);
    mock_cupti_set(1 << 20);
    struct ib_copies got = counted();
    assert_int_equal(got.h2d_count, 3);
    assert_int_equal(got.h2d_bytes, 111);
    assert_int_equal(got.d2h_count, 1);
    assert_int_equal(got.d2h_bytes, 7);
    /* later records are added; a new session starts from zero, ignoring undelivered records */
    download(5);
    assert_int_equal(counted().d2h_bytes, 12);
    upload(1);
    begin();
    download(3);
    got = counted();
    assert_int_equal(got.h2d_count, 0);
    assert_int_equal(got.d2h_count, 1);
}

static void batches(void **state)
{
    CUpti_ActivityMemcpy6 record = {.kind = CUPTI_ACTIVITY_KIND_MEMCPY,
                                    .copyKind = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD,
                                    .srcKind = PAGEABLE,
                                    .bytes = 40,
                                    .copyCount = 4};
    (void)state;
    begin();
    mock_cupti_play(&record, sizeof record);
    record.copyCount = 0;
    mock_cupti_play(&record, sizeof record);
    assert_int_equal(counted().h2d_count, 5);
    assert_int_equal(counted().h2d_bytes, 80);
}

static void work(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < 5; i++)
        mock_cupti_kernel(i < 3 ? "gemm" : "act");
    mock_cupti_wait(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_SYNCHRONIZE);
    mock_cupti_wait(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_CONTEXT_SYNCHRONIZE);
    mock_cupti_wait(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_EVENT_SYNCHRONIZE);
    mock_cupti_wait(CUPTI_ACTIVITY_SYNCHRONIZATION_TYPE_STREAM_WAIT_EVENT);
    const struct ib_copies got = counted();
    assert_int_equal(got.launch_count, 5);
    assert_int_equal(got.sync_count, 3);
    assert_int_equal(got.h2d_count + got.d2h_count, 0);
}

static void many_buffers(void **state)
{
    const uint64_t n = 700;
    (void)state;
    mock_cupti.buffer_bytes = 7 * sizeof(CUpti_ActivityMemcpy6) + 20; /* never filled to the brim */
    begin();
    for (uint64_t i = 1; i <= n; i++) {
        upload(i);
        mock_cupti_kernel("k");
    }
    const struct ib_copies got = counted();
    mock_cupti = (struct mock_cupti){0};
    assert_int_equal(got.h2d_count, n);
    assert_int_equal(got.h2d_bytes, n * (n + 1) / 2);
    assert_int_equal(got.launch_count, n);
}

/* Every kind of copy and memory, and what neither the transfer log nor a verdict needs. */
static void within_the_device(void **state)
{
    const CUpti_ActivityMemcpyPtoP4 peer = {.kind = CUPTI_ACTIVITY_KIND_MEMCPY2, .bytes = 100};
    (void)state;
    begin();
    for (int i = 0; i < 3; i++)
        upload(112);
    download(8);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_ATOH, CUPTI_ACTIVITY_MEMORY_KIND_ARRAY, PINNED, 20);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOD, CUPTI_ACTIVITY_MEMORY_KIND_MANAGED, DEVICE, 1);
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_DTOD, DEVICE, DEVICE, 64);
    mock_cupti_play(&peer, sizeof peer); /* from one device to another */
    mock_cupti_copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOH, PAGEABLE, PINNED, 16);
    mock_cupti_set(32);
    mock_cupti_set(4);
    const struct ib_copies got = counted();
    assert_int_equal(got.d2d_count, 2);
    assert_int_equal(got.d2d_bytes, 164);
    assert_int_equal(got.memset_count, 2);
    assert_int_equal(got.memset_bytes, 36);
    assert_int_equal(got.pageable_count, 3);
    assert_int_equal(got.pageable_bytes, 336);
    assert_int_equal(got.pinned_count, 2);
    assert_int_equal(got.pinned_bytes, 28);
    assert_int_equal(got.h2d_count + got.d2h_count, 4 + 2); /* one of neither kind */
    begin();
    upload(1);
    assert_int_equal(counted().d2d_count + counted().memset_count + counted().pinned_count, 0);
}

/* ---- kernels ---- */

static void assert_kernel(uint32_t i, const char *expected, uint64_t times)
{
    const char *name = NULL;
    uint64_t count = 0;
    assert_true(tracer->kernel(i, &name, &count));
    assert_string_equal(name, expected);
    assert_int_equal(count, times);
}

static void names_of_kernels(void **state)
{
    static const char long_name[] =
        "_ZN8cublasLt19splitKreduce_kernelILi32ELi16EiffffLb1ELb0ELb0EEEvNS_18cublasS";
    char copied[] = "gemm";
    const char *name;
    uint64_t count;
    (void)state;
    begin();
    mock_cupti_kernel(copied);
    mock_cupti_kernel(long_name);
    mock_cupti_kernel("gemm");
    mock_cupti_kernel(NULL);
    mock_cupti_kernel("gemm_f64");
    assert_int_equal(counted().launch_count, 5);
    memset(copied, '?', sizeof copied - 1); /* the record and its name are gone */
    assert_kernel(0, "gemm", 2);
    assert_kernel(1, long_name, 1);
    assert_kernel(2, "(without a name)", 1);
    assert_kernel(3, "gemm_f64", 1);
    assert_false(tracer->kernel(4, &name, &count));
    begin();
    assert_false(tracer->kernel(0, &name, &count));
    mock_cupti_kernel("act");
    counted();
    assert_kernel(0, "act", 1);
}

static void many_kernels(void **state)
{
    enum { KERNELS = 500 };
    static char names[KERNELS][32];
    uint64_t launches = 0, count;
    const char *name;
    (void)state;
    begin();
    for (int again = 0; again < 2; again++)
        for (int i = 0; i < KERNELS; i++) {
            snprintf(names[i], sizeof names[i], "kernel_%d", i);
            mock_cupti_kernel(names[i]);
        }
    assert_int_equal(counted().launch_count, 2 * KERNELS);
    for (uint32_t i = 0; tracer->kernel(i, &name, &count); i++) {
        assert_string_equal(name, names[i]);
        launches += count;
    }
    assert_int_equal(launches, 2 * KERNELS);
}

/* ---- a caller that was built before the tracer ---- */

static void an_older_caller(void **state)
{
    enum { FIRST_BYTES = offsetof(struct ib_copies, d2d_count), BEYOND = 0x5a };
    struct ib_copies copies;
    char why[256] = "";
    (void)state;
    begin();
    upload(9);
    mock_cupti_set(1);
    memset(&copies, BEYOND, sizeof copies);
    copies.struct_size = FIRST_BYTES;
    assert_int_equal(tracer->count(&copies, why, sizeof why), IB_OK);
    assert_int_equal(copies.h2d_bytes, 9);
    for (size_t i = FIRST_BYTES; i < sizeof copies; i++)
        assert_int_equal(((const unsigned char *)&copies)[i], BEYOND);
}

/* ---- what takes the count's word away ---- */

static void nothing_seen(void **state)
{
    (void)state;
    begin();
    assert_lost("no record");
}

static void dropped_records(void **state)
{
    (void)state;
    begin();
    upload(1);
    mock_cupti.drop = 3;
    for (int i = 0; i < 5; i++)
        upload(1);
    assert_lost("lost 3 records");
    assert_lost("lost 3 records"); /* for good, */
    begin();                       /* until the next call */
    upload(1);
    assert_int_equal(counted().h2d_count, 1);
}

static void no_buffer(void **state)
{
    (void)state;
    mock_cupti.no_room = true;
    begin();
    upload(1);
    mock_cupti = (struct mock_cupti){0};
    assert_lost("lost 1 records");
}

static void cut_off(void **state)
{
    (void)state;
    begin();
    upload(1);
    upload(1);
    mock_cupti.cut_bytes = 20;
    assert_lost("lost 1 records");
    begin();
    upload(1);
    mock_cupti.cut_bytes = sizeof(CUpti_ActivityMemcpy6) - sizeof(uint32_t); /* even the first */
    assert_lost("lost 1 records");
    mock_cupti = (struct mock_cupti){0};
}

static void failing_calls(void **state)
{
    (void)state;
    begin();
    upload(1);
    mock_cupti.flush_result = CUPTI_ERROR_UNKNOWN;
    assert_lost("cuptiActivityFlushAll: CUPTI_ERROR_SOMETHING (999)");
    mock_cupti.flush_result = CUPTI_SUCCESS;
    mock_cupti.dropped_result = CUPTI_ERROR_INVALID_PARAMETER;
    assert_lost("reading CUPTI's records: CUPTI_ERROR_SOMETHING (1)");
    mock_cupti = (struct mock_cupti){0};
}

static void unreadable_record(void **state)
{
    CUpti_ActivityMemcpy6 record = {.kind = CUPTI_ACTIVITY_KIND_MEMCPY};
    uint8_t two[2 * sizeof record] = {0};
    memcpy(two, &record, sizeof record);
    two[sizeof record] = 99; /* a kind that does not exist */
    (void)state;
    begin();
    mock_cupti_play(two, sizeof two);
    assert_lost("reading CUPTI's records: CUPTI_ERROR_SOMETHING (21)");
}

static void managed_memory(void **state)
{
    (void)state;
    begin();
    upload(1);
    mock_cupti_alloc(CUPTI_ACTIVITY_MEMORY_KIND_DEVICE, 64);
    mock_cupti_alloc(CUPTI_ACTIVITY_MEMORY_KIND_PINNED, 64);
    assert_int_equal(counted().h2d_count, 1);
    mock_cupti_alloc(CUPTI_ACTIVITY_MEMORY_KIND_MANAGED, 64);
    assert_lost("managed memory");
}

typedef const struct ib_tracer *tracer_fn(uint32_t host_abi_major);

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(copies),
        cmocka_unit_test(pieces_of_a_copy),
        cmocka_unit_test(batches),
        cmocka_unit_test(work),
        cmocka_unit_test(many_buffers),
        cmocka_unit_test(within_the_device),
        cmocka_unit_test(nothing_seen),
        cmocka_unit_test(dropped_records),
        cmocka_unit_test(no_buffer),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(failing_calls),
        cmocka_unit_test(unreadable_record),
        cmocka_unit_test(managed_memory),
        cmocka_unit_test(names_of_kernels),
        cmocka_unit_test(many_kernels),
        cmocka_unit_test(an_older_caller),
    };
    void *object = dlopen(WITNESS, RTLD_NOW);
    tracer_fn *get = object != NULL ? (tracer_fn *)(uintptr_t)dlsym(object, "ib_tracer_plugin") : NULL;
    tracer = get != NULL ? get(IB_TRACER_ABI_MAJOR) : NULL;
    if (tracer == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
