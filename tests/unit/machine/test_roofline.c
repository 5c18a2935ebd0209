/* The limits of a machine: which of them binds a case, which time is impossible, and their file. */
#include "machine/roofline.h"

#include "base/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KIB = 1024, MIB = 1024 * KIB, ROWS = 1000, COLUMNS = 100 };

static struct ib_option threads_option[] = {{"threads", IB_OPTION_INT, "1..64", "1", ""}, {.name = NULL}};

struct made {
    struct ib_impl_info info;
    struct ib_configured_impl impl;
    struct ib_case c;
    struct ib_limits limits;
    struct ib_arena arena;
};

static void add(struct made *m, enum ib_rate_kind kind, const char *of, enum ib_dtype type, uint64_t threads,
                double value)
{
    ib_rates_add(&m->arena, &m->limits.rates, (struct ib_rate){kind, of, type, threads, value});
}

/* Four cores of 100 GFLOP/s, 32 KiB and 1 MiB; together 16 MiB, 320 GFLOP/s and 30 GB/s. */
static int make(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    m->impl.info = &m->info;
    m->c.impl = &m->impl;
    m->c.residency = IB_HOST;
    m->c.spec = (struct ib_training_spec){.net = {.n_layers = 1, .loss = IB_HALF_MSE},
                                          .dtype = IB_F64,
                                          .lr = 0.1,
                                          .rows = ROWS,
                                          .test_rows = 1};
    m->c.spec.net.width[0] = COLUMNS;
    m->c.spec.net.width[1] = 1;
    m->limits.threads = 4;
    add(m, IB_RATE_FMA, "sse2", IB_F64, 1, 25e9);
    add(m, IB_RATE_FMA, "avx2", IB_F64, 1, 100e9);
    add(m, IB_RATE_FMA, "avx2", IB_F64, 4, 320e9);
    add(m, IB_RATE_READ, "L1", 0, 1, 200e9);
    add(m, IB_RATE_READ, "L1", 0, 4, 800e9);
    add(m, IB_RATE_READ, "L2", 0, 1, 100e9);
    add(m, IB_RATE_READ, "L2", 0, 4, 400e9);
    add(m, IB_RATE_READ, "L3", 0, 1, 40e9);
    add(m, IB_RATE_READ, "L3", 0, 4, 120e9);
    add(m, IB_RATE_READ, "memory", 0, 1, 15e9);
    add(m, IB_RATE_READ, "memory", 0, 4, 30e9);
    add(m, IB_RATE_CAPACITY, "L1", 0, 4, 32 * KIB);
    add(m, IB_RATE_CAPACITY, "L2", 0, 4, 1 * MIB);
    add(m, IB_RATE_CAPACITY, "L3", 0, 1, 16 * MIB);
    *state = m;
    return 0;
}

static int drop(void **state)
{
    struct made *m = *state;
    ib_arena_free(&m->arena);
    free(m);
    return 0;
}

static double epoch_flops(uint64_t rows)
{
    return (double)rows * (4 * COLUMNS + 4) + 2 * (COLUMNS + 1);
}

static double epoch_bytes(uint64_t rows)
{
    return 8 * ((double)rows * (COLUMNS + 1) + 2 * (COLUMNS + 1));
}

static struct ib_roofline bound_of(struct made *m, uint64_t rows, uint64_t cpus)
{
    struct ib_roofline out;
    m->c.spec.rows = rows;
    ib_roofline_of(&m->limits, &m->c, cpus, &out);
    return out;
}

static void near(double is, double should)
{
    assert_true(fabs(is - should) <= 1e-9 * fabs(should));
}

/* ---- what binds ---- */

static void arithmetic_binds_what_the_first_cache_holds(void **state)
{
    const struct ib_roofline r = bound_of(*state, 20, 1);
    near(r.flops, epoch_flops(20));
    near(r.bytes, epoch_bytes(20));
    assert_int_equal(r.bound, IB_BOUND_COMPUTE);
    assert_string_equal(r.by, "avx2");
    near(r.least_ns, epoch_flops(20) / 100);
}

