/* A profile: its counts, its clocks, and its storage in a database. */
#include "fixtures/trained.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { EPOCHS = 20, WAIT_NS = 200000 };

static struct ib_network linear(void)
{
    struct ib_network net = {.n_layers = 1, .loss = IB_HALF_MSE};
    net.width[0] = 4;
    net.width[1] = 1;
    return net;
}

/* ---- the counts ---- */

static uint64_t calls(const struct ib_profile *profile)
{
    uint64_t sum = 0;
    for (int op = 0; op < IB_OP_COUNT; op++)
        sum += profile->operations[op].calls;
    return sum;
}

static struct ib_timeline timeline; /* of the last profile; large */

static void profile_of(const struct ib_impl *impl, enum ib_residency residency, struct ib_profile *profile,
                       struct ib_transfer_log *transfer_log)
{
    struct test_problem problem;
    struct test_training t;
    struct ib_profiler profiler;
    const struct ib_network net = linear();
    test_problem_random(&problem, &net, IB_XAVIER, 30, 5, 7);
    test_training_open(&t, impl, residency, &problem, IB_F64);
    t.dispatch.phase = IB_TRAIN;
    assert_int_equal(ib_profiler_open(t.instance.impl, t.instance.state, profile, &profiler), IB_OK);
    timeline.n = 0;
    profiler.timeline = &timeline;
    t.dispatch.profile = &profiler;
    assert_int_equal(ib_training_run(&t.training, EPOCHS, NULL), IB_OK);
    t.dispatch.profile = NULL;
    *transfer_log = t.dispatch.transfer_log;
    test_training_close(&t);
    test_problem_free(&problem);
}

/* Every operation that was handed over has a time; every copy of the transfer log too, and no other. */
static void times_what_the_ledger_counts(void **state)
{
    (void)state;
    static struct ib_profile profile;
    static struct ib_transfer_log transfer_log;
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++) {
        profile_of(&ib_impl_fakedev, (enum ib_residency)residency, &profile, &transfer_log);
        assert_int_equal(calls(&profile), transfer_log.launches[IB_TRAIN]);
        for (int op = 0; op < IB_OP_COUNT; op++)
            for (int tensor = 0; tensor < IB_MAX_TENSORS; tensor++) {
                const struct ib_traffic *copies = &transfer_log.copies[tensor][IB_TRAIN][op];
                const struct ib_profile_copy *times = &profile.copies[op][tensor];
                assert_true((copies->d2h_count > 0) == (times->d2h_ns > 0));
                assert_true(copies->h2d_count > 0 || times->h2d_ns == 0);
            }
        assert_true(profile.operations[IB_OP_GEMM].wait_ns >= profile.operations[IB_OP_GEMM].compute_ns);
        assert_false(profile.device_clock);
    }
}

/* The events follow each other, and there is one for each call and copy. */
static void the_time_line_has_all_that_is_counted(void **state)
{
    (void)state;
    static struct ib_profile profile;
    static struct ib_transfer_log log;
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++) {
        profile_of(&ib_impl_fakedev, (enum ib_residency)residency, &profile, &log);
        uint64_t counts[3] = {0}, end_ns = 0, gemm_ns = 0;
        for (uint32_t i = 0; i < timeline.n; i++) {
            const struct ib_event *e = &timeline.events[i];
            counts[e->kind]++;
            assert_true(e->begin_ns >= end_ns);
            end_ns = e->begin_ns + e->launch_ns + e->wait_ns;
            gemm_ns += e->kind == IB_EVENT_CALL && e->op == IB_OP_GEMM ? e->compute_ns : 0;
        }
        const struct ib_traffic copies = ib_transfer_log_phase(&log, IB_TRAIN);
        assert_int_equal(timeline.events[0].begin_ns, 0);
        assert_int_equal(counts[IB_EVENT_CALL], log.launches[IB_TRAIN]);
        assert_int_equal(counts[IB_EVENT_UPLOAD], copies.h2d_count);
        assert_int_equal(counts[IB_EVENT_DOWNLOAD], copies.d2h_count);
        assert_int_equal(gemm_ns, profile.operations[IB_OP_GEMM].compute_ns);
    }
}

static void a_full_time_line_keeps_its_beginning(void **state)
{
    (void)state;
    timeline.n = 0;
    for (uint64_t i = 0; i < IB_MAX_EVENTS + 5; i++)
        ib_timeline_add(&timeline, &(struct ib_event){.begin_ns = 100 + i});
    ib_timeline_add(NULL, &(struct ib_event){.begin_ns = 1});
    assert_int_equal(timeline.n, IB_MAX_EVENTS);
    assert_int_equal(timeline.events[IB_MAX_EVENTS - 1].begin_ns, IB_MAX_EVENTS - 1);
}

