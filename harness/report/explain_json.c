#include "report/explain_json.h"

#include "analysis/explain.h"
#include "base/json_number.h"
#include "base/json_text.h"
#include "report/record_json.h"

enum { EXPLAIN_SCHEMA = 1 };

static json_t *copies(const struct ib_explained_copies *list, size_t n)
{
    json_t *out = json_array();
    for (const struct ib_explained_copies *c = list; c < list + n; c++)
        json_array_append_new(
            out,
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "phase", ib_json_text(c->phase), "op",
                      ib_json_text(c->op), "tensor", ib_json_text(c->tensor), "h2d_count",
                      ib_json_number(c->h2d_count), "h2d_bytes", ib_json_number(c->h2d_bytes), "d2h_count",
                      ib_json_number(c->d2h_count), "d2h_bytes", ib_json_number(c->d2h_bytes), "byte_share",
                      ib_json_number(c->byte_share), "time_share", ib_json_number(c->time_share)));
    return out;
}

static json_t *operations(const struct ib_explanation *e)
{
    json_t *out = json_array();
    for (const struct ib_explained_operation *o = e->operations; o < e->operations + e->n_operations; o++)
        json_array_append_new(
            out, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "op", ib_json_text(o->op), "calls",
                           ib_json_number(o->calls), "launch_ns", ib_json_number(o->launch_ns), "compute_ns",
                           ib_json_number(o->compute_ns), "wait_ns", ib_json_number(o->wait_ns), "flops",
                           ib_json_number(o->flops), "bytes", ib_json_number(o->bytes), "least_ns",
                           ib_json_number(o->least_ns)));
    return out;
}

static json_t *overhead(const struct ib_explanation *e)
{
    if (!e->partner)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o}", "partner", e->partner->id, "ratio",
                     ib_json_number(e->overhead.median), "ci_low", ib_json_number(e->overhead.low), "ci_high",
                     ib_json_number(e->overhead.high));
}

json_t *ib_explanation_to_json(const struct ib_run_record *run, const struct ib_case_record *c,
                               const char *text)
{
    struct ib_arena arena = {0};
    struct ib_explanation e;
    ib_explain(&arena, run, c, &e);
    json_t *out = json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o}", "schema", EXPLAIN_SCHEMA,
        "run", ib_json_text(run->id), "case", ib_case_to_json(c), "epoch_ns", ib_json_number(e.epoch_ns),
        "bytes", ib_json_number(e.bytes), "copies_per_epoch", ib_json_number(e.copies_per_epoch), "copies",
        copies(e.copies, e.n_copies), "tensors", copies(e.tensors, e.n_tensors), "operations", operations(&e),
        "transfer_overhead", overhead(&e), "if_resident", "low_ns", ib_json_number(e.forecast.low_ns),
        "high_ns", ib_json_number(e.forecast.high_ns), "text", ib_json_text(text));
    ib_arena_free(&arena);
    return out;
}
