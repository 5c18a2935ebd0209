#include "analysis/explain.h"
#include "analysis/member.h"
#include "made_record.h"
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
static json_t *cases;

static int start(void **state)
{
    (void)state;
    cases = json_array();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    json_decref(cases);
    ib_arena_free(&arena);
    return 0;
}

static json_t *copy(const char *phase, const char *op, const char *tensor, int up, int up_bytes, int down,
                    int down_bytes)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "phase", phase, "op", op, "tensor", tensor,
                     "h2d_count", up, "h2d_bytes", up_bytes, "d2h_count", down, "d2h_bytes", down_bytes);
}

/* A device that copies around every operation: 1000 epochs of 10 µs, profiled over 50 in which copies took
 * 6 µs, launches 1 µs, the device's work 2 µs, and waiting for more than that 1 µs: then 20 µs an epoch, all
 * twice. */
static json_t *add_copying(void)
{
    json_t *c = made_case("device", "per_op", 100, 10000, 1), *copies = json_array();
    json_array_append_new(copies, copy("train", "axpy", "w", 1000, 8000, 1000, 8000));
    json_array_append_new(copies, copy("train", "gemm", "x", 2000, 2000000, 0, 0));
    json_array_append_new(copies, copy("train", "gemm", "w", 1000, 8000, 0, 0));
    json_array_append_new(copies, copy("predict", "gemm", "x_test", 1, 1000, 0, 0));
    made_set(c, "transfers.copies", copies);
    made_set(c, "transfers.launches", json_integer(4000));
    made_set(c, "transfers.syncs", json_integer(2));
    made_set(c, "time.breakdown_ns", made_split(6000, 1000, 2000, 1000));
    made_set(
        c, "profile",
        json_pack(
            "{s:i, s:s, s:f, s:[{s:s, s:i, s:i, s:i, s:i}, {s:s, s:i, s:i, s:i, s:i}], s:[{s:s, s:s, s:i,"
            " s:i}, {s:s, s:s, s:i, s:i}, {s:s, s:s, s:i, s:i}]}",
            "epochs", 50, "clock", "device", "sync_ns", 45.0, "operations", "op", "axpy", "calls", 50,
            "launch_ns", 50000, "wait_ns", 100000, "compute_ns", 50000, "op", "gemm", "calls", 100,
            "launch_ns", 50000, "wait_ns", 200000, "compute_ns", 150000, "copies", "op", "gemm", "tensor",
            "x", "h2d_ns", 150000, "d2h_ns", 0, "op", "axpy", "tensor", "w", "h2d_ns", 200000, "d2h_ns",
            150000, "op", "gemm", "tensor", "w", "h2d_ns", 100000, "d2h_ns", 0));
    json_array_append_new(cases, c);
    return c;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
        fail_msg("%.17g is not %.17g", value, expected);
}

/* What a person reads of the case, on lines of any length. */
static const char *page_of(const json_t *c)
{
    struct ib_doc doc = {.arena = &arena};
    char *text, *to;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    ib_explain_case(&doc, c);
    ib_explain_cost(&doc, cases, c);
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
    ib_explain(&arena, cases, add_copying(), &e);
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
    ib_explain(&arena, cases, add_copying(), &e);
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
    assert_near(forecast.epoch_ns, 2000);
    json_t *unprofiled = made_case("device", "per_op", 100, 10000, 1);
    json_array_append_new(cases, unprofiled);
    forecast = ib_forecast_resident(unprofiled);
    assert_true(isnan(forecast.epoch_ns));
}

