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

/* Of a phase; of the whole pass, if that is negative. A log has calls for every phase, so without calls there
 * was none. */
static struct ib_transfer_totals sum_of(const struct ib_case_record *c, int phase)
{
    struct ib_transfer_totals sum = {0};
    if (!c->n_calls)
        return (struct ib_transfer_totals){IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT,
                                           IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT};
    for (size_t i = 0; i < c->n_calls; i++)
        if (phase < 0 || phase_place(c->calls[i].phase) == phase)
            add_calls(&sum, &c->calls[i]);
    for (size_t i = 0; i < c->n_copies; i++)
        if (phase < 0 || phase_place(c->copies[i].phase) == phase)
            add_copies(&sum, &c->copies[i].traffic);
    return sum;
}

struct ib_transfer_totals ib_case_record_phase(const struct ib_case_record *c, enum ib_phase phase)
{
    return sum_of(c, (int)phase);
}

static void derive_transfers(struct ib_case_record *c)
{
    c->transfers = sum_of(c, -1);
    c->train_transfers = sum_of(c, IB_TRAIN);
}

/* ---- who counts ---- */

const struct ib_tracer_record *ib_case_record_tracer(const struct ib_case_record *c)
{
    static const struct ib_tracer_record unknown = {.agrees = IB_UNKNOWN};
    return c->tracer ? c->tracer : &unknown;
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

bool ib_tracer_record_counted(const struct ib_tracer_record *t)
{
    return t->source && t->agrees != IB_UNKNOWN && strcmp(t->source, IB_CLAIMS) != 0;
}

/* Whether it counted in the checked pass, and could in each round where it was tried. */
static bool a_tracer_counted(const struct ib_case_record *c)
{
    for (size_t i = 0; c->rounds && i < c->n_rounds; i++)
        if (c->rounds[i].traced == IB_NO)
            return false;
    return ib_tracer_record_counted(ib_case_record_tracer(c));
}

static void derive_counting(struct ib_case_record *c)
{
    const struct ib_tracer_record *tracer = ib_case_record_tracer(c);
    c->counting = 0;
    if (c->residency == IB_HOST || c->check.as_expected == IB_UNKNOWN)
        return;
    if (a_tracer_counted(c))
        c->counting = IB_COUNTED_COPIES;
    else if (tracer->source && strcmp(tracer->source, IB_CLAIMS) == 0 && tracer->agrees != IB_UNKNOWN)
        c->counting = IB_CLAIMED_COPIES;
    else
        c->counting = IB_UNCOUNTED_COPIES;
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
