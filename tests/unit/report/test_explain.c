#include "analysis/explain.h"
#include "fixtures/made_record.h"
#include "report/explain.h"
#include "report/render.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_arena arena;
static struct ib_run_record run;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return 0;
}

static const struct ib_copy_record copies[] = {{"timed", "train", "axpy", "w", {1000, 8000, 1000, 8000}},
                                               {"timed", "train", "gemm", "x", {2000, 2000000, 0, 0}},
                                               {"timed", "train", "gemm", "w", {1000, 8000, 0, 0}},
                                               {"timed", "predict", "gemm", "x_test", {1, 1000, 0, 0}}};
static const struct ib_operation_record operations[] = {{"gemm", 100, 50000, 200000, 150000, NAN, NAN, NAN},
                                                        {"axpy", 50, 50000, 100000, 50000, NAN, NAN, NAN}};
static const struct ib_copy_time_record copy_times[] = {
    {"axpy", "w", 200000, 150000}, {"gemm", "x", 150000, 0}, {"gemm", "w", 100000, 0}};

#define COUNT(list)   (sizeof(list) / sizeof *(list))
#define COPY_OF(list) memcpy(ib_arena_alloc(&arena, sizeof(list)), list, sizeof(list))

static struct ib_profile_record profile(void)
{
    return (struct ib_profile_record){.epochs = 50,
                                      .clock = "device",
                                      .sync_ns = 45,
                                      .operations = COPY_OF(operations),
                                      .n_operations = COUNT(operations),
                                      .copies = COPY_OF(copy_times),
                                      .n_copies = COUNT(copy_times)};
}

/* A device that copies around every operation: 1000 epochs of 10 µs, profiled over 50 in which copies took
 * 6 µs, launches 1 µs, the device's work 2 µs, and waiting for more than that 1 µs: then 20 µs an epoch, all
 * twice. */
static struct ib_case_record *add_copying(void)
{
    struct ib_case_record *c = made_case(&run, "device", IB_PER_OP, 100, 10000, 1);
    c->copies = COPY_OF(copies);
    c->n_copies = COUNT(copies);
    c->transfers.launches = 4000;
    c->transfers.syncs = 2;
    c->profile = profile();
    made_breakdown(c, 6000, 1000, 2000, 1000);
    return c;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.17g is not %.17g", value, expected);
}

/* What a person reads of the case, on lines of any length. */
static const char *page_of(const struct ib_case_record *c)
{
    struct ib_doc doc = {.arena = &arena};
    char *text, *to;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_explain_case(&doc, c);
    ib_explain_cost(&doc, &run, c);
    ib_render_text(out, &doc, IB_COLOUR_NEVER);
    fclose(out);
    char *page = ib_arena_alloc(&arena, bytes + 1);
    to = page;
    for (const char *at = text; *at; at++)
        if (*at > ' ' || *at < 0 || (to > page && to[-1] != ' '))
            *to++ = *at == '\n' ? ' ' : *at;
    free(text);
    return page;
}

static void assert_says(const char *page, const char *words)
{
    if (!strstr(page, words))
        fail_msg("\"%s\" is missing in: %s", words, page);
}

static void copies_are_sorted_by_bytes(void **state)
{
    (void)state;
    struct ib_explanation e;
    ib_explain(&arena, &run, add_copying(), &e);
    assert_int_equal(e.n_copies, 4);
    assert_string_equal(e.copies[0].tensor, "x");
    assert_string_equal(e.copies[1].op, "axpy");
    assert_string_equal(e.copies[3].tensor, "x_test");
    assert_near(e.bytes, 2025000);
    assert_near(e.copies[0].byte_share, 2000000 / 2025000.0);
    assert_near(e.copies_per_epoch, 5);
    assert_int_equal(e.n_tensors, 3);
    assert_string_equal(e.tensors[1].tensor, "w");
    assert_near(e.tensors[1].h2d_count, 2000);
    assert_near(e.tensors[1].d2h_bytes, 8000);
}

static void time_is_shared_as_the_profile_says(void **state)
{
    (void)state;
    struct ib_explanation e;
    ib_explain(&arena, &run, add_copying(), &e);
    assert_near(e.copies[0].time_share, 0.6 * 150 / 600);
    assert_near(e.tensors[1].time_share, 0.6 * 450 / 600); /* fewer bytes, more time */
    assert_true(isnan(e.copies[3].time_share));            /* not in the training */
    assert_string_equal(e.operations[0].op, "gemm");
    assert_near(e.operations[0].calls, 2);
    assert_near(e.operations[0].compute_ns, 3000);
}

static void the_forecast_leaves_copies_and_waits_out(void **state)
{
    (void)state;
    struct ib_forecast forecast = ib_forecast_resident(add_copying());
    assert_near(forecast.compute_ns, 2000); /* 4 of 20 µs, of 10 µs */
    assert_near(forecast.launch_ns, 1000);
    assert_near(forecast.low_ns, 0.9 * 2000);
    assert_near(forecast.high_ns, 1.1 * 4000); /* 2 µs of launches, 6 of waits */
    forecast = ib_forecast_resident(made_case(&run, "device", IB_PER_OP, 100, 10000, 1));
    assert_true(isnan(forecast.low_ns) && isnan(forecast.high_ns));
}