static void a_page_of_a_copying_case(void **state)
{
    (void)state;
    json_t *c = add_copying();
    json_array_append_new(cases, made_case("device", "resident", 100, 2500, 1));
    const char *page = page_of(c);
    static const char *const words[] = {
        "device per_op: linreg f32 made_100",
        "Verdict: ok",
        "An epoch takes 10.0 µs",
        "95 % interval 9.00 µs to 11.0 µs",
        "2.02 MB; 5 copies an epoch; 4,000 operations launched, 2 waits for all of them.",
        "x was uploaded 2,000 times: 99 % of all bytes, 15 % of the training's time.",
        "w was uploaded 2,000 times and downloaded 1,000 times: 1.2 % of all bytes, 45 % of the training's "
        "time.",
        "x gemm train 2,000 2,000,000 0 0 99 % 15 %",
        "transfer 6.00 µs 60 %",
        "gemm 2 1.00 µs 4.00 µs 3.00 µs",
        "Predicted: 2.00 µs an epoch. By its profile 20 % of an epoch is the device's own work and 10 % is "
        "launches; of the measured 10.0 µs that is 2.00 µs and 1.00 µs",
        "Measured in this run: 2.50 µs an epoch; copying takes 4.00× (4.00 to 4.00) as long. The prediction "
        "is 0.800× "
        "that.",
        "Keep w on the device first: that saves 3 copies an epoch, and up to 45 % of the time. With "
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
    } dominant[] = {
        {{0, 100, 200, 700}, "Handing over 3 operations an epoch takes 70 % of it"},
        {{0, 100, 800, 100}, "own work takes 80 % of an epoch, and gemm is 75 % of it: at 1.50 µs a call"},
        {{0, 600, 200, 200}, "Waiting takes 60 % of an epoch"},
        {{900, 0, 50, 50}, "Copies take 90 % of an epoch, though the data are resident"}};
    for (size_t i = 0; i < sizeof dominant / sizeof *dominant; i++) {
        const double *split = dominant[i].split;
        json_t *c = made_case("device", "resident", 100, 1000, 1), *profiled = add_copying();
        made_set(c, "profile", json_deep_copy(json_object_get(profiled, "profile")));
        made_set(c, "time.breakdown_ns", made_split(split[0], split[1], split[2], split[3]));
        json_array_append_new(cases, c);
        const char *page = page_of(c);
        assert_says(page, dominant[i].advice);
        assert_null(strstr(page, "Predicted"));
    }
}

static void long_kernels_want_to_be_faster(void **state)
{
    (void)state;
    json_t *c = add_copying();
    made_set(c, "residency", json_string("resident"));
    made_set(c, "time.breakdown_ns", made_split(0, 0, 9000, 1000));
    made_set(json_array_get(ib_member(c, "profile.operations"), 1), "compute_ns", json_integer(100 * 60000));
    const char *page = page_of(c);
    assert_says(page, "gemm is 99 % of it: a faster kernel for that helps");
    assert_says(page, "The parts were scaled down to fit into the epoch: compute, for one, is 121 µs");
}

static void a_simulated_device_is_no_measure(void **state)
{
    (void)state;
    json_t *c = add_copying();
    made_set(c, "simulated", json_true());
    assert_says(page_of(c), "The device is simulated: none of these times is one of a device.");
}

static void what_is_not_known_is_not_nothing(void **state)
{
    (void)state;
    json_t *c = made_case("device", "per_op", 100, 10000, 1);
    json_array_append_new(cases, c);
    const char *page = page_of(c);
    assert_says(page, "It is not known: this run did not keep its copies.");
    assert_says(page, "It is not known: this case was not profiled.");
    assert_says(page, "there is neither a profile to predict it from, nor a verified case");
    assert_null(strstr(page, "What to change"));
    made_set(c, "profile_reason", json_string("no time was left"));
    assert_says(page_of(c), "the profiled pass failed: no time was left.");
    made_set(c, "status", json_string("crashed"));
    made_set(c, "reason", json_string("signal 11"));
    made_set(c, "time", json_object());
    page = page_of(c);
    assert_says(page, "Verdict: crashed: signal 11.");
    assert_says(page, "No timing available.");
    assert_says(page, "It is not known: no timed pass of this case came to its end.");
    assert_null(strstr(page, " 0 "));
    assert_null(strstr(page, "nan"));
}

