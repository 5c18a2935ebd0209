#include "report/explain_parts.h"

#include "report/format.h"

#include <math.h>
#include <string.h>

enum { NAMED_KERNELS = 6, NAME_LETTERS = 60 };

/* NaN if it was not counted. */
static double known(int64_t count)
{
    return count < 0 ? NAN : (double)count;
}

/* ---- compared with the transfer log ---- */

/* If the counts differ, the reason names both. */
static void compare(struct ib_doc *doc, const struct ib_tracer_record *tracer)
{
    struct ib_arena *arena = doc->arena;
    const char *reason = tracer->reason;
    if (tracer->agrees == IB_YES)
        return;
    if (tracer->agrees == IB_UNKNOWN)
        ib_doc_paragraph(doc,
                         ib_arena_print(arena, "No independent count of the copies is available (%s: %s).",
                                        tracer->source, reason ? reason : "no reason given"));
    else
        ib_doc_paragraph(
            doc, ib_arena_print(arena,
                                "The tracer (%s) disagrees with the transfer log: in the checked pass it "
                                "counted %s uploads of %s bytes and %s downloads of %s bytes%s%s.",
                                tracer->source, ib_format_count(arena, known(tracer->h2d_count)),
                                ib_format_count(arena, known(tracer->h2d_bytes)),
                                ib_format_count(arena, known(tracer->d2h_count)),
                                ib_format_count(arena, known(tracer->d2h_bytes)), reason ? "; " : "",
                                reason ? reason : ""));
}

/* ---- what the transfer log does not contain ---- */

/* "12 memsets (96 bytes)", "no memsets" */
static const char *amount(struct ib_arena *arena, double count, double bytes, const char *one,
                          const char *many)
{
    if (count == 0)
        return ib_arena_print(arena, "no %s", many);
    return ib_arena_print(arena, "%s %s (%s)", ib_format_count(arena, count), count == 1 ? one : many,
                          ib_format_bytes(arena, bytes));
}

/* Returns NULL if this was not counted; so does host_memory_text. */
static const char *device_text(struct ib_arena *arena, const struct ib_tracer_record *tracer)
{
    const double copies = known(tracer->d2d_count), sets = known(tracer->memset_count);
    if (isnan(copies) || isnan(sets))
        return NULL;
    return ib_arena_print(arena, "%s and %s within the device%s",
                          amount(arena, sets, known(tracer->memset_bytes), "memset", "memsets"),
                          amount(arena, copies, known(tracer->d2d_bytes), "copy", "copies"),
                          copies + sets > 0
                              ? ", issued by the implementation or its libraries: the harness requests none"
                              : "");
}

static const char *host_memory_text(struct ib_arena *arena, const struct ib_tracer_record *tracer)
{
    const double all = known(tracer->h2d_count) + known(tracer->d2h_count),
                 pageable = known(tracer->pageable_count), pinned = known(tracer->pinned_count);
    if (isnan(pageable) || isnan(pinned) || !(all > 0))
        return NULL;
    if (pageable == all || pinned == all)
        return pinned == all ? "all transfers used pinned host memory"
                             : "all transfers used pageable host memory";
    return ib_arena_print(arena, "%s used pageable host memory, %s pinned",
                          amount(arena, pageable, known(tracer->pageable_bytes), "transfer", "transfers"),
                          amount(arena, pinned, known(tracer->pinned_bytes), "transfer", "transfers"));
}

static void explain_device(struct ib_doc *doc, const struct ib_tracer_record *tracer)
{
    struct ib_arena *arena = doc->arena;
    const char *device = device_text(arena, tracer), *memory = host_memory_text(arena, tracer);
    if (device || memory)
        ib_doc_paragraph(doc, ib_arena_print(arena, "In the checked pass (%s): %s%s%s.", tracer->source,
                                             device ? device : "", device && memory ? "; " : "",
                                             memory ? memory : ""));
}

/* Copies made while the implementation was opened are reported, but not held against it. */
static void explain_opening(struct ib_doc *doc, const struct ib_tracer_record *tracer)
{
    struct ib_arena *arena = doc->arena;
    const double up = known(tracer->opened_h2d_count), down = known(tracer->opened_d2h_count);
    if (up + down > 0)
        ib_doc_paragraph(
            doc,
            ib_arena_print(arena, "Opening the implementation, before its first call, made %s and %s.",
                           amount(arena, up, known(tracer->opened_h2d_bytes), "upload", "uploads"),
                           amount(arena, down, known(tracer->opened_d2h_bytes), "download", "downloads")));
}

/* "gemm_f32 400 times"; long names are cut. */
static const char *kernel_text(struct ib_arena *arena, const struct ib_kernel_record *kernel)
{
    const char *name = kernel->name;
    return ib_arena_print(arena, "%.*s%s %s", NAME_LETTERS, name, strlen(name) > NAME_LETTERS ? "…" : "",
                          kernel->count == 1 ? "once"
                                             : ib_arena_print(arena, "%s times",
                                                              ib_format_count(arena, (double)kernel->count)));
}

static void explain_kernels(struct ib_doc *doc, const struct ib_tracer_record *tracer)
{
    struct ib_arena *arena = doc->arena;
    const size_t n = tracer->n_kernels;
    const char *text = "";
    double others = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ib_kernel_record *kernel = &tracer->kernels[i];
        if (i < NAMED_KERNELS)
            text = ib_arena_print(arena, "%s%s%s", text, i ? ", " : "", kernel_text(arena, kernel));
        else
            others += (double)kernel->count;
    }
    if (others > 0)
        text = ib_arena_print(arena, "%s, and %zu more, started %s times", text, n - NAMED_KERNELS,
                              ib_format_count(arena, others));
    if (n)
        ib_doc_paragraph(doc, ib_arena_print(arena, "Kernels started: %s.", text));
}

void ib_explain_tracer(struct ib_doc *doc, const struct ib_case_record *c)
{
    const struct ib_tracer_record *tracer = ib_case_record_tracer(c);
    if (c->counting == IB_UNCOUNTED_COPIES && !tracer->source)
        ib_doc_paragraph(doc,
                         "Uncounted: these are the harness's copies; no tracer has seen this device at work, "
                         "so it may have made others.");
    if (c->counting == IB_CLAIMED_COPIES)
        ib_doc_paragraph(doc,
                         "Claimed: only the implementation itself has counted the copies; no tracer has seen "
                         "this device at work.");
    if (!tracer->source)
        return;
    compare(doc, tracer);
    explain_device(doc, tracer);
    explain_opening(doc, tracer);
    explain_kernels(doc, tracer);
}