/* The time of a call is the work itself: there is nothing to launch, to wait for or to copy. */
static void host_calls_are_the_work(void **state)
{
    (void)state;
    static struct ib_profile profile;
    static struct ib_transfer_log transfer_log;
    profile_of(&ib_impl_cpu_naive, IB_HOST, &profile, &transfer_log);
    const struct ib_profile_operation *gemm = &profile.operations[IB_OP_GEMM];
    assert_int_equal(calls(&profile), transfer_log.launches[IB_TRAIN]);
    assert_int_equal(gemm->calls, 2 * EPOCHS);
    assert_int_equal(gemm->launch_ns, 0);
    assert_true(gemm->compute_ns > 0 && gemm->compute_ns <= gemm->wait_ns);
    assert_false(profile.device_clock);
}

/* ---- the clocks, on a device that takes its time ---- */

static uint64_t device_ns;

static enum ib_status slow_sync(void *state)
{
    bool *busy = state;
    const struct timespec nap = {.tv_nsec = WAIT_NS};
    if (*busy)
        nanosleep(&nap, NULL);
    *busy = false;
    return IB_OK;
}

static enum ib_status take_mark(void *state, uint32_t which)
{
    (void)state, (void)which;
    return IB_OK;
}

static enum ib_status tell_elapsed(void *state, uint64_t *out_ns)
{
    (void)state;
    *out_ns = device_ns;
    return IB_OK;
}

static struct ib_profile_operation profile_call(const struct ib_mem_ops *mem, bool *device_clock)
{
    static struct ib_profile profile;
    struct ib_profiler profiler;
    bool busy = false;
    uint64_t begin_ns;
    const struct ib_impl impl = {.struct_size = sizeof impl, .name = "slow", .mem = mem};
    assert_int_equal(ib_profiler_open(&impl, &busy, &profile, &profiler), IB_OK);
    assert_int_equal(ib_profile_call_begin(&profiler, &begin_ns), IB_OK);
    busy = true;
    assert_int_equal(ib_profile_call_end(&profiler, IB_OP_ACT, begin_ns), IB_OK);
    *device_clock = profile.device_clock;
    return profile.operations[IB_OP_ACT];
}

static void computing_is_by_the_device_where_it_has_a_clock(void **state)
{
    (void)state;
    const struct ib_mem_ops with_clock = {
        .struct_size = sizeof with_clock, .sync = slow_sync, .mark = take_mark, .elapsed = tell_elapsed};
    const struct ib_mem_ops without = {.struct_size = sizeof without, .sync = slow_sync};
    const struct ib_mem_ops older = {.struct_size = offsetof(struct ib_mem_ops, mark), .sync = slow_sync};
    bool device_clock;
    device_ns = 12345;
    struct ib_profile_operation o = profile_call(&with_clock, &device_clock);
    assert_true(device_clock && o.compute_ns == 12345 && o.wait_ns >= WAIT_NS);
    o = profile_call(&without, &device_clock);
    assert_true(!device_clock && o.compute_ns <= o.wait_ns && o.compute_ns > WAIT_NS / 2);
    profile_call(&older, &device_clock);
    assert_false(device_clock);
}

static void least_of_profiles_is_field_by_field(void **state)
{
    (void)state;
    static struct ib_profile profiles[3], least;
    static const uint64_t compute_ns[] = {10, 900, 30}, h2d_ns[] = {7, 5, 6};
    for (int i = 0; i < 3; i++) {
        profiles[i].epochs = 20;
        profiles[i].operations[IB_OP_AXPY] = (struct ib_profile_operation){
            .calls = 4, .launch_ns = 1, .wait_ns = 2, .compute_ns = compute_ns[i]};
        profiles[i].copies[IB_OP_AXPY][2].h2d_ns = h2d_ns[i];
    }
    ib_profile_least(profiles, 3, &least);
    assert_int_equal(least.epochs, 20);
    assert_int_equal(least.operations[IB_OP_AXPY].calls, 4);
    assert_int_equal(least.operations[IB_OP_AXPY].compute_ns, 10);
    assert_int_equal(least.copies[IB_OP_AXPY][2].h2d_ns, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_what_the_ledger_counts),
        cmocka_unit_test(the_time_line_has_all_that_is_counted),
        cmocka_unit_test(a_full_time_line_keeps_its_beginning),
        cmocka_unit_test(host_calls_are_the_work),
        cmocka_unit_test(least_of_profiles_is_field_by_field),
        cmocka_unit_test(computing_is_by_the_device_where_it_has_a_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