static void a_host_copies_nothing(void **state)
{
    (void)state;
    json_t *c = made_case("cpu", "host", 100, 10000, 1);
    json_array_append_new(cases, c);
    const char *page = page_of(c);
    assert_says(page, "Nothing: the implementation works in the host's memory.");
    assert_null(strstr(page, "It is not known"));
}

static void a_tracer_that_disagrees_is_heard(void **state)
{
    (void)state;
    json_t *c = add_copying();
    made_set(c, "transfers.tracer",
             json_pack("{s:s, s:b, s:s, s:i, s:i, s:i, s:i}", "source", "driver", "agrees", 0, "reason",
                       "one upload too many", "h2d_count", 4001, "h2d_bytes", 2017016, "d2h_count", 1000,
                       "d2h_bytes", 8000));
    assert_says(page_of(c), "it saw 4,001 uploads of 2,017,016 bytes and 1,000 downloads of 8,000 bytes");
    made_set(c, "transfers.tracer.agrees", json_true());
    assert_null(strstr(page_of(c), "tracer"));
}

static json_t *kernels(size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i}", "name", (const char *[]){"gemm", "act", "sum"}[i % 3],
                                        "count", (int)(n - i)));
    return list;
}

static void what_only_a_tracer_knows(void **state)
{
    (void)state;
    json_t *c = add_copying();
    made_set(c, "transfers.tracer",
             json_pack("{s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o}", "source", "CUPTI",
                       "agrees", 1, "h2d_count", 40, "d2h_count", 3, "d2d_count", 1, "d2d_bytes", 64,
                       "memset_count", 12, "memset_bytes", 96, "pageable_count", 43, "pageable_bytes", 4300,
                       "pinned_count", 0, "pinned_bytes", 0, "kernels", kernels(2)));
    const char *page = page_of(c);
    assert_says(
        page,
        "Seen in the checked pass (CUPTI): 12 memsets (96 bytes) and 1 copy (64 bytes) within the device, "
        "which the harness never asks for: they are the implementation's, or its libraries'; all "
        "transfers used pageable memory of the host.");
    assert_says(page, "Kernels started in it: gemm 2 times, act once.");
    made_set(c, "transfers.tracer.d2d_count", json_integer(0));
    made_set(c, "transfers.tracer.memset_count", json_integer(0));
    made_set(c, "transfers.tracer.pageable_count", json_integer(3));
    made_set(c, "transfers.tracer.pinned_count", json_integer(40));
    made_set(c, "transfers.tracer.pinned_bytes", json_integer(1000));
    made_set(c, "transfers.tracer.kernels", kernels(9));
    page = page_of(c);
    assert_says(
        page, "no memsets and no copies within the device; 3 transfers (4.30 kB) used pageable memory of the "
              "host, 40 transfers (1.00 kB) pinned.");
    assert_says(
        page, "gemm 9 times, act 8 times, sum 7 times, gemm 6 times, act 5 times, sum 4 times, and 3 more in "
              "6 starts.");
    made_set(c, "transfers.tracer.d2d_count", json_null());
    made_set(c, "transfers.tracer.pinned_count", json_null());
    made_set(c, "transfers.tracer.kernels", json_null());
    page = page_of(c);
    assert_null(strstr(page, "Seen in"));
    assert_null(strstr(page, "Kernels started"));
}

static void a_long_name_of_a_kernel_is_cut(void **state)
{
    char name[200], cut[80];
    (void)state;
    json_t *c = add_copying();
    memset(name, 'k', sizeof name);
    name[sizeof name - 1] = '\0';
    snprintf(cut, sizeof cut, ": %.60s… 3 times.", name);
    made_set(c, "transfers.tracer",
             json_pack("{s:s, s:b, s:[{s:s, s:i}]}", "source", "CUPTI", "agrees", 1, "kernels", "name", name,
                       "count", 3));
    assert_says(page_of(c), cut);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
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
        TEST(a_tracer_that_disagrees_is_heard),
        TEST(what_only_a_tracer_knows),
        TEST(a_long_name_of_a_kernel_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
