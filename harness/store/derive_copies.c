/* What follows for a case from its copies, and from the memory of its passes. */
#include "store/run_record.h"

#include <string.h>

const struct ib_word ib_counting_words[] = {{"uncounted", IB_UNCOUNTED_COPIES},
                                            {"claimed", IB_CLAIMED_COPIES},
                                            {"counted", IB_COUNTED_COPIES},
                                            {NULL, 0}};

/* ---- copies ---- */

static int phase_place(const char *phase)
{
    int place = 0;
    ib_word_value(ib_phase_words, phase, &place);
    return place;
}

static void add_calls(struct ib_transfer_totals *sum, const struct ib_calls_record *c)
{
    sum->launches += (int64_t)c->launches;
    sum->syncs += (int64_t)c->syncs;
}

static void add_copies(struct ib_transfer_totals *sum, const struct ib_traffic *t)
{
    sum->h2d_count += (int64_t)t->h2d_count;
    sum->h2d_bytes += (int64_t)t->h2d_bytes;
    sum->d2h_count += (int64_t)t->d2h_count;
    sum->d2h_bytes += (int64_t)t->d2h_bytes;
}

/* A log has calls for every phase, so without calls there was none. */
static void derive_transfers(struct ib_case_record *c)
{
    const struct ib_transfer_totals unknown = {IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT,
                                               IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT},
                                    none = {0};
    c->transfers = c->n_calls ? none : unknown;
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        c->phase_transfers[phase] = c->transfers;
    for (size_t i = 0; i < c->n_calls; i++) {
        add_calls(&c->phase_transfers[phase_place(c->calls[i].phase)], &c->calls[i]);
        add_calls(&c->transfers, &c->calls[i]);
    }
    for (size_t i = 0; i < c->n_copies && c->n_calls; i++) {
        add_copies(&c->phase_transfers[phase_place(c->copies[i].phase)], &c->copies[i].traffic);
        add_copies(&c->transfers, &c->copies[i].traffic);
    }
}

static void derive_as_expected(struct ib_case_record *c)
{
    c->as_expected = c->check.as_expected;
    for (size_t i = 0; i < c->n_rounds; i++) {
        enum ib_truth here = c->rounds[i].as_expected;
        if (here == IB_NO || c->as_expected == IB_UNKNOWN)
            c->as_expected = here == IB_UNKNOWN ? c->as_expected : here;
    }
}

static void derive_counting(struct ib_case_record *c)
{
    const struct ib_tracer_record *tracer = &c->tracer;
    c->counting = 0;
    if (c->residency == IB_HOST || c->check.as_expected == IB_UNKNOWN)
        return;
    if (!tracer->source || tracer->agrees == IB_UNKNOWN)
        c->counting = IB_UNCOUNTED_COPIES;
    else
        c->counting = strcmp(tracer->source, IB_CLAIMS) == 0 ? IB_CLAIMED_COPIES : IB_COUNTED_COPIES;
}

void ib_derive_copies(struct ib_case_record *c)
{
    derive_transfers(c);
    derive_as_expected(c);
    derive_counting(c);
}

/* ---- memory ---- */

void ib_derive_memory(struct ib_case_record *c)
{
    c->peak_bytes = c->device_peak_bytes = 0;
    for (const struct ib_round_record *r = c->rounds; r < c->rounds + c->n_rounds; r++) {
        c->peak_bytes = r->peak_bytes > c->peak_bytes ? r->peak_bytes : c->peak_bytes;
        if (r->device_peak_bytes > c->device_peak_bytes)
            c->device_peak_bytes = r->device_peak_bytes;
    }
    if (!c->peak_bytes)
        c->peak_bytes = c->check.peak_bytes;
    if (!c->device_peak_bytes)
        c->device_peak_bytes = c->check.device_peak_bytes;
}
