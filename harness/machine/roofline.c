#include "machine/roofline.h"

#include "train/transfer_model.h"

#include <math.h>

const struct ib_word ib_bound_words[] = {
    {"compute", IB_BOUND_COMPUTE}, {"memory", IB_BOUND_MEMORY}, {"latency", IB_BOUND_LATENCY}, {NULL, 0}};

/* Keeps the longest of several least times. */
static void bind(struct ib_roofline *out, double ns, enum ib_bound bound, const char *by, double rate)
{
    if (ns > 0 && !(ns <= out->least_ns)) {
        out->least_ns = ns;
        out->bound = bound;
        out->by = by;
        out->rate = rate;
    }
}

static double value(const struct ib_limits *l, enum ib_rate_kind kind, const char *of, enum ib_dtype type,
                    uint64_t threads)
{
    const struct ib_rate *rate = ib_rates_find(&l->rates, kind, of, type, threads);
    return rate ? rate->value : NAN;
}

/* With another number of threads than was measured: as many times one, and no more than all together. */
static double scaled(const struct ib_limits *l, enum ib_rate_kind kind, const char *of, enum ib_dtype type,
                     uint64_t threads)
{
    const double one = value(l, kind, of, type, 1), all = value(l, kind, of, type, l->threads);
    return threads <= 1 ? one : fmin((double)threads * one, all);
}

/* ---- on the host ---- */

/* The threads of a case: its option, where it has one. */
static uint64_t threads_of(const struct ib_case *c, uint64_t cpus)
{
    const char *text = NULL;
    uint64_t threads;
    for (const struct ib_option *o = c->impl->info->options; o && o->name; o++)
        if (strcmp(o->name, "threads") == 0)
            text = o->default_value;
    for (size_t i = 0; i < c->impl->n_settings; i++)
        if (strcmp(c->impl->settings[i].name, "threads") == 0)
            text = c->impl->settings[i].value;
    return text && ib_parse_u64(text, &threads) && threads > 0 && threads < cpus ? threads : cpus;
}

static void bind_arithmetic(const struct ib_limits *l, enum ib_dtype type, uint64_t threads,
                            struct ib_roofline *out)
{
    const struct ib_rate *best = NULL;
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if (r->kind == IB_RATE_FMA && r->type == type && r->threads == 1 && (!best || r->value > best->value))
            best = r;
    const double rate = best ? scaled(l, IB_RATE_FMA, best->of, type, threads) : NAN;
    bind(out, out->flops / rate * 1e9, IB_BOUND_COMPUTE, best ? best->of : NULL, rate);
}

/* What the caches below a level can keep from one epoch to the next must not come from that level. */
static void bind_memory(const struct ib_limits *l, uint64_t threads, struct ib_roofline *out)
{
    double kept = 0;
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++) {
        if (r->kind != IB_RATE_READ || r->threads != 1)
            continue;
        const double rate = scaled(l, IB_RATE_READ, r->of, 0, threads);
        if (kept > 0)
            bind(out, (out->bytes - kept) / rate * 1e9, IB_BOUND_MEMORY, r->of, rate);
        for (const struct ib_rate *c = l->rates.list; c < l->rates.list + l->rates.n; c++)
            if (c->kind == IB_RATE_CAPACITY && strcmp(c->of, r->of) == 0)
                kept = c->value * (double)(threads < c->threads ? threads : c->threads);
    }
}

/* An external program may compute on a device of which nothing is known. */
static bool is_elsewhere(const struct ib_limits *l, const struct ib_case *c)
{
    return c->impl->info->command && l->has_accelerator;
}

/* ---- on a device ---- */

/* By what this implementation itself reached with large operands: the device may be able to do more. Products
 * were measured with the default options, which says nothing of a reduced precision. */
static void bind_device(const struct ib_limits *l, const struct ib_case *c, struct ib_roofline *out)
{
    const char *impl = c->impl->info->name;
    const bool is_reduced = ib_case_products(c) != IB_PRODUCTS_F32;
    const double gemm = is_reduced ? NAN : value(l, IB_RATE_GEMM, impl, c->spec.dtype, 0),
                 axpy = value(l, IB_RATE_AXPY, impl, 0, 0), up = value(l, IB_RATE_UPLOAD, impl, 0, 0),
                 down = value(l, IB_RATE_DOWNLOAD, impl, 0, 0),
                 launch_ns = value(l, IB_RATE_LAUNCH, impl, 0, 0) * 1e9;
    const struct ib_transfer_model_case model = {.spec = c->spec, .residency = c->residency, .epochs = 1};
    struct ib_traffic copies[IB_PHASE_COUNT];
    ib_transfer_model(&model, copies);
    const double copied_s =
        (double)copies[IB_TRAIN].h2d_bytes / up + (double)copies[IB_TRAIN].d2h_bytes / down;
    bind(out, out->flops / gemm * 1e9, IB_BOUND_COMPUTE, "gemm", gemm);
    bind(out, out->bytes / axpy * 1e9, IB_BOUND_MEMORY, "memory", axpy);
    bind(out, launch_ns, IB_BOUND_LATENCY, "launch", NAN);
    bind(out, copied_s * 1e9, IB_BOUND_MEMORY, "copies", up);
}

