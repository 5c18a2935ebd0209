/* Measuring the host: every kind is there, in a plausible relation to the others, however loaded the machine.
 */
#include "limits/caches.h"
#include "limits/host.h"
#include "limits/team.h"
#include "limits/vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

static void multiply_adds_compute(void **state)
{
    (void)state;
    for (const struct ib_vectors *v = ib_vectors; v->name; v++) {
        float single = 0;
        double twice = 0;
        if (!v->is_supported())
            continue;
        v->fma_f32(1000, &single);
        v->fma_f64(1000, &twice);
        assert_true(single > IB_FMA_CHAINS - 0.01 &&
                    single < IB_FMA_CHAINS + 0.01); /* each chain tends to 1 */
        assert_true(twice > IB_FMA_CHAINS - 1e-9 && twice < IB_FMA_CHAINS + 1e-9);
    }
}

static void reading_reads_everything(void **state)
{
    (void)state;
    enum { WORDS = 512 };
    static _Alignas(64) uint64_t words[WORDS];
    for (const struct ib_vectors *v = ib_vectors; v->name; v++)
        for (size_t i = 0; v->is_supported() && i < WORDS; i += v->bytes / sizeof *words) {
            uint64_t seen = 0;
            words[i] = 4; /* in the first word of a register */
            v->read(words, sizeof words, &seen);
            words[i] = 0;
            assert_int_equal(seen, 4);
        }
}

static void count(void *context, unsigned member)
{
    atomic_fetch_add((atomic_uint *)context, 1u << 8 * member);
}

static void a_team_works_together(void **state)
{
    (void)state;
    struct ib_team *team;
    atomic_uint counts = 0;
    assert_int_equal(ib_team_open(3, &team), IB_OK);
    for (int i = 0; i < 4; i++)
        ib_team_run(team, count, &counts);
    ib_team_close(team);
    assert_int_equal(counts, 4 * IB_TEAM_RUNS * 0x010101);
}

static const struct ib_rate *find(const struct ib_rates *rates, enum ib_rate_kind kind, const char *of,
                                  enum ib_dtype type)
{
    const struct ib_rate *rate = ib_rates_find(rates, kind, of, type, 1);
    assert_non_null(rate);
    assert_true(rate->value > 0);
    return rate;
}

/* What the clock allows is measured at another moment: on a busy machine one of several tries must agree. The
 * loop that measures the clock is slower with sanitizers. */
#ifdef __SANITIZE_ADDRESS__
#define MOST_OF_ALLOWED 100.0
#else
#define MOST_OF_ALLOWED 1.1
#endif

static bool fma_agrees_with_the_clock(const struct ib_rates *rates)
{
    const char *isa = ib_vectors_widest()->name;
    bool agrees = true;
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++)
        agrees = agrees && find(rates, IB_RATE_FMA, isa, type)->value <
                               MOST_OF_ALLOWED * find(rates, IB_RATE_FMA_ALLOWED, isa, type)->value;
    return agrees;
}

static void every_kind_is_measured(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_rates rates = {0};
    struct ib_cache levels[IB_CACHE_LEVELS];
    bool agrees = false;
    for (int tries = 0; tries < 8 && !agrees; tries++) {
        rates = (struct ib_rates){0};
        assert_int_equal(ib_limits_of_host(0.1, &arena, &rates), IB_OK);
        agrees = fma_agrees_with_the_clock(&rates);
    }
    assert_true(agrees);
    find(&rates, IB_RATE_CLOCK, NULL, 0);
    const size_t n = ib_caches_describe(levels);
    for (size_t l = 0; l < n; l++) {
        find(&rates, IB_RATE_READ, levels[l].name, 0);
        find(&rates, IB_RATE_COPY, levels[l].name, 0);
        assert_true(l == 0 || levels[l].bytes > levels[l - 1].bytes);
    }
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiply_adds_compute),
        cmocka_unit_test(reading_reads_everything),
        cmocka_unit_test(a_team_works_together),
        cmocka_unit_test(every_kind_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
