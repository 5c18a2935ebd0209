/* Arithmetic: the clock, and multiply-adds in registers. */
#include "limits/probe.h"
#include "limits/vectors.h"

enum { FMA_STEPS = 1000, CLOCK_STEPS = 1000, CLOCK_UNROLLED = 10 };

static void run_fma_f32(const struct ib_probe *p, unsigned member)
{
    const struct ib_vectors *vectors = p->context;
    float out;
    (void)member;
    vectors->fma_f32(FMA_STEPS * p->repeats, &out);
}

static void run_fma_f64(const struct ib_probe *p, unsigned member)
{
    const struct ib_vectors *vectors = p->context;
    double out;
    (void)member;
    vectors->fma_f64(FMA_STEPS * p->repeats, &out);
}

/* Additions that wait for each other take one cycle each. The assembler keeps the compiler from adding them
 * up.
 */
static void run_clock(const struct ib_probe *p, unsigned member)
{
    uint64_t x = member, one = 1;
    for (uint64_t i = 0; i < CLOCK_STEPS / CLOCK_UNROLLED * p->repeats; i++)
        for (int k = 0; k < CLOCK_UNROLLED; k++) {
            __asm__ volatile("" : "+r"(x), "+r"(one));
            x += one;
        }
    __asm__ volatile("" : : "r"(x));
}

void ib_fma_probes(struct ib_arena *arena, unsigned threads, struct ib_probes *out)
{
    ib_probes_add(arena, out, 1,
                  (struct ib_probe){.kind = IB_RATE_CLOCK, .unit = CLOCK_STEPS, .run = run_clock});
    for (const struct ib_vectors *v = ib_vectors; v->name; v++) {
        struct ib_probe probe = {.kind = IB_RATE_FMA, .of = v->name, .context = v};
        const double unit = 2.0 * FMA_STEPS * IB_FMA_CHAINS * (double)v->bytes;
        if (!v->is_supported())
            continue;
        probe.type = IB_F32;
        probe.unit = unit / sizeof(float);
        probe.run = run_fma_f32;
        ib_probes_add(arena, out, threads, probe);
        probe.type = IB_F64;
        probe.unit = unit / sizeof(double);
        probe.run = run_fma_f64;
        ib_probes_add(arena, out, threads, probe);
    }
}
