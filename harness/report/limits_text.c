#include "report/limits_text.h"

#include "report/format.h"
#include "report/render.h"

#include <math.h>

static double value(const struct ib_limits *l, enum ib_rate_kind kind, const struct ib_rate *like,
                    uint64_t threads)
{
    const struct ib_rate *rate = ib_rates_find(&l->rates, kind, like->of, like->type, threads);
    return rate ? rate->value : NAN;
}

static const char *giga(struct ib_arena *arena, double per_second)
{
    return isnan(per_second) ? IB_DASH : ib_format_digits(arena, per_second / 1e9);
}

/* "2 threads" */
static const char *together(struct ib_arena *arena, const struct ib_limits *l)
{
    return ib_arena_print(arena, "%llu thread%s", (unsigned long long)l->threads, ib_plural(l->threads));
}

static const char *type_of(const struct ib_rate *r)
{
    return r->type ? ib_word_of(ib_dtype_words, (int)r->type) : IB_DASH;
}

static void add_arithmetic(struct ib_doc *doc, const struct ib_limits *l)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_rate *clock = ib_rates_find(&l->rates, IB_RATE_CLOCK, NULL, 0, 1);
    ib_doc_heading(doc, 3, "Multiply-adds in registers, GFLOP/s");
    ib_doc_paragraph(doc, ib_arena_print(arena,
                                         "A core at work runs at %s GHz; the last column is what that "
                                         "allows at two instructions a cycle.",
                                         giga(arena, clock ? clock->value : NAN)));
    ib_doc_table(doc, "nwrrr",
                 (const char *[]){"instructions", "type", "1 thread", together(arena, l), "by the clock"});
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if (r->kind == IB_RATE_FMA && r->threads == 1)
            ib_doc_row(doc, (const char *[]){r->of, type_of(r), giga(arena, r->value),
                                             giga(arena, value(l, r->kind, r, l->threads)),
                                             giga(arena, value(l, IB_RATE_FMA_ALLOWED, r, 1))});
}

static const char *size_of(struct ib_arena *arena, const struct ib_limits *l, const char *level)
{
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if (r->kind == IB_RATE_CAPACITY && strcmp(r->of, level) == 0)
            return ib_arena_print(arena, "%llu × %.0f KiB", (unsigned long long)r->threads, r->value / 1024);
    return IB_DASH;
}

static void add_memory(struct ib_doc *doc, const struct ib_limits *l)
{
    struct ib_arena *arena = doc->arena;
    const char *all = together(arena, l);
    ib_doc_heading(doc, 3, "Memory, GB/s; a copy counts what is read and written");
    ib_doc_table(doc, "nrrrrr",
                 (const char *[]){"level", "size", "read, 1 thread", all, "copy, 1 thread", all});
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if (r->kind == IB_RATE_READ && r->threads == 1)
            ib_doc_row(doc, (const char *[]){r->of, size_of(arena, l, r->of), giga(arena, r->value),
                                             giga(arena, value(l, IB_RATE_READ, r, l->threads)),
                                             giga(arena, value(l, IB_RATE_COPY, r, 1)),
                                             giga(arena, value(l, IB_RATE_COPY, r, l->threads))});
}

static void add_products(struct ib_doc *doc, const struct ib_limits *l)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 3, "Large products, GFLOP/s");
    ib_doc_table(doc, "nwrr", (const char *[]){"implementation", "type", "1 thread", together(arena, l)});
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++)
        if (r->kind == IB_RATE_GEMM && r->threads <= 1)
            ib_doc_row(doc, (const char *[]){r->of, type_of(r), giga(arena, r->value),
                                             giga(arena, value(l, IB_RATE_GEMM, r, l->threads))});
}

static void add_devices(struct ib_doc *doc, const struct ib_limits *l)
{
    struct ib_arena *arena = doc->arena;
    bool any = false;
    for (const struct ib_rate *r = l->rates.list; r < l->rates.list + l->rates.n; r++) {
        if (r->kind != IB_RATE_UPLOAD)
            continue;
        if (!any) {
            ib_doc_heading(doc, 3, "Devices, GB/s");
            ib_doc_table(
                doc, "nrrrrr",
                (const char *[]){"implementation", "upload", "download", "Y += X", "a call", "a wait"});
        }
        any = true;
        ib_doc_row(doc, (const char *[]){r->of, giga(arena, r->value),
                                         giga(arena, value(l, IB_RATE_DOWNLOAD, r, 0)),
                                         giga(arena, value(l, IB_RATE_AXPY, r, 0)),
                                         ib_format_duration(arena, 1e9 * value(l, IB_RATE_LAUNCH, r, 0)),
                                         ib_format_duration(arena, 1e9 * value(l, IB_RATE_SYNC, r, 0))});
    }
}

void ib_limits_print(FILE *out, const struct ib_limits *l)
{
    struct ib_arena arena = {0};
    struct ib_doc doc = {.arena = &arena};
    add_arithmetic(&doc, l);
    add_memory(&doc, l);
    add_products(&doc, l);
    add_devices(&doc, l);
    ib_render_text(out, &doc, IB_COLOUR_AUTO);
    ib_arena_free(&arena);
}
