#include "report/case_details.h"

#include "report/evidence.h"
#include "report/format.h"

#include <inttypes.h>
#include <math.h>

enum { FIXED_DETAILS = 40 };

struct details {
    struct ib_arena *arena;
    struct ib_case_detail *list;
    size_t n;
};

static void add(struct details *d, const char *label, const char *text)
{
    if (text)
        d->list[d->n++] = (struct ib_case_detail){label, text};
}

static void add_heading(struct details *d, const char *label)
{
    d->list[d->n++] = (struct ib_case_detail){label, NULL};
}

static void add_number(struct details *d, const char *label, const char *format, double value)
{
    char text[64];
    snprintf(text, sizeof text, format, value);
    add(d, label, isnan(value) ? NULL : ib_arena_copy(d->arena, text));
}

static void add_count(struct details *d, const char *label, uint64_t count)
{
    add(d, label, count ? ib_arena_print(d->arena, "%" PRIu64, count) : NULL);
}

static void add_duration(struct details *d, const char *label, double ns)
{
    add(d, label, isnan(ns) ? NULL : ib_format_duration(d->arena, ns));
}

static void add_verdict(struct details *d, const struct ib_case_record *c)
{
    const struct ib_check_record *k = &c->check;
    add_heading(d, "Verdict");
    add(d, "reason", c->reason);
    add(d, "fault", k->verdict_reason);
    add(d, "compared with", k->reference);
    add(d, "compared", ib_evidence_text(d->arena, c));
    add_number(d, "loss error", "%.2g", k->loss_error);
    add_number(d, "parameter error", "%.2g", k->params_error);
    add_number(d, "prediction error", "%.2g", k->prediction_error);
    add_count(d, "first divergent epoch", k->first_divergent_epoch);
}

static void add_bytes(struct details *d, const char *label, uint64_t bytes)
{
    add(d, label, bytes ? ib_format_bytes(d->arena, (double)bytes) : NULL);
}

static void add_times(struct details *d, const struct ib_case_record *c)
{
    static const char *const labels[IB_RUN_PHASES] = {"loading", "set-up", "training", "reading back",
                                                      "predicting"};
    add_heading(d, "Times of a pass");
    for (int phase = 0; phase < IB_RUN_PHASES; phase++)
        add_duration(d, labels[phase], c->phases_ns[phase]);
    add_duration(d, "shortest epoch", c->epoch_ns.min);
    if (c->steps > 1) {
        add_duration(d, "a step of it", c->epoch_ns.min / (double)c->steps);
        add_count(d, "steps per epoch", c->steps);
    }
    add(d, "rounds", ib_arena_print(d->arena, "%zu", c->epoch_ns.n));
}

static void add_energy(struct details *d, const struct ib_case_record *c)
{
    const struct ib_energy_summary *e = &c->energy;
    if (!e->wanted)
        return;
    add(d, "energy of an epoch", isnan(e->epoch_j) ? NULL : ib_format_energy(d->arena, e->epoch_j));
    add(d, "energy unknown because", e->reason);
}

static void add_instructions(struct details *d, const struct ib_case_record *c)
{
    const struct ib_instruction_record *i = &c->check.instructions;
    if (i->count)
        add(d, "instructions of an epoch",
            ib_arena_print(d->arena, "%s, by %s",
                           ib_format_count(d->arena, ib_instructions_of_epoch(&c->check.instructions)),
                           i->source));
    add(d, "instructions unknown because", i->reason);
}

static void add_limit(struct details *d, const struct ib_case_record *c)
{
    const struct ib_limit_record *l = &c->check.limit;
    if (!(l->flops > 0)) /* an older record */
        return;
    add_heading(d, "Limit of this machine");
    add_number(d, "MFLOP an epoch, at least", "%.4g", l->flops / 1e6);
    add_number(d, "MB an epoch, at least", "%.4g", l->bytes / 1e6);
    add_duration(d, "least time of an epoch", l->least_ns);
    add(d, "bound by", l->bound ? ib_arena_print(d->arena, "%s: %s", l->bound, l->by) : NULL);
    add(d, "share reached", isnan(c->limit_share) ? NULL : ib_format_share(d->arena, c->limit_share));
    add(d, "unknown because", l->reason);
}

const struct ib_case_detail *ib_case_details(struct ib_arena *arena, const struct ib_case_record *c)
{
    struct details d = {.arena = arena};
    d.list = ib_arena_alloc(arena, (FIXED_DETAILS + IB_METRIC_COUNT + 1) * sizeof *d.list);
    add_verdict(&d, c);
    add_heading(&d, "Metrics");
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        add_number(&d, ib_metrics[i]->label, "%.8g", c->metrics[i]);
    add_times(&d, c);
    add_bytes(&d, "peak memory", c->peak_bytes);
    add_bytes(&d, "peak memory of the device", c->device_peak_bytes);
    add_energy(&d, c);
    add_instructions(&d, c);
    add_limit(&d, c);
    add_heading(&d, "Case");
    add(&d, "id", c->id);
    add(&d, "training path", c->check.path);
    add(&d, "libraries", c->libraries);
    add(&d, "data, SHA-256", c->dataset_sha256);
    add(&d, "data, as read", c->dataset_guesses);
    return d.list;
}
