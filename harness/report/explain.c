#include "report/explain.h"

#include "analysis/explain.h"
#include "report/evidence.h"
#include "report/explain_parts.h"
#include "report/format.h"
#include "report/summary.h"
#include "report/whole_process_section.h"

#include <math.h>
#include <string.h>

/* ---- the case ---- */

static const char *problem_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    return ib_arena_print(arena, "%s training rows × %s columns, %s test rows, %s epochs, lr %.6g.",
                          ib_format_count(arena, (double)c->rows), ib_format_count(arena, (double)c->cols),
                          ib_format_count(arena, (double)c->test_rows),
                          ib_format_count(arena, (double)c->epochs), ib_case_record_number(c, IB_AXIS_LR));
}

/* ", losses 1.2e-12"; "" if they were not compared. */
static const char *error_text(struct ib_arena *arena, double error, const char *of)
{
    return isnan(error) ? "" : ib_arena_print(arena, ", %s %.1e", of, error);
}

static const char *verdict_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *verdict = ib_summary_verdict(c);
    if (strncmp(verdict, "ok", strlen("ok")) != 0)
        return ib_arena_print(arena, "Verdict: %s: %s.", verdict, ib_summary_fault_reason(c, verdict));
    const char *errors = ib_arena_print(arena, "%s%s%s", error_text(arena, c->check.loss_error, "losses"),
                                        error_text(arena, c->check.params_error, "parameters"),
                                        error_text(arena, c->check.prediction_error, "predictions"));
    return ib_arena_print(arena, "Verdict: %s, against the %s%s%s.", verdict, ib_or_dash(c->check.reference),
                          errors[0] ? "; relative errors: " : "", errors[0] ? errors + strlen(", ") : "");
}

static const char *time_text(struct ib_arena *arena, const struct ib_case_record *c)
{
    double median = c->epoch_ns.median, n = (double)c->epoch_ns.n;
    if (isnan(median))
        return "No timing available.";
    double low = c->epoch_ns.low, high = c->epoch_ns.high;
    const char *span = isnan(low)
                           ? "too few for an interval"
                           : ib_arena_print(arena, "95 %% interval %s to %s", ib_format_duration(arena, low),
                                            ib_format_duration(arena, high));
    return ib_arena_print(arena, "An epoch takes %s: the median of %.0f round%s; %s.",
                          ib_format_duration(arena, median), n, ib_plural((uint64_t)n), span);
}

void ib_explain_case(struct ib_doc *doc, const struct ib_case_record *c)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 4, ib_arena_print(arena, "%s: %s", c->name, c->problem));
    ib_doc_paragraph(doc, c->id);
    ib_doc_paragraph(doc, problem_text(arena, c));
    ib_doc_paragraph(doc, verdict_text(arena, c));
    const char *evidence = ib_evidence_text(arena, c);
    if (evidence)
        ib_doc_paragraph(doc, ib_arena_print(arena, "It rests on %s.", evidence));
    ib_doc_paragraph(doc, time_text(arena, c));
    if (c->simulated)
        ib_doc_paragraph(doc, "The device is simulated: these times mean nothing.");
}

/* ---- copies ---- */

/* "uploaded 20,000 times and downloaded once" */
static const char *times_text(struct ib_arena *arena, const char *done, double count)
{
    return count == 1 ? ib_arena_print(arena, "%s once", done)
                      : ib_arena_print(arena, "%s %s times", done, ib_format_count(arena, count));
}

static const char *tensor_text(struct ib_arena *arena, const struct ib_explained_copies *t)
{
    const char *up = t->h2d_count ? times_text(arena, "uploaded", t->h2d_count) : "";
    const char *down = t->d2h_count ? times_text(arena, "downloaded", t->d2h_count) : "";
    const char *time = isnan(t->time_share) ? ""
                                            : ib_arena_print(arena, ", %s of the training time",
                                                             ib_format_share(arena, t->time_share));
    return ib_arena_print(arena, "%s was %s%s%s: %s of all bytes%s.", t->tensor, up,
                          up[0] && down[0] ? " and " : "", down, ib_format_share(arena, t->byte_share), time);
}

/* Adds the costliest tensor by bytes and, if different, by time. */
static void add_costliest(struct ib_doc *doc, const struct ib_explanation *e)
{
    const struct ib_explained_copies *by_time = ib_explain_costliest(e);
    ib_doc_paragraph(doc, tensor_text(doc->arena, &e->tensors[0]));
    if (by_time != &e->tensors[0])
        ib_doc_paragraph(doc, tensor_text(doc->arena, by_time));
}

static void add_copies(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_table(doc, "wwwrrrrrr",
                 (const char *[]){"tensor", "operation", "phase", "uploads", "bytes", "downloads", "bytes",
                                  "share of bytes", "share of time"});
    for (size_t i = 0; i < e->n_copies; i++) {
        const struct ib_explained_copies *copy = &e->copies[i];
        ib_doc_row(doc, (const char *[]){
                            copy->tensor, copy->op, copy->phase, ib_format_count(arena, copy->h2d_count),
                            ib_format_count(arena, copy->h2d_bytes), ib_format_count(arena, copy->d2h_count),
                            ib_format_count(arena, copy->d2h_bytes), ib_format_share(arena, copy->byte_share),
                            ib_format_share(arena, copy->time_share)});
    }
}

static void explain_copies(struct ib_doc *doc, const struct ib_explanation *e)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 4, "What was copied");
    if (e->record->residency == IB_HOST) {
        ib_doc_paragraph(doc, "Nothing: the implementation works in host memory.");
    } else if (!e->n_copies) {
        ib_doc_paragraph(doc, isnan(e->epoch_ns) ? "Unknown: no timed pass of this case finished."
                                                 : "Unknown: this run did not record its copies.");
    } else {
        ib_doc_paragraph(
            doc,
            ib_arena_print(
                arena,
                "One training and its prediction: %s copied, %s copies per epoch; %s operations launched, "
                "%s waits for the device.",
                ib_format_bytes(arena, e->bytes),
                e->copies_per_epoch > 0 ? ib_format_amount(arena, e->copies_per_epoch) : "no",
                ib_format_count(arena, (double)e->record->transfers.launches),
                ib_format_count(arena, (double)e->record->transfers.syncs)));
        add_costliest(doc, e);
        add_copies(doc, e);
    }
    ib_explain_tracer(doc, e->record);
}

void ib_explain_cost(struct ib_doc *doc, const struct ib_run_record *run, const struct ib_case_record *c)
{
    struct ib_explanation e;
    ib_explain(doc->arena, run, c, &e);
    explain_copies(doc, &e);
    ib_explain_time(doc, &e);
    ib_explain_resident(doc, &e);
    ib_process_sentence(doc, c);
    ib_explain_advice(doc, &e);
}