static void memory_binds_what_no_cache_holds(void **state)
{
    const struct ib_roofline r = bound_of(*state, 1000000, 1);
    assert_int_equal(r.bound, IB_BOUND_MEMORY);
    assert_string_equal(r.by, "memory");
    near(r.least_ns, (epoch_bytes(1000000) - 16 * MIB) / 15);
    near(r.rate, 15e9);
}

static void a_shared_cache_binds(void **state)
{
    const struct ib_roofline r = bound_of(*state, 10000, 1);
    assert_string_equal(r.by, "L3");
    near(r.least_ns, (epoch_bytes(10000) - 1 * MIB) / 40);
}

static void threads_raise_the_limits(void **state)
{
    struct made *m = *state;
    near(bound_of(m, 1000000, 4).rate, 30e9); /* not four times that of one */
    near(bound_of(m, 1000000, 3).rate, 30e9);
    near(bound_of(m, 20, 3).rate, 300e9);
    m->info.options = threads_option;
    near(bound_of(m, 20, 4).rate, 100e9); /* its option says 1 */
    const struct ib_setting two = {"threads", "2"};
    m->impl.settings = &two;
    m->impl.n_settings = 1;
    near(bound_of(m, 20, 4).rate, 200e9);
}

static void unknown_rates_bind_nothing(void **state)
{
    struct made *m = *state;
    m->c.spec.dtype = IB_F32; /* no arithmetic was measured in it */
    assert_int_equal(bound_of(m, 10, 1).bound, 0);
    assert_true(isnan(bound_of(m, 10, 1).least_ns));
}

static void a_device_is_bound_by_what_it_reached(void **state)
{
    struct made *m = *state;
    m->info.device = true;
    m->info.name = "gpu";
    m->c.residency = IB_RESIDENT;
    assert_true(isnan(bound_of(m, ROWS, 1).least_ns));
    add(m, IB_RATE_GEMM, "gpu", IB_F64, 0, 1e12);
    add(m, IB_RATE_AXPY, "gpu", 0, 0, 1e12);
    add(m, IB_RATE_LAUNCH, "gpu", 0, 0, 5e-6);
    add(m, IB_RATE_UPLOAD, "gpu", 0, 0, 1e9);
    add(m, IB_RATE_DOWNLOAD, "gpu", 0, 0, 1e9);
    assert_int_equal(bound_of(m, ROWS, 1).bound, IB_BOUND_LATENCY);
    assert_string_equal(bound_of(m, 1000000, 1).by, "memory");
    m->c.residency = IB_PER_OP;
    assert_string_equal(bound_of(m, ROWS, 1).by, "copies");
}

/* ---- what is impossible ---- */

static void a_floor_has_margins(void **state)
{
    struct made *m = *state;
    const char *by = NULL;
    m->c.spec.rows = 20;
    near(ib_floor_ns(&m->limits, &m->c, 1, &by), epoch_flops(20) / 100 / 1.25);
    assert_string_equal(by, "avx2");
    near(ib_floor_ns(&m->limits, &m->c, 4, &by), epoch_flops(20) / 400 / 1.25); /* above what all reached */
    m->c.spec.rows = 1000000;
    const double caches = 2.0 * (4 * 32 * KIB + 4 * MIB + 16 * MIB);
    const double memory_ns = (epoch_bytes(1000000) - caches) / 15 / 2;
    near(ib_floor_ns(&m->limits, &m->c, 1, &by), memory_ns);
    assert_string_equal(by, "memory");
}

/* A neighbour on the core may have halved what was measured; the clock tells. */
static void a_floor_knows_the_clock(void **state)
{
    struct made *m = *state;
    const char *by = NULL;
    m->c.spec.rows = 20;
    add(m, IB_RATE_FMA_ALLOWED, "avx2", IB_F64, 1, 200e9);
    near(ib_floor_ns(&m->limits, &m->c, 1, &by), epoch_flops(20) / 200 / 1.25);
}