static void a_page_of_a_copying_case(void **state)
{
    (void)state;
    const struct ib_case_record *c = add_copying();
    made_case(&run, "device", IB_RESIDENT, 100, 2500, 1);
    const char *page = page_of(c);
    static const char *const words[] = {
        "device per_op: linreg f32 made_100",
        "Verdict: ok",
        "An epoch takes 10.0 µs",
        "95 % interval 9.00 µs to 11.0 µs",
        "2.02 MB copied, 5 copies per epoch; 4,000 operations launched, 2 waits for the device.",
        "x was uploaded 2,000 times: 99 % of all bytes, 15 % of the training time.",
        "w was uploaded 2,000 times and downloaded 1,000 times: 1.2 % of all bytes, 45 % of the training "
        "time.",
        "x gemm train 2,000 2,000,000 0 0 99 % 15 %",
        "transfer 6.00 µs 60 %",
        "gemm 2 1.00 µs 4.00 µs 3.00 µs",
        "Predicted: 1.80 µs to 4.40 µs per epoch. In the profile, 20 % of an epoch is the device's own work "
        "and 10 % is "
        "launches; of the measured 10.0 µs, that is 2.00 µs and 1.00 µs",
        "Measured in this run: 2.50 µs per epoch; copying takes 4.00× (4.00 to 4.00) as long. That is "
        "within the prediction.",
        "Keep w on the device first: that saves 3 copies per epoch, and up to 45 % of the time. With "
        "everything "
        "resident, all 5 are saved."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_says(page, words[i]);
}

static void a_resident_case_says_what_dominates(void **state)
{
    (void)state;
    static const struct {
        double split[4];
        const char *advice;
    } dominant[] = {{{0, 100, 200, 700}, "Launching 3 operations per epoch takes 70 % of it"},
                    {{0, 100, 800, 100},
                     "own work takes 80 % of an epoch, and gemm is 75 % of that: at 1.50 µs per call"},
                    {{0, 600, 200, 200}, "Waiting takes 60 % of an epoch"},
                    {{900, 0, 50, 50}, "Copies take 90 % of an epoch although the data are resident"}};
    for (size_t i = 0; i < sizeof dominant / sizeof *dominant; i++) {
        const double *split = dominant[i].split;
        struct ib_case_record *c = made_case(&run, "device", IB_RESIDENT, 100, 1000, 1);
        c->profile = profile();
        made_breakdown(c, split[0], split[1], split[2], split[3]);
        const char *page = page_of(c);
        assert_says(page, dominant[i].advice);
        assert_null(strstr(page, "Predicted"));
    }
}

static void long_kernels_want_to_be_faster(void **state)
{
    (void)state;
    struct ib_case_record *c = add_copying();
    c->residency = IB_RESIDENT;
    c->profile.operations[0].compute_ns = 100 * 60000;
    made_breakdown(c, 0, 0, 9000, 1000);
    const char *page = page_of(c);
    assert_says(page, "gemm is 99 % of that: a faster kernel would help");
    assert_says(page, "The parts were scaled down to fit into the epoch: compute, for example, is 121 µs");
}

static void a_simulated_device_is_no_measure(void **state)
{
    (void)state;
    struct ib_case_record *c = add_copying();
    c->simulated = true;
    assert_says(page_of(c), "The device is simulated: these times mean nothing.");
}

static void what_is_not_known_is_not_nothing(void **state)
{
    (void)state;
    struct ib_case_record *c = made_case(&run, "device", IB_PER_OP, 100, 10000, 1);
    const char *page = page_of(c);
    assert_says(page, "Unknown: this run did not record its copies.");
    assert_says(page, "Unknown: this case was not profiled.");
    assert_says(
        page,
        "a prediction needs a profile and at least six rounds, and this run has no verified resident case");
    assert_null(strstr(page, "What to change"));
    c->profile.reason = "no time was left";
    assert_says(page_of(c), "the profiled pass failed: no time was left.");
    c->status = IB_CASE_CRASHED;
    c->reason = "signal 11";
    c->n_rounds = 0;
    c->epoch_ns = (struct ib_epoch_times){NAN, NAN, NAN, NAN, 0};
    page = page_of(c);
    assert_says(page, "Verdict: crashed: signal 11.");
    assert_says(page, "No timing available.");
    assert_says(page, "Unknown: no timed pass of this case finished.");
    assert_null(strstr(page, " 0 "));
    assert_null(strstr(page, "nan"));
}

static void a_host_copies_nothing(void **state)
{
    (void)state;
    const char *page = page_of(made_case(&run, "cpu", IB_HOST, 100, 10000, 1));
    assert_says(page, "Nothing: the implementation works in host memory.");
    assert_null(strstr(page, "Unknown"));
}

/* 1000 flops in 500 ns, of which 100 ns are the limit; and 4000 bytes. */
static void a_host_has_rates(void **state)
{
    (void)state;
    static struct ib_operation_record calls[] = {{"gemm", 4, 0, 1100, 1000, 2000, 8000, 200},
                                                 {"act", 2, 0, 400, 300, 0, 0, NAN}};
    struct ib_case_record *c = made_case(&run, "cpu", IB_HOST, 100, 10000, 1);
    c->profile = (struct ib_profile_record){.epochs = 2, .operations = calls, .n_operations = COUNT(calls)};
    const char *page = page_of(c);
    assert_says(page, "over 2 epochs timed call by call: 650 ns in all");
    assert_says(page, "2.00"); /* GFLOP/s */
    assert_says(page, "8.00"); /* GB/s */
    assert_says(page, "20 %"); /* of the limit */
    assert_says(page, "77 %"); /* of the time */
}

static void a_tracer_that_disagrees_is_heard(void **state)
{
    (void)state;
    struct ib_case_record *c = add_copying();
    struct ib_tracer_record tracer = {.source = "driver",
                                      .agrees = IB_NO,
                                      .reason = "one upload too many",
                                      .h2d_count = 4001,
                                      .h2d_bytes = 2017016,
                                      .d2h_count = 1000,
                                      .d2h_bytes = 8000,
                                      .d2d_count = IB_NO_COUNT,
                                      .pinned_count = IB_NO_COUNT};
    c->tracer = &tracer;
    assert_says(page_of(c), "it counted 4,001 uploads of 2,017,016 bytes and 1,000 downloads of 8,000 bytes");
    tracer.agrees = IB_YES;
    assert_null(strstr(page_of(c), "tracer"));
}

static void set_kernels(struct ib_tracer_record *t, size_t n)
{
    static const char *const names[] = {"gemm", "act", "sum"};
    t->kernels = ib_arena_alloc(&arena, n * sizeof *t->kernels);
    t->n_kernels = n;
    for (size_t i = 0; i < n; i++)
        t->kernels[i] = (struct ib_kernel_record){names[i % 3], n - i};
}

static void what_only_a_tracer_knows(void **state)
{
    (void)state;
    struct ib_case_record *c = add_copying();
    struct ib_tracer_record *t = c->tracer = ib_arena_alloc(&arena, sizeof *t);
    *t = (struct ib_tracer_record){.source = "CUPTI",
                                   .agrees = IB_YES,
                                   .h2d_count = 40,
                                   .d2h_count = 3,
                                   .d2d_count = 1,
                                   .d2d_bytes = 64,
                                   .memset_count = 12,
                                   .memset_bytes = 96,
                                   .pageable_count = 43,
                                   .pageable_bytes = 4300,
                                   .opened_h2d_count = IB_NO_COUNT,
                                   .opened_d2h_count = IB_NO_COUNT};
    set_kernels(t, 2);
    const char *page = page_of(c);
    assert_says(
        page, "In the checked pass (CUPTI): 12 memsets (96 bytes) and 1 copy (64 bytes) within the device, "
              "issued by the implementation or its libraries: the harness requests none; all transfers used "
              "pageable host memory.");
    assert_says(page, "Kernels started: gemm 2 times, act once.");
    t->d2d_count = t->memset_count = 0;
    t->pageable_count = 3;
    t->pinned_count = 40;
    t->pinned_bytes = 1000;
    set_kernels(t, 9);
    page = page_of(c);
    assert_says(page, "no memsets and no copies within the device; 3 transfers (4.30 kB) used pageable host "
                      "memory, 40 transfers (1.00 kB) pinned.");
    assert_says(page,
                "gemm 9 times, act 8 times, sum 7 times, gemm 6 times, act 5 times, sum 4 times, and 3 more, "
                "started 6 times.");
    t->d2d_count = t->pinned_count = IB_NO_COUNT;
    t->n_kernels = 0;
    page = page_of(c);
    assert_null(strstr(page, "Seen in"));
    assert_null(strstr(page, "Kernels started"));
}

static void a_long_name_of_a_kernel_is_cut(void **state)
{
    char name[200], cut[80];
    (void)state;
    struct ib_case_record *c = add_copying();
    memset(name, 'k', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(cut, sizeof cut, ": %.60s… 3 times.", name);
    c->tracer = &(struct ib_tracer_record){
        .source = "CUPTI", .agrees = IB_YES, .kernels = &(struct ib_kernel_record){name, 3}, .n_kernels = 1};
    assert_says(page_of(c), cut);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(copies_are_sorted_by_bytes),
        TEST(time_is_shared_as_the_profile_says),
        TEST(the_forecast_leaves_copies_and_waits_out),
        TEST(a_page_of_a_copying_case),
        TEST(a_resident_case_says_what_dominates),
        TEST(long_kernels_want_to_be_faster),
        TEST(a_simulated_device_is_no_measure),
        TEST(what_is_not_known_is_not_nothing),
        TEST(a_host_copies_nothing),
        TEST(a_host_has_rates),
        TEST(a_tracer_that_disagrees_is_heard),
        TEST(what_only_a_tracer_knows),
        TEST(a_long_name_of_a_kernel_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
