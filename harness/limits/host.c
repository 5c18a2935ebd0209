#include "limits/host.h"

#include "base/clock.h"
#include "limits/caches.h"
#include "limits/probe.h"
#include "limits/vectors.h"

#define TRY_NS 200000u /* shorter than a time slice, long enough for the clock */

void ib_probes_add(struct ib_arena *arena, struct ib_probes *out, unsigned together, struct ib_probe probe)
{
    probe.repeats = 1;
    for (unsigned threads = 1; threads <= together; threads = threads < together ? together : together + 1) {
        probe.threads = threads;
        out->list = ib_arena_grow(arena, out->list, sizeof *out->list, out->n, &out->capacity);
        out->list[out->n++] = probe;
    }
}

static void work(void *probe, unsigned member)
{
    const struct ib_probe *p = probe;
    p->run(p, member);
}

static void keep(struct ib_probe *p, double rate)
{
    if (rate > p->best[0]) {
        p->best[1] = p->best[0];
        p->best[0] = rate;
    } else if (rate > p->best[1]) {
        p->best[1] = rate;
    }
}

/* The calling thread is a team of one. */
static uint64_t run_alone(const struct ib_probe *p)
{
    uint64_t least_ns = UINT64_MAX;
    for (int i = 0; i < IB_TEAM_RUNS; i++) {
        const uint64_t begin_ns = ib_now_ns();
        p->run(p, 0);
        const uint64_t ns = ib_now_ns() - begin_ns;
        least_ns = ns < least_ns ? ns : least_ns;
    }
    return least_ns;
}

static void try(struct ib_probe *p, struct ib_team *team)
{
    const uint64_t ns = p->threads == 1 ? run_alone(p) : ib_team_run(team, work, p);
    keep(p, p->unit * (double)p->repeats * p->threads * 1e9 / (double)ns);
}

/* Makes a try long enough. */
static void calibrate(struct ib_probe *p)
{
    enum { MOST = 1 << 24 };
    while (run_alone(p) < TRY_NS && p->repeats < MOST)
        p->repeats *= 2;
}

/* In turn, so that a disturbance of a second meets all of them and none entirely. */
static void try_all(const struct ib_probes *probes, struct ib_team *team, double seconds)
{
    enum { LEAST = 5 }; /* of a machine that is slower than expected */
    for (struct ib_probe *p = probes->list; p < probes->list + probes->n; p++)
        calibrate(p);
    const uint64_t end_ns = ib_now_ns() + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < LEAST || ib_now_ns() < end_ns; i++)
        for (struct ib_probe *p = probes->list; p < probes->list + probes->n; p++)
            try(p, team);
}

/* ---- results ---- */

/* No processor so far begins more than two of its widest multiply-adds in a cycle, or four of 16 bytes. */
static void add_allowed(struct ib_arena *arena, double clock, struct ib_rates *out)
{
    for (const struct ib_vectors *v = ib_vectors; v->name; v++)
        for (enum ib_dtype type = IB_F32; v->is_supported() && type <= IB_F64; type++) {
            const double elements = (double)v->bytes / (type == IB_F32 ? sizeof(float) : sizeof(double));
            const bool adds = v == ib_vectors && v[1].name; /* separate instructions add and multiply */
            ib_rates_add(arena, out,
                         (struct ib_rate){IB_RATE_FMA_ALLOWED, v->name, type, 1,
                                          clock * elements * 4 * (!adds && v->bytes == 16 ? 2 : 1)});
        }
}

/* Matrix units multiply bf16: three such products, of the halves of each number, give one of f32. */
static void add_matrix_unit(struct ib_arena *arena, double clock, struct ib_rates *out)
{
    enum { FLOPS_A_CYCLE = 2048, PRODUCTS = 3 };
    if (ib_vectors_matrix_unit())
        ib_rates_add(
            arena, out,
            (struct ib_rate){IB_RATE_FMA_ALLOWED, "amx", IB_F32, 1, clock * FLOPS_A_CYCLE / PRODUCTS});
}

static void add_capacities(struct ib_arena *arena, struct ib_rates *out)
{
    struct ib_cache levels[IB_CACHE_LEVELS];
    const size_t n = ib_caches_describe(levels);
    for (size_t l = 0; l < n; l++)
        ib_rates_add(arena, out,
                     (struct ib_rate){.kind = IB_RATE_CAPACITY,
                                      .of = ib_arena_copy(arena, levels[l].name),
                                      .threads = levels[l].n,
                                      .value = (double)levels[l].bytes});
}

static void add_results(struct ib_arena *arena, const struct ib_probes *probes, struct ib_rates *out)
{
    for (const struct ib_probe *p = probes->list; p < probes->list + probes->n; p++) {
        if (p->best[1] > 0)
            ib_rates_add(arena, out, (struct ib_rate){p->kind, p->of, p->type, p->threads, p->best[1]});
        if (p->kind == IB_RATE_CLOCK)
            add_allowed(arena, p->best[1], out);
        if (p->kind == IB_RATE_CLOCK)
            add_matrix_unit(arena, p->best[1], out);
    }
    add_capacities(arena, out);
}

enum ib_status ib_limits_of_host(double seconds, struct ib_arena *arena, struct ib_rates *out)
{
    const unsigned threads = ib_usable_threads();
    struct ib_probes probes = {0};
    struct ib_team *team = NULL;
    ib_fma_probes(arena, threads, &probes);
    IB_TRY(ib_bandwidth_probes(arena, threads, &probes));
    enum ib_status status = ib_team_open(threads, &team);
    if (status == IB_OK) {
        try_all(&probes, team, seconds);
        ib_team_close(team);
        add_results(arena, &probes, out);
    }
    ib_bandwidth_close();
    return status;
}
