#include "report/explain_parts.h"

#include "report/format.h"

#include <math.h>
#include <string.h>

const struct ib_explained_copies *ib_explain_costliest(const struct ib_explanation *e)
{
    const struct ib_explained_copies *costliest = &e->tensors[0];
    for (size_t i = 1; i < e->n_tensors; i++)
        if (e->tensors[i].time_share > costliest->time_share)
            costliest = &e->tensors[i];
    return costliest;
}

/* ---- what to change ---- */

/* Copies per epoch in training; residency does not save those before and after it. */
static double train_copies(const struct ib_explanation *e, const char *tensor)
{
    double n = 0;
    for (size_t i = 0; i < e->n_copies; i++)
        if (strcmp(e->copies[i].tensor, tensor) == 0 && strcmp(e->copies[i].phase, "train") == 0)
            n += e->copies[i].h2d_count + e->copies[i].d2h_count;
    return n / (double)e->record->epochs;
}

static void advise_copying(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    if (!e->n_tensors)
        return;
    const struct ib_explained_copies *first = ib_explain_costliest(e);
    const char *share = isnan(first->time_share) ? ""
                                                 : ib_arena_print(arena, ", and up to %s of the time",
                                                                  ib_format_share(arena, first->time_share));
    ib_doc_paragraph(doc,
                     ib_arena_print(arena,
                                    "Keep %s on the device first: that saves %s copies per epoch%s. With "
                                    "everything resident, all %s are saved.",
                                    first->tensor, ib_format_amount(arena, train_copies(e, first->tensor)),
                                    share, ib_format_amount(arena, e->copies_per_epoch)));
}

/* The operation with the most device work; *share: its share of that work. */
static const struct ib_explained_operation *heaviest(const struct ib_explanation *e, double *share)
{
    const struct ib_explained_operation *heaviest = &e->operations[0];
    double sum = 0;
    for (size_t i = 0; i < e->n_operations; i++) {
        sum += e->operations[i].compute_ns;
        if (e->operations[i].compute_ns > heaviest->compute_ns)
            heaviest = &e->operations[i];
    }
    *share = heaviest->compute_ns / sum;
    return heaviest;
}

static double calls_per_epoch(const struct ib_explanation *e)
{
    double n = 0;
    for (size_t i = 0; i < e->n_operations; i++)
        n += e->operations[i].calls;
    return n;
}

/* A kernel this short may take longer to start than to run. */
#define SHORT_CALL_NS 50e3

static const char *compute_advice(struct ib_arena *arena, const struct ib_explanation *e, const char *share)
{
    double part;
    const struct ib_explained_operation *operation = heaviest(e, &part);
    const double call_ns = operation->compute_ns / operation->calls;
    const char *advice =
        call_ns < SHORT_CALL_NS
            ? ib_arena_print(
                  arena,
                  "at %s per call, starting its kernels may take longer than running them; fewer and bigger "
                  "operations would help",
                  ib_format_duration(arena, call_ns))
            : "a faster kernel would help; fewer launches or waits hardly would";
    return ib_arena_print(arena, "The device's own work takes %s of an epoch, and %s is %s of that: %s.",
                          share, operation->op, ib_format_share(arena, part), advice);
}

static void advise_resident(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    int most = 0;
    for (int i = 1; i < IB_TIME_PART_COUNT; i++)
        most = e->record->breakdown_ns[i] > e->record->breakdown_ns[most] ? i : most;
    const char *share = ib_format_share(arena, e->record->breakdown_ns[most] / e->epoch_ns);
    const char *const advice[IB_TIME_PART_COUNT] = {
        [IB_TIME_TRANSFER] = ib_arena_print(
            arena, "Copies take %s of an epoch although the data are resident: read results less often.",
            share),
        [IB_TIME_SYNC] =
            ib_arena_print(arena, "Waiting takes %s of an epoch: read results less often.", share),
        [IB_TIME_COMPUTE] = e->n_operations ? compute_advice(arena, e, share) : NULL,
        [IB_TIME_LAUNCH] =
            ib_arena_print(arena,
                           "Launching %s operations per epoch takes %s of it, longer than the device works: "
                           "fewer and bigger operations would help, or whole steps fused into one; faster "
                           "kernels would not.",
                           ib_format_amount(arena, calls_per_epoch(e)), share)};
    if (advice[most])
        ib_doc_paragraph(doc, advice[most]);
}

void ib_explain_advice(struct ib_doc *doc, const struct ib_explanation *e)
{
    const char *residency = ib_word_of(ib_residency_words, (int)e->record->residency);
    if (isnan(e->epoch_ns) || strcmp(residency, "host") == 0)
        return;
    if (strcmp(residency, "per_op") == 0 && e->n_tensors) {
        ib_doc_heading(doc, 4, "What to change");
        advise_copying(doc, e);
    } else if (strcmp(residency, "resident") == 0 && e->has_breakdown) {
        ib_doc_heading(doc, 4, "What to change");
        advise_resident(doc, e);
    }
}
