#include "report/transfers_json.h"

#include "base/json_text.h"
#include "report/json_values.h"

static json_t *totals(struct ib_transfer_totals t)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "h2d_count", ib_json_count(t.h2d_count), "h2d_bytes",
                     ib_json_count(t.h2d_bytes), "d2h_count", ib_json_count(t.d2h_count), "d2h_bytes",
                     ib_json_count(t.d2h_bytes), "launches", ib_json_count(t.launches), "syncs",
                     ib_json_count(t.syncs));
}

static json_t *phases(const struct ib_case_record *c)
{
    json_t *out = json_object();
    for (int phase = 0; c->n_calls && phase < IB_PHASE_COUNT; phase++)
        json_object_set_new(out, ib_word_of(ib_phase_words, phase), totals(ib_case_record_phase(c, phase)));
    return out;
}

static json_t *copies(const struct ib_case_record *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->n_copies; i++) {
        const struct ib_copy_record *copy = &c->copies[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "phase", copy->phase,
                                              "op", copy->op, "tensor", copy->tensor, "h2d_count",
                                              (json_int_t)copy->traffic.h2d_count, "h2d_bytes",
                                              (json_int_t)copy->traffic.h2d_bytes, "d2h_count",
                                              (json_int_t)copy->traffic.d2h_count, "d2h_bytes",
                                              (json_int_t)copy->traffic.d2h_bytes));
    }
    return list;
}

static json_t *kernels(const struct ib_tracer_record *t)
{
    if (!t->n_kernels)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < t->n_kernels; i++)
        json_array_append_new(list, json_pack("{s:o, s:I}", "name", ib_json_text(t->kernels[i].name), "count",
                                              (json_int_t)t->kernels[i].count));
    return list;
}

json_t *ib_tracer_to_json(const struct ib_tracer_record *t)
{
    json_t *out = json_pack("{s:o, s:o, s:o, s:o}", "source", ib_json_text(t->source), "agrees",
                            ib_json_truth(t->source ? t->agrees : IB_UNKNOWN), "reason",
                            ib_json_text(t->reason), "kernels", kernels(t));
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"h2d_count", t->h2d_count},
                  {"h2d_bytes", t->h2d_bytes},
                  {"d2h_count", t->d2h_count},
                  {"d2h_bytes", t->d2h_bytes},
                  {"launches", t->launches},
                  {"syncs", t->syncs},
                  {"d2d_count", t->d2d_count},
                  {"d2d_bytes", t->d2d_bytes},
                  {"memset_count", t->memset_count},
                  {"memset_bytes", t->memset_bytes},
                  {"pageable_count", t->pageable_count},
                  {"pageable_bytes", t->pageable_bytes},
                  {"pinned_count", t->pinned_count},
                  {"pinned_bytes", t->pinned_bytes},
                  {"opened_h2d_count", t->opened_h2d_count},
                  {"opened_h2d_bytes", t->opened_h2d_bytes},
                  {"opened_d2h_count", t->opened_d2h_count},
                  {"opened_d2h_bytes", t->opened_d2h_bytes}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(out, counts[i].name, t->source ? ib_json_count(counts[i].value) : json_null());
    return out;
}

json_t *ib_transfers_to_json(const struct ib_case_record *c)
{
    json_t *out = totals(c->transfers);
    json_object_set_new(out, "as_expected", ib_json_truth(c->as_expected));
    json_object_set_new(out, "counting", ib_json_word(ib_counting_words, (int)c->counting));
    json_object_set_new(out, "tracer", ib_tracer_to_json(ib_case_record_tracer(c)));
    json_object_set_new(out, "phases", phases(c));
    json_object_set_new(out, "copies", copies(c));
    return out;
}