void ib_roofline_of(const struct ib_limits *l, const struct ib_case *c, uint64_t cpus,
                    struct ib_roofline *out)
{
    struct ib_work work;
    const uint64_t threads = threads_of(c, cpus);
    ib_work_of(&c->spec, NULL, &work);
    *out = (struct ib_roofline){.flops = work.flops, .bytes = work.bytes, .rate = NAN, .least_ns = NAN};
    if (is_elsewhere(l, c))
        return;
    if (c->impl->info->device) {
        bind_device(l, c, out);
        return;
    }
    bind_arithmetic(l, c->spec.dtype, threads, out);
    bind_memory(l, threads, out);
}

double ib_least_ns(const struct ib_limits *l, const struct ib_case *c, uint64_t cpus, struct ib_op_cost cost)
{
    struct ib_roofline least = {.flops = cost.flops, .bytes = cost.bytes, .least_ns = NAN};
    const uint64_t threads = threads_of(c, cpus);
    if (c->impl->info->device || is_elsewhere(l, c))
        return NAN;
    bind_arithmetic(l, c->spec.dtype, threads, &least);
    bind_memory(l, threads, &least);
    return least.least_ns;
}

/* ---- the floor ---- */

/* A limit was perhaps measured while another program slowed the core down: the clock tells what it allows,
 * and no other can be that much too low. What a level delivers depends on all that use it. Caches may be
 * larger than a virtual machine is told, and a large product may save multiplications (Strassen). */
#define ARITHMETIC_MARGIN 1.25
#define MEMORY_MARGIN     2
#define CACHE_MARGIN      2

static double arithmetic_floor_ns(const struct ib_limits *l, const struct ib_roofline *least,
                                  enum ib_dtype type, uint64_t cpus, const char **by)
{
    double rate = 0;
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if ((r->kind == IB_RATE_FMA || r->kind == IB_RATE_FMA_ALLOWED) && r->type == type &&
            r->threads == 1 && r->value > rate) {
            rate = r->value;
            *by = r->of;
        }
    return rate > 0 ? least->flops / rate / (double)cpus / ARITHMETIC_MARGIN * 1e9 : 0;
}

/* All caches up to a level together, as if nothing was in two of them. */
static double memory_floor_ns(const struct ib_limits *l, const struct ib_roofline *least, uint64_t cpus,
                              const char **by)
{
    double kept = 0, floor_ns = 0;
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++) {
        if (r->kind != IB_RATE_READ || r->threads != 1)
            continue;
        const double ns =
            (least->bytes - CACHE_MARGIN * kept) / r->value / (double)cpus / MEMORY_MARGIN * 1e9;
        if (kept > 0 && ns > floor_ns) {
            floor_ns = ns;
            *by = r->of;
        }
        for (const struct ib_rate *c = l->rates.list; c < l->rates.list + l->rates.n; c++)
            if (c->kind == IB_RATE_CAPACITY && strcmp(c->of, r->of) == 0)
                kept += c->value * (double)c->threads;
    }
    return floor_ns;
}

double ib_floor_ns(const struct ib_limits *l, const struct ib_case *c, uint64_t cpus, const char **by)
{
    const char *level = NULL;
    struct ib_roofline least;
    const bool others = c->impl->info->algorithm || c->impl->info->flags & IB_SHORTCUT;
    if (c->impl->info->device || others || is_elsewhere(l, c))
        return 0;
    ib_roofline_of(l, c, cpus, &least);
    const double arithmetic_ns = arithmetic_floor_ns(l, &least, c->spec.dtype, cpus, by);
    const double memory_ns = memory_floor_ns(l, &least, cpus, &level);
    if (memory_ns > arithmetic_ns)
        *by = level;
    return fmax(memory_ns, arithmetic_ns);
}
