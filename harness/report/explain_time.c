#include "report/explain_parts.h"

#include "report/format.h"

#include <math.h>
#include <string.h>

static const char *const meanings[IB_TIME_PART_COUNT] = {
    "copies between host and device", "waiting for the device beyond its work", "the device's own work",
    "submitting work to the device, and everything else on the host"};

static bool is_host(const struct ib_explanation *e)
{
    return e->record->residency == IB_HOST;
}

/* ---- where the time went ---- */

static void add_split(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_table(doc, "wrrw", (const char *[]){"part", "per epoch", "share", "meaning"});
    for (int i = 0; i < IB_TIME_PART_COUNT; i++)
        ib_doc_row(doc, (const char *[]){
                            ib_time_part_names[i], ib_format_duration(arena, e->record->breakdown_ns[i]),
                            ib_format_share(arena, e->record->breakdown_ns[i] / e->epoch_ns), meanings[i]});
}

static void add_operations(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    bool by_device = e->record->profile.clock && strcmp(e->record->profile.clock, "device") == 0;
    ib_doc_paragraph(
        doc,
        ib_arena_print(
            arena,
            "The profile, per epoch: %.0f epochs were trained with a wait after every step, so these times "
            "add up to more than an epoch without the waits. Compute is %s. A wait for an idle device takes "
            "%s.",
            (double)e->record->profile.epochs,
            by_device ? "measured by the device's clock" : "the wait minus that for an idle device",
            ib_format_duration(arena, (double)e->record->profile.sync_ns)));
    ib_doc_table(doc, "wrrrr", (const char *[]){"operation", "calls", "launch", "wait", "compute"});
    for (size_t i = 0; i < e->n_operations; i++) {
        const struct ib_explained_operation *o = &e->operations[i];
        ib_doc_row(doc, (const char *[]){
                            o->op, ib_format_amount(arena, o->calls), ib_format_duration(arena, o->launch_ns),
                            ib_format_duration(arena, o->wait_ns), ib_format_duration(arena, o->compute_ns)});
    }
}

/* With a wait after every call, work can take longer than an epoch in which it overlaps. */
static void add_scaled(struct ib_doc *doc, const struct ib_explanation *e)
{
    double compute = 0;
    for (size_t i = 0; i < e->n_operations; i++)
        compute += e->operations[i].compute_ns;
    if (compute > 1.01 * e->record->breakdown_ns[IB_TIME_COMPUTE])
        ib_doc_paragraph(
            doc, ib_arena_print(doc->arena,
                                "The parts were scaled down to fit into the epoch: compute, for example, is "
                                "%s in the profile.",
                                ib_format_duration(doc->arena, compute)));
}

/* ---- on the host ---- */

/* Bytes that a call reads and writes at least, over its time; the same for operations. 0 per ns: none. */
static const char *rate(struct ib_arena *arena, double amount, double ns)
{
    return amount > 0 && ns > 0 ? ib_format_digits(arena, amount / ns) : IB_DASH;
}

static void add_host_operations(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    double sum = 0;
    for (size_t i = 0; i < e->n_operations; i++)
        sum += e->operations[i].compute_ns;
    ib_doc_paragraph(
        doc, ib_arena_print(arena,
                            "The profile, per epoch, over %.0f epoch%s timed call by call: %s in "
                            "all. The rates are of the operations and bytes that a call takes at least.",
                            (double)e->record->profile.epochs, ib_plural(e->record->profile.epochs),
                            ib_format_duration(arena, sum)));
    ib_doc_table(doc, "wrrrrrr",
                 (const char *[]){"operation", "calls", "time", "share", "GFLOP/s", "GB/s", "of limit"});
    for (size_t i = 0; i < e->n_operations; i++) {
        const struct ib_explained_operation *o = &e->operations[i];
        ib_doc_row(doc,
                   (const char *[]){
                       o->op, ib_format_amount(arena, o->calls), ib_format_duration(arena, o->compute_ns),
                       ib_format_share(arena, o->compute_ns / sum), rate(arena, o->flops, o->compute_ns),
                       rate(arena, o->bytes, o->compute_ns),
                       o->compute_ns > 0 ? ib_format_share(arena, o->least_ns / o->compute_ns) : IB_DASH});
    }
}

void ib_explain_time(struct ib_doc *doc, const struct ib_explanation *e)
{
    if (is_host(e) && !e->n_operations)
        return;
    ib_doc_heading(doc, 4, "Where the time of an epoch went");
    if (is_host(e)) {
        add_host_operations(doc, e);
        return;
    }
    if (e->has_breakdown) {
        add_split(doc, e);
        add_scaled(doc, e);
        add_operations(doc, e);
        return;
    }
    const char *reason = e->record->profile.reason;
    ib_doc_paragraph(doc, reason
                              ? ib_arena_print(doc->arena, "Unknown: the profiled pass failed: %s.", reason)
                              : "Unknown: this case was not profiled.");
}

/* ---- time with resident data ---- */

static void add_forecast(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_forecast *f = &e->forecast;
    ib_doc_paragraph(
        doc,
        ib_arena_print(
            arena,
            "Predicted: %s to %s per epoch. In the profile, %s of an epoch is the device's own work and "
            "%s is launches; of the measured %s, that is %s and %s. Where these overlap completely, only "
            "the longer one remains; at least the copies are saved.",
            ib_format_duration(arena, f->low_ns), ib_format_duration(arena, f->high_ns),
            ib_format_share(arena, f->compute_ns / e->epoch_ns),
            ib_format_share(arena, f->launch_ns / e->epoch_ns), ib_format_duration(arena, e->epoch_ns),
            ib_format_duration(arena, f->compute_ns), ib_format_duration(arena, f->launch_ns)));
}

/* "; copying takes 4.00× (3.90 to 4.10) as long" */
static const char *overhead_text(struct ib_arena *arena, const struct ib_paired_ratio *overhead)
{
    if (isnan(overhead->median))
        return ib_arena_print(arena, "; with %zu shared round%s, how much longer copying takes is unknown",
                              overhead->n, ib_plural(overhead->n));
    return ib_arena_print(arena, "; copying takes %s× (%s to %s) as long",
                          ib_format_ratio(arena, overhead->median), ib_format_ratio(arena, overhead->low),
                          ib_format_ratio(arena, overhead->high));
}

/* " The prediction was too low." */
static const char *forecast_verdict(const struct ib_forecast *f, double measured)
{
    if (isnan(f->low_ns))
        return "";
    return measured < f->low_ns    ? " The prediction was too high."
           : measured > f->high_ns ? " The prediction was too low."
                                   : " That is within the prediction.";
}

static void add_measured(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    const double measured = e->partner->epoch_ns.median;
    ib_doc_paragraph(doc,
                     ib_arena_print(arena, "Measured in this run: %s per epoch%s.%s",
                                    ib_format_duration(arena, measured), overhead_text(arena, &e->overhead),
                                    forecast_verdict(&e->forecast, measured)));
}

void ib_explain_resident(struct ib_doc *doc, const struct ib_explanation *e)
{
    const bool known = !isnan(e->forecast.low_ns) && !isnan(e->forecast.high_ns);
    if (e->record->residency != IB_PER_OP || isnan(e->epoch_ns))
        return;
    ib_doc_heading(doc, 4, "What it would take with resident data");
    if (known)
        add_forecast(doc, e);
    if (e->partner)
        add_measured(doc, e);
    if (!known && !e->partner)
        ib_doc_paragraph(doc,
                         "Unknown: a prediction needs a profile and at least six rounds, and this run has "
                         "no verified resident case.");
}