static void no_floor_where_the_work_is_unknown(void **state)
{
    struct made *m = *state;
    const char *by = NULL;
    static const char *const command[] = {"program", NULL};
    m->info.algorithm = "normal equations";
    assert_true(ib_floor_ns(&m->limits, &m->c, 1, &by) == 0);
    m->info.algorithm = NULL;
    m->info.command = command;
    assert_true(ib_floor_ns(&m->limits, &m->c, 1, &by) > 0);
    m->limits.has_accelerator = true;
    assert_true(ib_floor_ns(&m->limits, &m->c, 1, &by) == 0);
    m->info.command = NULL;
    assert_true(ib_floor_ns(&m->limits, &m->c, 1, &by) > 0);
    m->info.device = true;
    assert_true(ib_floor_ns(&m->limits, &m->c, 1, &by) == 0);
}

/* ---- rates ---- */

static void rates_survive_their_file(void **state)
{
    struct made *m = *state;
    struct ib_rates read = {0};
    json_t *json = ib_rates_to_json(&m->limits.rates);
    assert_int_equal(ib_rates_from_json("f", json, &m->arena, &read), IB_OK);
    json_decref(json);
    assert_int_equal(read.n, m->limits.rates.n);
    for (size_t i = 0; i < read.n; i++) {
        const struct ib_rate *r = &m->limits.rates.list[i];
        assert_true(ib_rates_find(&read, r->kind, r->of, r->type, r->threads)->value == r->value);
    }
}

static void bad_rates_are_named(void **state)
{
    struct made *m = *state;
    static const char *const bad[] = {
        "{}",
        "[1]",
        "[{\"kind\": \"speed\", \"threads\": 1, \"value\": 1}]",
        "[{\"kind\": \"fma\", \"type\": \"f16\", \"threads\": 1, \"value\": 1}]",
        "[{\"kind\": \"fma\", \"threads\": -1, \"value\": 1}]",
        "[{\"kind\": \"fma\", \"threads\": 1, \"value\": 0}]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ib_rates read = {0};
        json_t *json = json_loads(bad[i], 0, NULL);
        assert_int_equal(ib_rates_from_json("limits.json", json, &m->arena, &read), IB_EINVAL);
        assert_string_equal(ib_last_error()->where, "limits.json");
        json_decref(json);
    }
}

static void the_better_measurement_stays(void **state)
{
    struct made *m = *state;
    struct ib_rates earlier = {0};
    ib_rates_add(&m->arena, &earlier, (struct ib_rate){IB_RATE_FMA, "avx2", IB_F64, 1, 120e9});
    ib_rates_add(&m->arena, &earlier, (struct ib_rate){IB_RATE_FMA, "sse2", IB_F64, 1, 20e9});
    ib_rates_add(&m->arena, &earlier, (struct ib_rate){IB_RATE_LAUNCH, "gpu", 0, 0, 5e-6});
    add(m, IB_RATE_LAUNCH, "gpu", 0, 0, 8e-6);
    ib_rates_improve(&m->limits.rates, &earlier);
    assert_true(ib_rates_find(&m->limits.rates, IB_RATE_FMA, "avx2", IB_F64, 1)->value == 120e9);
    assert_true(ib_rates_find(&m->limits.rates, IB_RATE_FMA, "sse2", IB_F64, 1)->value == 25e9);
    assert_true(ib_rates_find(&m->limits.rates, IB_RATE_LAUNCH, "gpu", 0, 0)->value == 5e-6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arithmetic_binds_what_the_first_cache_holds),
        TEST(memory_binds_what_no_cache_holds),
        TEST(a_shared_cache_binds),
        TEST(threads_raise_the_limits),
        TEST(unknown_rates_bind_nothing),
        TEST(a_device_is_bound_by_what_it_reached),
        TEST(a_floor_has_margins),
        TEST(a_floor_knows_the_clock),
        TEST(no_floor_where_the_work_is_unknown),
        TEST(rates_survive_their_file),
        TEST(bad_rates_are_named),
        TEST(the_better_measurement_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
